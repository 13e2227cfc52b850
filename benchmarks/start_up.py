"""From the start of a process to its first native Black-76 price, the kernel being compiled already."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks import black76_plain
from benchmarks.results import StartUp, Target
from vmargin.fixedpoint.derive.black76 import pricesAndDelta

ROOT = Path(__file__).parents[1]
LIMIT = 1.0
"""Seconds that a second process may take."""


def compare(processes: int) -> StartUp:
    """Start processes one after the other and take the median of each part."""
    from benchmarks.first_answer import OPTION

    pricesAndDelta.batch.prepare()
    expected = list(black76_plain.black76(*OPTION))
    runs = [start(expected) for _ in range(processes)]
    parts = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
    whole = statistics.median(sum(run.values()) for run in runs)
    return StartUp(whole, parts, Target("start to first answer, s", "at most", LIMIT, whole))


def start(expected: list[int]) -> dict[str, float]:
    """Start one process: its parts in seconds."""
    command = [sys.executable, "-m", "benchmarks.first_answer"]
    begin = time.monotonic()
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    end = time.monotonic()
    answer = json.loads(finished.stdout)
    if answer["result"] != expected:
        raise AssertionError(f"the second process gives {answer['result']}, not {expected}")
    parts, last = {}, begin
    for name, moment in [*answer["marks"], ("end of the process", end)]:
        parts[name], last = moment - last, moment
    return parts
