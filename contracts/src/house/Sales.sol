// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {Portfolio, Position} from "../margin/Types.sol";
import {Accounts} from "./Accounts.sol";
import {Allocation} from "./Allocation.sol";
import {Auctions, Sale} from "./Auctions.sol";
import {NothingToClose, SameScope} from "./HouseErrors.sol";
import {IEngine} from "./interfaces/IEngine.sol";
import {ILedger} from "./interfaces/ILedger.sol";
import {Portfolios} from "./Portfolios.sol";
import {Values} from "./Values.sol";

/// What a bid takes: the same fraction of every position of every account of a scope, and what each of them is paid.
///
/// A pool is judged as one, so it is sold as one: what its members hold against each other crosses, and who takes over
/// receives the net. A bid for one member could only part hedges, so that none would help a pool whose members hedge
/// each other.
abstract contract Sales {
    ILedger public immutable ledger;
    IEngine public immutable engine;

    /// What a bid would take.
    struct Lot {
        bytes32 policy;
        /// Of the whole scope: what it has; what it would give, and the same as who takes over would receive it.
        Portfolio current;
        Position[] given;
        Position[] taken;
        /// Those of the scope that would give something, in its order, and what each would; without cash.
        uint256[] sellers;
        Portfolio[] sold;
    }

    constructor(ILedger ledger_, IEngine engine_) {
        ledger = ledger_;
        engine = engine_;
    }

    /// A fraction of every position of the account's scope. Each size is truncated for itself, so that the net is less
    /// than one unit of 1e-18 for each seller away from the fraction of the net.
    function _lotOf(uint256 account, uint256 liquidator, uint256 fraction) internal view returns (Lot memory lot) {
        uint256[] memory members;
        (members, lot.policy) = ledger.scopeOf(account);
        lot.sellers = new uint256[](members.length);
        lot.sold = new Portfolio[](members.length);
        uint256 n = 0;
        for (uint256 i = 0; i < members.length; ++i) {
            Portfolio memory own = ledger.portfolioOf(members[i]);
            (Position[] memory given, Position[] memory taken) = Auctions.closedOf(own.positions, fraction);
            lot.current = i == 0 ? own : Portfolios.merge(lot.current, own);
            if (taken.length == 0) continue;
            lot.given = n == 0 ? given : Portfolios.mergePositions(lot.given, given);
            lot.taken = n == 0 ? taken : Portfolios.mergePositions(lot.taken, taken);
            lot.sellers[n] = members[i];
            lot.sold[n++].positions = taken;
        }
        if (n == 0) revert NothingToClose(account, fraction);
        for (uint256 i = 0; i < members.length; ++i) {
            if (members[i] == liquidator) revert SameScope(account, liquidator);
        }
        uint256[] memory sellers = lot.sellers;
        Portfolio[] memory sold = lot.sold;
        assembly ("memory-safe") {
            mstore(sellers, n)
            mstore(sold, n)
        }
    }

    /// Moves what is sold. It passes through the liquidator's account seller by seller, whose room must suffice for
    /// what crosses there, too: an account that holds nothing has it. The insurance's part passes through the first
    /// seller's.
    function _deliver(Lot memory lot, uint256 liquidator, Sale memory sale) internal {
        int256[] memory payments = _paymentsOf(lot, sale);
        for (uint256 i = 0; i < payments.length; ++i) {
            ledger.move(lot.sellers[i], liquidator, lot.sold[i].positions, -payments[i]);
        }
        if (sale.insured != 0) {
            ledger.move(lot.sellers[0], Accounts.INSURANCE, new Position[](0), int256(sale.insured));
        }
    }

    /// Of the payment, each seller's: what it gives is worth at current prices, rounded down, less its part of the
    /// penalty, which is shared out in proportion to the gross values of what they give; equally, where all of it is
    /// worthless. They sum to the payment: the first seller has the wei that the sale is worth beyond the sum of the
    /// values, less than two and one for each seller, and the insurance's part.
    function _paymentsOf(Lot memory lot, Sale memory sale) private view returns (int256[] memory payments) {
        uint256 n = lot.sellers.length;
        payments = new int256[](n);
        payments[0] = sale.payment;
        if (n == 1) return payments;
        (Position[] memory instruments, int256[] memory prices) =
            Values.pricesOf(lot.sold, engine.feeds(), engine.policies().get(lot.policy));
        uint256[] memory gross = new uint256[](n);
        for (uint256 i = 0; i < n; ++i) {
            gross[i] = Values.grossOf(lot.sold[i].positions, instruments, prices);
        }
        uint256[] memory parts = Allocation.proRata(sale.penalty, gross);
        for (uint256 i = 1; i < n; ++i) {
            payments[i] = Values.valueOf(lot.sold[i], instruments, prices) - int256(parts[i]);
            payments[0] -= payments[i];
        }
    }

    /// The accounts' portfolios together.
    function _combined(uint256[] memory members) internal view returns (Portfolio memory all) {
        all = ledger.portfolioOf(members[0]);
        for (uint256 i = 1; i < members.length; ++i) {
            all = Portfolios.merge(all, ledger.portfolioOf(members[i]));
        }
    }
}
