// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {Portfolio, Position} from "../margin/Types.sol";

/// Portfolios whose positions are in ascending order of instrument: sums, and the instruments that two of them have.
library Portfolios {
    /// Both together; what they hold against each other is gone.
    function merge(Portfolio memory a, Portfolio memory b) internal pure returns (Portfolio memory merged) {
        merged.cash = a.cash + b.cash;
        merged.positions = mergePositions(a.positions, b.positions);
    }

    function mergePositions(Position[] memory a, Position[] memory b) internal pure returns (Position[] memory merged) {
        merged = new Position[](a.length + b.length);
        uint256 i = 0;
        uint256 j = 0;
        uint256 n = 0;
        while (i < a.length || j < b.length) {
            if (j == b.length || (i < a.length && a[i].instrument < b[j].instrument)) {
                merged[n++] = a[i++];
            } else if (i == a.length || b[j].instrument < a[i].instrument) {
                merged[n++] = b[j++];
            } else {
                int256 size = a[i].size + b[j].size;
                if (size != 0) merged[n++] = Position(a[i].instrument, size);
                i++;
                j++;
            }
        }
        assembly ("memory-safe") {
            mstore(merged, n)
        }
    }

    /// A portfolio of one position, to be merged with another.
    function single(uint256 instrument, int256 size, int256 cash) internal pure returns (Portfolio memory portfolio) {
        portfolio.cash = cash;
        portfolio.positions = new Position[](1);
        portfolio.positions[0] = Position(instrument, size);
    }

    function instrumentsOf(Position[] memory positions) internal pure returns (uint256[] memory instruments) {
        instruments = new uint256[](positions.length);
        for (uint256 i = 0; i < positions.length; i++) {
            instruments[i] = positions[i].instrument;
        }
    }

    /// The instruments of either, each once and in order, as positions of nothing; and at which place among them each
    /// portfolio's are.
    function union(Position[] memory a, Position[] memory b)
        internal
        pure
        returns (Position[] memory either, uint256[] memory rowsA, uint256[] memory rowsB)
    {
        either = new Position[](a.length + b.length);
        rowsA = new uint256[](a.length);
        rowsB = new uint256[](b.length);
        uint256 i = 0;
        uint256 j = 0;
        uint256 n = 0;
        while (i < a.length || j < b.length) {
            bool first = j == b.length || (i < a.length && a[i].instrument < b[j].instrument);
            uint256 instrument = first ? a[i].instrument : b[j].instrument;
            if (i < a.length && a[i].instrument == instrument) rowsA[i++] = n;
            if (j < b.length && b[j].instrument == instrument) rowsB[j++] = n;
            either[n++].instrument = instrument;
        }
        assembly ("memory-safe") {
            mstore(either, n)
        }
    }
}
