// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {ConfidenceOutOfRange, RateOutOfRange} from "../margin/Errors.sol";
import {Instruments} from "../margin/Instruments.sol";
import {Limits} from "../margin/Limits.sol";
import {
    ExpiryTooFar,
    ForwardOutOfRange,
    NotAPoster,
    NotASurface,
    SurfaceFromTheFuture,
    SurfaceMissing,
    SurfaceOutdated,
    SurfaceStale
} from "./HouseErrors.sol";
import {Rounds} from "./Rounds.sol";
import {SpotFeeds} from "./SpotFeeds.sol";
import {SurfaceNodes} from "./SurfaceNodes.sol";

/// What posters say of a date: forward, rate and volatilities; of a perpetual: its mark. A surface is named by the
/// instrument that is worth its forward: the future of the date, the perpetual, the inverse perpetual. The last two
/// trade apart and pay funding apart, so each has a mark of its own.
abstract contract Surfaces is SpotFeeds {
    /// One word, from the lowest bits: forward 96, rate 64, postedAt 40, confidenceBps 16, nodes 8; then the nodes'
    /// words.
    struct Surface {
        uint96 forward;
        int64 rate;
        uint40 postedAt;
        uint16 confidenceBps;
        uint8 nodes;
        uint256[8] words;
    }

    /// One word, from the lowest bits: heartbeat 24, fresh 24, floorBps 16. As of a spot feed.
    struct Freshness {
        uint24 heartbeat;
        uint24 fresh;
        uint16 floorBps;
    }

    struct Posting {
        uint256 surface;
        uint256 forward;
        /// A hundred per cent a year at most, either way.
        int256 rate;
        uint256 confidenceBps;
        /// When the poster saw it; no earlier than what it replaces.
        uint256 postedAt;
        /// See SurfaceNodes.
        uint256[] words;
    }

    /// A surface as it was last read, so that a run of instruments on it reads it once.
    struct Reading {
        uint256 surface;
        uint256 forward;
        int256 rate;
        uint256 confidenceBps;
        uint256 nodes;
        /// Empty until an option asks.
        uint256[] words;
    }

    /// Of a rate's magnitude; inclusive. With no date further ahead than TERM, a discount is what the pricer can take.
    int256 internal constant RATE = 1e18;
    uint256 internal constant TERM = 8 * 365 days;

    mapping(address sender => bool) public isPoster;
    mapping(uint256 underlying => Freshness) public freshnessOf;
    mapping(uint256 surface => Surface) private surfaces;

    event PosterSet(address indexed poster, bool allowed);
    event FreshnessSet(uint256 indexed underlying, uint256 heartbeat, uint256 fresh, uint256 floorBps);
    event Posted(
        uint256 indexed surface, uint256 forward, int256 rate, uint256 confidenceBps, uint256 postedAt, uint256[] words
    );

    function setPoster(address poster, bool allowed) external onlyOwner {
        isPoster[poster] = allowed;
        emit PosterSet(poster, allowed);
    }

    /// Of an underlying's surfaces: when one is refused, and how what its poster claims falls until then.
    function setFreshness(uint256 underlying, uint24 heartbeat, uint24 fresh, uint16 floorBps) external onlyOwner {
        _spotFeed(underlying);
        Rounds.requireFreshness(heartbeat, fresh, Limits.BPS, floorBps);
        freshnessOf[underlying] = Freshness(heartbeat, fresh, floorBps);
        emit FreshnessSet(underlying, heartbeat, fresh, floorBps);
    }

    function post(Posting[] calldata postings) external {
        if (!isPoster[msg.sender]) revert NotAPoster(msg.sender);
        for (uint256 i = 0; i < postings.length; i++) {
            _post(postings[i]);
        }
    }

    /// The surface on which an instrument is read, by name.
    function surfaceOf(uint256 instrument) public pure returns (uint256) {
        uint256 kind = Instruments.kindOf(instrument);
        uint256 named = Instruments.isPerpetual(kind) ? kind : Instruments.FUTURE;
        return (instrument >> 184 << 8 | named) << 176;
    }

    function _post(Posting calldata posting) private {
        uint256 surface = posting.surface;
        Instruments.requireValid(surface);
        if (Instruments.kindOf(surface) == Instruments.SPOT || surfaceOf(surface) != surface) {
            revert NotASurface(surface);
        }
        _spotFeed(Instruments.underlyingOf(surface));
        uint256 latest = block.timestamp + TERM;
        if (Instruments.expiryOf(surface) > latest) revert ExpiryTooFar(surface, latest);
        if (posting.forward == 0 || posting.forward >= Limits.PRICE) revert ForwardOutOfRange(surface, posting.forward);
        if (posting.rate < -RATE || posting.rate > RATE) revert RateOutOfRange(posting.rate);
        if (posting.confidenceBps > Limits.BPS) revert ConfidenceOutOfRange(posting.confidenceBps);
        if (posting.postedAt > block.timestamp) {
            revert SurfaceFromTheFuture(surface, posting.postedAt, block.timestamp);
        }
        Surface storage kept = surfaces[surface];
        if (posting.postedAt == 0 || posting.postedAt < kept.postedAt) {
            revert SurfaceOutdated(surface, posting.postedAt, kept.postedAt);
        }
        uint256 nodes = SurfaceNodes.count(posting.words);

        // every cast is of what was found to fit above
        kept.forward = uint96(posting.forward);
        kept.rate = int64(posting.rate);
        kept.postedAt = uint40(posting.postedAt);
        kept.confidenceBps = uint16(posting.confidenceBps);
        kept.nodes = uint8(nodes);
        for (uint256 i = 0; i < posting.words.length; i++) {
            kept.words[i] = posting.words[i];
        }
        emit Posted(
            surface, posting.forward, posting.rate, posting.confidenceBps, posting.postedAt, posting.words
        );
    }

    /// Reads the surface of an instrument, unless it is the one that was read last.
    function _read(Reading memory reading, uint256 instrument) internal view {
        uint256 surface = surfaceOf(instrument);
        if (reading.surface == surface) return;
        Surface storage kept = surfaces[surface];
        uint256 postedAt = kept.postedAt;
        if (postedAt == 0) revert SurfaceMissing(surface);
        Freshness memory freshness = freshnessOf[Instruments.underlyingOf(surface)];
        uint256 age = block.timestamp - postedAt;
        if (age > freshness.heartbeat) revert SurfaceStale(surface, postedAt, block.timestamp);
        reading.surface = surface;
        reading.forward = kept.forward;
        reading.rate = kept.rate;
        reading.confidenceBps = Rounds.confidenceAt(
            age, freshness.heartbeat, freshness.fresh, kept.confidenceBps, freshness.floorBps
        );
        reading.nodes = kept.nodes;
        reading.words = new uint256[](0);
    }

    /// The volatility of a strike on a surface that was read.
    function _volatility(Reading memory reading, uint256 strike) internal view returns (uint256) {
        uint256 length = (reading.nodes + 1) / 2;
        if (reading.words.length != length) {
            uint256[8] storage kept = surfaces[reading.surface].words;
            uint256[] memory words = new uint256[](length);
            for (uint256 i = 0; i < length; i++) {
                words[i] = kept[i];
            }
            reading.words = words;
        }
        return SurfaceNodes.volatilityAt(reading.words, reading.nodes, strike);
    }
}
