"""What a margin rule takes and gives: the mirror of Types.sol."""

from typing import NamedTuple

from vmargin.solidity.integers import int256, uint256


class Position(NamedTuple):
    """What one account holds of one instrument."""

    instrument: uint256
    size: int256


class Quote(NamedTuple):
    """What the market says of one instrument."""

    forward: uint256
    volatility: uint256
    rate: int256
    settlement: uint256
    confidenceBps: uint256


class UnderlyingQuote(NamedTuple):
    """What the market says of one underlying."""

    underlying: uint256
    spot: uint256
    confidenceBps: uint256
    shockScaleBps: uint256


class Shock(NamedTuple):
    """A move of the market: spot, times `shockScaleBps`, and volatility, times the scale of its term."""

    spotBps: int256
    volatilityBps: int256


class Cover(NamedTuple):
    """How a policy treats an underlying."""

    underlying: uint256
    table: uint256
    haircutBps: uint256
    collateralCap: uint256
    depth: uint256
    concentrationBps: uint256


class Terms(NamedTuple):
    """The numbers of a policy that are neither per scenario nor per underlying."""

    schema: uint256
    repricing: uint256
    grouping: uint256
    aggregate: uint256
    combine: uint256
    tailNumerator: uint256
    tailDenominator: uint256
    creditBps: uint256
    initialBps: uint256
    maintenanceBps: uint256
    maxPositions: uint256
    termPowerBps: uint256
    termFloor: uint256
    shortOptionBps: uint256
    confidenceBps: uint256
    depegBps: uint256
    pegThreshold: uint256
    matrixSize: uint256


class Margin(NamedTuple):
    """What a rule says of a portfolio."""

    value: int256
    haircut: uint256
    initialRequirement: uint256
    maintenanceRequirement: uint256
    worstScenario: uint256
    groups: uint256


class Portfolio(NamedTuple):
    """An account as a rule sees it: positions in strictly ascending order of instrument."""

    cash: int256
    positions: tuple[Position, ...]


class Market(NamedTuple):
    """The market at one moment, for one portfolio."""

    time: uint256
    stablePrice: uint256
    underlyings: tuple[UnderlyingQuote, ...]
    quotes: tuple[Quote, ...]


class Policy(NamedTuple):
    """A margin rule, whole."""

    terms: Terms
    covers: tuple[Cover, ...]
    shocks: tuple[Shock, ...]
    weightsBps: tuple[uint256, ...]
    correlationsBps: tuple[int256, ...]
