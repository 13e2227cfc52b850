// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

/// A price feed in the form of Chainlink's AggregatorV3Interface, as far as it is read. Of a proxy, the upper 16 bits
/// of a round's number are the phase, which is one for each aggregator that it has had behind it.
interface IAggregator {
    function decimals() external view returns (uint8);

    function latestRoundData()
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);

    function getRoundData(uint80 wanted)
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);
}
