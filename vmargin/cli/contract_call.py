"""A call as the command line names it: its arguments read, its answer printed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from vmargin.chain import wire
from vmargin.chain.literals import as_json, parse, write
from vmargin.chain.view import BlockView
from vmargin.cli import connect
from vmargin.errors import UsageError
from vmargin.solidity.abi import Function
from vmargin.solidity.reverts import CustomError, Halt, Panic, Revert

Outcome: TypeAlias = tuple[Any, ...] | Revert | Halt


@dataclass(frozen=True)
class ContractCall:
    """A function of a contract with its arguments."""

    address: str
    signature: str
    """As it was written."""
    texts: tuple[str, ...]
    """The arguments as they were written."""
    function: Function
    values: tuple[Any, ...]
    """The arguments."""

    @classmethod
    def read(cls, address: str, signature: str, texts: Sequence[str]) -> ContractCall:
        """Read each word as what it is meant to be."""
        address = wire.given_address(address)
        function = Function.parse(signature)
        if not function.outputs and not re.search(r"\)\s*\(\s*\)\s*\Z", signature):
            raise UsageError(
                f"{signature!r} does not say what it returns: write it as in  balanceOf(address)(uint256), "
                f"or  {signature.strip()}()  if that is nothing"
            )
        if len(texts) != len(function.inputs):
            takes = f"{len(function.inputs)} argument{'s' * (len(function.inputs) != 1)}"
            raise UsageError(f"{function.signature} takes {takes}, not {len(texts)}")
        values = []
        for number, (parameter, text) in enumerate(zip(function.inputs, texts, strict=True), 1):
            try:
                values.append(parse(parameter.type, text))
            except UsageError as error:
                raise UsageError(f"argument {number} of {function.signature}: {error}") from None
        return cls(address, signature, tuple(texts), function, tuple(values))

    def make(self, view: BlockView, errors: Iterable[CustomError]) -> Outcome:
        """Make the call; a revert or a halt is an answer, too."""
        try:
            return view.call(self.address, self.function, self.values, errors=errors)
        except (Revert, Halt) as outcome:
            return outcome

    def show(self, outcome: Outcome, view: BlockView, *, json_wanted: bool) -> int:
        """Print the answer, and give the exit code that it means."""
        if json_wanted:
            document = {
                "address": wire.checksummed(self.address),
                "function": self.signature,
                "arguments": list(self.texts),
                **self._as_json(outcome),
                "provenance": connect.as_json(view.provenance),
            }
            print(json.dumps(document, indent=2))
        else:
            print(*self._lines(outcome), sep="\n")
        return 0 if isinstance(outcome, tuple) else 1

    def __str__(self) -> str:
        return " ".join((wire.checksummed(self.address), self.signature, *self.texts))

    def _lines(self, outcome: Outcome) -> list[str]:
        """A line for each value."""
        if isinstance(outcome, Halt):
            return [f"halted: {_printable(outcome.reason)}"]
        if isinstance(outcome, Revert):
            meaning = f" ({outcome.meaning})" if isinstance(outcome, Panic) else ""
            return [f"reverted: {_printable(str(outcome))}{meaning}"]
        return [write(o.type, value) for o, value in zip(self.function.outputs, outcome, strict=True)]

    def _as_json(self, outcome: Outcome) -> dict[str, Any]:
        if isinstance(outcome, Halt):
            return {"halted": outcome.reason}
        if isinstance(outcome, Revert):
            return {"reverted": {"error": str(outcome), "data": wire.to_data(outcome.data)}}
        outputs = self.function.outputs
        return {"values": [as_json(o.type, value) for o, value in zip(outputs, outcome, strict=True)]}


def custom_errors(signatures: Iterable[str]) -> list[CustomError]:
    """Read the signatures of custom errors."""
    found = []
    for signature in signatures:
        error = Function.parse(signature)
        if error.outputs:
            raise UsageError(f"{signature!r} is no custom error: write it as in  Name(address,uint256)")
        found.append(CustomError(error.signature))
    return found


def _printable(text: str) -> str:
    """Spell out what would be a command to a terminal: contracts choose these texts."""
    return text if text.isprintable() else text.encode("unicode_escape").decode()
