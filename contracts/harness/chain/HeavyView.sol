// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

/// Views that cost a node what one asks for: rounds of work, bytes of an answer, gas, and one that hides that it starved.
contract HeavyView {
    function work(uint256 seed, uint256 rounds) external pure returns (uint256 state) {
        state = seed;
        for (uint256 i = 0; i < rounds; i++) {
            unchecked {
                state = state * 6364136223846793005 + uint256(keccak256(abi.encode(state, i)));
            }
        }
    }

    /// An answer of this length, each byte of which is that of its position.
    function long(uint256 length) external pure returns (bytes memory data) {
        data = new bytes(length);
        for (uint256 i = 0; i < length; i += 32) {
            assembly {
                mstore(add(add(data, 32), i), add(i, length))
            }
        }
    }

    /// 1 if the work could be done, 0 if there was not the gas for it: no failure is to be seen from outside.
    function tried(uint256 seed, uint256 rounds) external view returns (uint256) {
        try this.work(seed, rounds) returns (uint256) {
            return 1;
        } catch {
            return 0;
        }
    }

    /// Who asks: another inside an aggregate than alone.
    function asker() external view returns (address) {
        return msg.sender;
    }
}
