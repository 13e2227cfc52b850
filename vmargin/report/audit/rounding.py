"""The rounding of each function: its sites, the largest errors that were found, and how they are spread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from vmargin.report.blocks import BAD, CARE, GOOD, Column, badge, broken, is_integer, name, sub, table, value
from vmargin.report.chart import Bar, histogram
from vmargin.report.html import Content, Html, join, tag
from vmargin.report.numbers import counted, decimal, integer, share

_SIZES = ("1e0", "1e6", "1e18")
_FAVOURS = {
    "protocol": ("the protocol", GOOD),
    "account": ("the account", BAD),
    "mixed": ("now one, now the other", CARE),
}


def sites(report: Mapping[str, Any]) -> Html | None:
    """A table of the sites that moved a result, and the names of those that did not."""
    moved = [s for s in report["sites"] if s["effect"]]
    silent = [s for s in report["sites"] if not s["effect"]]
    columns: list[Column | str] = [
        "Where",
        "Rounds",
        Column("Times up / down / exact", number=True),
        "Favours",
        "Asked both ways",
        "Largest effect",
    ]
    return join(
        [
            table(f"Rounding sites of {report['kernel']}", columns, map(_site, moved)) if moved else None,
            tag("p", "No rounding moved a result.", class_="quiet") if not moved else None,
            tag(
                "p",
                "Without effect on a result: ",
                ", ".join(dict.fromkeys(f"{_place(s)} ({s['direction']})" for s in silent)),
                ".",
                class_="small quiet",
            )
            if silent
            else None,
        ]
    )


def _site(site: Mapping[str, Any]) -> Iterable[Content]:
    yield [
        name(site["text"] or site["operation"]),
        sub(broken(_place(site)), " ", broken(site["function"]), _via(site)),
    ]
    yield site["direction"]
    yield [integer(site["up"]), " / ", integer(site["down"]), " / ", integer(site["exact"])]
    if site["favours"] in _FAVOURS:
        text, kind = _FAVOURS[site["favours"]]
        yield [badge(text, kind), sub(_balance(site)) if site["favours"] == "mixed" else None]
    else:
        yield tag("span", "not stated", class_="quiet")
    yield _conflict(site)
    yield [
        [tag("div", _named(output, site["largest"]), error(extreme)), _case(extreme)]
        for output, extreme in site["largest"].items()
    ]


def _place(site: Mapping[str, Any]) -> str:
    return f"{site['file'].rpartition('/')[2]}:{site['line']}"


def _via(site: Mapping[str, Any]) -> str:
    return f", by way of {site['via'][-1]}" if site["via"] else ""


def _balance(site: Mapping[str, Any]) -> str:
    return f"{site['forProtocol']:,} for the protocol, {site['forAccount']:,} for the account"


def _conflict(site: Mapping[str, Any]) -> Content:
    if not site["conflict"]:
        return "no"
    demands = [sub(f"{d['direction']} for {d['output']} at ", value(d["case"])) for d in site["demands"]]
    return [badge(site["conflict"], CARE), demands]


def errors(report: Mapping[str, Any]) -> Html:
    """A table of the largest errors by output."""
    columns: list[Column | str] = [
        "Output",
        "Largest error",
        "In parts per million",
        Column("Exact", number=True),
        "Bound",
    ]
    how = (
        "all that there are" if report["exhaustive"] else f"half drawn, half searched, seed {report['seed']}"
    )
    caption = f"Largest errors of {report['kernel']} over {counted(report['cases'], 'case')}, {how}"
    return table(caption, columns, map(_error_row, report["errors"]))


def _error_row(found: Mapping[str, Any]) -> Iterable[Content]:
    yield tag("code", found["output"] or "result")
    if found["largest"] is None:
        yield badge("none: exact", GOOD)
        yield ""
    else:
        yield [tag("div", error(found["largest"]), " wei"), _case(found["largest"])]
        ppm = found["largestPpm"]
        yield [tag("div", error(ppm)), _case(ppm), _by_size(found["ppmByMagnitude"])] if ppm else ""
    yield [share(found["exact"], found["cases"]), sub(f"of {found['cases']:,}")]
    yield _bound(found["bound"])


def _by_size(found: Sequence[Mapping[str, Any]]) -> Content:
    """Near 0 a floor loses everything; how much it loses of larger values, for a few of their sizes."""
    shown = [one for one in found if one["from"] in _SIZES]
    return [sub(f"{decimal(one['decimal'], 4)} where it is {one['from']} or more") for one in shown]


def _bound(bound: Mapping[str, Any] | None) -> Content:
    if bound is None:
        return tag("span", "none stated", class_="quiet")
    if bound["broken"]:
        first = bound["firstBroken"]
        return [
            badge(f"broken in {counted(bound['broken'], 'case')}", BAD),
            sub("by ", error(first)),
            _case(first),
        ]
    slack = bound["slack"]
    return [badge("kept", GOOD), sub("at least ", error(slack), " wei left") if slack else None]


def error(number: Mapping[str, Any]) -> Html:
    """A number that documents have in decimals and, where it is short, as a fraction."""
    fraction = str(number.get("fraction", ""))
    if is_integer(fraction) and len(fraction) <= 20:
        return integer(fraction)
    exact = sub(tag("code", fraction)) if 0 < len(fraction) <= 24 and not is_integer(fraction) else None
    return join([tag("span", decimal(number["decimal"]), class_="mono"), exact])


def _named(output: str, several: Mapping[str, Any]) -> Content:
    return [tag("code", output), " "] if len(several) > 1 else None


def _case(extreme: Mapping[str, Any]) -> Html:
    return sub("at ", value(extreme["case"]))


def spread(title: str, report: Mapping[str, Any]) -> list[Html]:
    """A picture of each output's errors."""
    return [
        _figure(title if len(report["distributions"]) == 1 else f"{title}, {output}", told)
        for output, told in report["distributions"].items()
        if told["cases"]
    ]


def _figure(of: str, told: Mapping[str, Any]) -> Html:
    buckets: Sequence[Mapping[str, Any]] = told["units"]
    at = {q["percent"]: decimal(q["decimal"], 4) for q in told["quantiles"]}
    bars, end = _bars(buckets)
    title = f"Errors of {of}: 0 in {told['exact']} of {told['cases']} cases, from {at[0]} to {at[100]}"
    text = f": exact in {share(told['exact'], told['cases'])} of {counted(told['cases'], 'case')} drawn; "
    text += f"half of the errors lie from {at[25]} to {at[75]}, all from {at[0]} to {at[100]} wei."
    drawing = histogram(title, bars, end, "error: the integer less the exact value, in wei", "cases")
    return tag("figure", drawing, tag("figcaption", tag("b", of), text))


def _bars(buckets: Sequence[Mapping[str, Any]]) -> tuple[list[Bar], str]:
    """One bar for each bucket, with labels so few that they do not touch."""
    every = max(1, -(-len(buckets) // 8))
    zero = next((at for at, bucket in enumerate(buckets) if bucket["from"] == bucket["to"]), 0)
    bars = []
    for at, bucket in enumerate(buckets):
        # the label is of the end at the left, which is the outer one below zero and the inner one above
        steps = at - zero - 1 if at > zero else zero - at
        labelled = at == zero or (steps and steps % every == 0 and at < len(buckets) - every // 2)
        alone = bucket["from"] == bucket["to"]
        bars.append(Bar(decimal(bucket["from"], 4) if labelled else "", int(bucket["count"]), alone))
    return bars, decimal(buckets[-1]["to"], 4) if buckets[-1]["to"] != buckets[-1]["from"] else ""
