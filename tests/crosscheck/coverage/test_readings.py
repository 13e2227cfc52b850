"""The counting copy is another reading: it ends as the checked one does, and counts what a trace lists."""

from __future__ import annotations

import importlib
import math
import pkgutil
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

import vmargin.fixedpoint
from vmargin.crosscheck.coverage import coverage
from vmargin.crosscheck.coverage.instrument import Instrumented
from vmargin.crosscheck.kernel_inputs import KernelInputs
from vmargin.solidity.integers import Word
from vmargin.solidity.kernel import Kernel
from vmargin.solidity.reverts import Revert

COMPARING = {"<", "<=", "==", "!=", ">=", ">", "lt", "gt", "slt", "sgt", "eq", "iszero"}
DIVIDING = {"/", "%", "div", "sdiv", "mod", "smod", "mulmod"}
SIGNED = {"sdiv", "smod", "slt", "sgt"}


def kernels() -> Iterator[Kernel[..., Any]]:
    for module in pkgutil.walk_packages(vmargin.fixedpoint.__path__, "vmargin.fixedpoint."):
        for thing in vars(importlib.import_module(module.name)).values():
            if isinstance(thing, Kernel) and thing.body.__module__ == module.name:
                yield thing


ALL = list(kernels())


@pytest.mark.parametrize("kernel", ALL, ids=lambda k: k.name.removeprefix("vmargin.fixedpoint."))
def test_the_copy_does_what_the_kernel_does(kernel: Kernel[..., Any], long: bool) -> None:
    copied = Instrumented(kernel).run
    inputs = KernelInputs(kernel)
    for case in inputs.seeded(500 if long else 12, "copy"):
        outcomes = []
        for run in (copied, kernel.checked):
            try:
                outcomes.append(run(*inputs.arguments(case)))
            except Revert as revert:
                outcomes.append(revert)
        assert outcomes[0] == outcomes[1], case
        assert type(outcomes[0]) is type(outcomes[1])


NAMED = [
    "mulWadUp",
    "rayToWad",
    "mulDivDown",
    "toSharesUp",
    "percentDiv",
    "decMul",
    "sDivWad",
    "sqrt",
    "mulDiv",
]
CONSTANT = {(10**9, 2)}
"""Operands of a division by which nothing can be seen: half of a scale."""


@pytest.mark.parametrize(
    "kernel", [k for k in ALL if k.body.__name__ in NAMED], ids=lambda k: k.name.removeprefix("vmargin.")
)
def test_counts_are_those_of_its_traces(kernel: Kernel[..., Any]) -> None:
    inputs = KernelInputs(kernel)
    cases = list(inputs.seeded(150, "traces"))
    wanted: Counter[Any] = Counter()
    for case in cases:
        for operation in kernel.trace(*inputs.arguments(case)).operations:
            operands = tuple(map(int, operation.operands))
            if operation.symbol in COMPARING | DIVIDING and operands not in CONSTANT:
                place = (operation.site.function, operation.site.line)
                wanted.update((*place, point) for point in seen(operation))
    counted: Counter[Any] = Counter()
    for site in coverage(kernel, over=cases).sites:
        shift = site.code.kind == "remainder" and len(site.seen) == 2
        if site.code.kind in ("comparison", "remainder") and not shift:
            for point, times in site.seen.items():
                counted[site.code.function, site.code.line, point] += times
    assert +counted == +wanted


def seen(operation: Any) -> Iterator[str]:
    symbol = operation.symbol
    numbers = [number(symbol, o) for o in operation.operands]
    if symbol in COMPARING:
        left, right = (*numbers, 0)[:2]
        if left - right in (-1, 0, 1):
            yield {0: "equal", -1: "one below", 1: "one above"}[left - right]
        return
    left, right = math.prod(numbers[:-1]), numbers[-1]
    if right == 0:
        yield "divisor 0"
        return
    rest = abs(left) % abs(right)
    yield "some" if rest else "none"
    if rest and rest == abs(right) - 1:
        yield "one less than the divisor"


def number(symbol: str, word: Word) -> int:
    if not symbol.isidentifier():
        return int(word)
    value = int(word) % 2**256
    return value - 2**256 if symbol in SIGNED and value >> 255 else value
