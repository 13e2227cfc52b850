"""Deribit's portfolio margin of inverse futures: ACCOUNT · WORST · SUM with gains credit, and its parts."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from vmargin.crosscheck.risk.given import Answer, Case, Given, InexpressibleError, Missing
from vmargin.crosscheck.risk.numbers import rounded, unit
from vmargin.crosscheck.risk.scan import Scan, reprice, scan
from vmargin.crosscheck.risk.words import WAD, bps, word
from vmargin.errors import UsageError
from vmargin.margin.instruments import INVERSE

EXTENDED = (-66, -33, 50, 100, 200, 300, 400, 500)
"""Outer moves in percent; of a linear leg their PnL is that at the end of the range."""
DECIMALS = 9
"""Of the worst case before the roll shock is added, and of the initial margin."""
SWALLOWED = Fraction(1, 5)
"""Coins: a loss below it is less than the dampener, 100,000 USD or more, at any price up to 500,000 USD."""
_OPTION = re.compile(r"-[0-9]+(?:\.[0-9]+)?-[CP]$")
_LINEAR = re.compile(r"_USD[A-Z]?\b")
_YEAR = timedelta(days=365)


def simulate(case: Case) -> Answer:
    """Vectors by price bucket and by outer move, the worst of them, and what is made of that."""
    given = case.given
    sizes = given.named_numbers("positions")
    for name in sizes:
        if _OPTION.search(name):
            raise InexpressibleError(f"{name}: neither volatility nor forward of an option is in the file")
        if _LINEAR.search(name):
            raise InexpressibleError(f"{name}: the price that makes coin of a linear leg is not in the file")
    span, buckets = given.amount("price_range"), given.number("buckets_each_side")
    # a linear leg does not know of volatility: its vectors repeat
    if given.number("vol_scenarios").denominator != 1 or given.number("vol_scenarios") < 1:
        raise InexpressibleError("no whole number of volatility scenarios")
    if buckets.denominator != 1 or not 0 < buckets <= 100 or not 0 < span < 1:
        raise InexpressibleError("no whole number of price buckets, or a range beyond the price")
    steps = int(buckets)
    moves = [span * i / steps for i in range(-steps, steps + 1)]
    credit = bps(given.amount("pnl_offset"), "pnl_offset")
    outer = [span if move > 0 else -span for move in EXTENDED]

    vectors = {name: _vector(_inverse([size], moves)) for name, size in sizes.items()}
    standard = _inverse(list(sizes.values()), moves, credit)
    extended = _vector(_inverse(list(sizes.values()), outer))
    worst = Fraction(standard.requirement, WAD)
    roll = _roll(given, sizes)
    # of a delta beyond a threshold in USD; the input has neither that nor a price, so that there is none
    delta = Fraction(0)
    matrix = rounded(worst, DECIMALS) + roll + delta
    orders = sum((given.amount(k) for k in ("mmp_margin", "open_orders_margin") if k in given), Fraction(0))
    answer: Answer = {
        "aggregated": _vector(standard),
        "extended_initial": extended,
        "extended_aggregated": _dampened(extended),
        "worst_case": worst,
        "roll_shock": roll,
        "delta_shock": delta,
        "risk_matrix_margin": matrix,
        "initial_margin": rounded(matrix + orders, DECIMALS),
        "maintenance_margin": given.amount("mm_factor") * matrix,
    }
    if len(vectors) == 1:
        answer["initial_vector"] = next(iter(vectors.values()))
    for field in case.expected:
        if field.startswith("initial_vectors_first_of_"):
            answer[field] = vectors
    return answer


def _inverse(sizes: list[Fraction], moves: list[Fraction], credit: int = 10_000) -> Scan:
    """Sizes in coin, as contracts that are worth so much now; a low price has most digits."""
    whole = unit(*sizes)
    low = next((10**n for n in range(9, 18) if 10**n % whole == 0), WAD)
    row = reprice(INVERSE, low, moves)
    contracts = [word(size, low, "the position") for size in sizes]
    return scan(contracts, [row for _ in sizes], "ACCOUNT", credit)


def _vector(found: Scan) -> list[Fraction]:
    return [Fraction(outcome, WAD) for outcome in found.outcomes]


def _dampened(extended: list[Fraction]) -> list[Fraction] | Missing:
    """Outer losses less the dampener; outer gains are not counted."""
    if min(extended) < -SWALLOWED:
        return Missing("neither the dampener nor the price, which is in USD, is in the file")
    return [Fraction(0) for _ in extended]


def _roll(given: Given, sizes: dict[str, Fraction]) -> Fraction:
    least, yearly = given.amount("min_annualised_move"), given.amount("annualised_move_risk")
    total = Fraction(0)
    for name, size in sizes.items():
        years = Fraction(0) if name.endswith("PERPETUAL") else _term(given, name)
        total += abs(size) * max(least, yearly * years)
    return total


def _term(given: Given, name: str) -> Fraction:
    if "expiry" not in given or "timestamp_ms" not in given:
        raise InexpressibleError(f"{name}: neither expiry nor time is in the file")
    text, now = given.text("expiry"), given.number("timestamp_ms")
    try:
        expiry = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f'{given.where}.expiry: "{text[:40]}" is no time such as 2024-06-28T08:00Z'
        ) from None
    expiry = expiry if expiry.tzinfo else expiry.replace(tzinfo=UTC)
    since = expiry - datetime(1970, 1, 1, tzinfo=UTC)
    milliseconds = Fraction(since // timedelta(milliseconds=1)) - now
    return max(Fraction(0), milliseconds / (_YEAR // timedelta(milliseconds=1)))
