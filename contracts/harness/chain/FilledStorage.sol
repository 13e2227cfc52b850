// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

/// Storage of any size and shape, for proofs of what is in it and of what is not.
contract FilledStorage {
    event Filled(uint256 indexed first, uint256 count);

    /// Sets `count` slots from `first` on, each to its number plus one.
    function fill(uint256 first, uint256 count) external {
        for (uint256 slot = first; slot < first + count; slot++) {
            assembly ("memory-safe") {
                sstore(slot, add(slot, 1))
            }
        }
        emit Filled(first, count);
    }

    function put(uint256 slot, uint256 word) external {
        assembly ("memory-safe") {
            sstore(slot, word)
        }
    }
}
