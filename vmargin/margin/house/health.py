"""What an account is worth beyond what is required of it: the mirror of Health.sol."""

from vmargin.margin.types import Margin
from vmargin.solidity.integers import int256
from vmargin.solidity.kernel import kernel


@kernel
def initial(margin: Margin) -> int256:
    return margin.value - int256(margin.haircut) - int256(margin.initialRequirement)


@kernel
def maintenance(margin: Margin) -> int256:
    return margin.value - int256(margin.haircut) - int256(margin.maintenanceRequirement)


@kernel
def allows(before: Margin, afterwards: Margin) -> bool:
    """Whether a change ends with initial margin, or begins without it and raises both healths."""
    if initial(afterwards) >= 0:
        return True
    return (
        initial(before) < 0
        and initial(afterwards) > initial(before)
        and maintenance(afterwards) > maintenance(before)
    )
