"""Scenarios: a grid of prices through the four-dial rule, for systems that give the grid or its moves."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import gcd
from typing import Any, NamedTuple

from vmargin.crosscheck.risk.given import Answer, Case, InexpressibleError, Missing, as_number
from vmargin.crosscheck.risk.numbers import number, places, rounded, unit, written
from vmargin.crosscheck.risk.words import WAD, bps, wad, word
from vmargin.errors import UsageError
from vmargin.margin.add_ons import concentration
from vmargin.margin.dials import ACCOUNT, FULL, POSITION, SCHEMA, SUM, UNDERLYING, WORST
from vmargin.margin.instruments import CALL, FUTURE, PERP
from vmargin.margin.limits import BPS, FACTOR_BPS, PRICE, SHOCK_ONE
from vmargin.margin.repricing import fill, payoff
from vmargin.margin.rules import combined, outcomesOf
from vmargin.margin.types import Cover, Position, Quote, Shock, Terms, UnderlyingQuote
from vmargin.solidity.arrays import Scratch, Words
from vmargin.solidity.integers import int256, uint256

UNITS = ("ETH", "WETH", "BTC", "WBTC")
MONEY = ("USDC", "USDT", "USD")
"""What collateral may be called, as of the underlying and as of cash."""
GROUPING = {"POSITION": POSITION, "UNDERLYING": UNDERLYING, "ACCOUNT": ACCOUNT}


class Scan(NamedTuple):
    """What the rule says of a grid: outcomes group after group, the requirement, the worst scenario."""

    outcomes: list[int]
    requirement: int
    worst: int


def scan(
    sizes: Sequence[int], grid: Sequence[Sequence[int]], grouping: str = "UNDERLYING", credit: int = 10_000
) -> Scan:
    """Grouping · WORST · SUM over rows of current price and prices in scenarios, all in one underlying."""
    scenarios = len(grid[0]) - 1
    held = range(len(sizes))
    # with POSITION each row is an instrument of its own; with the others they are one underlying
    positions = Words(Position, [(instrument(PERP) + i, size) for i, size in enumerate(sizes)])
    terms = _terms(GROUPING[grouping], credit)
    outcomes = Scratch(int256, len(sizes) * scenarios)
    prices = Words(int256, [price for row in grid for price in row])
    groups = outcomesOf(positions, prices, Words(uint256, held), terms, uint256(scenarios), outcomes)
    total, worst = combined(
        outcomes, groups, positions, terms, Words(Cover, []), Words(uint256, [int(BPS)] * scenarios),
        Words(int256, []), Words(uint256, []), Scratch(int256, scenarios), Scratch(int256, scenarios),
        Scratch(int256, scenarios), Scratch(int256, len(sizes)), Scratch(uint256, len(sizes)),
    )  # fmt: skip
    return Scan([int(o) for o in outcomes][: int(groups) * scenarios], int(total), int(worst))


def reprice(kind: int, price: int, moves: Sequence[Fraction]) -> list[int]:
    """A linear instrument's row of the grid, by FULL repricing: its current price, then after each move."""
    scale, shocks = _shocks(moves)
    quote = Quote(uint256(price), uint256(0), int256(0), uint256(0), BPS)
    underlying = UnderlyingQuote(uint256(1), uint256(price), BPS, uint256(scale))
    row = Scratch(int256, len(moves) + 1)
    fill(
        instrument(kind), uint256(0), underlying, quote, _terms(UNDERLYING, 10_000),
        Words(Shock, [(s, 0) for s in shocks]), uint256(0), uint256(len(moves)), row, uint256(0),
    )  # fmt: skip
    return [int(p) for p in row]


def instrument(kind: int, strike: int = 0) -> uint256:
    """An instrument of underlying 1; what is dated expires at second 1."""
    return uint256(1 << 224 | (kind >= FUTURE) << 184 | kind << 176 | strike)


def _terms(grouping: int, credit: int) -> Terms:
    one = 10_000
    numbers = (SCHEMA, FULL, grouping, WORST, SUM, 0, 0, credit, one, one, 64, 0, 0, 0, 0, 0, 0, 0)
    return Terms(*map(uint256, numbers))


def _shocks(moves: Sequence[Fraction]) -> tuple[int, list[int]]:
    """Moves with 8 decimals as one scale and whole shocks, whose products they are."""
    units = [word(move, int(SHOCK_ONE), "the move") for move in moves]
    common = gcd(*units) or 1
    scale = next(s for s in range(int(FACTOR_BPS), 0, -1) if common % s == 0)
    shocks = [u // scale for u in units]
    if max(map(abs, shocks), default=0) > int(FACTOR_BPS):
        raise InexpressibleError("the moves have no common step that a table of shocks could have")
    return scale, shocks


def span(case: Case) -> Answer:
    """SPAN's scan risk: UNDERLYING · WORST · SUM on risk arrays that are given, weights applied."""
    arrays = case.given.object("arrays")
    sizes = case.given.named_numbers("position")
    rows = [arrays.numbers(name) for name in sizes]
    if not rows[0] or len({len(row) for row in rows}) != 1:
        raise UsageError(f"{arrays.where}: arrays of no length, or of several")
    per_gain = unit(*(gain for row in rows for gain in row))
    per_size = unit(*sizes.values())
    found = scan(
        [word(q, per_size * WAD, "the quantity") for q in sizes.values()],
        [[0, *(word(gain, per_gain, "the gain") for gain in row)] for row in rows],
    )
    parts = per_gain * per_size
    return {
        "net": [Fraction(o, parts) for o in found.outcomes],
        "scan_risk": Fraction(found.requirement, parts),
        "worst_scenario": found.worst + 1,
    }


def expiry_payoff(case: Case) -> Answer:
    """Calls at expiry: FULL repricing at the settlement price, all in one group."""
    strikes = case.given.object("calls")
    calls: dict[Fraction, Fraction] = {}
    for key in strikes.values:
        strike = as_number(key, f"{strikes.where}: a strike")
        calls[strike] = calls.get(strike, Fraction(0)) + strikes.number(key)
    spots = case.given.numbers("spots")
    if any(x < 0 for x in (*calls, *spots)):
        raise InexpressibleError("a price is below zero")
    # of a sum of calls, the extremes are at zero and at strikes, and beyond the last one it is straight
    last = max(calls)
    if last * WAD >= int(PRICE):
        raise InexpressibleError(f"no instrument has a strike of {last}")
    points = [*spots, Fraction(0), *calls, last + 1]
    at = [uint256(wad(spot, "the spot")) for spot in points]
    ids = [instrument(CALL, word(strike, WAD, "the strike")) for strike in calls]
    grid = [[0, *(int(payoff(i, price)) for price in at)] for i in ids]
    found = scan([wad(q, "the quantity") for q in calls.values()], grid)
    net = [Fraction(o, WAD) for o in found.outcomes]
    slope = net[-1] - net[points.index(last, len(spots))]
    units = max(Fraction(0), -slope)
    cash = max(Fraction(0), *(-(pays + units * spot) for spot, pays in zip(points, net, strict=True)))
    answer: Answer = {"net_payoff": net[: len(spots)], "slope_to_infinity": slope}
    wanted = case.expected.get("collateral")
    if isinstance(wanted, str):
        answer["collateral"] = _collateral(units, cash, wanted)
    return answer


def _collateral(units: Fraction, cash: Fraction, wanted: str) -> str | Missing:
    """The least amount that covers the worst; the input does not name the asset, so that some names do."""
    if units and cash:
        return Missing("collateral in two assets has no form that the format fixes")
    amount, names = (units, UNITS) if units else (cash, MONEY)
    texts = [f"{written(amount)} {name}" for name in names]
    return wanted if wanted in texts else texts[0]


def future_scan(case: Case) -> Answer:
    """A future over spot shocks, and a charge on its size: the concentration add-on with a depth of zero."""
    size, forward = case.given.number("qty"), case.given.amount("forward")
    moves = [pct / 100 for pct in case.given.numbers("shocks_pct")]
    row = reprice(FUTURE, wad(forward, "the forward"), moves)
    found = scan([wad(size, "the quantity")], [row])
    exact = [Fraction(o, WAD) for o in found.outcomes]
    wanted = case.expected.get("pnl_rounded")
    texts = list(wanted.values()) if isinstance(wanted, dict) else wanted if isinstance(wanted, list) else []
    decimals = max((places(v) for v in texts if number(v) is not None), default=0)
    pnl = [rounded(x, decimals) for x in exact]
    charge = _charge(size, case.given.amount("index"), case.given.amount("contingency_factor"))
    by_shock: Any = pnl
    if isinstance(wanted, dict) and len(wanted) == len(pnl):
        by_shock = dict(zip(wanted, pnl, strict=True))
    return {"pnl_rounded": by_shock, "future_contingency": charge}


def _charge(size: Fraction, index: Fraction, factor: Fraction) -> Fraction:
    spot = uint256(wad(index, "the index"))
    position = (instrument(FUTURE), wad(size, "the quantity"))
    cover = (1, 0, 0, 0, 0, bps(factor, "the contingency factor"))
    charged = concentration(
        Words(Position, [position]), Words(uint256, [0]), uint256(0),
        Words(UnderlyingQuote, [(1, spot, BPS, BPS)]), Words(Quote, [(spot, 0, 0, 0, BPS)]),
        Words(Cover, [cover]), Words(int256, [int(spot)]), uint256(0),
    )  # fmt: skip
    return Fraction(int(charged), WAD)
