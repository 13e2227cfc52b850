// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {Limits} from "./Limits.sol";
import {Margins} from "./Margins.sol";
import {PolicyChecks} from "./PolicyChecks.sol";
import {Margin, Market, Policy, Portfolio} from "./Types.sol";

/// Margin of any portfolio at any market under any policy: nothing is stored, and nothing is read but the call's data.
contract MarginView {
    /// The margin, and the outcome of each group in each scenario before weights, group after group.
    ///
    /// `tail` is empty for WORST, and for VAR and SHORTFALL up to Tails.SORTED scenarios. Above, it names for each
    /// group the scenarios of its largest losses, from the largest down, of equal ones the first.
    function evaluate(Portfolio memory portfolio, Market memory market, Policy memory policy, uint256[] memory tail)
        external
        pure
        returns (Margin memory margin, int256[] memory outcomes)
    {
        PolicyChecks.requireValid(policy, Limits.SCENARIOS);
        return Margins.evaluate(portfolio, market, policy, tail);
    }
}
