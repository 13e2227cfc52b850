"""The positions of accounts, and what they pay or become: the mirror of Holdings.sol."""

from __future__ import annotations

from typing import NamedTuple

from vmargin.margin.errors import PositionsOutOfOrder, SizeOutOfRange
from vmargin.margin.house import funding as Funding
from vmargin.margin.house.errors import FundingTooSoon, NotPerpetual
from vmargin.margin.house.mirror import Chain
from vmargin.margin.house.purses import Purses
from vmargin.margin.instruments import expiryOf, isPerpetual, kindOf, requireValid, underlyingOf
from vmargin.margin.limits import SIZE, WAD
from vmargin.margin.repricing import payoff
from vmargin.margin.rounding import floorDiv
from vmargin.margin.types import Portfolio, Position
from vmargin.solidity.integers import int256, uint256


class Holding(NamedTuple):
    """A size, and the funding index up to which its funding is paid."""

    size: int256
    index: int256  # type: ignore[assignment]  # Solidity's name, and a tuple's method


class Premium(NamedTuple):
    """The funding index at a time, and what each unit pays in a period from then on."""

    index: int256  # type: ignore[assignment]  # Solidity's name, and a tuple's method
    premium: int256
    since: uint256


_NOTHING = Holding(int256(0), int256(0))
_NEVER = Premium(int256(0), int256(0), uint256(0))


class Holdings(Purses):
    """Positions, funding, and what is settled."""

    def __init__(self, chain: Chain, address: str, owner: str) -> None:
        super().__init__(chain, address, owner)
        self.held: dict[uint256, tuple[uint256, ...]] = {}
        self.holdings: dict[tuple[uint256, uint256], Holding] = {}
        self.premiums: dict[uint256, Premium] = {}

    def holdingOf(self, account: uint256, instrument: uint256) -> Holding:
        """What is stored of a position."""
        return self.holdings.get((account, instrument), _NOTHING)

    def premiumOf(self, instrument: uint256) -> Premium:
        """What is stored of a perpetual's funding."""
        return self.premiums.get(instrument, _NEVER)

    def pokeFunding(self, instrument: uint256) -> None:
        """Look at the mark against spot: what is found is paid from now until the next look."""
        requireValid(instrument)
        if not isPerpetual(kindOf(instrument)):
            raise NotPerpetual(instrument)
        since = self.premiumOf(instrument).since
        if since != 0 and self.chain.time < since + Funding.INTERVAL:
            raise FundingTooSoon(instrument, since + Funding.INTERVAL)
        assert self.feeds is not None
        mark = self.feeds.forwardOf(instrument)
        spot = self.feeds.spotOf(underlyingOf(instrument))
        premium = Funding.premiumOf(instrument, mark, spot)
        self.premiums[instrument] = Premium(self.fundingIndex(instrument), premium, self.chain.time)

    def fundingIndex(self, instrument: uint256) -> int256:
        """Cash that one unit has paid up to now."""
        state = self.premiumOf(instrument)
        if state.since == 0:
            return int256(0)
        return Funding.indexAt(state.index, state.premium, self.chain.time - state.since)

    def instrumentsOf(self, account: uint256) -> tuple[uint256, ...]:
        """What is stored, settled or not: sorted by instrument."""
        return self.held.get(account, ())

    def portfolioOf(self, account: uint256) -> Portfolio:
        """The account as of now: funding and interest included, and what has been settled taken as cash."""
        positions: list[Position] = []
        cash, _ = self._cashOf(account)
        date, settlement = uint256(0), uint256(0)
        for instrument in self.instrumentsOf(account):
            holding = self.holdingOf(account, instrument)
            date, settlement = self._settlementOf(instrument, date, settlement)
            if settlement != 0:
                cash += self._proceeds(instrument, holding.size, settlement)
            else:
                cash -= self._owed(instrument, holding)
                positions.append(Position(instrument, holding.size))
        return Portfolio(cash, tuple(positions))

    def _change(self, account: uint256, changes: tuple[Position, ...]) -> tuple[int256, bool]:
        former = self.instrumentsOf(account)
        instruments = list(former)
        funding = int256(0)
        previous = uint256(0)
        for instrument, change in changes:
            requireValid(instrument)
            if instrument <= previous:
                raise PositionsOutOfOrder(previous, instrument)
            previous = instrument
            size, owed = self._alter(account, instrument, change)
            funding += owed
            if size == 0 and instrument in instruments:
                instruments.remove(instrument)
            elif size != 0 and instrument not in instruments:
                instruments.append(instrument)
        self.held[account] = tuple(sorted(instruments))
        return funding, len(instruments) > len(former)

    def _realise(self, account: uint256) -> int256:
        instruments: list[uint256] = []
        cash = int256(0)
        date, settlement = uint256(0), uint256(0)
        for instrument in self.instrumentsOf(account):
            date, settlement = self._settlementOf(instrument, date, settlement)
            if settlement != 0:
                cash += self._proceeds(instrument, self.holdingOf(account, instrument).size, settlement)
                del self.holdings[account, instrument]
            else:
                instruments.append(instrument)
                if isPerpetual(kindOf(instrument)):
                    _, owed = self._alter(account, instrument, int256(0))
                    cash -= owed
        self.held[account] = tuple(instruments)
        return cash

    def _alter(self, account: uint256, instrument: uint256, change: int256) -> tuple[int256, int256]:
        holding = self.holdingOf(account, instrument)
        owed = self._owed(instrument, holding)
        size = holding.size + change
        if size <= -int256(SIZE) or size >= int256(SIZE):
            raise SizeOutOfRange(instrument, size)
        perpetual = isPerpetual(kindOf(instrument))
        index = self.fundingIndex(instrument) if size != 0 and perpetual else int256(0)
        self.holdings[account, instrument] = Holding(size, index)
        if size == 0:
            del self.holdings[account, instrument]
        return size, owed

    def _settlementOf(
        self, instrument: uint256, date: uint256, settlement: uint256
    ) -> tuple[uint256, uint256]:
        expiry = expiryOf(instrument)
        if expiry == 0 or expiry > self.chain.time:
            return uint256(0), uint256(0)
        if instrument >> 184 == date:
            return date, settlement
        assert self.feeds is not None
        return instrument >> 184, self.feeds.settlementOf(underlyingOf(instrument), expiry)

    def _proceeds(self, instrument: uint256, size: int256, settlement: uint256) -> int256:
        return floorDiv(size * payoff(instrument, settlement), WAD)

    def _owed(self, instrument: uint256, holding: Holding) -> int256:
        if not isPerpetual(kindOf(instrument)):
            return int256(0)
        return Funding.payment(holding.size, holding.index, self.fundingIndex(instrument))
