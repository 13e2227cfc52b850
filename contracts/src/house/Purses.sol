// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {CashOutOfRange} from "../margin/Errors.sol";
import {Limits} from "../margin/Limits.sol";
import {Accounts} from "./Accounts.sol";
import {Cash} from "./Cash.sol";
import {BorrowIndexOutOfRange, BorrowRateOutOfRange} from "./HouseErrors.sol";
import {Titles} from "./Titles.sol";

/// The cash of accounts, with 18 decimals. What is owed grows by the borrow index, whatever the times at which it is
/// asked.
abstract contract Purses is Titles {
    struct Purse {
        int128 cash;
        /// The borrow index up to which interest is paid; 0 where nothing is owed.
        uint128 index;
    }

    struct Borrowing {
        uint128 index;
        /// Per second, in RAY.
        uint88 rate;
        uint40 since;
    }

    mapping(uint256 account => Purse) public purseOf;
    Borrowing public borrowing;

    event CashChanged(uint256 indexed account, int256 cash, uint256 index);
    event BorrowRateSet(uint256 rate, uint256 index);

    constructor() {
        borrowing = Borrowing(uint128(Cash.RAY), 0, uint40(block.timestamp));
    }

    /// From now on; what was owed until now grows at the former rate.
    function setBorrowRate(uint256 rate) external onlyOwner {
        if (rate > Cash.RATE_CEILING) revert BorrowRateOutOfRange(rate);
        uint256 index = borrowIndex();
        if (rate != 0 && index >= Cash.INDEX_CEILING) revert BorrowIndexOutOfRange(index);
        borrowing = Borrowing(uint128(index), uint88(rate), uint40(block.timestamp));
        emit BorrowRateSet(rate, index);
    }

    function borrowIndex() public view returns (uint256) {
        return Cash.indexAt(borrowing.index, borrowing.rate, block.timestamp - borrowing.since);
    }

    /// The account's cash now, and the interest that is no longer in it but still to be paid. Accounts of the house
    /// pay none.
    function _cashOf(uint256 account) internal view returns (int256 cash, uint256 interest) {
        Purse memory purse = purseOf[account];
        cash = purse.cash;
        if (cash < 0 && account >= Accounts.FIRST_CUSTOMER) {
            interest = Cash.interest(cash, purse.index, borrowIndex());
            cash -= int256(interest);
        }
    }

    /// Adds to an account's cash, after the interest on what it was. The caller takes the amount from another account.
    function _credit(uint256 account, int256 amount) internal {
        (int256 cash, uint256 interest) = _cashOf(account);
        if (amount == 0 && interest == 0) return;
        cash += amount;
        if (cash <= -int256(Limits.CASH) || cash >= int256(Limits.CASH)) revert CashOutOfRange(cash);
        uint256 index = cash < 0 && account >= Accounts.FIRST_CUSTOMER ? borrowIndex() : 0;
        purseOf[account] = Purse(int128(cash), uint128(index));
        emit CashChanged(account, cash, index);
        if (interest != 0) _credit(Accounts.INSURANCE, int256(interest));
    }
}
