"""What a generated test runs, and what it wants to see: the mirror's answer in the contract's bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vmargin.chain.literals import from_json
from vmargin.crosscheck.counterexample import Counterexample
from vmargin.errors import UsageError
from vmargin.solidity.abi import Coder
from vmargin.solidity.bytecode import creation_code


@dataclass(frozen=True)
class Code:
    """A contract that a test deploys for itself."""

    artifact: Mapping[str, Any]
    """`abi` and `bytecode` are used."""
    constructor: tuple[Any, ...] = ()
    """Its arguments."""
    errors: tuple[str, ...] = ()
    """Custom errors that it may revert with and that the ABI lacks."""

    @property
    def creation(self) -> bytes:
        """What deploys it, less the arguments."""
        return bytes.fromhex(str(self.artifact["bytecode"]).removeprefix("0x"))

    @property
    def arguments(self) -> bytes:
        """The constructor's arguments as they follow the code."""
        return creation_code(self.artifact, self.constructor)[len(self.creation) :]


@dataclass(frozen=True)
class At:
    """A contract on a chain."""

    address: str
    chain_id: int
    block: int
    code_hash: str | None = None
    errors: tuple[str, ...] = ()
    """Custom errors that it may revert with."""


def wanted(found: Counterexample) -> bytes | None:
    """What the contract returns or reverts with if it does as the mirror does; None where no contract can."""
    outcome = found.mirrored
    if "revert" in outcome:
        return bytes.fromhex(outcome["revert"]["data"].removeprefix("0x"))
    if "values" not in outcome:
        return None
    outputs = found.function.outputs
    try:
        values = [from_json(o.type, value) for o, value in zip(outputs, outcome["values"], strict=True)]
        return Coder(outputs).encode(values)
    except (UsageError, TypeError, ValueError):
        return None  # of another type, or out of its range


def said(outcome: Mapping[str, Any]) -> str:
    """An outcome as JSON has it, for a comment: contracts choose such texts, so one line and ASCII alone."""
    if "values" in outcome:
        text = f"returns {', '.join(map(str, outcome['values'])) or 'nothing'}"
    elif "revert" in outcome:
        text = f"reverts with {outcome['revert']['error']}, data {outcome['revert']['data'] or '0x'}"
    elif "halt" in outcome:
        text = f"halts: {outcome['halt']}"
    else:
        text = f"fails with {outcome.get('failure')}, which no contract does"
    return plain(text)


def plain(text: str) -> str:
    """Text for a comment, which it cannot end."""
    return text.encode("unicode_escape").decode()
