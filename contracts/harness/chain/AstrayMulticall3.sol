// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

/// A Multicall3 of a node that has gone astray: it answers for another block or chain, or with too few results.
contract AstrayMulticall3 {
    struct Call3 {
        address target;
        bool allowFailure;
        bytes callData;
    }

    struct Result {
        bool success;
        bytes returnData;
    }

    uint256 public blocksBehind;
    uint256 public otherChain;
    uint256 public missing;
    uint256 public otherParent;

    function aggregate3(Call3[] calldata calls) external payable returns (Result[] memory results) {
        results = new Result[](calls.length - missing);
        for (uint256 i = 0; i < results.length; i++) {
            (results[i].success, results[i].returnData) = calls[i].target.call(calls[i].callData);
        }
    }

    function getBlockNumber() external view returns (uint256) {
        return block.number - blocksBehind;
    }

    function getLastBlockHash() external view returns (bytes32) {
        return bytes32(uint256(blockhash(block.number - 1 - blocksBehind)) ^ otherParent);
    }

    function getChainId() external view returns (uint256) {
        return block.chainid + otherChain;
    }
}
