"""Accounts of the house itself; those of customers follow: the mirror of Accounts.sol."""

from vmargin.solidity.integers import uint256

CLEARING = uint256(1)
INSURANCE = uint256(2)
FIRST_CUSTOMER = uint256(16)
