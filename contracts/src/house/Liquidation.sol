// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";
import {Limits} from "../margin/Limits.sol";
import {Margin, Portfolio, Position} from "../margin/Types.sol";
import {Accounts} from "./Accounts.sol";
import {Auctions, Sale} from "./Auctions.sol";
import {Health} from "./Health.sol";
import {
    AuctionLapsed,
    AuctionRunning,
    BidWouldWorsen,
    FractionAboveLimit,
    FractionOutOfRange,
    HealthTooLow,
    MayNotAct,
    NoAuction,
    NothingOwed,
    NotLiquidatable,
    PaymentAboveLimit,
    RewardBelowLimit,
    StillLiquidatable,
    UnknownAccount
} from "./HouseErrors.sol";
import {IEngine} from "./interfaces/IEngine.sol";
import {ILedger} from "./interfaces/ILedger.sol";
import {Portfolios} from "./Portfolios.sol";
import {Sales} from "./Sales.sol";

/// Dutch auctions of accounts without maintenance margin, and what becomes of their debts.
///
/// An account is judged by its scope, and the whole scope is put up: for a pool, whose members stand for one another,
/// there is one auction, which any member's number names, and a bid takes the same fraction of every member's positions
/// (see Sales). Where nobody bids, what members hold against each other can be deleveraged (see Defaults).
///
/// A debt that nothing stands against stays where it is, as negative cash of its account, so that every movement is
/// from one account to another. The insurance pays what it can, again whenever it has more; the rest is `deficitOf`.
contract Liquidation is Sales, ReentrancyGuard {
    using Health for Margin;

    uint256 public immutable startBps;
    /// In seconds.
    uint256 public immutable length;
    /// The insurance's share of penalties.
    uint256 public immutable insuranceBps;
    /// The largest discount where the account itself cannot bear one.
    uint256 public immutable backstopBps;

    /// By `_keyOf`.
    mapping(uint256 key => uint256 time) private started;
    mapping(uint256 key => uint256) private lapses;

    event Started(uint256 indexed account, int256 maintenanceHealth);
    event Taken(uint256 indexed account, uint256 indexed liquidator, Sale sale);
    event Ended(uint256 indexed account);
    event Covered(uint256 indexed account, uint256 paid, uint256 deficit);

    constructor(
        ILedger ledger_,
        IEngine engine_,
        uint256 startBps_,
        uint256 length_,
        uint256 insuranceBps_,
        uint256 backstopBps_
    ) Sales(ledger_, engine_) {
        Auctions.requireValid(startBps_, length_, insuranceBps_, backstopBps_);
        startBps = startBps_;
        length = length_;
        insuranceBps = insuranceBps_;
        backstopBps = backstopBps_;
    }

    /// Puts an account up, whoever says so. One whose auction has lapsed may be put up again, from the start.
    function start(uint256 account) external {
        if (account < Accounts.FIRST_CUSTOMER) revert UnknownAccount(account);
        uint256 key = _keyOf(account);
        uint256 since = started[key];
        if (since != 0 && !Auctions.hasLapsed(block.timestamp - since, length)) revert AuctionRunning(account, since);
        int256 health = _marginOf(account).maintenance();
        if (health >= 0) revert NotLiquidatable(account, health);
        if (since != 0) {
            lapses[key] = Auctions.isRecent(block.timestamp - since, length) ? lapses[key] + 1 : 0;
        }
        started[key] = block.timestamp;
        emit Started(account, health);
    }

    /// Ends the auction of an account that has maintenance margin again, whoever says so.
    function end(uint256 account) external {
        if (startedAt(account) == 0) revert NoAuction(account);
        int256 health = _marginOf(account).maintenance();
        if (health < 0) revert StillLiquidatable(account, health);
        _end(account);
    }

    /// 0 where there is no auction of the account's scope.
    function startedAt(uint256 account) public view returns (uint256) {
        return started[_keyOf(account)];
    }

    /// How many auctions of the account's scope have lapsed since one was ended; it stays when it is put up again.
    function lapsesOf(uint256 account) public view returns (uint256) {
        return lapses[_keyOf(account)];
    }

    /// Whether an auction of the account's scope has lapsed, just now or before the one that is on. A forgotten one
    /// does not count.
    function hasFailed(uint256 account) external view returns (bool) {
        uint256 key = _keyOf(account);
        uint256 since = started[key];
        if (since == 0) return false;
        uint256 elapsed = block.timestamp - since;
        return Auctions.isRecent(elapsed, length) && (lapses[key] != 0 || Auctions.hasLapsed(elapsed, length));
    }

    /// What a bid now gets of each requirement released, and the largest fraction that it may take.
    function offerOf(uint256 account) external view returns (uint256 discountBps, uint256 limit) {
        Margin memory margin = _marginOf(account);
        if (margin.maintenance() >= 0) revert NotLiquidatable(account, margin.maintenance());
        return _terms(_discountNow(account), margin);
    }

    /// Takes a fraction of every position of the account's scope over to the liquidator, at their value less a reward,
    /// provided that the scope's health falls at neither level and that the liquidator, who is not of the scope, has
    /// initial margin afterwards; and that he pays no more and is rewarded no less than he says, who does not know the
    /// prices that he will meet.
    function bid(uint256 account, uint256 liquidator, uint256 fraction, int256 mostPayment, uint256 leastReward)
        external
        nonReentrant
        returns (Sale memory sale)
    {
        uint256 discountBps = _discountNow(account);
        if (!ledger.mayAct(msg.sender, liquidator)) revert MayNotAct(liquidator, msg.sender);
        if (fraction == 0 || fraction > Limits.WAD) revert FractionOutOfRange(fraction);
        Lot memory lot = _lotOf(account, liquidator, fraction);
        bool healthy;
        (sale, healthy) = _sell(account, lot, fraction, discountBps);
        if (sale.payment > mostPayment) revert PaymentAboveLimit(sale.payment, mostPayment);
        if (sale.reward < leastReward) revert RewardBelowLimit(sale.reward, leastReward);
        _requireMargin(liquidator, Portfolio(-sale.payment, lot.taken));

        _deliver(lot, liquidator, sale);
        emit Taken(account, liquidator, sale);
        if (healthy || fraction == Limits.WAD) _end(account);
        if (fraction == Limits.WAD) _cover(account);
    }

    /// Pays what an account outside of pools owes that nothing stands against, as far as the insurance can; whoever
    /// says so.
    function cover(uint256 account) external nonReentrant returns (uint256 paid) {
        uint256 owed;
        (owed, paid) = _cover(account);
        if (owed == 0) revert NothingOwed(account);
    }

    /// What an account owes that holds nothing: left for the waterfall of its pool, or to its owner.
    function deficitOf(uint256 account) public view returns (uint256) {
        Portfolio memory own = ledger.portfolioOf(account);
        return own.positions.length == 0 && own.cash < 0 ? uint256(-own.cash) : 0;
    }

    /// What a lot sells for, judged by the scope with and without it on one grid of prices.
    function _sell(uint256 account, Lot memory lot, uint256 fraction, uint256 discountBps)
        private
        view
        returns (Sale memory sale, bool healthy)
    {
        (Margin memory before, Margin memory afterwards) =
            engine.change(lot.current, Portfolios.merge(lot.current, Portfolio(0, lot.given)), lot.policy);
        if (before.maintenance() >= 0) revert NotLiquidatable(account, before.maintenance());
        (uint256 discount, uint256 limit) = _terms(discountBps, before);
        if (fraction > limit) revert FractionAboveLimit(fraction, limit);

        sale = Auctions.saleOf(before, afterwards, fraction, discount, insuranceBps);
        // cash is worth itself, and no requirement depends on it
        afterwards.value += sale.value - int256(sale.penalty);
        _requireNoFall(account, before.initial(), afterwards.initial());
        _requireNoFall(account, before.maintenance(), afterwards.maintenance());
        healthy = afterwards.maintenance() >= 0;
    }

    function _requireNoFall(uint256 account, int256 before, int256 afterwards) private pure {
        if (afterwards < before) revert BidWouldWorsen(account, before, afterwards);
    }

    function _requireMargin(uint256 liquidator, Portfolio memory received) private view {
        (uint256[] memory members, bytes32 policy) = ledger.scopeOf(liquidator);
        Portfolio memory current = _combined(members);
        (Margin memory before, Margin memory afterwards) =
            engine.change(current, Portfolios.merge(current, received), policy);
        if (!Health.allows(before, afterwards)) {
            revert HealthTooLow(liquidator, afterwards.initial(), afterwards.maintenance());
        }
    }

    /// By `change`, which judges an account however many positions it has: none should have more than its policy
    /// admits, but liquidation does not rest on that.
    function _marginOf(uint256 account) private view returns (Margin memory margin) {
        (uint256[] memory members, bytes32 policy) = ledger.scopeOf(account);
        Portfolio memory current = _combined(members);
        (margin,) = engine.change(current, current, policy);
    }

    function _end(uint256 account) private {
        uint256 key = _keyOf(account);
        delete started[key];
        delete lapses[key];
        emit Ended(account);
    }

    function _cover(uint256 account) private returns (uint256 owed, uint256 paid) {
        owed = _owedBy(account);
        if (owed == 0) return (0, 0);
        int256 insurance = ledger.portfolioOf(Accounts.INSURANCE).cash;
        if (insurance > 0) paid = uint256(insurance) < owed ? uint256(insurance) : owed;
        if (paid != 0) ledger.move(Accounts.INSURANCE, account, new Position[](0), int256(paid));
        emit Covered(account, paid, owed - paid);
    }

    /// What the insurance answers for: what an account owes that stands alone. In a pool others bear it first, and what
    /// they do not leaves the pool with its account (see Defaults).
    function _owedBy(uint256 account) private view returns (uint256) {
        if (account < Accounts.FIRST_CUSTOMER || ledger.poolOf(account) != 0) return 0;
        return deficitOf(account);
    }

    function _discountNow(uint256 account) private view returns (uint256) {
        uint256 since = startedAt(account);
        if (since == 0) revert NoAuction(account);
        uint256 elapsed = block.timestamp - since;
        if (Auctions.hasLapsed(elapsed, length)) revert AuctionLapsed(account, since);
        return Auctions.discountAfter(elapsed, startBps, length);
    }

    function _terms(uint256 discountBps, Margin memory before) private view returns (uint256 discount, uint256 limit) {
        discount = Auctions.discountOn(
            discountBps, backstopBps, before.value, before.initialRequirement, before.maintenanceRequirement
        );
        limit = Auctions.fractionLimit(before.value, before.haircut, before.initialRequirement, discount);
    }

    /// An account's own number, or its pool's counted down from the last word: the ledger never uses that of a pool
    /// again, while members come and go.
    function _keyOf(uint256 account) private view returns (uint256) {
        uint256 pool = ledger.poolOf(account);
        return pool == 0 ? account : ~pool;
    }
}
