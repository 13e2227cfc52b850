"""The market, put together for one portfolio: the mirror of Feeds.sol."""

from collections.abc import Sequence

from vmargin.margin.house.errors import InstrumentsOutOfOrder
from vmargin.margin.house.settlements import Settlements
from vmargin.margin.house.surfaces import Surfaces
from vmargin.margin.house.volatility_feeds import VolatilityFeeds
from vmargin.margin.instruments import SPOT, expiryOf, isOption, kindOf, requireValid, strikeOf, underlyingOf
from vmargin.margin.limits import BPS
from vmargin.margin.types import Market, Quote, UnderlyingQuote
from vmargin.solidity.arrays import Words
from vmargin.solidity.integers import Word, int256, uint256
from vmargin.solidity.kernel import kernel


@kernel
def countUnderlyings(instruments: Words[uint256]) -> uint256:
    """How many there are among instruments, which must be valid and in strictly ascending order."""
    underlyings = uint256(0)
    previous = uint256(0)
    for i in range(len(instruments)):
        requireValid(instruments[i])
        if instruments[i] <= previous:
            raise InstrumentsOutOfOrder(previous, instruments[i])
        if underlyingOf(instruments[i]) != underlyingOf(previous):
            underlyings += 1
        previous = instruments[i]
    return underlyings


class Feeds(Settlements, Surfaces, VolatilityFeeds):
    """Everything that the house reads."""

    def market(self, instruments: Sequence[int] | Sequence[uint256]) -> Market:
        """The market now for instruments in ascending order."""
        words = Words(uint256, instruments)
        stablePrice = self.spotOf(self.STABLE)
        countUnderlyings(words)
        underlyings: dict[int, UnderlyingQuote] = {}
        quotes = []
        for instrument in words:
            underlying = underlyingOf(instrument)
            if int(underlying) not in underlyings:
                underlyings[int(underlying)] = self._quoteUnderlying(underlying)
            quotes.append(self._quote(instrument, underlyings[int(underlying)].spot))
        return Market(self.chain.time, stablePrice, tuple(underlyings.values()), tuple(quotes))

    def forwardOf(self, instrument: int | Word) -> uint256:
        """The mark of a perpetual, or the forward of a date; of an instrument, as in its quote."""
        word = uint256(instrument)
        requireValid(word)
        underlying = underlyingOf(word)
        expiry = expiryOf(word)
        expired = expiry != 0 and self.chain.time >= expiry
        if expired:
            price = self.settlementOf(underlying, expiry)
            if price != 0:
                return price
        if expired or kindOf(word) == SPOT:
            return self.spotOf(underlying)
        return self._read(word).forward

    def _quoteUnderlying(self, underlying: uint256) -> UnderlyingQuote:
        spot, confidenceBps = self._spot(underlying)
        return UnderlyingQuote(underlying, spot, confidenceBps, self.shockScaleBps(underlying))

    def _quote(self, instrument: uint256, spot: uint256) -> Quote:
        """Where there is no surface to read, spot or the settlement stands for the forward."""
        kind = kindOf(instrument)
        expiry = expiryOf(instrument)
        expired = expiry != 0 and self.chain.time >= expiry
        settlement = self.settlementOf(underlyingOf(instrument), expiry) if expired else uint256(0)
        if expired or kind == SPOT:
            forward = spot if settlement == 0 else settlement
            return Quote(forward, uint256(0), int256(0), settlement, BPS)
        reading = self._read(instrument)
        volatility = self._volatility(reading, strikeOf(instrument)) if isOption(kind) else uint256(0)
        return Quote(reading.forward, volatility, reading.rate, uint256(0), reading.confidenceBps)
