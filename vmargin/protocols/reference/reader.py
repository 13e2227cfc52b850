"""From a view to states: what the engine itself would give its rule."""

from __future__ import annotations

import typing
from collections.abc import Sequence
from typing import Any

from vmargin.chain.errors import BadReturn, Unprovable
from vmargin.chain.view import BlockView, Call
from vmargin.protocols.reference.contracts import errors, functions
from vmargin.protocols.reference.state import Inputs, ReferenceState
from vmargin.solidity.reverts import Halt, Revert
from vmargin.solidity.signatures import fields, is_struct


def read(view: BlockView, engine: str, accounts: Sequence[str]) -> list[ReferenceState]:
    """The states of accounts, in their order."""
    inputs_of = functions("Engine")["inputsOf"]
    calls = [Call(engine, inputs_of, (int(account),)) for account in accounts]
    states = []
    for account, outcome in zip(accounts, view.calls(calls, errors=errors()), strict=True):
        if isinstance(outcome, BadReturn | Unprovable):
            raise outcome
        inputs = outcome if isinstance(outcome, Revert | Halt) else typed(Inputs, outcome)
        states.append(ReferenceState(account, inputs))
    return states


def typed(kind: Any, raw: Any) -> Any:
    """Give decoded integers the types that a struct, or a tuple of them, declares."""
    if is_struct(kind):
        return kind(*(typed(part, value) for part, value in zip(fields(kind).values(), raw, strict=True)))
    if typing.get_origin(kind) is tuple:
        return tuple(typed(typing.get_args(kind)[0], value) for value in raw)
    return kind(raw)
