"""Accounts of a protocol: those whose figures differ, figure by figure, and those that are not known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from vmargin.report.audit.difference import outcome, parting_of
from vmargin.report.blocks import BAD, CARE, badge, sub, table, value, values
from vmargin.report.html import Content, Html, join, tag
from vmargin.report.numbers import counted, integer, scaled

SHOWN = 200
"""Accounts that are listed; report.json has more."""


def lead(document: Mapping[str, Any]) -> Html | None:
    """The first account that differs, for the first screen."""
    comparison = document.get("accounts")
    if comparison is None:
        return None
    for account in comparison["accounts"]:
        if account["status"] == "differs":
            return tag(
                "section",
                tag("h2", "The first difference: account ", tag("code", account["account"])),
                parting_of(comparison["located"].get(account["account"]), few=True),
                _figures(account, comparison["decimals"]),
                id="first-difference",
                class_="card lead",
            )
    return None


def section(comparison: Mapping[str, Any]) -> Content:
    """How many there are of each kind, then all that are not equal."""
    counts = [
        (status, integer(comparison[key]))
        for status, key in (("equal", "equal"), ("differ", "differs"), ("unknown", "unknown"))
    ]
    listed = [a for a in comparison["accounts"] if a["status"] != "equal"]
    left = comparison["differs"] + comparison["unknown"] - len(listed[:SHOWN])
    columns = ["Account", "Status", "What differs"]
    return [
        tag(
            "p",
            f"{counted(comparison['compared'], 'account')} of {comparison['protocol']}: the mirror's figures "
            "beside the contract's own answer, to the bit.",
        ),
        values(counts),
        table(
            "Accounts that are not equal", columns, (_row(account, comparison) for account in listed[:SHOWN])
        )
        if listed
        else None,
        tag("p", f"And {counted(left, 'account')} more that are not listed here.", class_="small quiet")
        if left > 0
        else None,
    ]


def _row(account: Mapping[str, Any], comparison: Mapping[str, Any]) -> Iterable[Content]:
    yield tag("code", account["account"])
    if account["status"] == "unknown":
        yield badge("unknown", CARE)
        yield account.get("reason", "")
    else:
        yield badge("differs", BAD)
        files = comparison["files"].get(account["account"], ())
        links = [[", " if at else "", tag("a", path, href=path)] for at, path in enumerate(files)]
        where = comparison["located"].get(account["account"])
        again = sub("to run it again: ", links) if files else None
        yield [_figures(account, comparison["decimals"]), parting_of(where), again]


def _figures(account: Mapping[str, Any], decimals: Mapping[str, int]) -> Html:
    found = account.get("differences", ())
    if not found:
        endings = [(f"the {side}", _ending(account.get(side, {}))) for side in ("mirror", "contract")]
        return values(endings)
    return join([_figure(one, decimals.get(one["figure"], 0)) for one in found])


def _figure(one: Mapping[str, Any], decimals: int) -> Html:
    def shown(text: str | None) -> Content:
        if text is None:
            return "none"
        amount = sub("which is ", scaled(text, decimals)) if decimals else None
        return [value(text, hint=not decimals), amount]

    pairs = [(side, shown(one[side])) for side in ("mirror", "contract")]
    if one["difference"] is not None:
        pairs.append(("mirror less contract", shown(one["difference"])))
    return join([tag("div", tag("code", one["figure"])), values(pairs)])


def _ending(told: Mapping[str, Any]) -> Html:
    if "figures" in told:
        return join(["says ", [[sub(tag("code", k), " ", value(v))] for k, v in told["figures"].items()]])
    return outcome(told)
