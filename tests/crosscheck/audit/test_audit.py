"""An audit finds what is there, says what it did not do, and gives the same bytes wherever it runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.report.schema_check import problems
from vmargin.crosscheck.audit.document import Audit, schema
from vmargin.crosscheck.audit.plan import FunctionPlan as Function
from vmargin.crosscheck.audit.plan import Plan, named
from vmargin.crosscheck.audit.run import audit
from vmargin.errors import UsageError

MIRRORS = "vmargin.fixedpoint.solmate.fixed_point_math_lib"


def plan_of(*functions: Function, folder: Path = Path(), cases: int = 1500) -> Plan:
    return Plan("T", cases=cases, rounding_cases=200, functions=named(list(functions)), folder=folder)


def up(artifact: Path, mirror: str = f"{MIRRORS}:mulDivUp") -> Function:
    return Function(mirror, "mulDivUp", artifact=str(artifact), favours="protocol")


@pytest.fixture(scope="module")
def wrong(faulty: Path) -> Audit:
    return audit(plan_of(up(faulty), Function(f"{MIRRORS}:mulDivDown", "mulDivDown", artifact=str(faulty))))


def test_a_fault_is_found(wrong: Audit) -> None:
    first, second = wrong.functions
    assert wrong.verdict == "differs"
    assert first.differing > 0 and len(first.differences) == 1
    assert second.differing == 0 and second.differences == ()
    assert wrong.counts["functionsDiffering"] == 1
    assert wrong.counts["comparisons"] == first.comparisons + second.comparisons >= 3000
    found = first.differences[0].counterexample
    assert found.mirrored != found.original
    assert all(value < 100 for value in found.case)


def test_every_part_is_there_or_named(wrong: Audit) -> None:
    for function in wrong.functions:
        assert function.coverage is not None and function.rounding is not None
    assert not [one for one in wrong.not_done if one.part in ("coverage", "rounding")]


def test_the_document_is_of_its_schema(wrong: Audit) -> None:
    document = json.loads(wrong.encode())
    assert list(problems(json.loads(schema()), document)) == []
    assert document["verdict"] == "differs"


def test_equal_code_is_equal(right: Path) -> None:
    found = audit(plan_of(up(right)))
    assert found.verdict == "equal" and found.counts["differing"] == 0


def test_the_same_gives_the_same_bytes_anywhere(
    faulty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = set()
    for name in ("a", "b"):
        folder = tmp_path / name / "deep"
        folder.mkdir(parents=True)
        (folder / "mine.py").write_text(
            "def mulDivUp(x, y, denominator):\n    return -(-x * y // denominator)\n"
        )
        (folder / "code.json").write_bytes(faulty.read_bytes())
        monkeypatch.chdir(folder)
        texts.add(audit(plan_of(up(Path("code.json"), "mine.py:mulDivUp"), cases=300)).encode())
    assert len(texts) == 1
    assert str(tmp_path).encode() not in texts.pop()


def test_a_mirror_that_is_no_kernel_is_compared_all_the_same(faulty: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "def mulDivUp(x, y, denominator):\n    return -(-x * y // denominator)\n"
    )
    function = Function("mine.py:mulDivUp", "mulDivUp", artifact=str(faulty.resolve()))
    found = audit(plan_of(function, folder=tmp_path, cases=300))
    (one,) = found.functions
    assert one.differing > 0 and one.coverage is None and one.rounding is None
    reasons = {skipped.part: skipped.reason for skipped in found.not_done}
    assert "no kernel" in reasons["coverage"] and "no kernel" in reasons["rounding"]
    assert one.mirror == "mine.py:mulDivUp"
    (difference,) = one.differences
    assert difference.mirror_file is not None and "mulDivUp" in difference.mirror_file


def test_a_comparison_that_cannot_be_made_ends_the_audit(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no compiled contract"):
        audit(plan_of(up(tmp_path / "missing.json")))
