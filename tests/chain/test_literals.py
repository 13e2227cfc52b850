"""Values as people write them: what is printed can be typed, and what is no value is refused by its type."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vmargin.chain.literals import as_json, parse, write
from vmargin.errors import UsageError
from vmargin.solidity.abi import Function

ADDRESS = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("uint256", "0", 0),
        ("uint256", "1_000", 1000),
        ("uint256", "0xFf", 255),
        ("uint256", "0x1_0000", 65536),
        ("uint256", "1e18", 10**18),
        ("uint256", "1.5e18", 15 * 10**17),
        ("uint256", "2.50E+1", 25),
        ("uint256", " 7 ", 7),
        ("uint256", "1.0", 1),
        ("uint256", str(2**256 - 1), 2**256 - 1),
        ("int8", "-128", -128),
        ("int256", "-0x10", -16),
        ("int256", "-1e3", -1000),
        ("bool", "true", True),
        ("bool", "false", False),
        ("bytes", "0x", b""),
        ("bytes", "0xAbcd", b"\xab\xcd"),
        ("bytes2", "0xabcd", b"\xab\xcd"),
        ("address", ADDRESS, ADDRESS.lower()),
        ("address", ADDRESS.lower(), ADDRESS.lower()),
        ("string", ' "as it is", ', ' "as it is", '),
        ("string", "", ""),
        ("uint8[]", "[]", []),
        ("uint8[]", "[ 1,0x2 , 3 ]", [1, 2, 3]),
        ("uint8[2][]", "[[1,2],[3,4]]", [[1, 2], [3, 4]]),
        ("(uint8,bytes1)", "(1,0xab)", (1, b"\xab")),
        ("()", "()", ()),
        (
            "(uint8,(bool,string)[])[1]",
            '[(1,[(true,a b),(false,",])\\"(")])]',
            [(1, [(True, "a b"), (False, ',])"(')])],
        ),
        ("string[]", r'["\\", "é", plain]', ["\\", "é", "plain"]),
    ],
)
def test_what_people_write(kind, text, value):
    read = parse(kind, text)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("uint8", "256", "'256' is out of the range of uint8, which is 0 to 255"),
        ("uint256", "-1", "out of the range of uint256"),
        ("int8", "128", "out of the range of int8, which is -128 to 127"),
        ("uint256", "1.5", "'1.5' is no uint256: write an integer"),
        ("uint256", "1.55e1", "is no uint256"),
        ("uint256", "1__0", "is no uint256"),
        ("uint256", "1e-3", "is no uint256"),
        ("uint256", "", "'' is no uint256"),
        ("uint256", "٣", "is no uint256"),
        ("uint256", "0x", "is no uint256"),
        ("uint256", "true", "is no uint256"),
        ("uint256", "1e999", "out of the range"),
        ("uint256", "1" * 5000, "(5000 characters) is no uint256"),
        ("bool", "1", "'1' is no bool: write true or false"),
        ("bytes", "abcd", "'abcd' is no bytes: write 0x and two hexadecimal digits for each byte"),
        ("bytes", "0xabc", "is no bytes"),
        ("bytes32", "0xabcd", "'0xabcd' is no bytes32: it has 2 bytes"),
        ("address", "0x12", "is no address"),
        ("address", ADDRESS[:-1], "is no address: it takes 0x and 40"),
        ("address", ADDRESS.replace("E", "e"), f"has a wrong checksum: is it {ADDRESS}?"),
        ("uint8[]", "1,2", "'1,2' is no uint8[]: write it in brackets, as in [1, 2]"),
        ("uint8[]", "(1,2)", "write it in brackets, as in [1, 2]"),
        ("(uint8)", "[1]", "write it in brackets, as in (1, 2)"),
        ("uint8[2]", "[1]", "'[1]' is no uint8[2]: it has 1 elements"),
        ("(uint8,bool)", "(1)", "is no (uint8,bool): it has 1 members"),
        ("uint8[]", "[1,,2]", "there is nothing before or after one of its commas"),
        ("uint8[]", "[1,]", "there is nothing before or after one of its commas"),
        ("uint8[][]", "[[1]", "it lacks a closing ]"),
        ("uint8[][]", "[[1)]", "a ) there closes nothing"),
        ("uint8[]", "[1]]", "a ] there closes nothing"),
        ("uint8[]", "[1, 256]", "'256' is out of the range of uint8"),
        ("string[]", '["a]', "it lacks a closing quotation mark"),
        ("string[]", '["a" b]', "is no string: a quotation mark within it takes a backslash"),
    ],
)
def test_what_is_no_value(kind, text, said):
    with pytest.raises(UsageError) as refused:
        parse(kind, text)
    assert said in str(refused.value)
    assert len(str(refused.value)) < 400


def leaves():
    addresses = st.binary(min_size=20, max_size=20).map(lambda raw: f"0x{raw.hex()}")
    return st.one_of(
        st.tuples(st.just("bool"), st.booleans()),
        st.tuples(st.just("uint256"), st.integers(0, 2**256 - 1)),
        st.tuples(st.just("int64"), st.integers(-(2**63), 2**63 - 1)),
        st.tuples(st.just("address"), addresses),
        st.tuples(st.just("bytes"), st.binary(max_size=40)),
        st.tuples(st.just("bytes3"), st.binary(min_size=3, max_size=3)),
        st.tuples(st.just("string"), st.text(st.characters(codec="utf-8"), max_size=20)),
    )


def structs(inner):
    together = st.lists(inner, min_size=1, max_size=3).map(
        lambda items: (f"({','.join(kind for kind, _ in items)})", tuple(value for _, value in items))
    )
    arrays = st.tuples(inner, st.integers(0, 3)).map(lambda item: (f"{item[0][0]}[]", [item[0][1]] * item[1]))
    fixed = inner.map(lambda item: (f"{item[0]}[2]", [item[1]] * 2))
    return together | arrays | fixed


@settings(deadline=None)
@given(st.recursive(leaves(), structs, max_leaves=6))
def test_what_is_printed_can_be_typed(drawn):
    kind, value = drawn
    text = write(kind, value)
    assert parse(kind, text, nested=True) == value
    assert text.isprintable()
    calldata = Function.parse(f"f({kind})").calldata([value])
    assert Function.parse(f"f({kind})").calldata([parse(kind, text, nested=True)]) == calldata
    assert "\ufffd" not in json.dumps(as_json(kind, value))


def test_json_has_no_number_that_a_reader_could_round():
    kind = "(uint256,int8[],bool,address,bytes,string)"
    value = (2**256 - 1, [-1], True, ADDRESS.lower(), b"\xab", "é")
    assert as_json(kind, value) == [str(2**256 - 1), ["-1"], True, ADDRESS, "0xab", "é"]
    assert write(kind, value) == f'({2**256 - 1}, [-1], true, {ADDRESS}, 0xab, "é")'
    assert write("string", "\x1b[2J") == r'"\u001b[2J"'
