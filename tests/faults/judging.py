"""How a read ended: with the truth, with a typed error, or with something else."""

from __future__ import annotations

from enum import Enum
from itertools import zip_longest
from typing import Any

from tests.faults.conftest import Bench
from tests.faults.reads import READS, named
from vmargin.chain.errors import ChainError
from vmargin.chain.view import BlockView
from vmargin.solidity.reverts import Halt, Revert


class Outcome(Enum):
    RIGHT = "the right value"
    REFUSED = "a typed error"
    WRONG = "a wrong value"


def attempt(bench: Bench, read: str, view: BlockView) -> Outcome:
    """Read through a view, and compare with the truth at the block that it claims to be of."""
    known = bench.truth[view.number]
    try:
        values = READS["balance" if read == "at" else read](bench.ground, view)
    except ChainError:
        return Outcome.REFUSED
    except (Revert, Halt):
        return Outcome.WRONG
    block = named(view.header)
    return _judge([block, *values], [known["header"][-1], *known[read]])


def _judge(values: list[Any], truth: list[Any]) -> Outcome:
    """Judge values, some of which may be errors."""
    if values == truth:
        return Outcome.RIGHT
    pairs = zip_longest(values, truth)
    wrong = any(value != true and not isinstance(value, ChainError) for value, true in pairs)
    return Outcome.WRONG if wrong else Outcome.REFUSED
