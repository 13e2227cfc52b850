// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {Dials} from "./Dials.sol";
import {TailLength, TailMissing, TailNotDescending, TailNotLargest, TailScenarioUnknown} from "./Errors.sol";
import {MemoryArrays} from "./MemoryArrays.sol";
import {Rounding} from "./Rounding.sol";
import {Terms} from "./Types.sol";

/// What a group's losses over all scenarios come to: the largest, the k-th largest, or the mean of the largest.
///
/// The tail is found by sorting up to SORTED scenarios. Above, the caller names its scenarios, group after group, from
/// the largest loss to the least, of equal ones the first scenario first, and this is checked.
library Tails {
    using MemoryArrays for int256[];

    uint256 internal constant SORTED = 32;

    /// How many of a group's largest losses the aggregate reads.
    function depth(Terms memory terms, uint256 scenarios) internal pure returns (uint256) {
        if (terms.aggregate == Dials.WORST) return 1;
        if (terms.aggregate == Dials.VAR) return terms.tailNumerator;
        return Rounding.ceilDiv(scenarios * terms.tailNumerator, terms.tailDenominator);
    }

    /// How many scenarios the caller must name.
    function wanted(Terms memory terms, uint256 scenarios, uint256 groups) internal pure returns (uint256) {
        if (terms.aggregate == Dials.WORST || scenarios <= SORTED) return 0;
        return groups * depth(terms, scenarios);
    }

    /// Reverts unless the caller names as many scenarios as are wanted.
    function requireLength(uint256 given, Terms memory terms, uint256 scenarios, uint256 groups) internal pure {
        uint256 length = wanted(terms, scenarios, groups);
        if (given == length) return;
        if (given == 0) revert TailMissing(scenarios);
        revert TailLength(given, length);
    }

    /// The loss of a group; SHORTFALL is rounded up.
    function aggregate(int256[] memory losses, Terms memory terms, uint256[] memory tail, uint256 group)
        internal
        pure
        returns (int256)
    {
        if (terms.aggregate == Dials.WORST) return largest(losses);
        uint256 count = depth(terms, losses.length);
        int256[] memory top = new int256[](count);
        if (losses.length <= SORTED) sort(losses, count, top);
        else witness(losses, tail, group * count, count, top);
        return terms.aggregate == Dials.VAR ? top[count - 1] : shortfall(top, terms, losses.length);
    }

    function largest(int256[] memory losses) internal pure returns (int256 most) {
        most = losses[0];
        uint256 scenarios = losses.length;
        for (uint256 s = 1; s < scenarios; ++s) {
            int256 loss = losses.get(s);
            most = loss > most ? loss : most;
        }
    }

    /// Puts the `count` largest losses into `top`, in descending order: an insertion sort that forgets the rest.
    function sort(int256[] memory losses, uint256 count, int256[] memory top) internal pure {
        uint256 scenarios = losses.length;
        uint256 filled = 0;
        assert(count > 0 && count <= top.length);
        unchecked {
            for (uint256 s = 0; s < scenarios; ++s) {
                int256 loss = losses.get(s);
                if (filled < count) ++filled;
                else if (loss <= top.get(count - 1)) continue;
                uint256 place = filled - 1;
                for (; place > 0; --place) {
                    int256 above = top.get(place - 1);
                    if (above >= loss) break;
                    top.set(place, above);
                }
                top.set(place, loss);
            }
        }
    }

    /// Puts the losses that the caller names into `top`, or reverts unless they are the `count` largest, in order.
    function witness(int256[] memory losses, uint256[] memory tail, uint256 first, uint256 count, int256[] memory top)
        internal
        pure
    {
        uint256 scenarios = losses.length;
        uint256 named = 0; // a bit for each scenario, of which there are 256 at most
        for (uint256 i = 0; i < count; ++i) {
            uint256 scenario = tail[first + i];
            if (scenario >= scenarios) revert TailScenarioUnknown(scenario, scenarios);
            int256 loss = losses[scenario];
            if (i > 0 && (loss > top[i - 1] || (loss == top[i - 1] && scenario <= tail[first + i - 1]))) {
                revert TailNotDescending(first + i);
            }
            top[i] = loss;
            named |= 1 << scenario;
        }
        int256 least = top[count - 1];
        uint256 last = tail[first + count - 1];
        for (uint256 s = 0; s < scenarios; ++s) {
            if (losses[s] < least || (losses[s] == least && s > last) || (named >> s) & 1 == 1) continue;
            revert TailNotLargest(s, losses[s], least);
        }
    }

    /// The mean of the largest losses that make up tailNumerator / tailDenominator of all, the last of them in part.
    /// Rounded up, once.
    function shortfall(int256[] memory top, Terms memory terms, uint256 scenarios) internal pure returns (int256) {
        uint256 product = scenarios * terms.tailNumerator;
        uint256 whole = product / terms.tailDenominator;
        int256 sum = 0;
        for (uint256 i = 0; i < whole; ++i) {
            sum += top[i];
        }
        sum *= int256(terms.tailDenominator);
        uint256 part = product % terms.tailDenominator;
        if (part != 0) sum += int256(part) * top[whole];
        return Rounding.ceilDiv(sum, product);
    }
}
