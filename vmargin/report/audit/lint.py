"""What the lint says: violations first, and what was in order last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from vmargin.report.blocks import BAD, CARE, GOOD, PLAIN, badge, sub, table, value
from vmargin.report.html import Content, tag

_KINDS = {"violation": BAD, "warning": CARE, "ok": GOOD, "not applicable": PLAIN}


def section(findings: Sequence[Mapping[str, Any]]) -> Content:
    """A table of the findings, the worst first."""
    order = list(_KINDS)
    ranked = sorted(findings, key=lambda finding: order.index(finding["level"]))
    return table("Rules, and what they found", ["Rule", "Finding", "What"], map(_row, ranked))


def _row(finding: Mapping[str, Any]) -> Iterable[Content]:
    yield tag("code", finding["rule"])
    yield badge(finding["level"], _KINDS[finding["level"]])
    evidence = finding["evidence"] if finding["level"] in ("violation", "warning") else {}
    yield [finding["what"], [sub(f"{name}: ", value(thing)) for name, thing in evidence.items()]]
