"""Generated tests fail against the contract that differs, and pass against one that does not."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.crosscheck.audit.contracts import compiled
from vmargin.crosscheck import generate
from vmargin.crosscheck.counterexample import Counterexample
from vmargin.crosscheck.generate import Code
from vmargin.crosscheck.generate.account import AccountCase, wanted_answer
from vmargin.crosscheck.generate.wanted import At
from vmargin.crosscheck.subject import LocalTarget, Subject
from vmargin.solidity.bytecode import Contract, load_artifact
from vmargin.solidity.reverts import Custom, Empty, Error, Revert

MIRROR = "vmargin.fixedpoint.solmate.fixed_point_math_lib:mulDivUp"
OTHERWISE = Error("it answered with other bytes than the mirror's")

HOSTILE = '"*/ } */ """ \\u202e <script>'
ODD = (
    """\
// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

contract Odd {
    struct Pair { uint8 a; bool b; }
    error Low(uint256 by);
    uint256 immutable step;
    constructor(uint256 step_, string memory) { step = step_; }
    function plain(uint256 x) external view returns (uint256) { return x + step; }
    function shapes(string calldata s, bytes calldata b, address a, int8[2] calldata n, Pair calldata p)
        external pure returns (string memory, bytes memory, address, int8[2] memory, Pair memory)
    { return (s, b, a, n, p); }
    function hostile(uint256 x) external pure returns (uint256) { require(x == 0, HOSTILE); return x; }
    function low(uint256 x) external pure returns (uint256) { revert Low(x); }
    function halts(uint256 x) external pure returns (uint256) { if (x > 0) assembly { invalid() } return x; }
    function empty(uint256 x) external pure returns (uint256) { require(x == 0); return x; }
}
"""
).replace("HOSTILE", '"\\"*/ } */ \\"\\"\\" \\\\u202e <script>"')


def found(
    artifact: Any, signature: str, case: Any, mirror: Any = MIRROR, constructor: tuple[Any, ...] = ()
) -> Counterexample:
    target = LocalTarget(artifact, signature, constructor=constructor)
    return Counterexample.of(Subject(mirror, target), case, seed="0", tried=3)


def run_pytest(file: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(file)],
        check=False,
        cwd=file.parent,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


def run_solidity(texts: dict[str, str]) -> dict[str, Revert | None]:
    """Deploy the generated contracts and call their tests, as Foundry does."""
    head, body = 2, "".join("".join(text.splitlines(keepends=True)[2:]) for text in texts.values())
    header = "".join(next(iter(texts.values())).splitlines(keepends=True)[:head])
    artifacts = compiled(header + body)
    outcomes = {}
    for stem in texts:
        outcome = Contract.deploy(artifacts[f"{stem}_Counterexample"]).outcome(f"test_{stem}")
        assert isinstance(outcome, tuple | Revert), outcome
        outcomes[stem] = outcome if isinstance(outcome, Revert) else None
    return outcomes


def test_the_pytest_file_fails_until_the_contract_is_right(faulty: Path, right: Path, tmp_path: Path) -> None:
    case = found(faulty, "mulDivUp", (7, 1, 2))
    files = generate.write(tmp_path, "mulDivUp", case, Code(load_artifact(faulty)))
    assert files == ["mulDivUp.json", "test_mulDivUp.py", "mulDivUp.t.sol"]
    assert Counterexample.load(tmp_path / files[0]) == case
    failed = run_pytest(tmp_path / files[1])
    assert failed.returncode == 1
    assert "mirror: 4" in failed.stdout and "contract: 3" in failed.stdout
    passed = run_pytest(tmp_path / files[1], VMARGIN_ARTIFACT=str(right))
    assert passed.returncode == 0, passed.stdout


@pytest.fixture(scope="module")
def odd() -> dict[str, Any]:
    return compiled(ODD)["Odd"]


def give(*results: Any) -> Callable[..., Any]:
    """A mirror that says this of everything."""

    def mirror(*_: Any) -> Any:
        for result in results:
            if isinstance(result, Exception):
                raise result
        return results if len(results) != 1 else results[0]

    return mirror


BUILT = (5, "text")
SHAPES = ("a\u202e\"'\\\n", b"\x00\xff", "0x" + "ab" * 20, (-1, 127), (255, True))


def test_the_foundry_test_fails_until_the_contract_is_right(
    faulty: Path, right: Path, odd: dict[str, Any]
) -> None:
    """Whatever the types, however either side ends, whatever text the contract chooses."""
    math = found(faulty, "mulDivUp", (7, 1, 2))
    cases: dict[str, tuple[Counterexample, Code, Revert | None]] = {
        "wrong": (math, Code(load_artifact(faulty)), OTHERWISE),
        "right": (math, Code(load_artifact(right)), None),
    }

    def add(name: str, signature: str, case: tuple[Any, ...], mirror: Any, ends: Revert | None) -> None:
        example = found(odd, signature, case, mirror, BUILT)
        cases[name] = (example, Code(odd, BUILT, ("Low(uint256)",)), ends)

    add("plain", "plain", (1,), give(7), OTHERWISE)
    add("plainAsWell", "plain", (1,), give(6), None)
    add("shapes", "shapes", SHAPES, give(*SHAPES[:4], (254, True)), OTHERWISE)
    add("shapesAsWell", "shapes", SHAPES, give(*SHAPES), None)
    add("hostile", "hostile", (1,), give(1), Error("it reverted, and the mirror returns"))
    add("hostileOther", "hostile", (1,), give(Error(HOSTILE[1:])), OTHERWISE)
    add("hostileAsWell", "hostile", (1,), give(Error(HOSTILE)), None)
    add("low", "low", (3,), give(Custom("Low(uint256)", (4,))), OTHERWISE)
    add("lowAsWell", "low", (3,), give(Custom("Low(uint256)", (3,))), None)
    add("returns", "plain", (1,), give(Empty()), Error("it returned, and the mirror reverts"))
    add("halts", "halts", (1,), give(Empty()), Error("it halted: all its gas is gone"))
    add("empty", "empty", (1,), give(Empty()), None)
    # no contract can say so: the test holds on to what this one says
    add("failure", "plain", (1,), give(1.5), None)
    add("outOfRange", "plain", (1,), give(2**256), None)
    texts = {n: generate.foundry_test(n, example, code) for n, (example, code, _) in cases.items()}
    assert all("\u202e" not in text and text.isascii() for text in texts.values())
    assert run_solidity(texts) == {name: ends for name, (_, _, ends) in cases.items()}


def test_the_pytest_file_is_python_whatever_the_contract_says(odd: dict[str, Any], tmp_path: Path) -> None:
    mirror = "def say(*_):\n    return 1\n"
    for name, signature, case in (("hostile", "hostile", (1,)), ("shapes", "shapes", SHAPES)):
        example = found(odd, signature, case, give(1), BUILT)
        example = Counterexample.from_json({**example.as_json(), "mirror": "say.py:say"})
        generate.write(tmp_path, name, example, Code(odd, BUILT), mirror_file=mirror)
    done = run_pytest(tmp_path)
    assert done.returncode == 1 and "2 failed" in done.stdout
    assert "reverts with Error(" in done.stdout


DIFFERENCE = {"figure": "required", "mirror": "7", "contract": "6", "difference": "1"}


@pytest.mark.parametrize(
    ("compared", "answer", "wanted"),
    [
        ({"differences": [DIFFERENCE]}, (5, 6, 7), (5, 7, 7)),
        ({"differences": [DIFFERENCE]}, (6, 6), None),  # which of them it is nobody knows
        ({"differences": [DIFFERENCE]}, (5,), None),
        ({"differences": [{**DIFFERENCE, "mirror": "-1"}]}, (6,), (2**256 - 1,)),
        ({"differences": [{**DIFFERENCE, "mirror": None}]}, (6,), None),
        ({"differences": [{**DIFFERENCE, "mirror": str(2**256)}]}, (6,), None),
        ({"mirror": {"figures": {}}}, None, None),
    ],
)
def test_an_answer_with_the_mirrors_figures(
    compared: dict[str, Any], answer: tuple[int, ...] | None, wanted: tuple[int, ...] | None
) -> None:
    def words(numbers: tuple[int, ...] | None) -> bytes | None:
        return None if numbers is None else b"".join(n.to_bytes(32, "big") for n in numbers)

    at = At("0x" + "11" * 20, 1, 2)
    case = AccountCase("p", {"account": "1", **compared}, at, b"\x00" * 4, words(answer))
    assert wanted_answer(case) == words(wanted)
    assert ("1.t.sol" in generate.files_of("1", case)) == (wanted is not None)
