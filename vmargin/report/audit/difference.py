"""One difference on a page: what both sides were given, the line of each, and what each made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vmargin.report.blocks import Line, broken, hexes, in_a_row, is_integer, listing, sub, value, values
from vmargin.report.html import Content, Html, join, tag
from vmargin.report.numbers import counted


def lead(name: str, difference: Mapping[str, Any]) -> Html:
    """The first difference, for the first screen: only what it takes to see it."""
    return tag(
        "section",
        tag("h2", "The first difference: ", tag("code", name)),
        _sentence(difference),
        _operands(difference, few=True) or _inputs(difference, few=True),
        _sides(difference, few=True),
        id="first-difference",
        class_="card lead",
    )


def whole(name: str, difference: Mapping[str, Any], anchor: str) -> Html:
    """A difference with its inputs, both outcomes and the files that run it again."""
    found = difference["counterexample"]
    return tag(
        "article",
        tag("h3", tag("code", name)),
        tag(
            "p",
            tag("code", broken(found["signature"])),
            " against ",
            tag("code", broken(found["mirror"])),
            class_="where",
        ),
        _sentence(difference, whole=True),
        tag("h4", "Called with"),
        _inputs(difference),
        _operands(difference, "Operands there"),
        _sides(difference),
        _notes(difference),
        tag("h4", "In the end"),
        values([("the mirror", outcome(found["mirrored"])), ("the contract", outcome(found["original"]))]),
        _files(difference),
        id=anchor,
        class_="card",
    )


def outcome(told: Mapping[str, Any], *, short: bool = False) -> Html:
    """What a call did, as documents write it; the data of a revert may be left out."""
    if "values" in told:
        inner = [[", " if at else "", value(v, hint=True)] for at, v in enumerate(told["values"])]
        return join(["returns ", inner or "nothing"])
    if "revert" in told:
        name, data = told["revert"]["error"], told["revert"]["data"]
        return join(["reverts with ", tag("code", name), None if short else sub("data ", hexes(data))])
    if "halt" in told:
        return join(["halts: ", told["halt"]])
    return join(["fails with ", tag("code", str(told.get("failure"))), ", which no contract does"])


_SHORT = {
    "result": "This is where the two first compute something different.",
    "operation only in the mirror": "The mirror does something here that the contract does not.",
    "operation only in the contract": "The contract does something here that the mirror does not.",
    "decision": "One side decides otherwise than the other.",
    "ending": "One side ends here, and the other does not, or otherwise.",
}
_LONG = 150
"""Characters of a sentence that the first screen has room for."""


def _sentence(difference: Mapping[str, Any], *, whole: bool = False) -> Html | None:
    divergence = difference.get("divergence")
    if not divergence:
        return None
    text = divergence["sentence"]
    if len(text) > _LONG and not whole:
        text = _SHORT.get(divergence["kind"], "")
    return tag("p", broken(text[:1].upper() + text[1:])) if text else None


def _notes(difference: Mapping[str, Any]) -> list[Html]:
    """What else is known of where they part."""
    divergence = difference.get("divergence") or {}
    found = []
    if seen := divergence.get("seenAt"):
        found.append(tag("p", "Seen on ", value(seen), class_="small"))
    if note := divergence.get("note"):
        found.append(tag("p", note, class_="small quiet"))
    if others := divergence.get("others"):
        lines = ", ".join(f"{o['path']}:{o['line']}" for o in others)
        found.append(tag("p", "It could also be ", broken(lines), ".", class_="small quiet"))
    return found


_ROWS = 4
"""Long values that the first screen has room for."""
_BEFORE, _AFTER, _LINES = 2, 1, 7
"""Lines of code, too: around those that are marked, or from the first one on."""


def _inputs(difference: Mapping[str, Any], *, few: bool = False) -> Content:
    given = difference["counterexample"]["arguments"]
    return _values([(tag("code", a["name"]), a["value"]) for a in given], few=few)


def _operands(difference: Mapping[str, Any], head: str = "", *, few: bool = False) -> Content:
    """What the operation was given that both sides have in common."""
    operands: Sequence[Any] = difference.get("operands") or ()
    if not operands:
        return None
    shown = _values([(f"operand {n}", operand) for n, operand in enumerate(operands, 1)], few=few)
    return [tag("h4", head) if head else None, shown]


def _values(pairs: Sequence[tuple[Content, Any]], *, few: bool) -> Content:
    """Values by their names: short ones in a row; of many long ones the first, where there is little room."""
    shown = [(name, value(thing, hint=True)) for name, thing in pairs]
    if all(len(str(thing)) <= 24 for _, thing in pairs):
        return in_a_row(shown)
    if few and len(shown) > _ROWS:
        return [
            values(shown[: _ROWS - 1]),
            tag("p", f"and {len(shown) - _ROWS + 1} more, below", class_="small"),
        ]
    return values(shown)


def _sides(difference: Mapping[str, Any], *, few: bool = False) -> Html:
    found = difference["counterexample"]
    sides = (("Mirror", "mirror", "mirrored"), ("Contract", "contract", "original"))
    return tag(
        "div",
        [_side(title, difference.get(side) or {}, found[ending], few) for title, side, ending in sides],
        class_="sides",
    )


def parting_of(where: Mapping[str, Any] | None, *, few: bool = False) -> Content:
    """Where two sides part of whose endings more is said elsewhere."""
    if where is None:
        return None
    sides = [_side(t, where[t.lower()], None, few) for t in ("Mirror", "Contract")]
    return [_sentence(where, whole=not few), _operands(where, few=few), tag("div", sides, class_="sides")]


def _side(title: str, side: Mapping[str, Any], ending: Mapping[str, Any] | None, few: bool) -> Html:
    lines = [Line(int(n["line"]), n["text"], bool(n.get("hit"))) for n in side.get("lines", ())]
    if few:
        hits = [at for at, line in enumerate(lines) if line.hit]
        lines = lines[max(0, hits[0] - _BEFORE) : hits[-1] + _AFTER + 1] if hits else lines[:_LINES]
    return tag(
        "div",
        tag(
            "div",
            tag("b", title),
            tag("span", broken(side.get("place") or ""), class_="place"),
            class_="head",
        ),
        listing(lines, side.get("otherwise") or "no source line is known"),
        tag("div", _made(side, ending, few=few), class_="foot"),
        class_="side",
    )


def _made(side: Mapping[str, Any], ending: Mapping[str, Any] | None, *, few: bool) -> Content:
    """The operation and what came of it, or how the call ended."""
    result = side.get("result")
    if result is None:
        return None if ending is None else outcome(ending, short=few)
    operands = [[", " if at else "", value(o, hint=True)] for at, o in enumerate(side.get("operands", ()))]
    given: Content = ["(", operands, ")"] if operands else None
    named: Content = [tag("code", side["operation"]), given, " gives"] if side.get("operation") else "result"
    last = sub("in the end it ", outcome(ending, short=True)) if few and ending else None
    return [tag("span", named, class_="label"), _result(result), last]


def _result(result: Any) -> Html:
    if isinstance(result, str) and not is_integer(result):
        return tag("code", result)
    return value(result, hint=True)


def _files(difference: Mapping[str, Any]) -> Html | None:
    files = difference.get("files", ())
    if not files:
        return None
    links = [[", " if at else "", tag("a", name, href=name)] for at, name in enumerate(files)]
    tried = difference["counterexample"].get("tried")
    return tag(
        "p",
        "To run it again: ",
        links,
        f". Found after {counted(int(tried), 'case')}." if tried else None,
        class_="small",
    )
