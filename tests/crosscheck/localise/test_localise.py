"""Where the two part, by wrong mirrors of each sort: both lines, the operands and both results."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.crosscheck.audit.contracts import with_fault
from vmargin.crosscheck.localise import Divergence, localise
from vmargin.crosscheck.subject import LocalTarget, Subject
from vmargin.errors import UsageError
from vmargin.fixedpoint.solmate import fixed_point_math_lib
from vmargin.solidity.bytecode import load_artifact
from vmargin.solidity.integers import uint256, wuint256
from vmargin.solidity.kernel import kernel
from vmargin.solidity.reverts import Empty

CONTRACTS = Path(__file__).parents[3] / "contracts"
ROOTS = (CONTRACTS, CONTRACTS / "node_modules")
SOLMATE = CONTRACTS / "build" / "SolmateFixedPointMathLibHarness.json"
SIGNED = CONTRACTS / "build" / "SolmateSignedWadMathHarness.json"
SHARES = CONTRACTS / "build" / "MorphoBlueSharesMathLibHarness.json"
AAVE = CONTRACTS / "build" / "AaveV3HalfUpWadRayMathHarness.json"
RAY = uint256(10**27)
HALF_RAY = uint256(5 * 10**26)
VIRTUAL_SHARES = uint256(10**6)
HUGE = 2**255


@kernel
def mulDivDown(x: uint256, y: uint256, denominator: uint256) -> uint256:
    """Rounds up."""
    if denominator == 0 or (y != 0 and x > uint256.max / y):
        raise Empty()
    product = x * y
    return (product + denominator - 1) / denominator


@kernel
def mulWadDown(x: uint256, y: uint256) -> uint256:
    """In another scale."""
    if y != 0 and x > uint256.max / y:
        raise Empty()
    return x * y / RAY


@kernel
def toSharesDown(assets: uint256, totalAssets: uint256, totalShares: uint256) -> uint256:
    """Without the virtual asset."""
    return assets * (totalShares + VIRTUAL_SHARES) / totalAssets


@kernel
def mulDivUp(x: uint256, y: uint256, denominator: uint256) -> uint256:
    """Looks at no overflow."""
    if denominator == 0:
        raise Empty()
    product = uint256(wuint256(x) * wuint256(y))
    up = uint256(1) if product % denominator != 0 else uint256(0)
    return product / denominator + up


@kernel
def rayMul(a: uint256, b: uint256) -> uint256:
    """Truncates where the original rounds half up."""
    if b != 0 and a > (uint256.max - HALF_RAY) / b:
        raise Empty()
    return a * b / RAY


def wadMul(x: int, y: int) -> int:
    """Python's floor in the place of SDIV."""
    return x * y // 10**18


class Wrong(NamedTuple):
    """A mirror, a case on which it shows, and what the lines on either side hold."""

    mirror: Any
    artifact: Path
    case: tuple[int, ...]
    solidity: str
    python: str


WRONG = [
    Wrong(mulDivDown, SOLMATE, (7, 3, 2), "z := div(mul(x, y), denominator)", "+ denominator - 1"),
    Wrong(mulWadDown, SOLMATE, (10**18 + 1, 10**18 + 3), "mulDivDown(x, y, WAD)", "x * y / RAY"),
    Wrong(toSharesDown, SHARES, (10**20, 10**19 + 7, 10**25), "VIRTUAL_ASSETS", "/ totalAssets"),
    Wrong(mulDivUp, SOLMATE, (HUGE, 4, 10**9 + 1), "gt(x, div(MAX_UINT256, y))", "wuint256(x) * wuint256(y)"),
    Wrong(rayMul, AAVE, (10**27 + 1, 5 * 10**26), "HALF_RAY", "a * b / RAY"),
    Wrong(wadMul, SIGNED, (-(10**9), 10**8 + 1), "sdiv", "x * y // 10**18"),
]


def subject(wrong: Wrong) -> Subject:
    return Subject(wrong.mirror, LocalTarget(wrong.artifact, wrong.mirror.__name__))


@pytest.fixture(scope="module", params=WRONG, ids=lambda wrong: wrong.mirror.__name__)
def found(request: pytest.FixtureRequest) -> tuple[Wrong, Divergence]:
    wrong: Wrong = request.param
    one = subject(wrong)
    assert one.differs(wrong.case)
    return wrong, localise(one, wrong.case, sources=ROOTS)


def line(path: Path, number: int) -> str:
    return path.read_text().splitlines()[number - 1]


def test_the_contracts_line_is_named(found: tuple[Wrong, Divergence]) -> None:
    wrong, divergence = found
    place = divergence.place
    assert place is not None
    folder = next(root for root in ROOTS if (root / place.path).is_file())
    named = "\n".join(
        line(folder / place.path, n) for n in range(place.line, max(place.last, place.line) + 1)
    )
    assert wrong.solidity in named, divergence.lines()


def test_the_mirrors_line_is_named(found: tuple[Wrong, Divergence]) -> None:
    wrong, divergence = found
    if divergence.kind == "ending":
        assert divergence.mirror is None, "the contract reverts, and the mirror does nothing in its place"
        return
    assert divergence.mirror is not None
    assert wrong.python in line(Path(divergence.mirror.site.file), divergence.mirror.site.line)


def test_it_is_told_to_people_and_to_programs(found: tuple[Wrong, Divergence]) -> None:
    _, divergence = found
    form = json.loads(json.dumps(divergence.as_json()))
    assert form["schema"] == "vmargin/divergence/1"
    assert form["sentence"] == divergence.sentence
    assert divergence.sentence in "\n".join(divergence.lines())
    assert form["line"]["line"] == divergence.place.line


def test_without_sources_there_is_a_program_counter(tmp_path: Path) -> None:
    wrong = WRONG[0]
    divergence = localise(subject(wrong), wrong.case, sources=[tmp_path])
    assert divergence.place is None
    assert "name the folders that hold the contract's sources" in divergence.note
    step = divergence.contract
    assert step is not None
    assert load_artifact(SOLMATE)["deployedBytecode"][2 + 2 * step.pc :][:2] == {"DIV": "04"}[step.opcode]


def test_where_both_agree_there_is_nothing_to_localise() -> None:
    right = Subject(fixed_point_math_lib.mulDivDown, LocalTarget(SOLMATE, "mulDivDown"))
    with pytest.raises(UsageError, match="agree on this case"):
        localise(right, (7, 3, 2), sources=ROOTS)


def test_the_same_case_gives_the_same_words() -> None:
    wrong = WRONG[1]
    first, again = (localise(subject(wrong), wrong.case, sources=ROOTS).as_json() for _ in range(2))
    assert first == again


@pytest.mark.parametrize("case", [(1, 1, 2), (7, 3, 2), (10**20 + 1, 10**19 + 7, 10**18 + 9)])
def test_what_the_contract_no_longer_does_is_named_where_it_was(case: tuple[int, int, int]) -> None:
    """Its condition by products, which the mirror's comparisons never match, is not taken for the reason."""
    artifact, overlay = with_fault()
    one = Subject(fixed_point_math_lib.mulDivUp, LocalTarget(artifact, "mulDivUp"))
    divergence = localise(one, case, sources=(overlay, *ROOTS))
    assert divergence.kind == "operation only in the mirror"
    assert divergence.place is not None
    assert "z := add(0, " in line(overlay / divergence.place.path, divergence.place.line)
