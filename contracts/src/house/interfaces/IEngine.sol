// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {Margin, Market, Policy, Portfolio} from "../../margin/Types.sol";
import {IFeeds} from "./IFeeds.sol";
import {IPolicies} from "./IPolicies.sol";

/// Margin of the ledger's accounts: its portfolios under its policies at the feeds' market.
interface IEngine {
    /// Whose prices and whose rules it takes.
    function feeds() external view returns (IFeeds);
    function policies() external view returns (IPolicies);

    /// What the rule is given for an account: the combined portfolio of its scope, the market for it, and the policy.
    function inputsOf(uint256 account) external view returns (Portfolio memory, Market memory, Policy memory);

    /// What the rule says of the account's scope, and the outcome of each group in each scenario.
    function marginOf(uint256 account) external view returns (Margin memory margin, int256[] memory outcomes);

    /// What the rule says of a portfolio and of what it would become: both on one grid of prices.
    function change(Portfolio calldata current, Portfolio calldata changed, bytes32 policy)
        external
        view
        returns (Margin memory before, Margin memory afterwards);
}
