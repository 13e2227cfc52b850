"""The cash of accounts, with interest on what they owe: the mirror of Purses.sol."""

from __future__ import annotations

from typing import NamedTuple

from vmargin.margin.errors import CashOutOfRange
from vmargin.margin.house import cash as Cash
from vmargin.margin.house.accounts import FIRST_CUSTOMER, INSURANCE
from vmargin.margin.house.errors import BorrowIndexOutOfRange, BorrowRateOutOfRange
from vmargin.margin.house.mirror import Chain
from vmargin.margin.house.titles import Titles
from vmargin.margin.limits import CASH
from vmargin.solidity.integers import int256, uint256


class Purse(NamedTuple):
    """Cash, and the borrow index up to which interest is paid; 0 where nothing is owed."""

    cash: int256
    index: uint256  # type: ignore[assignment]  # Solidity's name, and a tuple's method


class Borrowing(NamedTuple):
    """The borrow index at a time, and its rate per second from then on."""

    index: uint256  # type: ignore[assignment]  # Solidity's name, and a tuple's method
    rate: uint256
    since: uint256


class Purses(Titles):
    """What is owed grows by the borrow index, whatever the times at which it is asked."""

    def __init__(self, chain: Chain, address: str, owner: str) -> None:
        super().__init__(chain, address, owner)
        self.purses: dict[uint256, Purse] = {}
        self.borrowing = Borrowing(Cash.RAY, uint256(0), chain.time)

    def purseOf(self, account: uint256) -> Purse:
        """What is stored of the account's cash."""
        return self.purses.get(account, Purse(int256(0), uint256(0)))

    def setBorrowRate(self, sender: str, rate: uint256) -> None:
        """From now on; what was owed until now grows at the former rate."""
        self.onlyOwner(sender)
        if rate > Cash.RATE_CEILING:
            raise BorrowRateOutOfRange(rate)
        index = self.borrowIndex()
        if rate != 0 and index >= Cash.INDEX_CEILING:
            raise BorrowIndexOutOfRange(index)
        self.borrowing = Borrowing(index, rate, self.chain.time)

    def borrowIndex(self) -> uint256:
        """The index now."""
        borrowing = self.borrowing
        return Cash.indexAt(borrowing.index, borrowing.rate, self.chain.time - borrowing.since)

    def _cashOf(self, account: uint256) -> tuple[int256, uint256]:
        purse = self.purseOf(account)
        cash = purse.cash
        interest = uint256(0)
        if cash < 0 and account >= FIRST_CUSTOMER:
            interest = Cash.interest(cash, purse.index, self.borrowIndex())
            cash -= int256(interest)
        return cash, interest

    def _credit(self, account: uint256, amount: int256) -> None:
        cash, interest = self._cashOf(account)
        if amount == 0 and interest == 0:
            return
        cash += amount
        if cash <= -int256(CASH) or cash >= int256(CASH):
            raise CashOutOfRange(cash)
        index = self.borrowIndex() if cash < 0 and account >= FIRST_CUSTOMER else uint256(0)
        self.purses[account] = Purse(cash, index)
        if interest != 0:
            self._credit(INSURANCE, int256(interest))
