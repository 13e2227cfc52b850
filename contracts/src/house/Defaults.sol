// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {Limits} from "../margin/Limits.sol";
import {Rounding} from "../margin/Rounding.sol";
import {Margin, Portfolio, Position} from "../margin/Types.sol";
import {Health} from "./Health.sol";
import {
    AlreadyDeclared,
    AuctionNotLapsed,
    MarkTooSoon,
    NotDeclared,
    NothingOwed,
    NotLiquidatable,
    StillInGrace,
    StillOwing
} from "./HouseErrors.sol";
import {IAuctions} from "./interfaces/IAuctions.sol";
import {PoolBooks} from "./PoolBooks.sol";
import {Values} from "./Values.sol";
import {Waterfall} from "./Waterfall.sol";

/// What a pool does when a member's margin has not sufficed. Its members stand for one another, in the order that all
/// of them know: everybody's positions are auctioned as one, as far as the pool needs (see Sales); what a member owes
/// that holds nothing after that is borne by its contribution, the operator's capital, the others' contributions, the
/// others' gains since the mark. What nobody bears stays the defaulter's debt, outside of the pool, for the insurance
/// of the house.
abstract contract Defaults is PoolBooks {
    using Health for Margin;

    /// The least time between two marks.
    uint256 public constant MARK_INTERVAL = 1 days;
    /// For a member that owes and holds nothing to pay, where the pool can wait.
    uint256 public constant GRACE = 1 days;

    /// A loss, layer by layer; the parts and the shortfall sum to it.
    struct Losses {
        uint256 loss;
        uint256 contribution;
        uint256 capital;
        uint256 fund;
        uint256 gains;
        uint256 shortfall;
        /// Of the layers `fund` and `gains`, each member's part; members as in the pool's book.
        uint256[] fundParts;
        uint256[] gainParts;
    }

    IAuctions public immutable auctions;

    event Marked(uint256 indexed pool);
    event Declared(uint256 indexed pool, uint256 indexed account, uint256 deficit);
    event Dismissed(uint256 indexed pool, uint256 indexed account);
    event Deleveraged(
        uint256 indexed pool, uint256 indexed account, uint256 indexed instrument, int256 closed, int256 open
    );
    event Resolved(uint256 indexed pool, uint256 indexed account, Losses losses);

    constructor(IAuctions auctions_) {
        auctions = auctions_;
    }

    /// Sets all gains to zero, whoever says so: what a member has gained until now is its own. Not while the pool lacks
    /// initial margin, nor while a loss waits to be shared out.
    function mark(uint256 pool) external {
        Pool storage book = _book(pool);
        uint256 earliest = book.markedAt + MARK_INTERVAL;
        if (block.timestamp < earliest) revert MarkTooSoon(pool, earliest);
        uint256[] memory members = book.members;
        _requireNoDefault(members);
        if (members.length != 0) _requireInitial(members[0]);
        book.markedAt = block.timestamp;
        int256[] memory values = _values(members, book.policy);
        for (uint256 i = 0; i < members.length; ++i) {
            memberOf[members[i]].mark = values[i] - ledger.depositsOf(members[i]);
        }
        emit Marked(pool);
    }

    /// Says that a member owes and holds nothing, whoever says so: from now on it has GRACE to pay.
    function declare(uint256 pool, uint256 account) external {
        _requireMember(pool, account);
        uint256 deficit = deficitOf(account);
        if (deficit == 0) revert NothingOwed(account);
        if (memberOf[account].declaredAt != 0) revert AlreadyDeclared(account, memberOf[account].declaredAt);
        memberOf[account].declaredAt = block.timestamp;
        emit Declared(pool, account, deficit);
    }

    /// Says that it no longer is so.
    function dismiss(uint256 pool, uint256 account) external {
        _requireMember(pool, account);
        if (memberOf[account].declaredAt == 0) revert NotDeclared(account);
        uint256 deficit = deficitOf(account);
        if (deficit != 0) revert StillOwing(account, deficit);
        memberOf[account].declaredAt = 0;
        emit Dismissed(pool, account);
    }

    /// Closes what could not be auctioned against the members on the other side, at current prices and in proportion to
    /// their sizes. For a member that has no maintenance margin alone, in a pool that has none, after an auction of the
    /// pool that has lapsed. The pool's combined portfolio stays as it is. What a member takes on is valued in its
    /// favour, by less than a wei.
    function deleverage(uint256 pool, uint256 account) external {
        _requireMember(pool, account);
        Pool storage book = _book(pool);
        (, int256 maintenanceHealth) = healthOf(pool);
        if (maintenanceHealth >= 0) revert NotLiquidatable(account, maintenanceHealth);
        maintenanceHealth = _alone(account, book.policy).maintenance();
        if (maintenanceHealth >= 0) revert NotLiquidatable(account, maintenanceHealth);
        if (!auctions.hasFailed(account)) revert AuctionNotLapsed(account);
        uint256[] memory members = book.members;
        Portfolio[] memory portfolios = _portfolios(members);
        (Position[] memory instruments, int256[] memory prices) =
            Values.pricesOf(portfolios, feeds, policies.get(book.policy));
        Position[] memory own = ledger.portfolioOf(account).positions;
        int256[][] memory closed = _closings(pool, account, own, portfolios);
        uint256[] memory rows = Values.rowsOf(own, instruments);
        for (uint256 i = 0; i < members.length; ++i) {
            _close(account, members[i], own, i, closed, rows, prices);
        }
    }

    /// What the waterfall would make of a loss of the member's.
    function lossesOf(uint256 pool, uint256 account, uint256 loss) public view returns (Losses memory losses) {
        _requireMember(pool, account);
        Pool storage book = _book(pool);
        uint256[] memory members = book.members;
        uint256[] memory contributions = new uint256[](members.length);
        uint256[] memory capacities = new uint256[](3);
        for (uint256 i = 0; i < members.length; ++i) {
            if (members[i] == account) continue;
            contributions[i] = memberOf[members[i]].contribution;
            capacities[2] += contributions[i];
        }
        capacities[0] = memberOf[account].contribution;
        int256 capital = ledger.portfolioOf(book.capital).cash;
        if (capital > 0) capacities[1] = uint256(capital);
        (uint256[] memory used, uint256 left) = Waterfall.layers(loss, capacities);

        losses.loss = loss;
        losses.contribution = used[0];
        losses.capital = used[1];
        losses.fund = used[2];
        (losses.fundParts,) = Waterfall.share(used[2], contributions);
        losses.gainParts = new uint256[](members.length);
        if (left != 0) {
            int256[] memory gains = gainsOf(pool);
            for (uint256 i = 0; i < members.length; ++i) {
                if (members[i] == account) gains[i] = 0;
            }
            (losses.gainParts, losses.shortfall) = Waterfall.haircut(left, gains);
            losses.gains = left - losses.shortfall;
        }
    }

    /// Shares out the loss of a member that owes and holds nothing, whoever says so, and lets go of the member: once it
    /// has been declared for GRACE, or at once where the pool lacks maintenance margin. What is left of its
    /// contribution is paid back.
    function resolve(uint256 pool, uint256 account) external returns (Losses memory losses) {
        _requireMember(pool, account);
        uint256 deficit = deficitOf(account);
        if (deficit == 0) revert NothingOwed(account);
        uint256 declaredAt = memberOf[account].declaredAt;
        if (declaredAt == 0 || block.timestamp < declaredAt + GRACE) {
            (, int256 maintenanceHealth) = healthOf(pool);
            if (maintenanceHealth >= 0) revert StillInGrace(account, declaredAt, maintenanceHealth);
        }
        losses = lossesOf(pool, account, deficit);

        Pool storage book = _book(pool);
        uint256[] memory members = book.members;
        _pay(book.fund, account, memberOf[account].contribution + losses.fund);
        _pay(book.capital, account, losses.capital);
        for (uint256 i = 0; i < members.length; ++i) {
            memberOf[members[i]].contribution -= losses.fundParts[i];
            _pay(members[i], account, losses.gainParts[i]);
        }
        _release(book, account);
        emit Resolved(pool, account, losses);
    }

    /// Takes a member out of its pool.
    function _release(Pool storage book, uint256 account) internal {
        delete memberOf[account];
        uint256[] memory leaving = new uint256[](1);
        leaving[0] = account;
        ledger.part(leaving);
        uint256[] storage members = book.members;
        uint256 last = members.length - 1;
        bool found = false;
        for (uint256 i = 0; i < last; ++i) {
            found = found || members[i] == account;
            if (found) members[i] = members[i + 1];
        }
        members.pop();
    }

    /// For each of the account's positions, what each member takes on of it.
    function _closings(uint256 pool, uint256 account, Position[] memory own, Portfolio[] memory portfolios)
        private
        returns (int256[][] memory closed)
    {
        closed = new int256[][](own.length);
        int256[] memory sizes = new int256[](portfolios.length);
        for (uint256 k = 0; k < own.length; ++k) {
            for (uint256 i = 0; i < portfolios.length; ++i) {
                sizes[i] = Values.sizeOf(portfolios[i], own[k].instrument);
            }
            int256 open;
            (closed[k], open) = Waterfall.deleverage(own[k].size, sizes);
            emit Deleveraged(pool, account, own[k].instrument, own[k].size - open, open);
        }
    }

    function _close(
        uint256 account,
        uint256 member,
        Position[] memory own,
        uint256 i,
        int256[][] memory closed,
        uint256[] memory rows,
        int256[] memory prices
    ) private {
        Position[] memory taken = new Position[](own.length);
        uint256 n = 0;
        int256 sum = 0;
        for (uint256 k = 0; k < own.length; ++k) {
            if (closed[k][i] == 0) continue;
            taken[n++] = Position(own[k].instrument, closed[k][i]);
            sum += closed[k][i] * prices[rows[k]];
        }
        if (n == 0) return;
        assembly ("memory-safe") {
            mstore(taken, n)
        }
        ledger.move(account, member, taken, -Rounding.floorDiv(sum, Limits.WAD));
    }
}
