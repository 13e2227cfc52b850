"""A protocol of one function: an account is a fraction, as in 7/2, and the contract divides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vmargin.chain.errors import BadReturn
from vmargin.errors import UsageError
from vmargin.protocols.base import Margin, Protocol, State
from vmargin.protocols.deployment import Deployment, Place
from vmargin.protocols.verdict import HEALTHY, Verdict
from vmargin.solidity.integers import uint256
from vmargin.solidity.reverts import Halt, Revert

DIVIDE, INVALID = "divide(uint256,uint256)(uint256)", "invalid()"
UNREADABLE = "succeed(uint256,int64,bool)(bool)"
"""Returns three values, and here it is said to return one."""


@dataclass(frozen=True)
class Fraction(State):
    schema = "shares/1"
    account: str
    x: uint256
    y: uint256

    def as_json(self) -> dict[str, Any]:
        return {"schema": self.schema, "account": self.account, "x": str(int(self.x)), "y": str(int(self.y))}

    @classmethod
    def from_json(cls, given: Any) -> Fraction:
        return cls(given["account"], uint256(int(given["x"])), uint256(int(given["y"])))


class Shares(Protocol[Fraction]):
    """The mirror that is right.  ``0/1`` halts on chain, ``0/2`` cannot be read."""

    name = "shares"
    account_form = "a fraction, as in 7/2"
    decimals = dict.fromkeys(("share",), 0)
    state = Fraction

    @classmethod
    def parse_account(cls, text):
        x, slash, y = text.partition("/")
        if not (slash and x.isdigit() and y.isdigit()):
            raise UsageError(f"{text!r} is no account of shares: write {cls.account_form}")
        return f"{int(x)}/{int(y)}"

    def discover(self, view):
        yield from self.deployment.extras["fractions"]

    def read(self, view, accounts):
        return [Fraction(a, *(uint256(int(n)) for n in a.split("/"))) for a in accounts]

    @classmethod
    def margin(cls, state):
        try:
            return Margin(cls.name, state.account, cls.answer(state), HEALTHY)
        except Revert as revert:
            return Margin(cls.name, state.account, revert, Verdict.unknown(revert))

    @classmethod
    def answer(cls, state):
        return {"share": int(state.x / state.y)}

    def onchain(self, view, accounts):
        where = self.deployment.address("shapes")
        calls = {"0/1": (where, INVALID), "0/2": (where, UNREADABLE, (1, 2, True))}
        outcomes = view.calls(
            calls.get(a) or (where, DIVIDE, tuple(map(int, a.split("/")))) for a in accounts
        )
        if any(isinstance(outcome, BadReturn) for outcome in outcomes):
            raise next(outcome for outcome in outcomes if isinstance(outcome, BadReturn))
        return [o if isinstance(o, Revert | Halt) else {"share": o[0]} for o in outcomes]


def deployed(shapes: str, chain_id: int, *fractions: str, kind: type[Shares] = Shares) -> Shares:
    return kind(Deployment("shares", chain_id, {"shapes": Place(shapes)}, extras={"fractions": fractions}))
