"""What is proven of a rounding's slope is what every run shows: of libraries' kernels and of random ones."""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

import vmargin.fixedpoint
from tests.crosscheck.rounding import kernels
from tests.solidity.kernel_modules import load_source
from vmargin.crosscheck.kernel_inputs import KernelInputs
from vmargin.crosscheck.rounding import reading, rounding
from vmargin.crosscheck.rounding.certificate import certificate
from vmargin.crosscheck.rounding.reading import outputs_of
from vmargin.errors import UsageError
from vmargin.fixedpoint.morpho_blue.math_lib import wTaylorCompounded
from vmargin.solidity.exact import sign
from vmargin.solidity.kernel import Kernel
from vmargin.solidity.reverts import Revert


def slopes(kernel: Kernel[..., Any], **options: Any) -> dict[str, dict[str, int | None]]:
    found = certificate(kernel, **options)
    assert found is not None
    return {spot.text: dict(signs) for spot, signs in found.items()}


def test_slopes_of_small_kernels_are_those_of_their_formulae() -> None:
    assert slopes(kernels.quoted) == {"uint256(price) / 10": {"value": 1, "requirement": 1}}
    assert slopes(kernels.netted) == {"uint256(a) / 7": {"result": 1}, "uint256(b) / 9": {"result": -1}}
    assert slopes(kernels.worth) == {"uint256(price) / 3": {"result": None}}
    assert slopes(kernels.worth, ranges={"size": (0, 100)}) == {"uint256(price) / 3": {"result": 1}}
    assert slopes(kernels.worth, ranges={"size": (-9, 0)}) == {"uint256(price) / 3": {"result": -1}}
    assert slopes(kernels.idle) == {}


def test_a_truth_is_asked_for_its_slopes() -> None:
    health = slopes(kernels.legacyHealthFactor)
    assert set(health) == {
        "wadDiv(percentMul(collateral, threshold), debt)",
        "percentMul(collateral, threshold)",
    }
    assert all(signs == {"result": 1} for signs in health.values())
    assert len(slopes(wTaylorCompounded, inside=True)) == 1, "one text, two calls"
    found = certificate(wTaylorCompounded, inside=True)
    assert [spot.via[0].site.line - 44 for spot in found] == [2, 3]


def test_a_word_that_wraps_around_and_back_has_no_sign_by_its_type() -> None:
    assert slopes(kernels.roundabout) == {"b / 3": {"result": None}}
    assert slopes(kernels.roundabout, ranges={"a": (0, 5)}) == {"b / 3": {"result": 1}}
    run = reading.run(kernels.roundabout, kernels.roundabout.arguments((-9, 4, 1), {}))
    assert run.errors == (3,), "rounded down, and the result is larger for it"
    assert not run.restarts


def test_what_cannot_be_followed_is_not_stated() -> None:
    from vmargin.fixedpoint.openzeppelin.math import sqrt

    assert certificate(sqrt, inside=True) is None


def test_a_report_says_what_is_proven() -> None:
    both = rounding(kernels.quoted, favours={"value": "account", "requirement": "protocol"}, cases=200)
    assert both.sites[0].proven == ("up", "down")
    assert any("at once, proven" in line for line in both.lines())
    one = rounding(kernels.chained, favours="protocol", cases=200)
    assert [s.proven for s in one.sites] == [("up",), ("up",)]
    assert not any(s.conflict for s in one.sites)
    open_ = rounding(kernels.worth, favours="protocol", cases=200)
    assert open_.sites[0].proven is None
    unstated = rounding(kernels.chained, cases=50)
    assert [s.proven for s in unstated.sites] == [None, None]


def library() -> Iterator[Kernel[..., Any]]:
    for module in pkgutil.walk_packages(vmargin.fixedpoint.__path__, "vmargin.fixedpoint."):
        for thing in vars(importlib.import_module(module.name)).values():
            if isinstance(thing, Kernel) and thing.body.__module__ == module.name:
                yield thing


def judge(kernel: Kernel[..., Any], cases: int, inside: bool) -> Counter[str]:
    """Hold each execution's share against the slope that is stated, sign by sign."""
    told: Counter[str] = Counter()
    try:
        outputs = outputs_of(kernel)
    except UsageError:
        return told
    stated = certificate(kernel, inside=inside)
    if not stated:
        return told
    inputs = KernelInputs(kernel)
    for case in inputs.seeded(cases, "certificate"):
        run = reading.run(kernel, inputs.arguments(case), inside=inside)
        if isinstance(run, Revert) or run.restarts or run.doubts:
            continue
        for share in run.shares:
            if share.way == 0:
                continue
            for output, error in zip(outputs, share.errors, strict=True):
                slope = stated.get(share.spot, {}).get(output, 0)
                if slope is None:
                    told["open"] += 1
                    continue
                assert sign(error) in (0, slope * share.way), (kernel, share.spot, case)
                told["held"] += 1
    return told


def test_shares_have_the_signs_that_are_stated_of_libraries(long: bool) -> None:
    told: Counter[str] = Counter()
    for kernel in library():
        told += judge(kernel, 400 if long else 8, False)
        if kernel.truth is not None:
            told += judge(kernel, 400 if long else 8, True)
    assert told["held"] > 500
    assert told["held"] > 5 * told["open"]


def program(random: Random, name: str) -> str:
    """Lines of arithmetic over words of both signs, with conversions and a choice now and then."""
    word = random.choice(("uint256", "int256"))
    lines = ["@kernel", f"def {name}(v0: {word}, v1: {word}, v2: {word}) -> {word}:"]
    count = random.randint(2, 6)
    for n in range(3, 3 + count):
        left, right, other = (f"v{random.randrange(n)}" for _ in range(3))
        operator = random.choice("+-**//")
        if random.random() < 0.5:
            right = str(random.choice((1, 2, 3, 10, 100, 10**9)))
        value = f"{left} {operator} {right}"
        chance = random.random()
        if chance < 0.15:
            value = f"{left} >> {random.randint(1, 9)}"
        elif chance < 0.3:
            value = f"({value}) if {left} > {other} else {other}"
        elif chance < 0.4 and word == "uint256":
            value = f"uint256(int256({left}) - int256({other}))"
        elif chance < 0.4:
            value = f"-({left})"
        elif chance < 0.5:
            value = f"{left} ** 2"
        lines.append(f"    v{n} = {value}")
    return "\n".join([*lines, f"    return v{2 + count}", "", ""])


@pytest.mark.parametrize("seed", range(4))
def test_shares_have_the_signs_that_are_stated_of_random_programs(tmp_path, seed: int, long: bool) -> None:
    random = Random(f"programs {seed}")
    names = [f"f{n}" for n in range(1_000 if long else 40)]
    module = load_source(tmp_path, "\n".join(program(random, name) for name in names))
    told: Counter[str] = Counter()
    for name in names:
        told += judge(getattr(module, name), 12, False)
    assert told["held"] > 100
