"""What a function did, on either side: results, a revert, a halt; and whether both did the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

from vmargin.chain.literals import as_json
from vmargin.solidity.abi import Parameter
from vmargin.solidity.reverts import Halt, Revert


class Failure(NamedTuple):
    """What a mirror did that no contract can: an exception of Python, a float."""

    text: str


Outcome: TypeAlias = tuple[Any, ...] | Revert | Halt | Failure
"""Results in a tuple, however many there are, or why there are none."""


def same(mirror: Outcome, contract: Outcome) -> bool:
    """Whether values are equal, or revert data; a halt equals nothing that a mirror can do."""
    if isinstance(contract, Revert):
        return isinstance(mirror, Revert) and mirror.data == contract.data
    return isinstance(mirror, tuple) and not isinstance(mirror, Failure) and mirror == contract


def kind(outcome: Outcome) -> str:
    """What sort of ending it is, for counting: ``value``, the revert's shape, ``halt`` or ``failure``."""
    if isinstance(outcome, Failure):
        return "failure"
    if isinstance(outcome, tuple):
        return "value"
    if isinstance(outcome, Halt):
        return "halt"
    return str(outcome).partition("(")[0] or "revert"


def shown(outcome: Outcome) -> str:
    """An outcome with its bytes, for a person."""
    if isinstance(outcome, Failure):
        return f"fails with {outcome.text}, which no contract does"
    if isinstance(outcome, Revert):
        return f"reverts with {outcome}, data 0x{outcome.data.hex()}"
    if isinstance(outcome, Halt):
        return f"halts: {outcome}"
    return ", ".join(map(_text, outcome)) or "returns"


def outcome_json(outcome: Outcome, outputs: Sequence[Parameter] = ()) -> dict[str, Any]:
    """An outcome in JSON's types, integers as decimal strings; `outputs` tell bytes and addresses."""
    if isinstance(outcome, Failure):
        return {"failure": outcome.text}
    if isinstance(outcome, Revert):
        return {"revert": {"error": str(outcome), "data": f"0x{outcome.data.hex()}"}}
    if isinstance(outcome, Halt):
        return {"halt": outcome.reason}
    if len(outputs) == len(outcome):
        try:
            return {"values": [as_json(o.type, v) for o, v in zip(outputs, outcome, strict=True)]}
        except (TypeError, ValueError, AttributeError):
            pass  # a mirror's results need not be of the contract's types
    return {"values": [_loose(value) for value in outcome]}


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return f"0x{value.hex()}"
    return f"({', '.join(map(_text, value))})" if isinstance(value, tuple) else str(value)


def _loose(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_loose(part) for part in value]
    return value if isinstance(value, bool) else _text(value)
