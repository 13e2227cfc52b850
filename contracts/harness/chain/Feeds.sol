// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

/// A feed in the form of Chainlink's AggregatorV3, whose latest round is what it was last told.
contract AggregatorFeed {
    struct Round {
        uint80 roundId;
        int256 answer;
        uint256 startedAt;
        uint256 updatedAt;
        uint80 answeredInRound;
    }

    error NoRound(uint256 wanted);

    uint8 public immutable decimals;
    Round private latest;
    bool private broken;

    constructor(uint8 decimals_) {
        decimals = decimals_;
    }

    function set(Round calldata round) external {
        latest = round;
    }

    function breakDown() external {
        broken = true;
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        if (broken) revert NoRound(7);
        return (latest.roundId, latest.answer, latest.startedAt, latest.updatedAt, latest.answeredInRound);
    }
}

/// Prices by id in the form of Pyth's contract.
contract PythPrices {
    struct Price {
        int64 price;
        uint64 conf;
        int32 expo;
        uint256 publishTime;
    }

    error PriceFeedNotFound();
    error StalePrice();

    mapping(bytes32 id => Price) private prices;

    function set(bytes32 id, Price calldata price) external {
        prices[id] = price;
    }

    function getPriceUnsafe(bytes32 id) public view returns (Price memory price) {
        price = prices[id];
        if (price.publishTime == 0) revert PriceFeedNotFound();
    }

    function getPriceNoOlderThan(bytes32 id, uint256 age) external view returns (Price memory price) {
        price = getPriceUnsafe(id);
        uint256 published = price.publishTime;
        uint256 apart = block.timestamp > published ? block.timestamp - published : published - block.timestamp;
        if (apart > age) revert StalePrice();
    }
}

/// An oracle that says a number and nothing else.
contract PlainPrice {
    uint256 public price;
    int256 public latestAnswer;

    function set(uint256 price_, int256 latestAnswer_) external {
        price = price_;
        latestAnswer = latestAnswer_;
    }
}

/// A contract that takes prices with the checks that such contracts make.
contract PriceTaker {
    error SequencerDown();
    error GracePeriodNotOver();
    error Stale();
    error NoRoundYet();

    function take(AggregatorFeed feed, uint256 heartbeat) public view returns (int256) {
        (, int256 answer,, uint256 updatedAt,) = feed.latestRoundData();
        if (updatedAt == 0) revert NoRoundYet();
        if (block.timestamp - updatedAt > heartbeat) revert Stale();
        return answer;
    }

    function takeOnRollup(AggregatorFeed feed, uint256 heartbeat, AggregatorFeed sequencer, uint256 grace)
        external
        view
        returns (int256)
    {
        (, int256 down, uint256 startedAt,,) = sequencer.latestRoundData();
        if (startedAt == 0) revert NoRoundYet();
        if (down != 0) revert SequencerDown();
        if (block.timestamp - startedAt <= grace) revert GracePeriodNotOver();
        return take(feed, heartbeat);
    }
}
