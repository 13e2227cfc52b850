"""A portfolio's margin under a policy, which has been checked, at a market: the mirror of Margins.sol."""

from vmargin.margin.add_ons import base
from vmargin.margin.collateral import haircut, value
from vmargin.margin.errors import (
    CashOutOfRange,
    ConfidenceOutOfRange,
    PositionsOutOfOrder,
    QuotesMismatch,
    SizeOutOfRange,
    SurplusQuotes,
    TooManyPositions,
    UnderlyingNotQuoted,
)
from vmargin.margin.instruments import requireValid, underlyingOf
from vmargin.margin.limits import BPS, CASH, POSITIONS, SIZE
from vmargin.margin.repricing import grid
from vmargin.margin.rounding import ceilDiv_unsigned
from vmargin.margin.rules import combined, outcomesOf
from vmargin.margin.types import Cover, Margin, Position, Quote, Shock, Terms, UnderlyingQuote
from vmargin.solidity.arrays import Scratch, Words
from vmargin.solidity.integers import int256, uint256
from vmargin.solidity.kernel import kernel


@kernel
def evaluate(
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
    requirePortfolio(cash, positions, terms.maxPositions)
    requireMarket(positions, underlyings, quotes)
    scenarios = uint256(len(weightsBps))
    grid(positions, time, underlyings, quotes, terms, covers, shocks, scenarios, prices)
    for i in range(len(positions)):
        rows[i] = uint256(i)
    return onGrid(
        cash, positions, time, stablePrice, underlyings, quotes, terms, covers, weightsBps, correlationsBps,
        prices, rows, tail, outcomes, sums, losses, top, requirements, places
    )  # fmt: skip


@kernel
def onGrid(
    cash: int256,
    positions: Words[Position],
    time: uint256,
    stablePrice: uint256,
    underlyings: Words[UnderlyingQuote],
    quotes: Words[Quote],
    terms: Terms,
    covers: Words[Cover],
    weightsBps: Words[uint256],
    correlationsBps: Words[int256],
    prices: Words[int256],
    rows: Words[uint256],
    tail: Words[uint256],
    outcomes: Scratch[int256],
    sums: Scratch[int256],
    losses: Scratch[int256],
    top: Scratch[int256],
    requirements: Scratch[int256],
    places: Scratch[uint256],
) -> Margin:
    """The same on a grid that may have more rows: position i is priced and quoted by row `rows[i]`."""
    scenarios = uint256(len(weightsBps))
    groups = outcomesOf(positions, prices, rows, terms, scenarios, outcomes)
    total, worstScenario = combined(
        outcomes, groups, positions, terms, covers, weightsBps, correlationsBps, tail,
        sums, losses, top, requirements, places
    )  # fmt: skip
    basis = base(
        total, positions, rows, time, stablePrice, underlyings, quotes, terms, covers, prices, scenarios
    )
    return Margin(
        value(cash, positions, prices, rows, scenarios),
        haircut(positions, underlyings, covers),
        ceilDiv_unsigned(basis * terms.initialBps, BPS),
        ceilDiv_unsigned(basis * terms.maintenanceBps, BPS),
        worstScenario,
        groups,
    )


@kernel
def requirePortfolio(cash: int256, positions: Words[Position], maxPositions: uint256) -> bool:
    """Revert unless it is one: valid instruments in strictly ascending order, and amounts in range."""
    if cash >= int256(CASH) or cash <= -int256(CASH):
        raise CashOutOfRange(cash)
    most = maxPositions if maxPositions < POSITIONS else POSITIONS
    count = uint256(len(positions))
    if count > most:
        raise TooManyPositions(count, most)
    previous = uint256(0)
    for i in range(count):
        instrument = positions[i].instrument
        size = positions[i].size
        requireValid(instrument)
        if instrument <= previous:
            raise PositionsOutOfOrder(previous, instrument)
        if size == 0 or size >= int256(SIZE) or size <= -int256(SIZE):
            raise SizeOutOfRange(instrument, size)
        previous = instrument
    return True


@kernel
def requireMarket(
    positions: Words[Position], underlyings: Words[UnderlyingQuote], quotes: Words[Quote]
) -> bool:
    """Revert unless it is that of the positions: a quote for each, and their underlyings' and no others."""
    if len(quotes) != len(positions):
        raise QuotesMismatch(uint256(len(quotes)), uint256(len(positions)))
    previous = uint256(0)
    held = 0
    for i in range(len(positions)):
        underlying = underlyingOf(positions[i].instrument)
        if underlying != previous:
            if held == len(underlyings) or underlyings[held].underlying != underlying:
                raise UnderlyingNotQuoted(underlying)
            requireConfidence(underlyings[held].confidenceBps)
            previous = underlying
            held += 1
        requireConfidence(quotes[i].confidenceBps)
    if len(underlyings) != held:
        raise SurplusQuotes(uint256(len(underlyings)), uint256(held))
    return True


@kernel
def requireConfidence(confidenceBps: uint256) -> bool:
    """At most certainty."""
    if confidenceBps > BPS:
        raise ConfidenceOutOfRange(confidenceBps)
    return True
