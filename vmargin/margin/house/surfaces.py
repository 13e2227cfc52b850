"""What posters say of a date, and of a perpetual: the mirror of Surfaces.sol."""

from collections.abc import Sequence
from typing import NamedTuple

from vmargin.margin.errors import ConfidenceOutOfRange, RateOutOfRange
from vmargin.margin.house.errors import (
    ExpiryTooFar,
    ForwardOutOfRange,
    NotAPoster,
    NotASurface,
    SurfaceFromTheFuture,
    SurfaceMissing,
    SurfaceOutdated,
    SurfaceStale,
)
from vmargin.margin.house.mirror import Chain
from vmargin.margin.house.rounds import confidenceAt, requireFreshness
from vmargin.margin.house.spot_feeds import SpotFeeds
from vmargin.margin.house.surface_nodes import count, volatilityAt
from vmargin.margin.instruments import FUTURE, SPOT, expiryOf, isPerpetual, kindOf, requireValid, underlyingOf
from vmargin.margin.limits import BPS, PRICE
from vmargin.solidity.arrays import Words
from vmargin.solidity.integers import Word, int256, uint16, uint24, uint256
from vmargin.solidity.kernel import kernel

RATE = 10**18
TERM = 8 * 365 * 24 * 60 * 60


class Freshness(NamedTuple):
    """When a surface is refused, and how what its poster claims falls until then."""

    heartbeat: uint256
    fresh: uint256
    floorBps: uint256


NO_FRESHNESS = Freshness(uint256(0), uint256(0), uint256(0))


class Posting(NamedTuple):
    """What a poster sends; `words` as `vmargin.margin.house.surface_nodes.packed` gives them."""

    surface: int
    forward: int
    rate: int
    confidenceBps: int
    postedAt: int
    words: Sequence[int]


class Surface(NamedTuple):
    """What is kept of a posting, and what is read of it: then with the confidence at its age."""

    forward: uint256
    rate: int256
    postedAt: uint256
    confidenceBps: uint256
    nodes: uint256
    words: Words[uint256]


@kernel
def surfaceOf(instrument: uint256) -> uint256:
    """The surface on which an instrument is read, by name."""
    kind = kindOf(instrument)
    named = kind if isPerpetual(kind) else uint256(FUTURE)
    return ((instrument >> 184) << 8 | named) << 176


class Surfaces(SpotFeeds):
    """A surface is named by the instrument that is worth its forward."""

    def __init__(self, chain: Chain, address: str, owner: str) -> None:
        super().__init__(chain, address, owner)
        self._posters: dict[str, bool] = {}
        self._freshness: dict[int, Freshness] = {}
        self._surfaces: dict[int, Surface] = {}

    def isPoster(self, sender: str) -> bool:
        """Whether the address may post."""
        return self._posters.get(sender, False)

    def freshnessOf(self, underlying: int | Word) -> Freshness:
        """All zeros where none is set: every surface is stale the second after."""
        return self._freshness.get(int(underlying), NO_FRESHNESS)

    def setPoster(self, sender: str, poster: str, allowed: bool) -> None:
        """Say who may post."""
        self.onlyOwner(sender)
        self._posters[poster] = allowed

    def setFreshness(
        self, sender: str, underlying: int | Word, heartbeat: int, fresh: int, floorBps: int
    ) -> None:
        """Say how long an underlying's surfaces hold."""
        self.onlyOwner(sender)
        self._spotFeed(underlying)
        freshness = Freshness(uint256(uint24(heartbeat)), uint256(uint24(fresh)), uint256(uint16(floorBps)))
        requireFreshness(freshness.heartbeat, freshness.fresh, BPS, freshness.floorBps)
        self._freshness[int(underlying)] = freshness

    def post(self, sender: str, postings: Sequence[Posting]) -> None:
        """Replace surfaces."""
        if not self.isPoster(sender):
            raise NotAPoster(sender)
        for posting in postings:
            self._post(Posting(*posting))

    def surfaceOf(self, instrument: int | Word) -> uint256:
        """The surface on which an instrument is read, by name."""
        return surfaceOf(uint256(instrument))

    def _post(self, posting: Posting) -> None:
        surface = uint256(posting.surface)
        requireValid(surface)
        if kindOf(surface) == SPOT or surfaceOf(surface) != surface:
            raise NotASurface(surface)
        self._spotFeed(int(underlyingOf(surface)))
        latest = self.chain.time + TERM
        if expiryOf(surface) > latest:
            raise ExpiryTooFar(surface, latest)
        if posting.forward == 0 or posting.forward >= PRICE:
            raise ForwardOutOfRange(surface, posting.forward)
        if posting.rate < -RATE or posting.rate > RATE:
            raise RateOutOfRange(posting.rate)
        if posting.confidenceBps > BPS:
            raise ConfidenceOutOfRange(posting.confidenceBps)
        if posting.postedAt > self.chain.time:
            raise SurfaceFromTheFuture(surface, posting.postedAt, self.chain.time)
        kept = self._surfaces.get(int(surface))
        previous = uint256(0) if kept is None else kept.postedAt
        if posting.postedAt == 0 or posting.postedAt < previous:
            raise SurfaceOutdated(surface, posting.postedAt, previous)
        words = Words(uint256, posting.words)
        nodes = count(words)

        self._surfaces[int(surface)] = Surface(
            uint256(posting.forward),
            int256(posting.rate),
            uint256(posting.postedAt),
            uint256(posting.confidenceBps),
            nodes,
            words,
        )

    def _read(self, instrument: uint256) -> Surface:
        """Read the surface of an instrument."""
        surface = surfaceOf(instrument)
        kept = self._surfaces.get(int(surface))
        if kept is None:
            raise SurfaceMissing(surface)
        freshness = self.freshnessOf(underlyingOf(surface))
        age = self.chain.time - kept.postedAt
        if age > freshness.heartbeat:
            raise SurfaceStale(surface, kept.postedAt, self.chain.time)
        confidenceBps = confidenceAt(
            age, freshness.heartbeat, freshness.fresh, kept.confidenceBps, freshness.floorBps
        )
        return kept._replace(confidenceBps=confidenceBps)

    def _volatility(self, reading: Surface, strike: uint256) -> uint256:
        """The volatility of a strike on a surface that was read."""
        return volatilityAt(reading.words, reading.nodes, strike)
