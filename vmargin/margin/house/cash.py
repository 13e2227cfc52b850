"""The borrow index, by which negative cash grows: the mirror of Cash.sol."""

from vmargin.margin.rounding import ceilDiv_unsigned
from vmargin.solidity.integers import int256, uint256
from vmargin.solidity.kernel import kernel

RAY = uint256(10**27)
RATE_CEILING = uint256(126_839_167_935_058_346_017)
INDEX_CEILING = uint256(1 << 100)


@kernel
def indexAt(index: uint256, rate: uint256, elapsed: uint256) -> uint256:
    """The index after a time at a rate; rounded up, against debtors."""
    return index + ceilDiv_unsigned(index * rate * elapsed, RAY)


@kernel
def interest(cash: int256, indexThen: uint256, indexNow: uint256) -> uint256:
    """What an account owes on its cash for the time between two indices; the debt is rounded up."""
    if cash >= 0 or indexNow == indexThen:
        return uint256(0)
    debt = uint256(-cash)
    return ceilDiv_unsigned(debt * indexNow, indexThen) - debt
