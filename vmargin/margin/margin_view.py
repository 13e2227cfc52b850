"""Margin of any portfolio at any market under any policy: the mirror of MarginView.sol, and its front."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from vmargin.margin.dials import SUM, WORST
from vmargin.margin.limits import BPS, SCENARIOS
from vmargin.margin.margins import evaluate as evaluateChecked
from vmargin.margin.policy_checks import requireValid
from vmargin.margin.tails import depth, wanted
from vmargin.margin.types import (
    Cover,
    Margin,
    Market,
    Policy,
    Portfolio,
    Position,
    Quote,
    Shock,
    Terms,
    UnderlyingQuote,
)
from vmargin.solidity.arrays import Scratch, Words
from vmargin.solidity.integers import int256, uint256
from vmargin.solidity.kernel import kernel


@kernel
def evaluate_flat(
    cash: int256,
    positions: Words[Position],
    time: uint256,
    stablePrice: uint256,
    underlyings: Words[UnderlyingQuote],
    quotes: Words[Quote],
    terms: Terms,
    covers: Words[Cover],
    shocks: Words[Shock],
    weightsBps: Words[uint256],
    correlationsBps: Words[int256],
    tail: Words[uint256],
    outcomes: Scratch[int256],
    prices: Scratch[int256],
    rows: Scratch[uint256],
    sums: Scratch[int256],
    losses: Scratch[int256],
    top: Scratch[int256],
    requirements: Scratch[int256],
    places: Scratch[uint256],
) -> Margin:
    """The margin, and in `outcomes` that of each group in each scenario before weights."""
    requireValid(terms, covers, shocks, weightsBps, correlationsBps, SCENARIOS)
    return evaluateChecked(
        cash, positions, time, stablePrice, underlyings, quotes, terms, covers, shocks, weightsBps,
        correlationsBps, tail, outcomes, prices, rows, sums, losses, top, requirements, places
    )  # fmt: skip


def evaluate(
    portfolio: Portfolio, market: Market, policy: Policy, tail: Iterable[int] = (), *, native: bool = False
) -> tuple[Margin, tuple[int256, ...]]:
    """What `MarginView.evaluate` returns or reverts with.

    Parameters
    ----------
    portfolio, market, policy
        Their amounts may be plain ints.
    tail
        See :func:`tail_witness`.
    native
        Run in machine code. A first run compiles it, unless that is cached.

    Returns
    -------
    tuple
        The margin, and the outcome of each group in each scenario before weights, group after group.

    Raises
    ------
    Revert
        As the contract does.
    """
    inputs = flat(portfolio, market, policy, tail)
    held, scenarios = len(inputs[1]), len(inputs[9])
    outcomes = Scratch(int256, held * scenarios)
    arrays = (
        outcomes,
        Scratch(int256, held * (scenarios + 1)),
        Scratch(uint256, held),
        Scratch(int256, scenarios),
        Scratch(int256, scenarios),
        Scratch(int256, scenarios),
        Scratch(int256, held),
        Scratch(uint256, held),
    )
    if native:
        columns = [a if isinstance(a, Words) else [a] for a in (*inputs, *arrays)]
        (margin,) = evaluate_flat.batch(*columns).outcomes()
        if isinstance(margin, Exception):
            raise margin
    else:
        margin = evaluate_flat.checked(*inputs, *arrays)
    return margin, tuple(outcomes)[: int(margin.groups) * scenarios]


def flat(portfolio: Portfolio, market: Market, policy: Policy, tail: Iterable[int] = ()) -> tuple[Any, ...]:
    """The leading arguments of :func:`evaluate_flat`, and with other names those of other kernels."""
    return (
        int256(portfolio.cash),
        Words(Position, portfolio.positions),
        uint256(market.time),
        uint256(market.stablePrice),
        Words(UnderlyingQuote, market.underlyings),
        Words(Quote, market.quotes),
        Terms(*map(uint256, policy.terms)),
        Words(Cover, policy.covers),
        Words(Shock, policy.shocks),
        Words(uint256, policy.weightsBps),
        Words(int256, policy.correlationsBps),
        Words(uint256, tail),
    )


def tail_witness(
    portfolio: Portfolio, market: Market, policy: Policy, *, native: bool = False
) -> tuple[int, ...]:
    """The scenarios that a caller names: for each group those of its largest losses, or none.

    Raises
    ------
    Revert
        As the contract does, but for what is only seen when groups are combined.
    """
    terms = Terms(*map(uint256, policy.terms))
    scenarios = len(policy.weightsBps)
    if wanted(terms, uint256(scenarios), uint256(1)) == 0:
        return ()
    worst = policy._replace(
        terms=terms._replace(aggregate=uint256(WORST), combine=uint256(SUM), matrixSize=uint256(0)),
        correlationsBps=(),
    )
    _, outcomes = evaluate(portfolio, market, worst, native=native)
    count = int(depth(terms, uint256(scenarios)))
    named: list[int] = []
    for first in range(0, len(outcomes), scenarios):
        own = outcomes[first : first + scenarios]
        weighted = [int(o) * int(w) // int(BPS) for o, w in zip(own, policy.weightsBps, strict=True)]
        # of equal losses sorting keeps the first scenario first
        named += sorted(range(scenarios), key=weighted.__getitem__)[:count]
    return tuple(named)


def plain(value: Any) -> Any:
    """Nested tuples of plain ints: what an ABI encoder takes for a portfolio, a market or a policy."""
    return tuple(map(plain, value)) if isinstance(value, tuple | list) else int(value)
