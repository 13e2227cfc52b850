// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

/// Entries to read in each way that there is, of a type whose padding shows, and contracts whose code differs.
contract BankLedger {
    mapping(uint256 id => uint128) public entry;

    event Entered(uint256 indexed id, uint128 value);

    /// Sets `entry[id] = seed * (id + 1)` for ids from `first` to before `last`.
    function enter(uint256 first, uint256 last, uint128 seed) external {
        for (uint256 id = first; id < last; id++) {
            entry[id] = seed * uint128(id + 1);
            emit Entered(id, entry[id]);
        }
    }

    function entries(uint256 count) external view returns (uint128[] memory values) {
        values = new uint128[](count);
        for (uint256 id = 0; id < count; id++) values[id] = entry[id];
    }

    /// Gives `seed + i` wei to account `base + i`, for i from `first` to before `last`.
    function pay(uint160 base, uint160 first, uint160 last, uint256 seed) external payable {
        for (uint160 i = first; i < last; i++) {
            (bool done,) = address(base + i).call{value: seed + i}("");
            require(done);
        }
    }

    /// Makes contracts whose code is STOP and their number, in 32 bytes.
    function spawn(uint256 first, uint256 last) external {
        for (uint256 id = first; id < last; id++) {
            // PUSH31 id, PUSH0, MSTORE, PUSH1 32, PUSH0, RETURN
            bytes memory creation = abi.encodePacked(hex"7e", uint248(id), hex"5f5260205ff3");
            address made;
            assembly {
                made := create(0, add(creation, 32), mload(creation))
            }
            require(made != address(0));
        }
    }
}
