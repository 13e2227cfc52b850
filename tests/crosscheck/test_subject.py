"""A mirror beside a contract's function: what each does, and whether it is the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.differential.library import BUILD
from vmargin.crosscheck.counterexample import Counterexample, described
from vmargin.crosscheck.outcome import Failure, kind, outcome_json, same, shown
from vmargin.crosscheck.subject import LocalTarget, Subject, load, name_of
from vmargin.errors import UsageError
from vmargin.fixedpoint.solmate.signed_wad_math import wadMul
from vmargin.solidity.abi import Function
from vmargin.solidity.arrays import Scratch, Words
from vmargin.solidity.integers import uint256
from vmargin.solidity.kernel import kernel
from vmargin.solidity.reverts import Empty, Halt, Panic

WAD = 10**18


@pytest.fixture(scope="module")
def target() -> LocalTarget:
    return LocalTarget(BUILD / "SolmateSignedWadMathHarness.json", "wadMul(int256,int256)(int256)")


def floored(x: int, y: int) -> int:
    return x * y // WAD


def test_the_mirror_of_the_library_does_the_same(target: LocalTarget) -> None:
    subject = Subject(wadMul, target)
    assert subject.original((-2, 3)) == subject.mirrored((-2, 3)) == (0,)
    assert not any(map(subject.differs, subject.inputs.seeded(2_000, "same")))


def test_a_plain_function_may_be_a_mirror_and_may_be_wrong(target: LocalTarget) -> None:
    subject = Subject(floored, target)
    assert not subject.differs((2, 3))
    assert subject.differs((-2, 3))
    assert subject.differs((2**200, 2**200))  # an overflow that ints do not have
    assert shown(subject.original((2**200, 2**200))) == "reverts with Empty, data 0x"


@pytest.mark.parametrize(
    ("mirror", "text"),
    [
        (lambda x, y: x / 0, "ZeroDivisionError"),
        (lambda x, y: 1.5, "of type float"),
        (lambda x: x, "TypeError"),
        (lambda x, y: (1, [2.0]), "of type float"),
    ],
)
def test_what_no_contract_does_is_a_failure_and_equals_nothing(
    target: LocalTarget, mirror: Any, text: str
) -> None:
    outcome = Subject(mirror, target).mirrored((1, 2))
    assert isinstance(outcome, Failure)
    assert text in outcome.text
    assert kind(outcome) == "failure"
    assert not same(outcome, outcome)


def test_reverts_are_the_same_by_their_data_and_a_halt_never_is() -> None:
    assert same(Panic(0x11), Panic(0x11))
    assert not same(Panic(0x11), Panic(0x12))
    assert not same(Empty(), ())
    assert not same((), Empty())
    assert not same((1,), Halt("out of gas"))
    assert [kind(o) for o in ((1,), Panic(1), Empty(), Halt("x"))] == ["value", "Panic", "Empty", "halt"]
    assert outcome_json((1, (True, b"\x01"))) == {"values": ["1", [True, "0x01"]]}


@kernel
def total(values: Words[uint256]) -> uint256:
    result = uint256(0)
    for i in range(len(values)):
        result += values[i]
    return result


@kernel
def filled(values: Scratch[uint256]) -> uint256:
    values[0] = uint256(1)
    return values[0]


class Arrays:
    """A target of arrays, answered by the definition."""

    def __init__(self, signature: str) -> None:
        self.enums: dict[str, int] = {}
        self.code = b""
        self.function = Function.parse(signature)

    def run(self, case: Any) -> Any:
        return (sum(case[0]),) if sum(case[0]) < 2**256 else Panic(0x11)

    def trace(self, case: Any) -> Any:
        raise NotImplementedError

    def as_json(self) -> dict[str, Any]:
        return {}


def test_kernels_get_arrays_as_they_take_them() -> None:
    subject = Subject(total, Arrays("total(uint256[])(uint256)"))
    assert subject.mirrored(((1, 2, 3),)) == (6,)
    assert not any(map(subject.differs, subject.inputs.seeded(500, "arrays")))
    with pytest.raises(UsageError, match="compare a function that allocates them"):
        Subject(filled, Arrays("f(uint256[])(uint256)"))
    with pytest.raises(UsageError, match="takes 1 arguments"):
        Subject(total, Arrays("f(uint256[],bool)(uint256)"))


def test_mirrors_are_found_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load("vmargin.fixedpoint.solmate.signed_wad_math:wadMul") is wadMul
    assert load(name_of(wadMul)) is wadMul
    (tmp_path / "own_mirror.py").write_text("def f(x): return x + 1\n")
    assert load(f"{tmp_path}/own_mirror.py:f")(1) == 2
    monkeypatch.chdir(tmp_path)
    (tmp_path / "another_mirror.py").write_text("class M:\n    @staticmethod\n    def f(x): return x + 2\n")
    assert load("another_mirror:M.f")(1) == 3
    for name, cure in [
        ("f", "write package.module:function"),
        ("nowhere.py:f", "no file nowhere.py"),
        ("no_such_module:f", "no module no_such_module"),
        ("vmargin.fixedpoint.solmate.signed_wad_math:wadTimes", "it has .*wadMul"),
    ]:
        with pytest.raises(UsageError, match=cure):
            load(name)


def test_a_counterexample_is_kept_whole(target: LocalTarget, tmp_path: Path) -> None:
    subject = Subject(floored, target)
    found = Counterexample.of(subject, (-2, 3), seed="s", tried=5)
    found.save(tmp_path / "found.json")
    again = Counterexample.load(tmp_path / "found.json")
    assert again == found
    assert again.case == (-2, 3)
    assert again.signature == "wadMul(int256,int256)(int256)"
    assert (again.mirrored, again.original) == ({"values": ["-1"]}, {"values": ["0"]})
    assert again.target["contract"] == "SolmateSignedWadMathHarness"
    assert described(subject, (-2, 3), (-1,), (0,))[-2:] == ["  mirror  : -1", "  contract: 0"]
    for text, cure in [("[]", "it is no object"), ("{}", "schema None"), ("?", "holds no counterexample")]:
        (tmp_path / "bad.json").write_text(text)
        with pytest.raises(UsageError, match=cure):
            Counterexample.load(tmp_path / "bad.json")
