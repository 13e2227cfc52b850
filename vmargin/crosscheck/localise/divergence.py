"""Where a mirror and a contract part: the operation, on either side, and one sentence for a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from vmargin.crosscheck.inputs import Case
from vmargin.crosscheck.localise.sources import Place
from vmargin.solidity.reverts import Revert
from vmargin.solidity.steps import Step
from vmargin.solidity.trace import Operation


@dataclass(frozen=True)
class Divergence:
    """The first operation at which two runs part.

    Attributes
    ----------
    kind
        ``"result"``: of the same operands, or of one that is another; ``"operation only in the contract"``,
        ``"operation only in the mirror"``, ``"decision"`` or ``"ending"``.
    contract, place
        The contract's step, and the line that it, or the call around it, is on.
    mirror
        The mirror's operation.
    called_from
        The lines of the contract on which the calls around the step are.
    note
        What is not known, and why.
    """

    SCHEMA: ClassVar[str] = "vmargin/divergence/1"

    kind: str
    sentence: str
    contract: Step | None = None
    place: Place | None = None
    own: Place | None = None
    """Where the step itself is, if that is another line."""
    called_from: tuple[Place, ...] = ()
    mirror: Operation | None = None
    case: Case | None = None
    """The arguments on which it was seen."""
    others: tuple[Place, ...] = ()
    """Further lines that it could be, the likelier first."""
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        """The divergence in JSON's types, integers as decimal strings."""
        form: dict[str, Any] = {"schema": self.SCHEMA, "kind": self.kind, "sentence": self.sentence}
        if self.contract is not None:
            step = self.contract
            form["contract"] = {
                "pc": step.pc,
                "opcode": step.opcode,
                "operands": [str(operand) for operand in step.operands],
                "result": None if step.result is None else str(step.result),
                "code": step.code,
                "depth": step.depth,
                "source": _place_json(self.own or self.place),
                "calledFrom": [_place_json(place) for place in self.called_from],
            }
        if self.place is not None:
            form["line"] = _place_json(self.place)
        if self.mirror is not None:
            operation = self.mirror
            form["mirror"] = {
                "operation": operation.symbol,
                "operands": [str(int(operand)) for operand in operation.operands],
                "result": _result_json(operation.result),
                "file": operation.site.file,
                "line": operation.site.line,
                "function": operation.site.function,
            }
        if self.others:
            form["others"] = [_place_json(place) for place in self.others]
        if self.note:
            form["note"] = self.note
        return form

    def lines(self) -> list[str]:
        """The divergence for a person."""
        lines = [self.sentence]
        if self.place is not None:
            lines += [f"  contract  {self.place}", f"            {self.place.text[:_WIDTH]}"]
        if self.own is not None and self.own != self.place:
            lines.append(f"            in {self.own}")
        if self.contract is not None:
            lines.append(f"            pc {self.contract.pc}: {self.contract}")
        if self.mirror is not None:
            lines += [f"  mirror    {self.mirror.site}", f"            {self.mirror}"]
        if self.note:
            lines.append(f"  {self.note}")
        return lines


_WIDTH = 100


def _place_json(place: Place | None) -> dict[str, Any] | None:
    if place is None:
        return None
    return {"path": place.path, "line": place.line, "function": place.function, "text": place.text}


def _result_json(result: Any) -> Any:
    if isinstance(result, Revert):
        return {"revert": str(result)}
    return result if isinstance(result, bool) else str(result if isinstance(result, float) else int(result))
