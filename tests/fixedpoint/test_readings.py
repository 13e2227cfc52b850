"""Every kernel of every mirror: the native, shadow and trace readings end exactly as the checked one does."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest

import vmargin.fixedpoint
from tests.differential.native import check_native
from vmargin.crosscheck import bias
from vmargin.solidity.exact import bounds
from vmargin.solidity.kernel import Kernel
from vmargin.solidity.reverts import Revert
from vmargin.solidity.signatures import fields, is_struct

CASES = 24


def kernels() -> Iterator[Kernel[..., Any]]:
    for module in pkgutil.walk_packages(vmargin.fixedpoint.__path__, "vmargin.fixedpoint."):
        for thing in vars(importlib.import_module(module.name)).values():
            if isinstance(thing, Kernel) and thing.body.__module__ == module.name:
                yield thing


def scalars(annotation: Any) -> Iterator[Any]:
    """The word types and bools that an argument consists of."""
    if is_struct(annotation):
        for field in fields(annotation).values():
            yield from scalars(field)
    else:
        yield annotation


def assembled(annotation: Any, numbers: Iterator[int]) -> Any:
    if is_struct(annotation):
        return annotation(*(assembled(field, numbers) for field in fields(annotation).values()))
    return annotation(next(numbers))


def cases(kernel: Kernel[..., Any], number: int) -> Iterator[list[Any]]:
    mined = bias.constants(kernel)
    leaves = [leaf for annotation in kernel.signature.types for leaf in scalars(annotation)]
    spaces = [
        bias.argument("", 0, 1) if t is bool else bias.argument("", int(t.min), int(t.max), mined=mined)
        for t in leaves
    ]
    for case in bias.cases(spaces, number, kernel.name):
        numbers = iter(case)
        yield [assembled(annotation, numbers) for annotation in kernel.signature.types]


def flat(thing: Any) -> list[Any]:
    return [leaf for field in thing for leaf in flat(field)] if isinstance(thing, tuple) else [thing]


@pytest.mark.parametrize("kernel", list(kernels()), ids=lambda k: k.name.removeprefix("vmargin.fixedpoint."))
def test_readings_agree(kernel: Kernel[..., Any], long: bool) -> None:
    tried, outcomes = list(cases(kernel, CASES * 20 if long else CASES)), []
    for args in tried:
        value, revert = None, None
        try:
            value = kernel(*args)
        except Revert as ending:
            revert = ending
        outcomes.append(value if revert is None else revert)
        shadow, trace = kernel.shadow(*args), kernel.trace(*args)
        for reading in (shadow, trace):
            assert (reading.value, reading.revert) == (value, revert), args
            assert [type(leaf) for leaf in flat(reading.value)] == [type(leaf) for leaf in flat(value)]
        if revert is None:
            for position, error in enumerate(flat(shadow.error)):
                if isinstance(error, bool):
                    continue
                total = sum((flat(r.error)[position] for r in shadow.roundings), start=error - error)
                low, high = bounds(total - error)
                assert low <= 0 <= high, f"{args}: the roundings do not sum to the error\n{shadow}"
    check_native(kernel, [tuple(args) for args in tried], outcomes)
