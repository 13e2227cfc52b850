// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {Limits} from "../margin/Limits.sol";
import {Margins} from "../margin/Margins.sol";
import {Repricing} from "../margin/Repricing.sol";
import {Margin, Market, Policy, Portfolio, Position} from "../margin/Types.sol";
import {IEngine} from "./interfaces/IEngine.sol";
import {IFeeds} from "./interfaces/IFeeds.sol";
import {ILedger} from "./interfaces/ILedger.sol";
import {IPolicies} from "./interfaces/IPolicies.sol";
import {Portfolios} from "./Portfolios.sol";

/// Joins the ledger's portfolios, the feeds' market and the policies to margins. It keeps nothing.
contract Engine is IEngine {
    ILedger public immutable ledger;
    IFeeds public immutable feeds;
    IPolicies public immutable policies;

    constructor(ILedger ledger_, IFeeds feeds_, IPolicies policies_) {
        ledger = ledger_;
        feeds = feeds_;
        policies = policies_;
    }

    function inputsOf(uint256 account) public view returns (Portfolio memory, Market memory, Policy memory) {
        (uint256[] memory accounts, bytes32 policy) = ledger.scopeOf(account);
        Portfolio memory portfolio = ledger.portfolioOf(accounts[0]);
        for (uint256 i = 1; i < accounts.length; i++) {
            portfolio = Portfolios.merge(portfolio, ledger.portfolioOf(accounts[i]));
        }
        return (portfolio, feeds.market(Portfolios.instrumentsOf(portfolio.positions)), policies.get(policy));
    }

    function marginOf(uint256 account) external view returns (Margin memory margin, int256[] memory outcomes) {
        (Portfolio memory portfolio, Market memory market, Policy memory policy) = inputsOf(account);
        return Margins.evaluate(portfolio, market, policy, new uint256[](0));
    }

    /// One grid for both: of the instruments that either has. The number of positions may be more than the policy
    /// admits only where it was before, so that who has too many can give them up one by one.
    function change(Portfolio calldata current, Portfolio calldata changed, bytes32 policy)
        external
        view
        returns (Margin memory before, Margin memory afterwards)
    {
        Portfolio memory a = current;
        Portfolio memory b = changed;
        (Position[] memory either, uint256[] memory rowsA, uint256[] memory rowsB) =
            Portfolios.union(a.positions, b.positions);
        Market memory market = feeds.market(Portfolios.instrumentsOf(either));
        Policy memory rule = policies.get(policy);
        uint256 most = rule.terms.maxPositions;
        Margins.requirePortfolio(a, Limits.POSITIONS);
        Margins.requirePortfolio(b, a.positions.length > most ? a.positions.length : most);
        Margins.requireMarket(either, market);
        int256[] memory grid = Repricing.grid(either, market, rule);
        uint256[] memory tail = new uint256[](0);
        (before,) = Margins.onGrid(a, market, rule, grid, rowsA, tail);
        (afterwards,) = Margins.onGrid(b, market, rule, grid, rowsB, tail);
    }
}
