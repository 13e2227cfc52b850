// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {Margin, Portfolio, Position} from "../margin/Types.sol";
import {Allocation} from "./Allocation.sol";
import {Health} from "./Health.sol";
import {HealthTooLow, MemberInDefault, NotInPool, PoolUnknown} from "./HouseErrors.sol";
import {IEngine} from "./interfaces/IEngine.sol";
import {IFeeds} from "./interfaces/IFeeds.sol";
import {ILedger} from "./interfaces/ILedger.sol";
import {IPolicies} from "./interfaces/IPolicies.sol";
import {Values} from "./Values.sol";

/// What is known of pools, and what can be asked of them.
///
/// A pool is accounts that are margined together under a policy of the pool. Its operator's capital and its guarantee
/// fund, which is the members' contributions, are cash of two accounts of the ledger that this contract owns; neither
/// counts in any margin.
abstract contract PoolBooks {
    using Health for Margin;

    struct Pool {
        address operator;
        bytes32 policy;
        /// Accounts with the operator's capital and with the contributions.
        uint256 capital;
        uint256 fund;
        /// When the members' gains were last set to zero.
        uint256 markedAt;
        /// In ascending order.
        uint256[] members;
    }

    struct Member {
        /// 0 for none.
        uint256 pool;
        uint256 contribution;
        /// The account's value at the last mark, less what had been deposited.
        int256 mark;
        /// Since when it is declared to be in default; 0 where it is not.
        uint256 declaredAt;
    }

    ILedger public immutable ledger;
    IEngine public immutable engine;
    IFeeds public immutable feeds;
    IPolicies public immutable policies;

    /// How many there are; they are numbered from 1.
    uint256 public pools;
    mapping(uint256 pool => Pool) internal books;
    mapping(uint256 account => Member) public memberOf;

    constructor(ILedger ledger_, IEngine engine_, IFeeds feeds_, IPolicies policies_) {
        ledger = ledger_;
        engine = engine_;
        feeds = feeds_;
        policies = policies_;
    }

    function bookOf(uint256 pool) external view returns (Pool memory) {
        return _book(pool);
    }

    /// Of all members together; zeros where there are none.
    function healthOf(uint256 pool) public view returns (int256 initialHealth, int256 maintenanceHealth) {
        uint256[] memory members = _book(pool).members;
        if (members.length == 0) return (0, 0);
        (Margin memory margin,) = engine.marginOf(members[0]);
        return (margin.initial(), margin.maintenance());
    }

    /// The pool's requirements as parts for its members, in proportion to what the pool's policy would require of each
    /// alone: by floor and largest remainder, so that the parts sum to the pool's requirement (see Allocation).
    function allocationOf(uint256 pool)
        external
        view
        returns (uint256[] memory members, uint256[] memory initialParts, uint256[] memory maintenanceParts)
    {
        Pool storage book = _book(pool);
        members = book.members;
        if (members.length == 0) return (members, initialParts, maintenanceParts);
        uint256[] memory initials = new uint256[](members.length);
        uint256[] memory maintenances = new uint256[](members.length);
        for (uint256 i = 0; i < members.length; ++i) {
            Margin memory alone = _alone(members[i], book.policy);
            initials[i] = alone.initialRequirement;
            maintenances[i] = alone.maintenanceRequirement;
        }
        (Margin memory together,) = engine.marginOf(members[0]);
        initialParts = Allocation.proRata(together.initialRequirement, initials);
        maintenanceParts = Allocation.proRata(together.maintenanceRequirement, maintenances);
    }

    /// What each member has gained since the mark, as far as a haircut may take it: by how much its cash and positions
    /// at current prices have risen, less what has been deposited since; no more than all that it has, and nothing for
    /// a loss.
    function gainsOf(uint256 pool) public view returns (int256[] memory gains) {
        Pool storage book = _book(pool);
        uint256[] memory members = book.members;
        int256[] memory values = _values(members, book.policy);
        gains = new int256[](members.length);
        for (uint256 i = 0; i < members.length; ++i) {
            gains[i] = Values.gainOf(values[i], ledger.depositsOf(members[i]), memberOf[members[i]].mark);
        }
    }

    /// What the account owes, where it holds nothing: what its margin did not suffice for.
    function deficitOf(uint256 account) public view returns (uint256) {
        Portfolio memory own = ledger.portfolioOf(account);
        return own.positions.length == 0 && own.cash < 0 ? uint256(-own.cash) : 0;
    }

    function _book(uint256 pool) internal view returns (Pool storage) {
        if (pool == 0 || pool > pools) revert PoolUnknown(pool);
        return books[pool];
    }

    function _requireMember(uint256 pool, uint256 account) internal view {
        if (pool == 0 || memberOf[account].pool != pool) revert NotInPool(account);
    }

    /// What holds nothing and owes nothing needs no prices.
    function _requireInitial(uint256 account) internal view {
        (uint256[] memory members,) = ledger.scopeOf(account);
        bool bare = true;
        int256 cash = 0;
        for (uint256 i = 0; i < members.length; ++i) {
            Portfolio memory own = ledger.portfolioOf(members[i]);
            cash += own.cash;
            bare = bare && own.positions.length == 0;
        }
        if (bare && cash >= 0) return;
        (Margin memory margin,) = engine.marginOf(account);
        if (margin.initial() < 0) revert HealthTooLow(account, margin.initial(), margin.maintenance());
    }

    /// As long as somebody's loss is not yet shared out, nobody leaves and no gain is forgotten.
    function _requireNoDefault(uint256[] memory members) internal view {
        for (uint256 i = 0; i < members.length; ++i) {
            uint256 deficit = deficitOf(members[i]);
            if (deficit != 0) revert MemberInDefault(members[i], deficit);
        }
    }

    /// The account's own margin under a policy.
    function _alone(uint256 account, bytes32 policy) internal view returns (Margin memory margin) {
        Portfolio memory nothing;
        (margin,) = engine.change(ledger.portfolioOf(account), nothing, policy);
    }

    function _values(uint256[] memory members, bytes32 policy) internal view returns (int256[] memory values) {
        Portfolio[] memory portfolios = _portfolios(members);
        (Position[] memory instruments, int256[] memory prices) =
            Values.pricesOf(portfolios, feeds, policies.get(policy));
        values = new int256[](members.length);
        for (uint256 i = 0; i < members.length; ++i) {
            values[i] = Values.valueOf(portfolios[i], instruments, prices);
        }
    }

    function _portfolios(uint256[] memory members) internal view returns (Portfolio[] memory portfolios) {
        portfolios = new Portfolio[](members.length);
        for (uint256 i = 0; i < members.length; ++i) {
            portfolios[i] = ledger.portfolioOf(members[i]);
        }
    }

    /// Cash without a margin check.
    function _pay(uint256 from, uint256 to, uint256 amount) internal {
        if (amount != 0) ledger.move(from, to, new Position[](0), int256(amount));
    }
}
