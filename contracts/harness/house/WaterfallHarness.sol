// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {Allocation} from "../../src/house/Allocation.sol";
import {Queue} from "../../src/house/Queue.sol";
import {Waterfall} from "../../src/house/Waterfall.sol";

/// Exposes the pure libraries of the pools, function by function.
contract WaterfallHarness {
    function proRata(uint256 total, uint256[] memory weights) external pure returns (uint256[] memory) {
        return Allocation.proRata(total, weights);
    }

    function layers(uint256 loss, uint256[] memory capacities) external pure returns (uint256[] memory, uint256) {
        return Waterfall.layers(loss, capacities);
    }

    function share(uint256 loss, uint256[] memory capacities) external pure returns (uint256[] memory, uint256) {
        return Waterfall.share(loss, capacities);
    }

    function haircut(uint256 loss, int256[] memory gains) external pure returns (uint256[] memory, uint256) {
        return Waterfall.haircut(loss, gains);
    }

    function deleverage(int256 size, int256[] memory sizes) external pure returns (int256[] memory, int256) {
        return Waterfall.deleverage(size, sizes);
    }

    function score(bool long, uint256 entry, uint256 price, uint256 ratio, uint256 maintenanceRatio)
        external
        pure
        returns (uint256)
    {
        return Queue.score(long, entry, price, ratio, maintenanceRatio);
    }

    function order(uint256[] memory scores) external pure returns (uint256[] memory) {
        return Queue.order(scores);
    }

    /// Gas of the allocation alone.
    function gasOfProRata(uint256 total, uint256[] memory weights) external view returns (uint256) {
        uint256 start = gasleft();
        Allocation.proRata(total, weights);
        return start - gasleft();
    }
}
