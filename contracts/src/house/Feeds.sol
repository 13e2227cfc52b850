// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {Instruments} from "../margin/Instruments.sol";
import {Limits} from "../margin/Limits.sol";
import {Market, Quote, UnderlyingQuote} from "../margin/Types.sol";
import {InstrumentsOutOfOrder} from "./HouseErrors.sol";
import {Settlements} from "./Settlements.sol";
import {SpotFeeds} from "./SpotFeeds.sol";
import {Surfaces} from "./Surfaces.sol";
import {VolatilityFeeds} from "./VolatilityFeeds.sol";

/// The market: everything that the house reads, put together for one portfolio.
contract Feeds is Settlements, Surfaces, VolatilityFeeds {
    constructor(address owner_) SpotFeeds(owner_) {}

    /// Reads each feed, surface and node once. What has expired is read on no surface, so that no silence of a poster
    /// keeps its holder from being margined.
    function market(uint256[] calldata instruments) external view override returns (Market memory now_) {
        now_.time = block.timestamp;
        now_.stablePrice = spotOf(STABLE);
        now_.underlyings = new UnderlyingQuote[](countUnderlyings(instruments));
        now_.quotes = new Quote[](instruments.length);
        Reading memory reading;
        UnderlyingQuote memory underlying;
        uint256 quoted = 0;
        for (uint256 i = 0; i < instruments.length; i++) {
            if (underlying.underlying != Instruments.underlyingOf(instruments[i])) {
                underlying = now_.underlyings[quoted++];
                _quoteUnderlying(underlying, Instruments.underlyingOf(instruments[i]));
            }
            _quote(now_.quotes[i], instruments[i], underlying.spot, reading);
        }
    }

    function forwardOf(uint256 instrument) external view override returns (uint256 price) {
        Instruments.requireValid(instrument);
        uint256 underlying = Instruments.underlyingOf(instrument);
        uint256 expiry = Instruments.expiryOf(instrument);
        bool expired = expiry != 0 && block.timestamp >= expiry;
        if (expired) price = settlementOf(underlying, expiry);
        if (price != 0) return price;
        if (expired || Instruments.kindOf(instrument) == Instruments.SPOT) return spotOf(underlying);
        Reading memory reading;
        _read(reading, instrument);
        return reading.forward;
    }

    /// How many underlyings there are among instruments, which must be valid and in strictly ascending order.
    function countUnderlyings(uint256[] calldata instruments) internal pure returns (uint256 underlyings) {
        uint256 previous = 0;
        for (uint256 i = 0; i < instruments.length; i++) {
            Instruments.requireValid(instruments[i]);
            if (instruments[i] <= previous) revert InstrumentsOutOfOrder(previous, instruments[i]);
            if (Instruments.underlyingOf(instruments[i]) != Instruments.underlyingOf(previous)) underlyings += 1;
            previous = instruments[i];
        }
    }

    function _quoteUnderlying(UnderlyingQuote memory quote, uint256 underlying) private view {
        quote.underlying = underlying;
        (quote.spot, quote.confidenceBps) = _spot(underlying);
        quote.shockScaleBps = shockScaleBps(underlying);
    }

    /// Where there is no surface to read, spot or the settlement stands for the forward, and the confidence is whole:
    /// that of spot is the underlying's.
    function _quote(Quote memory quote, uint256 instrument, uint256 spot, Reading memory reading) private view {
        uint256 kind = Instruments.kindOf(instrument);
        uint256 expiry = Instruments.expiryOf(instrument);
        bool expired = expiry != 0 && block.timestamp >= expiry;
        if (expired) quote.settlement = settlementOf(Instruments.underlyingOf(instrument), expiry);
        if (expired || kind == Instruments.SPOT) {
            quote.forward = quote.settlement == 0 ? spot : quote.settlement;
            quote.confidenceBps = Limits.BPS;
            return;
        }
        _read(reading, instrument);
        quote.forward = reading.forward;
        quote.rate = reading.rate;
        quote.confidenceBps = reading.confidenceBps;
        if (Instruments.isOption(kind)) quote.volatility = _volatility(reading, Instruments.strikeOf(instrument));
    }
}
