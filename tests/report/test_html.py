"""Text is text, whatever is in it; numbers are whole, and copy as they are."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tests.report.reading import Page
from vmargin.report.blocks import Line, broken, listing, value
from vmargin.report.html import escaped, join, printable, tag
from vmargin.report.numbers import decimal, integer, named, scaled, share

TEXTS = st.text() | st.sampled_from(
    ["<b>", "</p>", "&lt;", '" onload="x', "-->", "]]>", "\u202e\u2066x", "\x00"]
)


def typed(text: str) -> str:
    """A number with the signs of a keyboard."""
    signs = {"\N{MINUS SIGN}": "-", "\N{EN DASH}": "-", "\N{MULTIPLICATION SIGN}": "x"}
    return "".join(signs.get(char, char) for char in text)


@given(TEXTS, TEXTS)
def test_text_stays_text(inside: str, attribute: str) -> None:
    page = Page(tag("p", inside, title=attribute))
    assert [e.name for e in page.elements] == ["p"]
    assert page.text == printable(inside)
    assert page.elements[0].attributes == {"title": printable(attribute)}


@given(TEXTS)
def test_nothing_is_invisible_or_turns_the_text_around(text: str) -> None:
    shown = printable(text)
    assert all(char.isprintable() or char == "\n" for char in shown)
    assert printable(shown) == shown
    if text.isprintable():
        assert shown == text


def test_markup_is_escaped_once() -> None:
    assert join(["a<b", tag("i", "<"), None, 3, ["&"]]) == "a&lt;b<i>&lt;</i>3&amp;"
    assert escaped("'\"") == "&#x27;&quot;"
    assert (
        tag("a", href=None, hidden=True, class_="x", data_line=3, lang=False)
        == '<a hidden class="x" data-line="3"></a>'
    )
    assert tag("wbr") == "<wbr>"


@given(TEXTS)
def test_breaks_add_no_text(text: str) -> None:
    assert Page(tag("p", broken(text))).text == printable(text)


@given(st.integers(-(2**260), 2**260))
def test_an_integer_copies_as_it_is(number: int) -> None:
    page = Page(integer(number))
    assert page.text == str(number)
    groups = [e for e in page.elements if e.path and e.name in ("span", "b")]
    assert len(groups) == -(-len(str(abs(number))) // 3)


def test_what_an_integer_is_near_to() -> None:
    assert typed(named(2**256 - 1)) == "2²⁵⁶ - 1"
    assert typed(named(-(2**255))) == "-2²⁵⁵"
    assert typed(named(-(2**255) + 1)) == "-(2²⁵⁵ - 1)"
    assert typed(named(10**18)) == "10¹⁸"
    assert typed(named(-25 * 10**26)) == "-25 x 10²⁶"
    assert typed(named(123456)) == ""
    assert typed(named(2**70 + 12345)) == hex(2**70 + 12345)


@given(st.integers(-(2**255), 2**256), st.integers(0, 36))
def test_a_decimal_point_loses_nothing(number: int, decimals: int) -> None:
    shown = typed(scaled(str(number), decimals)).replace(",", "")
    assert Fraction(shown) == Fraction(number, 10**decimals)


def test_decimals_and_shares() -> None:
    assert typed(decimal("-0.000")) == "0"
    assert typed(decimal("0.999999999999999", 4)) == "1"
    assert typed(decimal("-0.4135")) == "-0.4135"
    assert typed(decimal("1234567.5")) == "1,234,567.5"
    assert typed(decimal("8.63616855509E-78")) == "8.63616855509 x 10⁻⁷⁸"
    assert typed(decimal("1.5E+30")) == "1.5 x 10³⁰"
    assert [typed(share(*pair)) for pair in ((0, 0), (1, 10**6), (999_999, 10**6), (1, 1))] == [
        "-", "< 0.1 %", "99.9 %", "100.0 %",
    ]  # fmt: skip


def test_values_of_every_type() -> None:
    assert Page(value(["1", "-2", ["0xab", True]])).text == "[1, -2, [0xab, true]]"
    assert Page(value("text <b>")).text == "text <b>"
    assert Page(value("1_0")).text == "1_0"


def test_a_listing_copies_as_code() -> None:
    page = Page(listing([Line(9, "    if x:"), Line(10, "        y < z", True), Line(11, "")]))
    assert page.text == "if x:    y < z "
    assert [e.attributes.get("data-line") for e in page.named("span")] == ["9", "10", "11"]
    assert Page(listing([], "nothing known")).text == "nothing known"
