"""The native reading against the checked one, on the inputs that the original was compared on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vmargin.solidity.kernel import Kernel
from vmargin.solidity.reverts import Revert


def check_native(kernel: Kernel[..., Any], cases: Sequence[tuple[Any, ...]], outcomes: Sequence[Any]) -> None:
    """Run the cases through `kernel.batch` and compare with the outcomes of the checked reading.

    Parameters
    ----------
    kernel
        The kernel.
    cases
        Arguments as a call takes them: ints and bools, tuples for NamedTuples.
    outcomes
        Per case a tuple of results, or the revert.
    """
    columns = [list(column) for column in zip(*cases, strict=True)]
    result = kernel.batch(*columns, threads=1)
    for case, outcome, value, ok in zip(cases, outcomes, result.values(), result.ok, strict=True):
        native = _flat(value) if ok else "reverts"
        checked = "reverts" if isinstance(outcome, Revert) else _flat(outcome)
        assert native == checked, f"{kernel.name}{case}: {native} natively, {checked} when checked"


def _flat(value: Any) -> list[int]:
    if isinstance(value, tuple):
        return [leaf for part in value for leaf in _flat(part)]
    return [] if value is None else [int(value)]
