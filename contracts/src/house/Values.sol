// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {AddOns} from "../margin/AddOns.sol";
import {Collateral} from "../margin/Collateral.sol";
import {Repricing} from "../margin/Repricing.sol";
import {Market, Policy, Portfolio, Position} from "../margin/Types.sol";
import {IFeeds} from "./interfaces/IFeeds.sol";
import {Portfolios} from "./Portfolios.sol";

/// Several portfolios at the same current prices.
library Values {
    /// The instruments that any of them has, and what each is worth: a grid without scenarios.
    function pricesOf(Portfolio[] memory portfolios, IFeeds feeds, Policy memory policy)
        internal
        view
        returns (Position[] memory instruments, int256[] memory prices)
    {
        for (uint256 i = 0; i < portfolios.length; ++i) {
            (instruments,,) = Portfolios.union(instruments, portfolios[i].positions);
        }
        Market memory market = feeds.market(Portfolios.instrumentsOf(instruments));
        policy.weightsBps = new uint256[](0);
        prices = Repricing.grid(instruments, market, policy);
    }

    /// Cash and positions of one of them; the positions' exact sum is rounded down.
    function valueOf(Portfolio memory portfolio, Position[] memory instruments, int256[] memory prices)
        internal
        pure
        returns (int256)
    {
        uint256[] memory rows = rowsOf(portfolio.positions, instruments);
        return Collateral.value(portfolio.cash, portfolio.positions, prices, rows, 0);
    }

    /// The magnitudes of what positions are worth, summed exactly, times 1e18. As |size| is below 2^112 and a price
    /// below 2^96, it does not reach 2^214 for 64 positions.
    function grossOf(Position[] memory positions, Position[] memory instruments, int256[] memory prices)
        internal
        pure
        returns (uint256 gross)
    {
        uint256[] memory rows = rowsOf(positions, instruments);
        for (uint256 i = 0; i < positions.length; ++i) {
            gross += AddOns.magnitude(positions[i].size) * AddOns.magnitude(prices[rows[i]]);
        }
    }

    /// By how much a value has risen since a mark, less what has been deposited since; no more than the value, and
    /// nothing for a fall. Marks are values less deposits.
    function gainOf(int256 value, int256 deposits, int256 marked) internal pure returns (int256 gain) {
        gain = value - deposits - marked;
        gain = gain < value ? gain : value;
        return gain > 0 ? gain : int256(0);
    }

    /// At which place among the instruments each position's is. Both are in ascending order.
    function rowsOf(Position[] memory positions, Position[] memory instruments)
        internal
        pure
        returns (uint256[] memory rows)
    {
        rows = new uint256[](positions.length);
        uint256 row = 0;
        for (uint256 i = 0; i < rows.length; ++i) {
            while (instruments[row].instrument != positions[i].instrument) ++row;
            rows[i] = row;
        }
    }

    /// What a portfolio has of an instrument, 0 where it has none.
    function sizeOf(Portfolio memory portfolio, uint256 instrument) internal pure returns (int256 size) {
        for (uint256 i = 0; i < portfolio.positions.length; ++i) {
            if (portfolio.positions[i].instrument == instrument) return portfolio.positions[i].size;
        }
    }
}
