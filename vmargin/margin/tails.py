"""What a group's losses come to: largest, k-th largest, or mean of the largest; the mirror of Tails.sol."""

from vmargin.margin.dials import VAR, WORST
from vmargin.margin.errors import (
    TailLength,
    TailMissing,
    TailNotDescending,
    TailNotLargest,
    TailScenarioUnknown,
)
from vmargin.margin.rounding import ceilDiv, ceilDiv_unsigned
from vmargin.margin.types import Terms
from vmargin.solidity.arrays import Scratch, Words
from vmargin.solidity.integers import int256, uint256
from vmargin.solidity.kernel import kernel

SORTED = uint256(32)


@kernel
def depth(terms: Terms, scenarios: uint256) -> uint256:
    """How many of a group's largest losses the aggregate reads."""
    if terms.aggregate == WORST:
        return uint256(1)
    if terms.aggregate == VAR:
        return terms.tailNumerator
    return ceilDiv_unsigned(scenarios * terms.tailNumerator, terms.tailDenominator)


@kernel
def wanted(terms: Terms, scenarios: uint256, groups: uint256) -> uint256:
    """How many scenarios the caller must name."""
    if terms.aggregate == WORST or scenarios <= SORTED:
        return uint256(0)
    return groups * depth(terms, scenarios)


@kernel
def requireLength(given: uint256, terms: Terms, scenarios: uint256, groups: uint256) -> bool:
    """Revert unless the caller names as many scenarios as are wanted."""
    length = wanted(terms, scenarios, groups)
    if given == length:
        return True
    if given == 0:
        raise TailMissing(scenarios)
    raise TailLength(given, length)


@kernel
def aggregate(
    losses: Words[int256], terms: Terms, tail: Words[uint256], group: uint256, top: Scratch[int256]
) -> int256:
    """The loss of a group; SHORTFALL is rounded up. `top` has room for the tail."""
    scenarios = uint256(len(losses))
    if terms.aggregate == WORST:
        return largest(losses)
    count = depth(terms, scenarios)
    if scenarios <= SORTED:
        count = sort(losses, count, top)
    else:
        count = witness(losses, tail, group * count, count, top)
    return top[count - 1] if terms.aggregate == VAR else shortfall(top, terms, scenarios)


@kernel
def largest(losses: Words[int256]) -> int256:
    """The first of all that none exceeds."""
    most = losses[0]
    for s in range(1, len(losses)):
        most = losses[s] if losses[s] > most else most
    return most


@kernel
def sort(losses: Words[int256], count: uint256, top: Scratch[int256]) -> uint256:
    """Put the `count` largest losses into `top`, in descending order; returns how many they are."""
    filled = uint256(0)
    for s in range(len(losses)):
        loss = losses[s]
        if filled < count:
            filled += 1
        elif loss <= top[count - 1]:
            continue
        place = filled - 1
        for _ in range(filled):
            if place == 0 or top[place - 1] >= loss:
                break
            top[place] = top[place - 1]
            place -= 1
        top[place] = loss
    return filled


@kernel
def witness(
    losses: Words[int256], tail: Words[uint256], first: uint256, count: uint256, top: Scratch[int256]
) -> uint256:
    """Put the losses that the caller names into `top`; revert unless they are the largest, in order."""
    scenarios = uint256(len(losses))
    named = uint256(0)
    for n in range(count):
        i = uint256(n)
        scenario = tail[first + i]
        if scenario >= scenarios:
            raise TailScenarioUnknown(scenario, scenarios)
        loss = losses[scenario]
        if i > 0 and (loss > top[i - 1] or (loss == top[i - 1] and scenario <= tail[first + i - 1])):
            raise TailNotDescending(first + i)
        top[i] = loss
        named |= uint256(1) << scenario
    least = top[count - 1]
    last = tail[first + count - 1]
    for n in range(scenarios):
        s = uint256(n)
        if losses[s] < least or (losses[s] == least and s > last) or (named >> s) & 1 == 1:
            continue
        raise TailNotLargest(s, losses[s], least)
    return count


@kernel
def shortfall(top: Words[int256], terms: Terms, scenarios: uint256) -> int256:
    """The mean of the largest losses that make up the tail, the last of them in part. Rounded up, once."""
    product = scenarios * terms.tailNumerator
    whole = product / terms.tailDenominator
    total = int256(0)
    for i in range(whole):
        total += top[i]
    total *= int256(terms.tailDenominator)
    part = product % terms.tailDenominator
    if part != 0:
        total += int256(part) * top[whole]
    return ceilDiv(total, product)
