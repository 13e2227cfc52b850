"""Where verdicts flip: of accounts with prices and time, of functions between integers and exact values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from vmargin.report.blocks import BAD, CARE, GOOD, PLAIN, Column, badge, broken, sub, table, value
from vmargin.report.html import Content, Html, join, tag
from vmargin.report.numbers import counted, decimal, integer

_KINDS = {"healthy": GOOD, "liquidatable": BAD, "unknown": CARE, "undecided": PLAIN}
SHOWN = 12
"""Changes on one side that are listed; report.json has all."""


def accounts(flips: Sequence[Mapping[str, Any]]) -> list[Html]:
    """Where the verdicts of accounts change, nearest first on each side; then what changes none."""
    moved = [flip for flip in flips if flip["below"] or flip["above"]]
    still = [flip for flip in flips if not (flip["below"] or flip["above"])]
    columns = ["Account", "Moves", "Now", "Nearest change below", "Nearest change above", "How sure"]
    found = []
    if moved:
        found.append(table("Where an account's verdict changes", columns, map(_row, moved)))
    if still:
        heads = ["Account", "Verdict", "Moves, in the range"]
        found.append(table("What changes no verdict", heads, _quiet(still)))
    return found


def functions(found: Sequence[Mapping[str, Any]]) -> list[Html]:
    """Decisions that integers take otherwise than the exact values behind them."""
    return [_decisions(f["name"], f["flips"]) for f in found if f.get("flips") and f["flips"]["sites"]]


def _decisions(of: str, report: Mapping[str, Any]) -> Html:
    how = (
        "all cases that there are" if report["exhaustive"] else f"{counted(report['cases'], 'case')} searched"
    )
    caption = f"Comparisons of {of} with something rounded in them, {how}, seed {report['seed']}"
    columns: list[Column | str] = ["Comparison", Column("Flips", number=True), "Nearest to a tie", "Farthest"]
    return table(caption, columns, map(_decision, report["sites"]))


def _decision(site: Mapping[str, Any]) -> Iterator[Content]:
    place = f"{site['at'].rpartition('/')[2]} {site['function']}"
    yield [tag("code", site["comparison"]), sub(broken(place))]
    yield [integer(site["flipped"]), sub(f"of {site['executed']:,}")]
    yield [_flip(flip) for flip in site["nearest"][:1]] or badge("none found", GOOD)
    yield _flip(site["widest"]) if site["widest"] else ""


def _flip(flip: Mapping[str, Any]) -> Content:
    """An input, what each side says there, and how far that reaches."""
    said = ["yes" if flip[side] else "no" for side in ("integer", "exact")]
    windows = [
        sub(
            tag("code", w["argument"]),
            f" for {counted(int(w['width']), 'value')}, {_ppm(w)} ppm of it",
        )
        for w in flip["windows"]
        if int(w["width"]) > 1
    ]
    return [
        tag(
            "div",
            f"integers say {said[0]}, exact values {said[1]}, by ",
            decimal(flip["margin"]["decimal"], 4),
        ),
        sub("at ", value(flip["arguments"])),
        windows,
    ]


def _ppm(window: Mapping[str, Any]) -> str:
    """How wide a window is, in parts per million of the value in it."""
    low, high, at = (Decimal(window[key]) for key in ("from", "to", "value"))
    return decimal(str((high - low) * 10**6 / abs(at)), 4) if at else "any number of"


def _quiet(flips: Sequence[Mapping[str, Any]]) -> Iterator[Iterable[Content]]:
    """A row for each account."""
    for account in dict.fromkeys(flip["account"] for flip in flips):
        own = [flip for flip in flips if flip["account"] == account]
        yield tag("code", account), _standing(own[0]["standing"]), map(_span, own)


def _span(flip: Mapping[str, Any]) -> Html:
    sure = "proven" if flip["proven"] and flip["undecided"] == "0" else "sampled"
    ends = [_amount(flip, flip["from"]), " to ", _amount(flip, flip["to"])]
    return tag("div", tag("code", flip["of"]), tag("span", " from ", ends, f", {sure}", class_="small quiet"))


def _row(flip: Mapping[str, Any]) -> Iterable[Content]:
    yield tag("code", flip["account"])
    yield [tag("code", flip["of"]), sub(flip["what"])]
    yield [_amount(flip, flip["now"]), sub(_standing(flip["standing"]))]
    yield _side(flip, "below")
    yield _side(flip, "above")
    sure = badge("proven", GOOD) if flip["proven"] else badge("sampled", CARE)
    left = int(flip["undecided"])
    rest = sub("all but ", integer(left), " not decided") if left else None
    yield [sure, rest, sub("looked at from ", _amount(flip, flip["from"]), " to ", _amount(flip, flip["to"]))]


def _side(flip: Mapping[str, Any], side: str) -> Content:
    """The intervals on a side, the nearest first."""
    intervals = flip[side]
    if not intervals:
        return tag("span", "none in the range", class_="quiet")
    near = "to" if side == "below" else "from"
    shown = [
        tag("div", _amount(flip, interval[near]), " ", _standing(interval["standing"]))
        for interval in intervals[:SHOWN]
    ]
    more = len(intervals) - SHOWN
    return [shown, sub(f"and {more:,} more") if more > 0 else None]


def _standing(standing: str) -> Html:
    return badge(standing, _KINDS.get(standing, PLAIN))


def _amount(flip: Mapping[str, Any], text: str) -> Html:
    """A price in units of itself, or a time."""
    if flip["of"] == "time":
        return tag("span", f"{datetime.fromtimestamp(int(text), UTC):%Y-%m-%d %H:%M:%S} UTC")
    decimals = int(flip["decimals"])
    whole, part = divmod(int(text), 10**decimals)
    if not decimals:
        return integer(whole)
    digits = f"{part:0{decimals}d}".rstrip("0")
    return join([integer(whole), tag("span", f".{digits}", class_="mono") if digits else None])
