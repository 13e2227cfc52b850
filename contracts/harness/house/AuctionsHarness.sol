// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {Margin} from "../../src/margin/Types.sol";
import {Auctions, Sale} from "../../src/house/Auctions.sol";

/// Exposes Auctions, function by function, under the names of its mirror's kernels. Left out: `closedOf`, which
/// Liquidation shows.
contract AuctionsHarness {
    function requireValid(uint256 startBps, uint256 length, uint256 insuranceBps, uint256 backstopBps)
        external
        pure
        returns (bool)
    {
        Auctions.requireValid(startBps, length, insuranceBps, backstopBps);
        return true;
    }

    function hasLapsed(uint256 elapsed, uint256 length) external pure returns (bool) {
        return Auctions.hasLapsed(elapsed, length);
    }

    function isRecent(uint256 elapsed, uint256 length) external pure returns (bool) {
        return Auctions.isRecent(elapsed, length);
    }

    function discountAfter(uint256 elapsed, uint256 startBps, uint256 length) external pure returns (uint256) {
        return Auctions.discountAfter(elapsed, startBps, length);
    }

    function discountOn(
        uint256 discountBps,
        uint256 backstopBps,
        int256 value,
        uint256 initialRequirement,
        uint256 maintenanceRequirement
    ) external pure returns (uint256) {
        return Auctions.discountOn(discountBps, backstopBps, value, initialRequirement, maintenanceRequirement);
    }

    function fractionLimit(int256 value, uint256 haircut, uint256 requirement, uint256 discountBps)
        external
        pure
        returns (uint256)
    {
        return Auctions.fractionLimit(value, haircut, requirement, discountBps);
    }

    function closedSize(int256 size, uint256 fraction) external pure returns (int256) {
        return Auctions.closedSize(size, fraction);
    }

    function closedValue(int256 value, int256 valueWithout) external pure returns (int256) {
        return Auctions.closedValue(value, valueWithout);
    }

    function penaltyOn(uint256 discountBps, int256 initialReleased, int256 maintenanceReleased)
        external
        pure
        returns (uint256)
    {
        return Auctions.penaltyOn(discountBps, initialReleased, maintenanceReleased);
    }

    function insuredPart(uint256 penalty, uint256 insuranceBps) external pure returns (uint256) {
        return Auctions.insuredPart(penalty, insuranceBps);
    }

    function saleOf(
        Margin memory before,
        Margin memory without,
        uint256 fraction,
        uint256 discountBps,
        uint256 insuranceBps
    ) external pure returns (Sale memory) {
        return Auctions.saleOf(before, without, fraction, discountBps, insuranceBps);
    }
}
