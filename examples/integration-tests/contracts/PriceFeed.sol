// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

/// A price feed for tests, in the form of Chainlink's, whose owner says what the price is. It has 8 decimals.
contract PriceFeed {
    error NotOwner(address caller);

    uint8 public constant decimals = 8;
    address public immutable owner = msg.sender;
    uint80 public rounds;
    mapping(uint80 round => int256) private answers;
    mapping(uint80 round => uint256) private times;

    constructor(int256 price) {
        set(price);
    }

    function set(int256 price) public {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        rounds += 1;
        answers[rounds] = price;
        times[rounds] = block.timestamp;
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return getRoundData(rounds);
    }

    function getRoundData(uint80 round) public view returns (uint80, int256, uint256, uint256, uint80) {
        require(round != 0 && round <= rounds, "No data present");
        return (round, answers[round], times[round], times[round], round);
    }
}
