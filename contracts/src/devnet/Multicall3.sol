// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

/// @title Many calls in one
/// @notice The interface of Multicall3, for local chains to have at its usual address. Written from the ABI and the
///         behaviour of the deployed contract, which it equals in results and in revert data where the calldata are
///         what an ABI coder writes.
contract Multicall3 {
    struct Call {
        address target;
        bytes callData;
    }

    struct Call3 {
        address target;
        bool allowFailure;
        bytes callData;
    }

    struct Call3Value {
        address target;
        bool allowFailure;
        uint256 value;
        bytes callData;
    }

    struct Result {
        bool success;
        bytes returnData;
    }

    /// @notice Makes calls that must all succeed.
    /// @return blockNumber The block that they were made in.
    /// @return returnData What each returned.
    function aggregate(Call[] calldata calls)
        external
        payable
        returns (uint256 blockNumber, bytes[] memory returnData)
    {
        blockNumber = block.number;
        returnData = new bytes[](calls.length);
        for (uint256 i = 0; i < calls.length; ++i) {
            bool success;
            (success, returnData[i]) = calls[i].target.call(calls[i].callData);
            require(success, "Multicall3: call failed");
        }
    }

    /// @notice Makes calls; where success is required, one failure is everybody's.
    function tryAggregate(bool requireSuccess, Call[] calldata calls)
        public
        payable
        returns (Result[] memory returnData)
    {
        returnData = new Result[](calls.length);
        for (uint256 i = 0; i < calls.length; ++i) {
            Result memory result = returnData[i];
            (result.success, result.returnData) = calls[i].target.call(calls[i].callData);
            require(result.success || !requireSuccess, "Multicall3: call failed");
        }
    }

    /// @notice As tryAggregate, with the block's number and what the EVM gives as its hash, which is zero.
    function tryBlockAndAggregate(bool requireSuccess, Call[] calldata calls)
        public
        payable
        returns (uint256 blockNumber, bytes32 blockHash, Result[] memory returnData)
    {
        blockNumber = block.number;
        blockHash = blockhash(block.number);
        returnData = tryAggregate(requireSuccess, calls);
    }

    /// @notice Makes calls that must all succeed, with the block's number and what the EVM gives as its hash.
    function blockAndAggregate(Call[] calldata calls)
        external
        payable
        returns (uint256 blockNumber, bytes32 blockHash, Result[] memory returnData)
    {
        return tryBlockAndAggregate(true, calls);
    }

    /// @notice Makes calls, each of which says whether it may fail.
    function aggregate3(Call3[] calldata calls) external payable returns (Result[] memory returnData) {
        returnData = new Result[](calls.length);
        for (uint256 i = 0; i < calls.length; ++i) {
            Result memory result = returnData[i];
            (result.success, result.returnData) = calls[i].target.call(calls[i].callData);
            require(result.success || calls[i].allowFailure, "Multicall3: call failed");
        }
    }

    /// @notice Makes calls with ether, each of which says whether it may fail. The ether must add up to what was sent.
    function aggregate3Value(Call3Value[] calldata calls) external payable returns (Result[] memory returnData) {
        returnData = new Result[](calls.length);
        uint256 spent = 0;
        for (uint256 i = 0; i < calls.length; ++i) {
            Result memory result = returnData[i];
            uint256 value = calls[i].value;
            unchecked {
                // a sum that wraps around is of amounts that nobody has: one of the calls fails
                spent += value;
            }
            (result.success, result.returnData) = calls[i].target.call{value: value}(calls[i].callData);
            if (!result.success && !calls[i].allowFailure) {
                // the deployed contract puts a word of zeros after this reason, here alone
                bytes memory reason = abi.encodeWithSignature("Error(string)", "Multicall3: call failed");
                reason = bytes.concat(reason, bytes32(0));
                assembly ("memory-safe") {
                    revert(add(reason, 32), mload(reason))
                }
            }
        }
        require(msg.value == spent, "Multicall3: value mismatch");
    }

    /// @notice The hash of one of the last 256 blocks, or zero.
    function getBlockHash(uint256 blockNumber) external view returns (bytes32 blockHash) {
        blockHash = blockhash(blockNumber);
    }

    /// @notice The number of the block.
    function getBlockNumber() external view returns (uint256 blockNumber) {
        blockNumber = block.number;
    }

    /// @notice The coinbase of the block.
    function getCurrentBlockCoinbase() external view returns (address coinbase) {
        coinbase = block.coinbase;
    }

    /// @notice The difficulty of the block, or its randomness since there is no difficulty.
    function getCurrentBlockDifficulty() external view returns (uint256 difficulty) {
        difficulty = block.prevrandao;
    }

    /// @notice The gas limit of the block.
    function getCurrentBlockGasLimit() external view returns (uint256 gaslimit) {
        gaslimit = block.gaslimit;
    }

    /// @notice The time of the block.
    function getCurrentBlockTimestamp() external view returns (uint256 timestamp) {
        timestamp = block.timestamp;
    }

    /// @notice The balance of an account.
    function getEthBalance(address addr) external view returns (uint256 balance) {
        balance = addr.balance;
    }

    /// @notice The hash of the block before.
    function getLastBlockHash() external view returns (bytes32 blockHash) {
        unchecked {
            blockHash = blockhash(block.number - 1); // of the genesis block, a number that has no hash
        }
    }

    /// @notice The base fee of the block.
    function getBasefee() external view returns (uint256 basefee) {
        basefee = block.basefee;
    }

    /// @notice The number of the chain.
    function getChainId() external view returns (uint256 chainid) {
        chainid = block.chainid;
    }
}
