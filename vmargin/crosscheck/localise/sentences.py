"""What a divergence is, in one sentence."""

from __future__ import annotations

from vmargin.crosscheck.localise.judging import DECISION, ENDING, ONLY_CONTRACT, ONLY_MIRROR, RESULT, Finding
from vmargin.crosscheck.localise.lineup import LineUp
from vmargin.crosscheck.localise.sources import Place
from vmargin.solidity.reverts import Revert
from vmargin.solidity.trace import Operation


def sentence(lineup: LineUp, finding: Finding, place: Place | None) -> str:
    """Say what a finding is."""
    step = lineup.contract.steps[finding.step] if finding.step >= 0 else None
    operation = lineup.mirror.operations[finding.operation] if finding.operation >= 0 else None
    where = f"at {place}" if place is not None else f"at pc {step.pc}" if step is not None else "somewhere"
    contract = f"{step}" if step is not None else ""
    mirror = _shown(operation) if operation is not None else ""
    if finding.kind == ONLY_MIRROR:
        return f"the mirror does {mirror}, which the contract does not, {where}"
    if finding.kind == ONLY_CONTRACT:
        return f"the contract does {contract}, which the mirror does not, {where}"
    if finding.kind == DECISION:
        other = f", the mirror by {mirror}" if mirror else ""
        return f"the contract decides by {contract}{other}, {where}"
    if finding.kind == ENDING:
        verb = "reverts" if lineup.contract.reverted else "goes on"
        other = "reverts" if isinstance(lineup.mirror.outcome, Revert) else "goes on"
        how = "otherwise" if other == verb == "reverts" else other
        return f"the contract {verb} after {contract}, the mirror {how}, {where}"
    if finding.kind == RESULT and operation is not None and not finding.inputs and not finding.wanted:
        return f"of the same operands the contract makes {contract}, the mirror {mirror}, {where}"
    return f"the contract does {contract}, the mirror {mirror or 'something else'}, {where}"


def _shown(operation: Operation) -> str:
    return str(operation)
