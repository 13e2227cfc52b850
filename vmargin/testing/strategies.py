"""Hypothesis strategies for properties of margin code: biased to the edges at which such code breaks.

Needs Hypothesis.  ``from vmargin.testing import uint256s, prices, portfolios, markets, policies, accounts``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from vmargin.crosscheck import bias
from vmargin.crosscheck import portfolios as drawing
from vmargin.crosscheck.drawn import flat, strategy
from vmargin.crosscheck.inputs import Inputs as FunctionInputs
from vmargin.crosscheck.portfolios import KINDS, NOW, PRICE, SETTINGS, WAD, Setting
from vmargin.errors import MissingExtra, UsageError
from vmargin.margin.types import Market, Policy, Portfolio
from vmargin.protocols.reference.reader import typed
from vmargin.protocols.reference.state import Inputs
from vmargin.solidity.abi import Function
from vmargin.solidity.integers import int256, uint256

try:
    from hypothesis import strategies as st
except ImportError:
    raise MissingExtra("hypothesis", "fuzz", "drawing inputs") from None

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

T = TypeVar("T")

MOST_POSITIONS = 64

_SIMPLEST_FIRST = tuple(sorted(SETTINGS, key=lambda s: (s.combine, s.aggregate, s.repricing, -s.grouping)))
"""One group, the worst of its scenarios."""


def uint256s(low: int = 0, high: int = int(uint256.max)) -> SearchStrategy[uint256]:
    """Words of a range: its ends, powers of two and ten and their neighbours, ties at usual scales, any."""
    return _between("uint256s", low, high, uint256).map(uint256)


def int256s(low: int = int(int256.min), high: int = int(int256.max)) -> SearchStrategy[int256]:
    """Signed words of a range, as :func:`uint256s`."""
    return _between("int256s", low, high, int256).map(int256)


def prices(low: int = 1, high: int = PRICE) -> SearchStrategy[uint256]:
    """Prices with 18 decimals that the rule takes, half of them between a thousandth and a million."""
    usual = (max(low, WAD // 1000), min(high, 10**6 * WAD))
    hint = bias.Hint(within=usual) if usual[0] <= usual[1] else None
    return _between("prices", low, high, uint256, hint).map(uint256)


def arguments(signature: str) -> SearchStrategy[tuple[Any, ...]]:
    """Arguments of a contract's function, related to each other where that matters.

    Parameters
    ----------
    signature
        As in ``"mulDiv(uint256,uint256,uint256)"``; arrays and structs are tuples.
    """
    return strategy(FunctionInputs.of(Function.parse(signature)))


def portfolios(
    *, positions: int = 6, kinds: Sequence[int] = KINDS, now: int = NOW, extreme: bool = False
) -> SearchStrategy[Portfolio]:
    """Portfolios that the rule takes, in instruments of a few underlyings.

    Parameters
    ----------
    positions
        How many at most.
    kinds
        Of instruments, from :mod:`vmargin.margin.instruments`.
    now
        Dated instruments expire before, at and after it.
    extreme
        Whether amounts go up to the most that there can be; else they are ordinary, dust or nothing.
    """
    if not 0 <= positions <= MOST_POSITIONS:
        raise UsageError(f"{positions} positions: a portfolio has 0 to {MOST_POSITIONS}")
    if not kinds or not set(kinds) <= set(KINDS):
        raise UsageError(f"kinds {tuple(kinds)!r}: they are some of {sorted(KINDS)}")

    def draw_one(chooser: bias.Chooser) -> Portfolio:
        held = drawing.instruments(chooser, chooser.below(positions + 1), kinds, now)
        return drawing.portfolio(chooser, held, extreme=extreme)

    return _drawn(Portfolio, draw_one)


def markets(portfolio: Portfolio, *, now: int = NOW, extreme: bool = False) -> SearchStrategy[Market]:
    """Markets for a portfolio: ``portfolios().flatmap(markets)``, or drawn in a composite strategy.

    Prices are within a tenth of each other for one underlying; those of an extreme market are any.
    """
    held = _held(portfolio)
    return _drawn(Market, lambda chooser: drawing.market(chooser, held, now=now, extreme=extreme))


def policies(
    portfolio: Portfolio, *, setting: Sequence[int] | None = None, scenarios: int = 8
) -> SearchStrategy[Policy]:
    """Rules that cover a portfolio.

    Parameters
    ----------
    portfolio
        What is to be covered.
    setting
        Repricing, grouping, aggregate and combine, as :mod:`vmargin.margin.dials` numbers them; any if none.
    scenarios
        How many at most.
    """
    if not 1 <= scenarios <= 256:
        raise UsageError(f"{scenarios} scenarios: a policy has 1 to 256")
    settings = _SIMPLEST_FIRST if setting is None else (Setting(*setting),)
    if not set(settings) <= set(SETTINGS):
        raise UsageError(f"{settings[0]} is no setting of the dials: an account has no groups to correlate")
    held = _held(portfolio)

    def draw_one(chooser: bias.Chooser) -> Policy:
        chosen = drawing.of(chooser, settings)
        return drawing.policy(chooser, chosen, held, 1 + chooser.below(scenarios))

    return _drawn(Policy, draw_one)


def accounts(
    *,
    positions: int = 6,
    kinds: Sequence[int] = KINDS,
    setting: Sequence[int] | None = None,
    scenarios: int = 8,
    now: int = NOW,
    extreme: bool = False,
) -> SearchStrategy[Inputs]:
    """A portfolio, a market for it and a policy that covers it: what the rule reads of an account.

    The rule may still refuse one, as on chain: where a price in its grid leaves its range.
    """

    def composed(draw: DrawFn) -> Inputs:
        portfolio = draw(portfolios(positions=positions, kinds=kinds, now=now, extreme=extreme))
        market = draw(markets(portfolio, now=now, extreme=extreme))
        return Inputs(portfolio, market, draw(policies(portfolio, setting=setting, scenarios=scenarios)))

    return st.composite(composed)()


class _ByHypothesis:
    """Choices that Hypothesis makes, one draw for each, so that each can become smaller by itself."""

    def __init__(self, draw: DrawFn) -> None:
        self._draw = draw

    def below(self, bound: int) -> int:
        return self._draw(_integers(0, bound - 1))

    def between(self, low: int, high: int) -> int:
        return self._draw(_integers(low, high))


@cache
def _integers(low: int, high: int) -> SearchStrategy[int]:
    return st.integers(low, high)


def _drawn(kind: type[T], make: Callable[[bias.Chooser], T]) -> SearchStrategy[T]:
    """What a chooser draws, in the words that its type names."""

    def composed(draw: DrawFn) -> T:
        drawn: T = typed(kind, make(_ByHypothesis(draw)))
        return drawn

    return st.composite(composed)()


def _between(
    name: str, low: int, high: int, word: type[Any], hint: bias.Hint | None = None
) -> SearchStrategy[int]:
    low, high = int(low), int(high)
    if not int(word.min) <= low <= high <= int(word.max):
        raise UsageError(f"{name} from {low} to {high}: no range of a {word.__name__}")
    return flat([bias.argument("value", low, high, hint)]).map(lambda case: case[0])


def _held(portfolio: Portfolio) -> list[int]:
    return [int(position.instrument) for position in portfolio.positions]
