// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {Dials} from "../margin/Dials.sol";
import {Limits} from "../margin/Limits.sol";
import {Terms} from "../margin/Types.sol";
import {AmountOutOfRange, InPool, NotInvited, NotOperator, NotOwner, PoolNotEmpty} from "./HouseErrors.sol";
import {Defaults} from "./Defaults.sol";
import {IAuctions} from "./interfaces/IAuctions.sol";
import {IEngine} from "./interfaces/IEngine.sol";
import {IFeeds} from "./interfaces/IFeeds.sol";
import {ILedger} from "./interfaces/ILedger.sol";
import {IPolicies} from "./interfaces/IPolicies.sol";
import {PoolBooks} from "./PoolBooks.sol";

/// Shared margin: who makes a pool, and who enters and leaves it. What binds members is what they consent to when they
/// enter: the pool's policy, which cannot change, their contribution, and the waterfall (see Defaults).
contract Pools is Defaults {
    /// What an operator asks of an account for letting it in.
    struct Invitation {
        bool offered;
        uint256 contribution;
    }

    mapping(uint256 pool => mapping(uint256 account => Invitation)) public invitationOf;

    event Created(uint256 indexed pool, address indexed operator, bytes32 indexed policy);
    event CapitalAdded(uint256 indexed pool, uint256 indexed from, uint256 amount);
    event CapitalRemoved(uint256 indexed pool, uint256 indexed to, uint256 amount);
    event Invited(uint256 indexed pool, uint256 indexed account, bool offered, uint256 contribution);
    event Entered(uint256 indexed pool, uint256 indexed account, uint256 contribution);
    event Left(uint256 indexed pool, uint256 indexed account, uint256 contribution);

    constructor(ILedger ledger_, IEngine engine_, IFeeds feeds_, IPolicies policies_, IAuctions auctions_)
        PoolBooks(ledger_, engine_, feeds_, policies_)
        Defaults(auctions_)
    {}

    modifier onlyOperator(uint256 pool) {
        if (msg.sender != _book(pool).operator) revert NotOperator(pool, msg.sender);
        _;
    }

    /// Makes a pool that the caller operates, under a policy that the house allows.
    function create(bytes32 policy) external returns (uint256 pool) {
        pool = ++pools;
        Pool storage book = books[pool];
        book.operator = msg.sender;
        book.policy = policy;
        book.capital = ledger.open(policy);
        book.fund = ledger.open(policy);
        book.markedAt = block.timestamp;
        emit Created(pool, msg.sender, policy);
    }

    /// From an account of the caller's outside of pools, which keeps its initial margin.
    function addCapital(uint256 pool, uint256 from, uint256 amount) external {
        uint256 capital = _book(pool).capital;
        if (ledger.ownerOf(from) != msg.sender) revert NotOwner(from, msg.sender);
        if (memberOf[from].pool != 0) revert InPool(from, memberOf[from].pool);
        _requireAmount(amount);
        _pay(from, capital, amount);
        _requireInitial(from);
        emit CapitalAdded(pool, from, amount);
    }

    /// To any account, while there are no members who count on it.
    function removeCapital(uint256 pool, uint256 to, uint256 amount) external onlyOperator(pool) {
        Pool storage book = _book(pool);
        if (book.members.length != 0) revert PoolNotEmpty(pool, book.members.length);
        _requireAmount(amount);
        _pay(book.capital, to, amount);
        _requireInitial(book.capital);
        emit CapitalRemoved(pool, to, amount);
    }

    /// Offers an account to enter for a contribution, or takes the offer back.
    function invite(uint256 pool, uint256 account, bool offered, uint256 contribution) external onlyOperator(pool) {
        _requireAmount(contribution);
        invitationOf[pool][account] = Invitation(offered, contribution);
        emit Invited(pool, account, offered, contribution);
    }

    /// Accepts the offer, by the account's owner. The contribution goes to the guarantee fund; with the account, the
    /// pool must have its initial margin.
    function enter(uint256 pool, uint256 account, uint256 contribution) external {
        Pool storage book = _book(pool);
        if (ledger.ownerOf(account) != msg.sender) revert NotOwner(account, msg.sender);
        if (memberOf[account].pool != 0) revert InPool(account, memberOf[account].pool);
        Invitation memory invitation = invitationOf[pool][account];
        if (!invitation.offered || invitation.contribution != contribution) {
            revert NotInvited(pool, account, contribution);
        }
        delete invitationOf[pool][account];

        _pay(account, book.fund, contribution);
        uint256[] memory members = book.members;
        if (members.length != 0) ledger.part(members);
        members = _inserted(members, account);
        book.members = members;
        ledger.join(members, book.policy, _roomOf(policies.get(book.policy).terms));
        uint256[] memory entering = new uint256[](1);
        entering[0] = account;
        int256 marked = _values(entering, book.policy)[0] - ledger.depositsOf(account);
        memberOf[account] = Member(pool, contribution, marked, 0);
        _requireInitial(account);
        emit Entered(pool, account, contribution);
    }

    /// Takes an account out, by its owner or the operator, and pays its contribution back. Both the account alone,
    /// under its own policy, and the rest of the pool must have their initial margin, and no loss may wait to be shared
    /// out.
    function leave(uint256 pool, uint256 account) external {
        _requireMember(pool, account);
        Pool storage book = _book(pool);
        if (msg.sender != book.operator && ledger.ownerOf(account) != msg.sender) {
            revert NotOwner(account, msg.sender);
        }
        _requireNoDefault(book.members);
        uint256 contribution = memberOf[account].contribution;
        _pay(book.fund, account, contribution);
        _release(book, account);
        _requireInitial(account);
        if (book.members.length != 0) _requireInitial(book.members[0]);
        emit Left(pool, account, contribution);
    }

    function _requireAmount(uint256 amount) private pure {
        if (amount >= Limits.CASH) revert AmountOutOfRange(amount);
    }

    /// How many instruments the members may hold: as many as the policy admits, and no more than its matrix has places
    /// where each may be a group of its own. Those that are netted between members count (see Scopes).
    function _roomOf(Terms memory terms) private pure returns (uint256) {
        if (terms.combine == Dials.SUM || terms.grouping == Dials.UNDERLYING) return terms.maxPositions;
        return terms.maxPositions < terms.matrixSize ? terms.maxPositions : terms.matrixSize;
    }

    function _inserted(uint256[] memory members, uint256 account) private pure returns (uint256[] memory inserted) {
        inserted = new uint256[](members.length + 1);
        uint256 n = members.length;
        for (; n > 0 && members[n - 1] > account; --n) {
            inserted[n] = members[n - 1];
        }
        inserted[n] = account;
        for (uint256 i = 0; i < n; ++i) {
            inserted[i] = members[i];
        }
    }
}
