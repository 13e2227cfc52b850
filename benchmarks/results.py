"""What a run of the benchmarks found, as it is kept in JSON."""

from __future__ import annotations

import datetime as dt
import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.timing import Times

DIGITS = 4


class Target(NamedTuple):
    """A figure that is asked for, and what was measured."""

    quantity: str
    sense: str
    limit: float
    measured: float
    aim: float | None = None

    @property
    def reached(self) -> bool:
        """Whether the measured figure is on the right side of the limit."""
        return self.measured >= self.limit if self.sense == "at least" else self.measured <= self.limit

    def as_json(self) -> dict[str, Any]:
        """The target with its verdict."""
        aim = {} if self.aim is None else {"aim": self.aim}
        measured = rounded(self.measured)
        return {
            "quantity": self.quantity,
            "sense": self.sense,
            "limit": self.limit,
            **aim,
            "measured": measured,
            "reached": self.reached,
        }


class Comparison(NamedTuple):
    """Peers on one kind of inputs; the first peer is the one that the ratios are taken to."""

    title: str
    inputs: str
    best: dict[str, float]
    median: dict[str, float]
    ratios: dict[str, float]
    targets: list[Target]

    @classmethod
    def of(cls, title: str, inputs: str, times: Times, targets: list[Target]) -> Comparison:
        """Sum up the rounds."""
        first, *others = times.rounds
        best = {peer: times.best(peer) for peer in times.rounds}
        median = {peer: times.median(peer) for peer in times.rounds}
        ratios = {peer: times.ratio(peer, first) for peer in others}
        return cls(title, inputs, best, median, ratios, targets)

    def as_json(self) -> dict[str, Any]:
        """Figures and targets."""
        return {
            "title": self.title,
            "inputs": self.inputs,
            "nanoseconds": _rounded(self.best),
            "medianNanoseconds": _rounded(self.median),
            "ratiosToFirst": _rounded(self.ratios),
            "targets": [target.as_json() for target in self.targets],
        }


class StartUp(NamedTuple):
    """Seconds from the start of a process to its end, with its parts."""

    seconds: float
    parts: dict[str, float]
    target: Target

    def as_json(self) -> dict[str, Any]:
        """Whole, parts and target."""
        return {
            "seconds": rounded(self.seconds),
            "parts": _rounded(self.parts),
            "targets": [self.target.as_json()],
        }


def document(
    black76: Comparison,
    mul_div: Sequence[Comparison],
    checked_types: Sequence[Comparison],
    start_up: StartUp,
) -> dict[str, Any]:
    """All that is kept of a run."""
    return {
        "date": today(),
        "machine": machine("numba", "llvmlite", "numpy", "pyrevm"),
        "black76": black76.as_json(),
        "mulDiv": [c.as_json() for c in mul_div],
        "checkedTypes": [c.as_json() for c in checked_types],
        "startUp": start_up.as_json(),
    }


def today() -> str:
    """When the figures were taken."""
    return dt.datetime.now(dt.UTC).date().isoformat()


def machine(*packages: str) -> dict[str, Any]:
    """What the figures depend on."""
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "system": platform.system(),
        "python": platform.python_version(),
        **{package: version(package) for package in packages},
    }


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def rounded(value: float) -> float:
    """As many digits as a measurement has."""
    return float(f"{value:.{DIGITS}g}")


def _rounded(values: dict[str, float]) -> dict[str, float]:
    return {name: rounded(value) for name, value in values.items()}
