// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {PositionsOutOfOrder, SizeOutOfRange} from "../margin/Errors.sol";
import {Instruments} from "../margin/Instruments.sol";
import {Limits} from "../margin/Limits.sol";
import {Repricing} from "../margin/Repricing.sol";
import {Rounding} from "../margin/Rounding.sol";
import {Portfolio, Position} from "../margin/Types.sol";
import {Funding} from "./Funding.sol";
import {FundingTooSoon, NotPerpetual} from "./HouseErrors.sol";
import {Purses} from "./Purses.sol";

/// The positions of accounts, and what they pay or become: funding, and cash once their date is settled.
abstract contract Holdings is Purses {
    struct Holding {
        int128 size;
        /// The funding index up to which funding is paid.
        int128 index;
    }

    struct Premium {
        int120 index;
        /// Paid by each unit in a period, from `since` on.
        int96 premium;
        uint40 since;
    }

    /// In ascending order; at most 64, those of the other members of a pool included.
    mapping(uint256 account => uint256[]) internal held;
    mapping(uint256 account => mapping(uint256 instrument => Holding)) public holdingOf;
    mapping(uint256 instrument => Premium) public premiumOf;

    event PositionChanged(uint256 indexed account, uint256 indexed instrument, int256 size, int256 index);
    event FundingPoked(uint256 indexed instrument, int256 index, int256 premium);

    /// Looks at the mark against spot: what it finds is paid from now until the next look. For anyone, once in an
    /// interval.
    function pokeFunding(uint256 instrument) external {
        Instruments.requireValid(instrument);
        if (!Instruments.isPerpetual(Instruments.kindOf(instrument))) revert NotPerpetual(instrument);
        uint256 since = premiumOf[instrument].since;
        if (since != 0 && block.timestamp < since + Funding.INTERVAL) {
            revert FundingTooSoon(instrument, since + Funding.INTERVAL);
        }
        uint256 mark = feeds.forwardOf(instrument);
        uint256 spot = feeds.spotOf(Instruments.underlyingOf(instrument));
        int256 premium = Funding.premiumOf(instrument, mark, spot);
        int256 index = fundingIndex(instrument);
        premiumOf[instrument] = Premium(int120(index), int96(premium), uint40(block.timestamp));
        emit FundingPoked(instrument, index, premium);
    }

    /// Cash that one unit has paid up to now.
    function fundingIndex(uint256 instrument) public view returns (int256) {
        Premium memory state = premiumOf[instrument];
        if (state.since == 0) return 0;
        return Funding.indexAt(state.index, state.premium, block.timestamp - state.since);
    }

    /// What is stored, settled or not: sorted by instrument.
    function instrumentsOf(uint256 account) external view returns (uint256[] memory) {
        return held[account];
    }

    function portfolioOf(uint256 account) public view returns (Portfolio memory portfolio) {
        uint256[] memory instruments = held[account];
        mapping(uint256 instrument => Holding) storage holdings = holdingOf[account];
        Position[] memory positions = new Position[](instruments.length);
        (int256 cash,) = _cashOf(account);
        uint256 date = 0;
        uint256 settlement = 0;
        uint256 n = 0;
        for (uint256 i = 0; i < instruments.length; ++i) {
            uint256 instrument = instruments[i];
            Holding memory holding = holdings[instrument];
            (date, settlement) = _settlementOf(instrument, date, settlement);
            if (settlement != 0) {
                cash += _proceeds(instrument, holding.size, settlement);
            } else {
                cash -= _owed(instrument, holding);
                positions[n].instrument = instrument;
                positions[n++].size = holding.size;
            }
        }
        assembly ("memory-safe") {
            mstore(positions, n)
        }
        portfolio.cash = cash;
        portfolio.positions = positions;
    }

    /// Adds to an account's positions, in ascending order of instrument: what funding they pay first, and whether
    /// there are more of them afterwards.
    function _change(uint256 account, Position[] memory changes) internal returns (int256 funding, bool grown) {
        uint256[] memory former = held[account];
        uint256[] memory instruments = new uint256[](former.length + changes.length);
        uint256 previous = 0;
        uint256 i = 0;
        uint256 n = 0;
        for (uint256 j = 0; j < changes.length; j++) {
            uint256 instrument = changes[j].instrument;
            Instruments.requireValid(instrument);
            if (instrument <= previous) revert PositionsOutOfOrder(previous, instrument);
            previous = instrument;
            while (i < former.length && former[i] < instrument) instruments[n++] = former[i++];
            if (i < former.length && former[i] == instrument) i++;
            (int256 size, int256 owed) = _alter(account, instrument, changes[j].size);
            funding += owed;
            if (size != 0) instruments[n++] = instrument;
        }
        while (i < former.length) instruments[n++] = former[i++];
        _store(account, former, instruments, n);
        grown = n > former.length;
    }

    /// Makes cash of all that is owed, due or settled. The account's cash as of now is the same before and after.
    function _realise(uint256 account) internal returns (int256 cash) {
        uint256[] memory former = held[account];
        uint256[] memory instruments = new uint256[](former.length);
        uint256 date = 0;
        uint256 settlement = 0;
        uint256 n = 0;
        for (uint256 i = 0; i < former.length; i++) {
            uint256 instrument = former[i];
            (date, settlement) = _settlementOf(instrument, date, settlement);
            if (settlement != 0) {
                cash += _proceeds(instrument, holdingOf[account][instrument].size, settlement);
                delete holdingOf[account][instrument];
                emit PositionChanged(account, instrument, 0, 0);
            } else {
                instruments[n++] = instrument;
                if (Instruments.isPerpetual(Instruments.kindOf(instrument))) {
                    (, int256 owed) = _alter(account, instrument, 0);
                    cash -= owed;
                }
            }
        }
        _store(account, former, instruments, n);
    }

    function _alter(uint256 account, uint256 instrument, int256 change) private returns (int256 size, int256 owed) {
        Holding memory holding = holdingOf[account][instrument];
        owed = _owed(instrument, holding);
        size = holding.size + change;
        if (size <= -int256(Limits.SIZE) || size >= int256(Limits.SIZE)) revert SizeOutOfRange(instrument, size);
        bool perpetual = Instruments.isPerpetual(Instruments.kindOf(instrument));
        int256 index = size != 0 && perpetual ? fundingIndex(instrument) : int256(0);
        if (size == holding.size && index == holding.index) return (size, owed);
        holdingOf[account][instrument] = Holding(int128(size), int128(index));
        emit PositionChanged(account, instrument, size, index);
    }

    /// Writes only what differs.
    function _store(uint256 account, uint256[] memory former, uint256[] memory instruments, uint256 n) private {
        uint256[] storage stored = held[account];
        for (uint256 i = n; i < former.length; i++) stored.pop();
        for (uint256 i = 0; i < n; i++) {
            if (i >= former.length) stored.push(instruments[i]);
            else if (instruments[i] != former[i]) stored[i] = instruments[i];
        }
    }

    /// The settlement of an instrument's date, which is asked once for all instruments of the date that follow each
    /// other.
    function _settlementOf(uint256 instrument, uint256 date, uint256 settlement)
        private
        view
        returns (uint256, uint256)
    {
        uint256 expiry = Instruments.expiryOf(instrument);
        if (expiry == 0 || expiry > block.timestamp) return (0, 0);
        if (instrument >> 184 == date) return (date, settlement);
        return (instrument >> 184, feeds.settlementOf(Instruments.underlyingOf(instrument), expiry));
    }

    /// What a settled position pays; rounded down.
    function _proceeds(uint256 instrument, int256 size, uint256 settlement) private pure returns (int256) {
        return Rounding.floorDiv(size * Repricing.payoff(instrument, settlement), Limits.WAD);
    }

    /// The funding that a position owes; rounded up.
    function _owed(uint256 instrument, Holding memory holding) private view returns (int256) {
        if (!Instruments.isPerpetual(Instruments.kindOf(instrument))) return 0;
        return Funding.payment(holding.size, holding.index, fundingIndex(instrument));
    }
}
