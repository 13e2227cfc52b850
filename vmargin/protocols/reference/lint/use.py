"""Which policies accounts have, and positions that they hold under each: by these the rules are shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from vmargin.chain.view import BlockView, Call
from vmargin.margin.instruments import underlyingOf
from vmargin.margin.margin_view import evaluate, tail_witness
from vmargin.margin.types import Market, Policy, Portfolio, Position, Quote, UnderlyingQuote
from vmargin.protocols.deployment import Deployment
from vmargin.protocols.reference import reader
from vmargin.protocols.reference.contracts import functions
from vmargin.protocols.reference.state import Inputs
from vmargin.solidity.integers import int256, uint256
from vmargin.solidity.reverts import Revert

CHUNK = 64
"""Accounts that are read at once."""

HELD = 12
"""Instruments of a policy that its rules are shown with: the first that its accounts hold."""


class Held(NamedTuple):
    """A position that an account has, with what the market says of it."""

    position: Position
    underlying: UnderlyingQuote
    quote: Quote
    time: uint256
    stablePrice: uint256  # noqa: N815  as the market has it

    def required(self, policy: Policy, size: int) -> int | None:
        """What a policy requires for so much of it and nothing else, by the mirror; None where it reverts."""
        portfolio = Portfolio(int256(0), (Position(self.position.instrument, int256(size)),))
        market = Market(self.time, self.stablePrice, (self.underlying,), (self.quote,))
        try:
            tail = tail_witness(portfolio, market, policy)
            return int(evaluate(portfolio, market, policy, tail)[0].initialRequirement)
        except Revert:
            return None


@dataclass
class InUse:
    """A policy that some account has."""

    id: bytes
    """Its address, as the ledger says."""
    policy: Policy
    """As the house gives it for that address."""
    held: dict[int, Held] = field(default_factory=dict)
    """By instrument, as many as `HELD`."""

    @property
    def name(self) -> str:
        """For a person."""
        return named(self.id)


def named(policy: bytes) -> str:
    """A policy for a person: enough of its address to tell it from others."""
    return f"policy 0x{policy.hex()[:8]}…"


def chunks(accounts: Sequence[str]) -> Iterator[list[str]]:
    """Accounts as they are read."""
    rest = iter(accounts)
    while some := list(islice(rest, CHUNK)):
        yield some


def policies_in_use(view: BlockView, deployment: Deployment, accounts: Sequence[str]) -> list[InUse]:
    """The policies of accounts, in the order in which they are met."""
    found: dict[bytes, InUse] = {}
    scope_of, ledger = functions("Ledger")["scopeOf"], deployment.address("ledger")
    for some in chunks(accounts):
        scopes = view.calls([Call(ledger, scope_of, (int(account),)) for account in some])
        states = reader.read(view, deployment.address("engine"), some)
        for scope, state in zip(scopes, states, strict=True):
            if isinstance(state.inputs, Inputs) and isinstance(scope, tuple):
                portfolio, market, policy = state.inputs
                use = found.setdefault(scope[1], InUse(scope[1], policy))
                _hold(use, portfolio, market)
    return list(found.values())


def _hold(use: InUse, portfolio: Portfolio, market: Market) -> None:
    underlyings = {int(quote.underlying): quote for quote in market.underlyings}
    for position, quote in zip(portfolio.positions, market.quotes, strict=True):
        instrument = int(position.instrument)
        if len(use.held) < HELD and instrument not in use.held:
            underlying = underlyings[int(underlyingOf(position.instrument))]
            use.held[instrument] = Held(position, underlying, quote, market.time, market.stablePrice)
