// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

/// Emits as many events as it is told to, with topics to filter by.
contract Emitter {
    event Noted(uint256 indexed kind, address indexed sender, uint256 value);

    event Remark(bytes text);

    /// Events of one kind, with the values from `value` on, each after a remark of a length of its own.
    function emitMany(uint256 kind, uint256 count, uint256 value) external {
        for (uint256 i = 0; i < count; i++) {
            emit Remark(new bytes(i));
            emit Noted(kind, msg.sender, value + i);
        }
    }
}
