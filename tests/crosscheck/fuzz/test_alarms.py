"""Equal code gives no alarm: our mirrors beside the bytecode of their originals."""

from __future__ import annotations

import importlib
from collections.abc import Iterator

from tests.crosscheck.fuzz.mirrors import BUILD
from vmargin.crosscheck.fuzz import fuzz
from vmargin.crosscheck.subject import LocalTarget, Subject
from vmargin.solidity.bytecode import load_artifact
from vmargin.solidity.kernel import Kernel

LIBRARIES = {
    "OpenZeppelinMathHarness": ("openzeppelin.math",),
    "OpenZeppelinSignedMathHarness": ("openzeppelin.signed_math",),
    "OpenZeppelinSafeCastHarness": ("openzeppelin.safe_cast",),
    "PRBMathCommonHarness": ("prb_math.common",),
    "PRBMathUD60x18Harness": ("prb_math.ud60x18",),
    "PRBMathSD59x18Harness": ("prb_math.sd59x18",),
    "SoladyFixedPointMathLibHarness": (
        "solady.fixed_point",
        "solady.general_numbers",
        "solady.raw_numbers",
    ),
    "SolmateFixedPointMathLibHarness": ("solmate.fixed_point_math_lib",),
    "SolmateSignedWadMathHarness": ("solmate.signed_wad_math",),
    "UniswapV3FullMathHarness": ("uniswap_v3.full_math",),
    "AaveV3FloorCeilWadRayMathHarness": ("aave_v3.wad_ray_math",),
    "MorphoBlueMathLibHarness": ("morpho_blue.math_lib",),
}


def subjects() -> Iterator[Subject]:
    """Every function that a harness and a mirror both have."""
    for harness, modules in LIBRARIES.items():
        artifact = load_artifact(BUILD / f"{harness}.json")
        names = [entry["name"] for entry in artifact["abi"] if entry["type"] == "function"]
        for module in (importlib.import_module(f"vmargin.fixedpoint.{name}") for name in modules):
            for name in names:
                mirror = getattr(module, name, None)
                if isinstance(mirror, Kernel) and mirror.body.__module__ == module.__name__:
                    yield Subject(mirror, LocalTarget(artifact, name))


def test_no_alarm_in_as_many_comparisons(long: bool) -> None:
    """In 100,000 and more of all libraries together; every day a sample of them."""
    compared = functions = 0
    for subject in subjects():
        found = fuzz(subject, cases=1_000 if long else 12, seed=f"alarm {subject.mirror_name}")
        assert found.counterexample is None, found.counterexample
        compared += found.cases
        functions += 1
    assert functions > 200
    assert compared > (100_000 if long else 2_000)
