"""Runs kernels over conformance vectors, in every reading that gives an answer, and compares exactly."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vmargin.crosscheck import vector_file
from vmargin.crosscheck.vector_file import shown
from vmargin.errors import UsageError
from vmargin.solidity.batch import ReadingsDisagree
from vmargin.solidity.kernel import Kernel
from vmargin.solidity.native import runtime
from vmargin.solidity.reverts import Custom, Revert

Tell = Callable[[str], None]
"""Takes a line about what is being done now."""

AnyKernel = Kernel[..., Any]


@dataclass(frozen=True, slots=True)
class Case:
    """One vector: the arguments as given and as typed values, and the outcome to be met."""

    given: list[Any]
    arguments: list[Any]
    expected: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A case whose outcome in one reading is not the expected one."""

    function: str
    index: int
    reading: str
    given: list[Any]
    expected: dict[str, Any]
    got: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """The mismatch as JSON, in the words of the vector files."""
        return {
            "function": self.function,
            "case": self.index,
            "reading": self.reading,
            "in": self.given,
            "expected": self.expected,
            "got": self.got,
        }

    def lines(self) -> Iterator[str]:
        """The mismatch, nothing left out."""
        yield f"first mismatch: {self.function}[{self.index}], {self.reading} reading"
        yield f"  in        {json.dumps(self.given)}"
        yield f"  expected  {json.dumps(self.expected)}"
        yield f"  got       {json.dumps(self.got)}"


@dataclass(frozen=True, slots=True)
class FunctionReport:
    """How one function fared: how many cases, and the mismatches of each reading that ran."""

    function: str
    cases: int
    mismatches: dict[str, int]
    first: Mismatch | None

    def as_json(self) -> dict[str, Any]:
        """The report as JSON."""
        first = self.first.as_json() if self.first else None
        return {
            "function": self.function,
            "cases": self.cases,
            "mismatches": self.mismatches,
            "firstMismatch": first,
        }

    @property
    def verdict(self) -> str:
        """The mismatches by reading."""
        counts = ", ".join(f"{reading} {count}" for reading, count in self.mismatches.items())
        return f"{sum(self.mismatches.values()):>6} mismatches ({counts})"


@dataclass(frozen=True, slots=True)
class Report:
    """How a file fared; `notes` tell what was not done."""

    functions: list[FunctionReport]
    notes: list[str]

    @property
    def failures(self) -> int:
        """How many comparisons failed."""
        return self.mismatches

    @property
    def mismatches(self) -> int:
        """How many comparisons failed, over all functions and readings."""
        return sum(sum(f.mismatches.values()) for f in self.functions)

    @property
    def first(self) -> Mismatch | None:
        """The first mismatch of the first function that has one."""
        return next((f.first for f in self.functions if f.first), None)

    def as_json(self) -> dict[str, Any]:
        """The report as JSON."""
        return {
            "cases": sum(f.cases for f in self.functions),
            "mismatches": self.mismatches,
            "functions": [f.as_json() for f in self.functions],
            "notes": self.notes,
        }

    def lines(self) -> Iterator[str]:
        """A line per function, then the first mismatch whole."""
        width = max(len(function.function) for function in self.functions)
        for function in self.functions:
            yield f"{function.function:<{width}}  {function.cases:>6} cases  {function.verdict}"
        if self.first:
            yield from self.first.lines()


def check(
    kernels: Mapping[str, AnyKernel], path: Path, tell: Tell, *, only: Collection[str] | None = None
) -> Report:
    """Run a file of vectors over the kernels that its keys name.

    Parameters
    ----------
    kernels
        The kernel that stands behind each key of the format.
    path
        A file with, for each key, a list of ``{"in": […], "out": …}`` or ``{"in": […], "revert": …}``.
    tell
        Takes progress.
    only
        The functions to run, if not all that are in the file.

    Returns
    -------
    Report
        Cases and mismatches of each function in the file.

    Raises
    ------
    UsageError
        If the file is malformed anywhere; nothing has run then.
    """
    tell(f"reading {path}")
    suites = read_cases(kernels, path)
    if only is not None:
        if absent := [function for function in only if not suites.get(function)]:
            raise UsageError(f"{path}: there is no case of {', '.join(absent)} in it")
        suites = {function: suites[function] for function in only}
    readings = {"checked": checked_outcomes}
    notes = []
    if runtime.available():
        readings["native"] = native_outcomes
    else:
        notes.append("the native reading was not run: it needs numba, in the extra vmargin[native]")
    reports = []
    for function, cases in suites.items():
        results = {}
        for reading, outcomes in readings.items():
            tell(f"{function}: {len(cases)} cases, {reading}")
            results[reading] = outcomes(kernels[function], cases) if cases else []
        reports.append(compare(function, cases, results))
    return Report(reports, notes)


def read_cases(kernels: Mapping[str, AnyKernel], path: Path) -> dict[str, list[Case]]:
    """Read the cases of every function, or refuse the file."""
    document = vector_file.load(path)
    document.pop("_meta", None)
    found: dict[str, list[Case]] = {}
    for function, rows in document.items():
        if function not in kernels:
            raise UsageError(
                f"{path}: {shown(function)} is no function of this suite, which has {', '.join(kernels)}"
            )
        if not isinstance(rows, list):
            raise UsageError(f"{path}: {function}: {shown(rows)} is no list of cases")
        names, types, _ = kernels[function].signature
        fields = dict(zip(names, types, strict=True))
        found[function] = [
            read_case(fields, row, f"{path}: {function}[{index}]") for index, row in enumerate(rows)
        ]
    if not any(found.values()):
        raise UsageError(f"{path}: there is no case in it")
    return found


def read_case(fields: dict[str, Any], row: Any, where: str) -> Case:
    """Read one vector."""
    if not isinstance(row, dict):
        raise UsageError(f"{where}: {shown(row)} is no object with the keys in and out, or in and revert")
    match sorted(row):
        case ["in", "out"]:
            vector_file.check_result(row["out"], f"{where}.out")
        case ["in", "revert"]:
            if not isinstance(row["revert"], str) or not row["revert"]:
                raise UsageError(f"{where}.revert: {shown(row['revert'])} is no name of a revert")
        case keys:
            has = ", ".join(map(shown, keys)) or "none"
            raise UsageError(f"{where}: expected the keys in and out, or in and revert; there are {has}")
    given = row.pop("in")
    return Case(given, vector_file.decode_row(fields, given, f"{where}.in"), row)


def checked_outcomes(kernel: AnyKernel, cases: list[Case]) -> list[dict[str, Any]]:
    """Run all cases in the checked reading, each from its call to its value or revert."""

    def attempt(case: Case) -> Any:
        try:
            return kernel(*case.arguments)
        except Revert as revert:
            return revert

    return [as_json(attempt(case)) for case in cases]


def native_outcomes(kernel: AnyKernel, cases: list[Case]) -> list[dict[str, Any]]:
    """Run all cases as one batch in machine code."""
    columns = [list(column) for column in zip(*(case.arguments for case in cases), strict=True)]
    result = kernel.batch(*columns)

    def outcome(index: int, value: Any) -> dict[str, Any]:
        if result.ok[index]:
            return as_json(value)
        try:
            return as_json(result.revert(index))
        except ReadingsDisagree:
            return {"revert": "in the native reading alone"}

    return [outcome(index, value) for index, value in enumerate(result.values())]


def as_json(outcome: Any) -> dict[str, Any]:
    """A value or a revert in the words of the vector files."""
    if isinstance(outcome, Revert):
        return {"revert": outcome.signature if isinstance(outcome, Custom) else str(outcome)}
    return {"out": [_leaf(v) for v in outcome] if isinstance(outcome, tuple) else _leaf(outcome)}


def _leaf(value: Any) -> str | bool:
    return value if isinstance(value, bool) else str(int(value))


def compare(
    function: str, cases: list[Case], results: Mapping[str, Iterable[dict[str, Any]]]
) -> FunctionReport:
    """Compare the outcomes of every reading with the expected ones.

    Integers are canonical on both sides, so that equal strings are equal numbers.
    """
    mismatches = [
        Mismatch(function, index, reading, case.given, case.expected, got)
        for reading, outcomes in results.items()
        for index, (case, got) in enumerate(zip(cases, outcomes, strict=True))
        if got != case.expected
    ]
    counts = {reading: sum(m.reading == reading for m in mismatches) for reading in results}
    return FunctionReport(function, len(cases), counts, mismatches[0] if mismatches else None)
