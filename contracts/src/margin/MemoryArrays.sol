// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

/// Elements of arrays in memory without the check that they are there, which costs more than the rules' inner loops do
/// with them. Whoever calls has compared the loop's end with the arrays' lengths.
library MemoryArrays {
    function get(int256[] memory array, uint256 i) internal pure returns (int256 value) {
        assembly ("memory-safe") {
            value := mload(add(add(array, 0x20), shl(5, i)))
        }
    }

    function get(uint256[] memory array, uint256 i) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := mload(add(add(array, 0x20), shl(5, i)))
        }
    }

    function set(int256[] memory array, uint256 i, int256 value) internal pure {
        assembly ("memory-safe") {
            mstore(add(add(array, 0x20), shl(5, i)), value)
        }
    }

    /// Forgets the elements from `length` on.
    function cut(int256[] memory array, uint256 length) internal pure {
        assert(length <= array.length);
        assembly ("memory-safe") {
            mstore(array, length)
        }
    }
}
