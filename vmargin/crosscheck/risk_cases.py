"""The suite ``risk``: published numbers of margin systems against the kernels, case by case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vmargin.crosscheck import vector_file
from vmargin.crosscheck.risk.checks import (
    Check,
    Difference,
    differences,
    read_check,
    require_readable,
)
from vmargin.crosscheck.risk.given import Case, Given, InexpressibleError, Missing, as_given, as_list
from vmargin.crosscheck.risk.kinds import ROOMS_TO_COME, SOLVERS, TEXTS, UNSOLVED
from vmargin.crosscheck.risk.numbers import json_number
from vmargin.crosscheck.vector_file import shown
from vmargin.errors import DoesNotCompile, UsageError
from vmargin.solidity.reverts import Revert

PASSED, FAILED, INFORMATION = "passed", "failed", "information"
INEXPRESSIBLE, NOT_YET = "not expressible", "not yet"
VERDICTS = (PASSED, FAILED, INFORMATION, INEXPRESSIBLE, NOT_YET)

SHOWN = 5
"""Differences of a case that the text report shows."""


@dataclass(frozen=True, slots=True)
class Item:
    """A case of a file, read but not judged."""

    id: str
    kind: str
    needs: str
    given: Given
    expected: Any
    check: Check
    where: str

    @property
    def fields(self) -> dict[str, Any]:
        """What is expected, by field; of a list of objects the whole is one field."""
        return self.expected if isinstance(self.expected, dict) else {"expected": self.expected}

    @property
    def informs(self) -> bool:
        """Whether nothing is compared."""
        return all(self.check.rule(name).mode == "info" for name in self.fields)


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of a case."""

    id: str
    kind: str
    verdict: str
    reason: str = ""
    differences: list[Difference] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The verdict as JSON."""
        told: dict[str, Any] = {"id": self.id, "kind": self.kind, "verdict": self.verdict}
        if self.reason:
            told["reason"] = self.reason
        if self.differences:
            told["differences"] = [difference.as_json() for difference in self.differences]
        return told


@dataclass(frozen=True, slots=True)
class Report:
    """How a file fared."""

    cases: list[Judged]
    notes: list[str] = field(default_factory=list)

    @property
    def failures(self) -> int:
        """How many cases failed."""
        return sum(case.verdict == FAILED for case in self.cases)

    def counts(self) -> dict[str, Counter[str]]:
        """By kind, how many cases had each verdict."""
        found: dict[str, Counter[str]] = {}
        for case in self.cases:
            found.setdefault(case.kind, Counter())[case.verdict] += 1
        return found

    def as_json(self) -> dict[str, Any]:
        """The report as JSON: counts, then every case."""
        total = Counter(case.verdict for case in self.cases)
        return {
            "cases": len(self.cases),
            "verdicts": {verdict: total[verdict] for verdict in VERDICTS},
            "kinds": {kind: dict(counts) for kind, counts in self.counts().items()},
            "results": [case.as_json() for case in self.cases],
        }

    def lines(self) -> Iterator[str]:
        """A table by kind, then every case that failed or has no answer."""
        counts = self.counts()
        total: Counter[str] = sum(counts.values(), Counter())
        width = max(map(len, (*counts, "all kinds")))
        yield f"{'kind':<{width}}  " + "  ".join(f"{head:>{len(head)}}" for head in ("cases", *VERDICTS))
        for kind, verdicts in (*counts.items(), ("all kinds", total)):
            cells = [f"{verdicts.total():>5}", *(f"{verdicts[v] or '-':>{len(v)}}" for v in VERDICTS)]
            yield f"{kind:<{width}}  " + "  ".join(cells)
        for verdict in (FAILED, INEXPRESSIBLE):
            for case in self.cases:
                if case.verdict == verdict:
                    yield from case_lines(case)
        waiting: dict[str, list[str]] = {}
        for case in self.cases:
            if case.verdict == NOT_YET:
                waiting.setdefault(case.reason, []).append(case.id)
        for reason, ids in waiting.items():
            yield f"{NOT_YET}, {reason}: {', '.join(ids)}"


def case_lines(case: Judged) -> Iterator[str]:
    """One case and why."""
    yield f"{case.verdict}: {case.id} ({case.kind})" + (f": {case.reason}" if case.reason else "")
    for difference in case.differences[:SHOWN]:
        told = difference.as_json()
        yield f"  {told['where']}: got {short(told['got'])}, want {short(told['want'])} ({told['check']})"
    if len(case.differences) > SHOWN:
        yield f"  and {len(case.differences) - SHOWN} more"


def short(value: Any) -> str:
    """A value for a line."""
    return value if isinstance(value, str) and len(value) <= 80 else shown(value)


def check(path: Path, tell: Callable[[str], None]) -> Report:
    """Judge every case of a file.

    Raises
    ------
    UsageError
        If the file is malformed anywhere.
    """
    tell(f"reading {path}")
    items = read(path)
    sets = {item.given.text("parameter_set"): item.expected for item in items if item.kind == "parameter_set"}
    judged = []
    for item in items:
        tell(f"{item.kind}: {item.id}")
        judged.append(judge(item, sets))
    return Report(judged)


def read(path: Path) -> list[Item]:
    """Read all cases, or refuse the file."""
    document = vector_file.load(path, json_number)
    for key in ("meta", "cases"):
        if key not in document:
            raise UsageError(f"{path}: the key {shown(key)} is missing")
    meta = as_given(document["meta"], f"{path}: meta")
    rows = as_list(document["cases"], f"{path}: cases")
    if meta.number("cases") != len(rows):
        raise UsageError(f"{path}: meta.cases is {meta.number('cases')}, and there are {len(rows)} cases")
    if not rows:
        raise UsageError(f"{path}: there is no case in it")
    items: list[Item] = []
    places: dict[str, int] = {}
    for index, row in enumerate(rows):
        item = read_case(row, f"{path}: cases[{index}]")
        if item.id in places:
            raise UsageError(f"{item.where}.id: {shown(item.id)} is that of cases[{places[item.id]}] too")
        places[item.id] = index
        items.append(item)
    return items


def read_case(row: Any, where: str) -> Item:
    """Read one case."""
    given = as_given(row, where)
    for key in ("capability", "tolerance_note", "source", "status"):
        given.text(key)
    if "note" in given:
        given.text("note")
    expected = given.any("expected")
    if not isinstance(expected, dict | list) or not expected:
        raise UsageError(f"{where}.expected: {shown(expected)} is no object with a field")
    item = Item(
        given.text("id"),
        given.text("kind"),
        given.text("needs"),
        given.object("input"),
        expected,
        read_check(given.any("check"), f"{where}.check"),
        where,
    )
    if isinstance(expected, list) and item.kind != "traffic_light_table" and is_known(item.kind):
        raise UsageError(f"{where}.expected: {shown(expected)} is no object with a field")
    if is_known(item.kind):
        require_expected(item)
        if item.kind in UNSOLVED:
            UNSOLVED[item.kind].require(item.given)
    return item


def is_known(kind: str) -> bool:
    """Whether the format has the kind."""
    return kind in SOLVERS or kind in UNSOLVED


def require_expected(item: Item) -> None:
    """Refuse expected values that their rules cannot be applied to."""
    for name, want in item.fields.items():
        texts = name in TEXTS.get(item.kind, ()) or (item.kind in UNSOLVED and item.kind not in TEXTS)
        require_readable(item.check.rule(name), want, texts, f"{item.where}.expected.{name}")


def judge(item: Item, sets: dict[str, Any]) -> Judged:
    """Compare a case with what the kernels give."""

    def verdict(what: str, reason: str = "", found: list[Difference] | None = None) -> Judged:
        return Judged(item.id, item.kind, what, reason, found or [])

    if item.informs:
        return verdict(INFORMATION)
    if not is_known(item.kind):
        return verdict(INEXPRESSIBLE, "unknown kind")
    if item.kind in UNSOLVED:
        base = item.given.values.get("params_diff_from")
        if item.kind == "derive_pmrm2" and base not in sets:
            return verdict(INEXPRESSIBLE, f"the parameter set {shown(base)} is in no file at hand")
        if item.needs in ROOMS_TO_COME:
            return verdict(NOT_YET, f"needs the room {item.needs}")
        return verdict(INEXPRESSIBLE, UNSOLVED[item.kind].reason)
    try:
        answer = SOLVERS[item.kind](Case(item.given, item.fields, sets))
    except InexpressibleError as error:
        return verdict(INEXPRESSIBLE, str(error))
    except Revert as revert:
        return verdict(INEXPRESSIBLE, f"out of the range of the rule, which reverts with {revert}")
    except DoesNotCompile as error:
        return verdict(INEXPRESSIBLE, f"out of the range of words: {error}")

    missing: list[str] = []
    found: list[Difference] = []
    for name, want in item.fields.items():
        rule = item.check.rule(name)
        got = answer.get(name, Missing("the kind has no such field"))
        if rule.mode == "info":
            continue
        if isinstance(got, Missing):
            missing.append(f"{name}: {got.reason}")
        else:
            found += differences(rule, got, want, name)
    if found:
        return verdict(FAILED, found=found)
    return verdict(INEXPRESSIBLE, "; ".join(missing)) if missing else verdict(PASSED)
