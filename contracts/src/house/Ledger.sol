// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";
import {SizeOutOfRange} from "../margin/Errors.sol";
import {Instruments} from "../margin/Instruments.sol";
import {Limits} from "../margin/Limits.sol";
import {Rounding} from "../margin/Rounding.sol";
import {Margin, Portfolio, Position} from "../margin/Types.sol";
import {Accounts} from "./Accounts.sol";
import {Health} from "./Health.sol";
import {
    AmountOutOfRange,
    DecimalsOutOfRange,
    HealthTooLow,
    InPool,
    InstrumentExpired,
    SelfTrade,
    StrikeOutOfRange,
    TradePriceOutOfRange
} from "./HouseErrors.sol";
import {Portfolios} from "./Portfolios.sol";
import {Roles} from "./Roles.sol";
import {Scopes} from "./Scopes.sol";

/// The books of the house: see ILedger. Whoever owes rounds up and whoever is owed rounds down; the wei between them
/// stays with CLEARING. Funding and interest up to now are settled before a position or cash changes.
contract Ledger is Scopes, ReentrancyGuard {
    using SafeERC20 for IERC20Metadata;

    /// Exclusive bound of strikes that are traded. At the least rate that a surface may have, over the longest term
    /// (see Surfaces), a put is worth up to e^8 times its strike: a grid must hold that whatever becomes of the market,
    /// or nobody could liquidate who has one.
    uint256 public constant STRIKE = 1 << 84;

    IERC20Metadata public immutable asset;
    /// Of one unit of the asset, in cash.
    uint256 public immutable scale;

    mapping(uint256 account => int256) public depositsOf;

    event Deposited(uint256 indexed account, address indexed from, uint256 amount);
    event Withdrawn(uint256 indexed account, address indexed to, uint256 amount);
    event Traded(
        address indexed venue,
        uint256 indexed buyer,
        uint256 indexed seller,
        uint256 instrument,
        uint256 size,
        int256 price
    );

    constructor(IERC20Metadata asset_, address owner) Roles(owner) {
        uint256 decimals = asset_.decimals();
        if (decimals > 18) revert DecimalsOutOfRange(decimals);
        asset = asset_;
        scale = 10 ** (18 - decimals);
    }

    /// For any account, from anyone: what arrives counts.
    function deposit(uint256 account, uint256 amount) external nonReentrant {
        _requireAccount(account);
        uint256 balance = asset.balanceOf(address(this));
        asset.safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = asset.balanceOf(address(this)) - balance;
        if (received >= Limits.CASH) revert AmountOutOfRange(received);
        _credit(account, int256(received * scale));
        depositsOf[account] += int256(received * scale);
        emit Deposited(account, msg.sender, received);
    }

    /// In units of the asset; cash may become negative, as long as the account keeps its initial margin.
    function withdraw(uint256 account, uint256 amount, address to) external nonReentrant {
        _requireOwner(account);
        if (amount >= Limits.CASH) revert AmountOutOfRange(amount);
        _credit(account, -int256(amount * scale));
        depositsOf[account] -= int256(amount * scale);
        _requireInitial(account);
        emit Withdrawn(account, to, amount);
        asset.safeTransfer(to, amount);
    }

    /// For an account that stands alone and has its initial margin under the new policy.
    function choosePolicy(uint256 account, bytes32 policy) external {
        _requireOwner(account);
        if (poolOf[account] != 0) revert InPool(account, poolOf[account]);
        _choose(account, policy);
        _requireInitial(account);
    }

    /// The buyer pays size * price, rounded up, and the seller receives it, rounded down. Both must have allowed the
    /// venue.
    function trade(uint256 buyer, uint256 seller, uint256 instrument, uint256 size, int256 price)
        external
        onlyVenue
        nonReentrant
    {
        if (buyer == seller) revert SelfTrade(buyer);
        _requireVenueAllowed(buyer, msg.sender);
        _requireVenueAllowed(seller, msg.sender);
        _requireTradable(instrument, size, price);
        int256 paid = Rounding.ceilDiv(int256(size) * price, Limits.WAD);
        int256 received = Rounding.floorDiv(int256(size) * price, Limits.WAD);
        Portfolio memory bought = Portfolios.single(instrument, int256(size), -paid);
        Portfolio memory sold = Portfolios.single(instrument, -int256(size), received);

        (Portfolio memory buyers, bytes32 buyersPolicy) = _scope(buyer);
        bool shared = poolOf[buyer] != 0 && poolOf[buyer] == poolOf[seller];
        Portfolio memory sellers;
        bytes32 sellersPolicy;
        if (!shared) (sellers, sellersPolicy) = _scope(seller);

        _post(seller, buyer, sold.positions, bought.positions, received, -paid);
        emit Traded(msg.sender, buyer, seller, instrument, size, price);

        Portfolio memory changed = Portfolios.merge(buyers, bought);
        if (shared) {
            // what nets out of the pool's portfolio must be judged too: a liquidation parts the two sides
            engine.change(bought, sold, buyersPolicy);
            _requireAllowed(buyer, buyers, Portfolios.merge(changed, sold), buyersPolicy);
        } else {
            _requireAllowed(buyer, buyers, changed, buyersPolicy);
            _requireAllowed(seller, sellers, Portfolios.merge(sellers, sold), sellersPolicy);
        }
    }

    /// Makes cash of an account's funding, interest and settled positions. For anyone: it changes nothing of what it
    /// is worth.
    function settle(uint256 account) external nonReentrant {
        _requireAccount(account);
        int256 cash = _realise(account);
        _credit(account, cash);
        _credit(Accounts.CLEARING, -cash);
    }

    /// Without a margin check. Sizes and cash may be negative: what is moved is added to one and taken from the other.
    function move(uint256 from, uint256 to, Position[] calldata positions, int256 cash)
        external
        onlyModule
        nonReentrant
    {
        _requireAccount(from);
        _requireAccount(to);
        if (from == to) revert SelfTrade(from);
        Position[] memory taken = new Position[](positions.length);
        for (uint256 i = 0; i < positions.length; i++) {
            taken[i] = Position(positions[i].instrument, -positions[i].size);
        }
        _post(from, to, taken, positions, -cash, cash);
    }

    /// Adds to both accounts, each after the funding of what changes; CLEARING has what they lack.
    function _post(
        uint256 from,
        uint256 to,
        Position[] memory taken,
        Position[] memory given,
        int256 fromCash,
        int256 toCash
    ) private {
        (int256 fromFunding, bool fromGrown) = _change(from, taken);
        (int256 toFunding, bool toGrown) = _change(to, given);
        _credit(from, fromCash - fromFunding);
        _credit(to, toCash - toFunding);
        _credit(Accounts.CLEARING, fromFunding + toFunding - fromCash - toCash);
        if (fromGrown) _requireRoom(from);
        if (toGrown) _requireRoom(to);
    }

    /// An inverse perpetual is worth less than nothing, all else no less.
    function _requireTradable(uint256 instrument, uint256 size, int256 price) private view {
        Instruments.requireValid(instrument);
        uint256 expiry = Instruments.expiryOf(instrument);
        if (expiry != 0 && expiry <= block.timestamp) revert InstrumentExpired(instrument);
        uint256 strike = Instruments.strikeOf(instrument);
        if (strike >= STRIKE) revert StrikeOutOfRange(instrument, strike);
        if (size == 0 || size >= Limits.SIZE) revert SizeOutOfRange(instrument, int256(size));
        bool inverse = Instruments.kindOf(instrument) == Instruments.INVERSE;
        if ((price < 0) != inverse || price <= -int256(Limits.PRICE) || price >= int256(Limits.PRICE)) {
            revert TradePriceOutOfRange(instrument, price);
        }
    }

    /// What holds nothing and owes nothing needs no prices.
    function _requireInitial(uint256 account) private view {
        (Portfolio memory portfolio,) = _scope(account);
        if (portfolio.positions.length == 0 && portfolio.cash >= 0) return;
        (Margin memory margin,) = engine.marginOf(account);
        if (Health.initial(margin) < 0) {
            revert HealthTooLow(account, Health.initial(margin), Health.maintenance(margin));
        }
    }

    function _requireAllowed(uint256 account, Portfolio memory current, Portfolio memory changed, bytes32 policy)
        private
        view
    {
        if (changed.positions.length == 0 && changed.cash >= 0) return;
        (Margin memory before, Margin memory afterwards) = engine.change(current, changed, policy);
        if (!Health.allows(before, afterwards)) {
            revert HealthTooLow(account, Health.initial(afterwards), Health.maintenance(afterwards));
        }
    }
}
