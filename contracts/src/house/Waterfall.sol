// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {Allocation} from "./Allocation.sol";

/// Who bears a loss, to the wei: nobody more than its capacity, and what nobody bears is named.
library Waterfall {
    /// Each layer in order, up to its capacity. The parts used and the shortfall sum to the loss.
    function layers(uint256 loss, uint256[] memory capacities)
        internal
        pure
        returns (uint256[] memory used, uint256 shortfall)
    {
        used = new uint256[](capacities.length);
        shortfall = loss;
        for (uint256 i = 0; i < capacities.length; ++i) {
            used[i] = shortfall < capacities[i] ? shortfall : capacities[i];
            shortfall -= used[i];
        }
    }

    /// One layer with several bearers, in proportion to their capacities (see Allocation). As the loss shared out is no
    /// more than all capacities together, no part exceeds its capacity: one that is rounded up is below it before.
    function share(uint256 loss, uint256[] memory capacities)
        internal
        pure
        returns (uint256[] memory used, uint256 shortfall)
    {
        uint256 sum = 0;
        for (uint256 i = 0; i < capacities.length; ++i) {
            sum += capacities[i];
        }
        uint256 borne = loss < sum ? loss : sum;
        used = Allocation.proRata(borne, capacities);
        shortfall = loss - borne;
    }

    /// The gains haircut: those who have gained bear the loss in proportion to their gains, and no more than them.
    function haircut(uint256 loss, int256[] memory gains)
        internal
        pure
        returns (uint256[] memory used, uint256 shortfall)
    {
        uint256[] memory capacities = new uint256[](gains.length);
        for (uint256 i = 0; i < gains.length; ++i) {
            capacities[i] = gains[i] > 0 ? uint256(gains[i]) : 0;
        }
        return share(loss, capacities);
    }

    /// Auto-deleveraging: a position is closed against those on its other side in proportion to what they hold, and
    /// none of them is turned over. `closed` has the sign of `size`: it is what each of them takes on. `open` is what
    /// remains.
    function deleverage(int256 size, int256[] memory sizes)
        internal
        pure
        returns (int256[] memory closed, int256 open)
    {
        uint256[] memory opposite = new uint256[](sizes.length);
        for (uint256 i = 0; i < sizes.length; ++i) {
            if (size < 0 && sizes[i] > 0) opposite[i] = uint256(sizes[i]);
            if (size > 0 && sizes[i] < 0) opposite[i] = uint256(-sizes[i]);
        }
        (uint256[] memory used, uint256 left) = share(uint256(size < 0 ? -size : size), opposite);
        closed = new int256[](sizes.length);
        for (uint256 i = 0; i < sizes.length; ++i) {
            closed[i] = size < 0 ? -int256(used[i]) : int256(used[i]);
        }
        open = size < 0 ? -int256(left) : int256(left);
    }
}
