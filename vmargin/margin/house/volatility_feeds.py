"""The volatility of each underlying, from samples that anyone takes: the mirror of VolatilityFeeds.sol."""

from typing import NamedTuple

from vmargin.margin.house.errors import VolatilityNotSet
from vmargin.margin.house.mirror import Chain
from vmargin.margin.house.spot_feeds import SpotFeeds
from vmargin.margin.house.volatility import VolatilityTerms, highest, requireValid, sampled, scaleOf
from vmargin.margin.limits import BPS
from vmargin.solidity.integers import Word, uint16, uint24, uint32, uint256

NO_TERMS = VolatilityTerms(*(uint256(0),) * 7)


class Sample(NamedTuple):
    """The price that was seen last, when, and the estimate then."""

    price: uint256
    time: uint256
    volatility: uint256


NO_SAMPLE = Sample(uint256(0), uint256(0), uint256(0))


class VolatilityFeeds(SpotFeeds):
    """It starts at the ceiling, and returns to it when nobody takes samples."""

    def __init__(self, chain: Chain, address: str, owner: str) -> None:
        super().__init__(chain, address, owner)
        self.volatilityTerms: dict[int, VolatilityTerms] = {}
        self.samples: dict[int, Sample] = {}

    def setVolatilityTerms(self, sender: str, underlying: int | Word, terms: VolatilityTerms) -> None:
        """The estimate goes on from where it is: the next sample brings it into the new range."""
        self.onlyOwner(sender)
        self._spotFeed(underlying)
        widths = (uint16, uint16, uint16, uint16, uint32, uint24, uint24)
        terms = VolatilityTerms(*(uint256(kind(int(t))) for kind, t in zip(widths, terms, strict=True)))
        requireValid(terms)
        self.volatilityTerms[int(underlying)] = terms

    def volatilityTermsOf(self, underlying: int | Word) -> VolatilityTerms:
        """All zeros where none are set."""
        return self.volatilityTerms.get(int(underlying), NO_TERMS)

    def sampleOf(self, underlying: int | Word) -> Sample:
        """All zeros where none was taken."""
        return self.samples.get(int(underlying), NO_SAMPLE)

    def poke(self, underlying: int | Word) -> None:
        """Take a sample. Without effect before the interval has passed since the last one."""
        terms = self.volatilityTermsOf(underlying)
        if terms.referenceBps == 0:
            raise VolatilityNotSet(underlying)
        last = self.sampleOf(underlying)
        time = self.chain.time
        elapsed = time - last.time
        if elapsed < terms.interval:
            return

        price = self.spotOf(underlying)
        volatility = (
            highest(terms)
            if last.time == 0 or elapsed > terms.limit
            else sampled(last.volatility, last.price, price, elapsed, terms)
        )
        self.samples[int(underlying)] = Sample(price, time, volatility)

    def shockScaleBps(self, underlying: int | Word) -> uint256:
        """By what spot shocks are multiplied: the ceiling where the last sample is too old."""
        terms = self.volatilityTermsOf(underlying)
        if terms.referenceBps == 0:
            return BPS
        last = self.sampleOf(underlying)
        if last.time == 0 or self.chain.time - last.time > terms.limit:
            return terms.ceilingBps
        return scaleOf(last.volatility, terms)
