// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

/// What Arbitrum's system contract says of the block, for a chain whose own numbers it can be compared with.
contract ArbSysPeer {
    function arbBlockNumber() external view returns (uint256) {
        return block.number;
    }

    function arbBlockHash(uint256 number) external view returns (bytes32) {
        return blockhash(number);
    }
}
