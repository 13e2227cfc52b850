"""What the cases reached of each mirror: how much of each kind, and where something was not seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from vmargin.report.blocks import CARE, GOOD, PLAIN, Column, badge, broken, name, sub, table
from vmargin.report.html import Content, Html, join, tag
from vmargin.report.numbers import counted, integer, share

SHOWN = 60
"""Places that are listed; report.json has all."""

_SAYS = {
    "functions": "called",
    "branches": "taken, and not taken",
    "conditions": "true, and false",
    "loops": "no pass, a pass, run out, left early",
    "reverts": "reached",
    "boundaries": "both sides equal, one below, one above",
    "remainders": "none, some, one less than the divisor, divisor 0",
    "overflows": "the last that fits, and the first that does not",
    "carries": "none, and some",
}


def section(functions: Sequence[Mapping[str, Any]]) -> list[Html]:
    """A table for each mirror that can be read."""
    return [_one(f["name"], f["coverage"]) for f in functions if f.get("coverage")]


def _one(of: str, report: Mapping[str, Any]) -> Html:
    near = f", {report['guided']:,} of them near others" if report["guided"] else ""
    caption = f"What {counted(report['cases'], 'case')} reached{near}; {report['reverted']:,} reverted"
    columns: list[Column | str] = [
        "Of",
        Column("Seen", number=True),
        Column("Share", number=True),
        "What is looked for",
    ]
    rows = [_kind(kind, tally) for kind, tally in report["kinds"].items()]
    missed = [site for site in report["sites"] if not all(site["seen"].values())]
    return join(
        [
            tag("h3", name(of)),
            table(caption, columns, rows),
            table("What was not seen", ["Place", "Kind", "Not seen"], map(_missed, missed[:SHOWN]))
            if missed
            else tag("p", "Nothing was left unseen."),
            tag("p", f"And {len(missed) - SHOWN:,} more places in report.json.", class_="small quiet")
            if len(missed) > SHOWN
            else None,
        ]
    )


def _kind(kind: str, tally: Mapping[str, int]) -> Iterable[Content]:
    seen, points = tally["seen"], tally["points"]
    yield kind
    yield [integer(seen), " / ", integer(points)]
    yield badge(share(seen, points), GOOD if seen == points else CARE)
    yield tag("span", _SAYS.get(kind, ""), class_="quiet")


def _missed(site: Mapping[str, Any]) -> Iterable[Content]:
    file = site["file"].rpartition("/")[2]
    yield [name(site["text"]), sub(broken(f"{file}:{site['line']}:{site['column']} {site['function']}"))]
    yield badge(site["kind"], PLAIN)
    yield ", ".join(point for point, times in site["seen"].items() if not times)
