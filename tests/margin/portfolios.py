"""What a margin rule is asked, drawn at random: any setting of the dials, and inputs that must be refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any, NamedTuple

from hypothesis import strategies as st

from tests.margin.draws import FACTOR, NOW, WAD, Choices
from vmargin.crosscheck import portfolios as drawing
from vmargin.crosscheck.portfolios import SETTINGS, Setting
from vmargin.margin import dials
from vmargin.margin.margin_view import evaluate, plain, tail_witness
from vmargin.margin.types import Market, Policy, Portfolio, Quote, UnderlyingQuote
from vmargin.solidity.reverts import Revert

DIALS = (("FULL", "TAYLOR"), ("POSITION", "EXPIRY", "UNDERLYING", "ACCOUNT"), ("WORST", "SHORTFALL", "VAR"),
         ("SUM", "QUAD"))  # fmt: skip


def name_of(setting: Setting) -> str:
    return "-".join(names[value] for names, value in zip(DIALS, setting, strict=True))


class Case(NamedTuple):
    """The arguments of `MarginView.evaluate`."""

    portfolio: Portfolio
    market: Market
    policy: Policy
    tail: tuple[int, ...] = ()

    @property
    def abi(self) -> Any:
        return plain(self)

    def mirrored(self, *, native: bool = False) -> Any:
        """What the contract's outcome is held against: plain ints, or the revert."""
        try:
            return plain(evaluate(*self, native=native))
        except Revert as revert:
            return revert

    def witnessed(self) -> Case:
        """With the tail that it needs, where it has one."""
        try:
            return self._replace(tail=tail_witness(self.portfolio, self.market, self.policy))
        except Revert:
            return self

    def holding(self, rows: list[int]) -> Case:
        """Of these positions only, at the same prices."""
        held = tuple(self.portfolio.positions[r] for r in rows)
        names = {p.instrument >> 224 for p in held}
        return Case(
            self.portfolio._replace(positions=held),
            self.market._replace(
                underlyings=tuple(u for u in self.market.underlyings if u.underlying in names),
                quotes=tuple(self.market.quotes[r] for r in rows),
            ),
            self.policy,
        )


def draw_case(random: Random, setting: Setting, *, most: int = 64, scenarios: int | None = None) -> Case:
    """A valid portfolio, market and policy, if now and then of absurd amounts."""
    if scenarios is None:
        wide = random.random() < 0.1 and setting[2] != dials.WORST
        scenarios = random.randint(33, 256) if wide else random.choice((1, random.randint(2, 32)))
    count = min(most, 6 if scenarios > 32 else 64, int(random.expovariate(1 / 8)))
    chooser, extreme = Choices(random), random.random() < 0.1
    held = drawing.instruments(chooser, count)
    return Case(
        drawing.portfolio(chooser, held, extreme=extreme),
        drawing.market(chooser, held, extreme=extreme),
        drawing.policy(chooser, Setting(*setting), held, scenarios),
    ).witnessed()


def draw_matrix(random: Random, size: int, *, free: bool = False) -> tuple[int, ...]:
    return drawing.matrix(Choices(random), size, free=free)


def cases(setting: Setting | None = None, **options: Any) -> st.SearchStrategy[Case]:
    """The same for Hypothesis."""
    settings = st.sampled_from(SETTINGS) if setting is None else st.just(setting)
    seeds = st.integers(0, 2**64 - 1)
    return st.builds(lambda chosen, seed: draw_case(Random(seed), chosen, **options), settings, seeds)


# Inputs that must be refused: each takes a case, and gives it spoiled with the error's name, if it can be.

Spoiled = tuple[Case, str]
SPOILERS: dict[str, Callable[[Case, Random], Spoiled | None]] = {}


def spoiler(function: Callable[[Case, Random], Spoiled | None]) -> Callable[[Case, Random], Spoiled | None]:
    SPOILERS[function.__name__] = function
    return function


def replaced(items: tuple[Any, ...], at: int, **fields: Any) -> tuple[Any, ...]:
    return (*items[:at], items[at]._replace(**fields), *items[at + 1 :])


def with_position(case: Case, at: int, **fields: int) -> Case:
    return case._replace(
        portfolio=case.portfolio._replace(positions=replaced(case.portfolio.positions, at, **fields))
    )


def with_quotes(case: Case, quotes: tuple[Quote, ...]) -> Case:
    return case._replace(market=case.market._replace(quotes=quotes))


def with_underlyings(case: Case, underlyings: tuple[UnderlyingQuote, ...]) -> Case:
    return case._replace(market=case.market._replace(underlyings=underlyings))


def with_terms(case: Case, **fields: int) -> Case:
    return case._replace(policy=case.policy._replace(terms=case.policy.terms._replace(**fields)))


def any_position(case: Case, random: Random) -> int | None:
    return random.randrange(len(case.portfolio.positions)) if case.portfolio.positions else None


@spoiler
def unsorted(case: Case, random: Random) -> Spoiled | None:
    held = case.portfolio.positions
    if len(held) < 2:
        return None
    i = random.randrange(len(held) - 1)
    swapped = (*held[:i], held[i + 1], held[i], *held[i + 2 :])
    return case._replace(portfolio=case.portfolio._replace(positions=swapped)), "PositionsOutOfOrder"


@spoiler
def duplicate(case: Case, random: Random) -> Spoiled | None:
    held = case.portfolio.positions
    if not 1 <= len(held) < 64:
        return None
    twice = (*held, held[-1])
    case = with_quotes(case, (*case.market.quotes, case.market.quotes[-1]))
    return case._replace(portfolio=case.portfolio._replace(positions=twice)), "PositionsOutOfOrder"


@spoiler
def size_out_of_range(case: Case, random: Random) -> Spoiled | None:
    i = any_position(case, random)
    size = random.choice((0, 2**112, -(2**112), 2**255 - 1, -(2**255)))
    return None if i is None else (with_position(case, i, size=size), "SizeOutOfRange")


@spoiler
def no_instrument(case: Case, random: Random) -> Spoiled | None:
    """The last, still in order: a kind that is none, a bit that must be 0, a strike too much."""
    if not case.portfolio.positions:
        return None
    wrong = random.choice((6 << 176, 7 << 176, 1 << 96, 1 << 175, (3 << 176) | 1, 5 << 176, 4 << 176 | 1))
    last = case.portfolio.positions[-1].instrument
    if wrong == 3 << 176 | 1 or last >> 184 & (2**40 - 1) == 0:
        return with_position(
            case, len(case.portfolio.positions) - 1, instrument=last >> 224 << 224 | wrong
        ), "InvalidInstrument"
    changed = last >> 184 << 184 | (wrong & ~(2**96 - 1) or 1 << 96)
    return with_position(case, len(case.portfolio.positions) - 1, instrument=changed), "InvalidInstrument"


@spoiler
def no_underlying(case: Case, random: Random) -> Spoiled | None:
    if not case.portfolio.positions:
        return None
    first = case.portfolio.positions[0].instrument
    return with_position(case, 0, instrument=first & (2**224 - 1)), "InvalidInstrument"


@spoiler
def cash_out_of_range(case: Case, random: Random) -> Spoiled | None:
    cash = random.choice((2**126, -(2**126), 2**255 - 1, -(2**255)))
    return case._replace(portfolio=case.portfolio._replace(cash=cash)), "CashOutOfRange"


@spoiler
def too_many(case: Case, random: Random) -> Spoiled | None:
    count = len(case.portfolio.positions)
    return (with_terms(case, maxPositions=count - 1), "TooManyPositions") if count > 1 else None


@spoiler
def quote_missing(case: Case, random: Random) -> Spoiled | None:
    quotes = case.market.quotes
    return (with_quotes(case, quotes[1:]), "QuotesMismatch") if quotes else None


@spoiler
def quote_too_many(case: Case, random: Random) -> Spoiled | None:
    quotes = case.market.quotes
    return (with_quotes(case, (*quotes, quotes[0])), "QuotesMismatch") if quotes else None


@spoiler
def underlying_missing(case: Case, random: Random) -> Spoiled | None:
    underlyings = case.market.underlyings
    if not underlyings:
        return None
    i = random.randrange(len(underlyings))
    return with_underlyings(case, (*underlyings[:i], *underlyings[i + 1 :])), "UnderlyingNotQuoted"


@spoiler
def underlyings_unsorted(case: Case, random: Random) -> Spoiled | None:
    underlyings = case.market.underlyings
    return (
        (with_underlyings(case, underlyings[::-1]), "UnderlyingNotQuoted") if len(underlyings) > 1 else None
    )


@spoiler
def underlying_too_many(case: Case, random: Random) -> Spoiled | None:
    underlyings = case.market.underlyings
    extra = UnderlyingQuote(2**32, WAD, 10_000, 10_000)
    return with_underlyings(case, (*underlyings, extra)), "SurplusQuotes"


@spoiler
def confidence_above_one(case: Case, random: Random) -> Spoiled | None:
    i = any_position(case, random)
    if i is None:
        return None
    above = random.choice((10_001, 2**256 - 1))
    if random.random() < 0.5:
        return with_underlyings(
            case, replaced(case.market.underlyings, 0, confidenceBps=above)
        ), "ConfidenceOutOfRange"
    return with_quotes(case, replaced(case.market.quotes, i, confidenceBps=above)), "ConfidenceOutOfRange"


@spoiler
def price_out_of_range(case: Case, random: Random) -> Spoiled | None:
    """Of whatever the first position is priced by."""
    if not case.portfolio.positions:
        return None
    instrument = case.portfolio.positions[0].instrument
    price = random.choice((0, 2**96, 2**256 - 1))
    kind = instrument >> 176 & 0xFF
    expired = kind >= 3 and instrument >> 184 & (2**40 - 1) <= NOW
    if expired and case.market.quotes[0].settlement:
        return with_quotes(
            case, replaced(case.market.quotes, 0, settlement=price or 2**96)
        ), "PriceOutOfRange"
    if expired or kind == 0:
        return with_underlyings(case, replaced(case.market.underlyings, 0, spot=price)), "PriceOutOfRange"
    return with_quotes(case, replaced(case.market.quotes, 0, forward=price)), "PriceOutOfRange"


@spoiler
def shock_out_of_range(case: Case, random: Random) -> Spoiled | None:
    """A scale that takes a price to 0 or below, or beyond any number."""
    if not case.portfolio.positions:
        return None
    underlying = case.market.underlyings[0].underlying
    (cover,) = (c for c in case.policy.covers if c.underlying == underlying)
    shocks, scenarios = case.policy.shocks, len(case.policy.weightsBps)
    first = case.portfolio.positions[0].instrument
    settled = (
        first >> 184 & (2**40 - 1) <= NOW and case.market.quotes[0].settlement and first >> 176 & 0xFF >= 3
    )
    at = int(cover.table) * scenarios
    if settled or not any(shock.spotBps for shock in shocks[at : at + scenarios]):
        return None
    scale = random.choice((2**64, 2**255, 2**256 - 1))
    return with_underlyings(
        case, replaced(case.market.underlyings, 0, shockScaleBps=scale)
    ), "ShockOutOfRange"


@spoiler
def not_covered(case: Case, random: Random) -> Spoiled | None:
    """The first one's cover is left out."""
    if not case.portfolio.positions:
        return None
    first = case.portfolio.positions[0].instrument >> 224
    covers = tuple(c for c in case.policy.covers if c.underlying != first)
    return case._replace(policy=case.policy._replace(covers=covers)), "UnderlyingNotCovered"


@spoiler
def tail_too_long(case: Case, random: Random) -> Spoiled | None:
    return case._replace(tail=(*case.tail, 0)), "TailLength"


@spoiler
def tail_missing(case: Case, random: Random) -> Spoiled | None:
    return (case._replace(tail=()), "TailMissing") if case.tail else None


@spoiler
def tail_unknown(case: Case, random: Random) -> Spoiled | None:
    unknown = random.choice((len(case.policy.weightsBps), 256, 2**256 - 1))
    return (case._replace(tail=(unknown, *case.tail[1:])), "TailScenarioUnknown") if case.tail else None


@spoiler
def tail_twice(case: Case, random: Random) -> Spoiled | None:
    tail = case.tail
    if not tail or int(len(tail) // max(1, groups_of(case))) < 2:
        return None
    return case._replace(tail=(tail[0], tail[0], *tail[2:])), "TailNotDescending"


@spoiler
def tail_not_largest(case: Case, random: Random) -> Spoiled | None:
    """The last group's last one is left for the next but one, of which there must be one."""
    groups = groups_of(case)
    if not case.tail or not groups:
        return None
    depth = len(case.tail) // groups
    others = set(range(len(case.policy.weightsBps))) - set(case.tail[-depth:])
    if not others:
        return None
    # of two that are no part of the tail one is not the next: with ties the higher index is
    longer = with_terms(case, tailNumerator=case.policy.terms.tailNumerator + 1)
    if case.policy.terms.aggregate != dials.VAR or longer.policy.terms.tailNumerator > len(
        case.policy.weightsBps
    ):
        return None
    next_one = longer.witnessed().tail[-1]
    return case._replace(tail=(*case.tail[:-1], next_one)), "TailNotLargest"


@spoiler
def schema_unknown(case: Case, random: Random) -> Spoiled | None:
    return with_terms(case, schema=random.choice((0, 2, 2**256 - 1))), "SchemaUnknown"


@spoiler
def dial_unknown(case: Case, random: Random) -> Spoiled | None:
    dial, value = random.choice((("repricing", 2), ("grouping", 4), ("aggregate", 3), ("combine", 2)))
    return with_terms(case, **{dial: value}), "DialsInvalid"


@spoiler
def account_quad(case: Case, random: Random) -> Spoiled | None:
    return with_terms(case, grouping=dials.ACCOUNT, combine=dials.QUAD), "DialsInvalid"


@spoiler
def weight_out_of_range(case: Case, random: Random) -> Spoiled | None:
    weights = (FACTOR + 1, *case.policy.weightsBps[1:])
    return case._replace(policy=case.policy._replace(weightsBps=weights)), "FactorOutOfRange"


@spoiler
def table_missing(case: Case, random: Random) -> Spoiled | None:
    if not case.policy.covers:
        return None
    covers = replaced(case.policy.covers, -1 % len(case.policy.covers), table=3)
    return case._replace(policy=case.policy._replace(covers=covers)), "TableMissing"


@spoiler
def shocks_cut(case: Case, random: Random) -> Spoiled | None:
    if len(case.policy.weightsBps) < 2:
        return None
    return case._replace(policy=case.policy._replace(shocks=case.policy.shocks[1:])), "ShocksMismatch"


@spoiler
def no_scenarios(case: Case, random: Random) -> Spoiled | None:
    return case._replace(policy=case.policy._replace(weightsBps=())), "ScenariosOutOfRange"


@spoiler
def matrix_asymmetric(case: Case, random: Random) -> Spoiled | None:
    size = int(case.policy.terms.matrixSize)
    if size < 2:
        return None
    matrix = (
        case.policy.correlationsBps[0],
        case.policy.correlationsBps[1] ^ 1,
        *case.policy.correlationsBps[2:],
    )
    return case._replace(policy=case.policy._replace(correlationsBps=matrix)), "MatrixInvalid"


@spoiler
def matrix_too_small(case: Case, random: Random) -> Spoiled | None:
    groups = groups_of(case)
    if case.policy.terms.combine != dials.QUAD or groups < 2:
        return None
    size = groups - 1
    matrix = tuple(10_000 * (i == j) for i in range(size) for j in range(size))
    small = case._replace(policy=case.policy._replace(correlationsBps=matrix))
    return with_terms(small, matrixSize=size), "GroupOutsideMatrix"


def groups_of(case: Case) -> int:
    shift = {dials.POSITION: 0, dials.EXPIRY: 184}.get(int(case.policy.terms.grouping), 224)
    groups = len({p.instrument >> shift for p in case.portfolio.positions})
    return min(1, groups) if case.policy.terms.grouping == dials.ACCOUNT else groups


def spoiled(random: Random, name: str, **options: Any) -> Iterator[tuple[Case, str]]:
    """Cases of all settings that are well, each but for what one spoiler has done to it."""
    while True:
        case = draw_case(random, random.choice(SETTINGS), **options)
        found = SPOILERS[name](case, random)
        if found is not None and not isinstance(case.mirrored(), Revert):
            yield found


def draw_any(random: Random, setting: Setting) -> Case:
    """A case as a caller may pass it: of five one is spoiled."""
    case = draw_case(random, setting)
    if random.random() < 0.2:
        found = SPOILERS[random.choice(list(SPOILERS))](case, random)
        if found is not None:
            return found[0]
    return case
