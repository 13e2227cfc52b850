"""What the engine's rule reads of one account at one block."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from vmargin.errors import UsageError
from vmargin.margin.types import Market, Policy, Portfolio
from vmargin.protocols.base import State
from vmargin.protocols.json_form import as_json, from_json
from vmargin.solidity.reverts import Halt, Revert, decode


class Inputs(NamedTuple):
    """The combined portfolio of the account's scope, the market for it, and the policy."""

    portfolio: Portfolio
    market: Market
    policy: Policy


@dataclass(frozen=True)
class ReferenceState(State):
    """Inputs of the rule; or how the engine refused to give them, such as for a price that is too old."""

    schema: ClassVar[str] = "vmargin/reference/state/1"

    account: str
    inputs: Inputs | Revert | Halt

    def as_json(self) -> dict[str, Any]:
        form: dict[str, Any] = {"schema": self.schema, "account": self.account}
        if isinstance(self.inputs, Inputs):
            return {**form, **as_json(self.inputs)}
        if isinstance(self.inputs, Revert):
            return {**form, "revert": "0x" + self.inputs.data.hex()}
        return {**form, "halt": str(self.inputs)}

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> ReferenceState:
        """Read what :meth:`as_json` gives, or refuse it."""
        if not isinstance(given, Mapping) or given.get("schema") != cls.schema:
            raise UsageError(f"no state of a reference account: its `schema` is {cls.schema!r}")
        account = given.get("account")
        if not isinstance(account, str):
            raise UsageError(f"state.account is {account!r}: it takes the account's number as text")
        rest = {name: part for name, part in given.items() if name not in ("schema", "account")}
        return cls(account, _inputs(rest))


def _inputs(given: dict[str, Any]) -> Inputs | Revert | Halt:
    match given:
        case {"revert": str(data), **others} if not others:
            try:
                return decode(bytes.fromhex(data.removeprefix("0x")))
            except ValueError:
                raise UsageError(f"state.revert is {data!r}: it takes the revert's data as 0x…") from None
        case {"halt": str(reason), **others} if not others:
            return Halt(reason)
    return from_json(Inputs, given, "state")
