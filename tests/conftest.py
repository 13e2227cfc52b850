"""The suite's two volumes, and what each folder of it costs."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from vmargin.chain.devnet import anvil

ROOT = Path(__file__).parents[1]
COSTS = pytest.StashKey["Costs"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="the large volumes: 100,000 cases per function")


@pytest.fixture(scope="session")
def long(request: pytest.FixtureRequest) -> bool:
    """Whether the large volumes are wanted."""
    return bool(request.config.getoption("--long"))


class Costs:
    """CPU time by folder: this process's, its children's, and under xdist that of the workers."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.last = self.start = cpu_seconds()
        self.workers = 0.0
        self.seconds: Counter[str] = Counter()
        self.tests: Counter[str] = Counter()

    def spent(self) -> float:
        """CPU time since this was last asked."""
        now = cpu_seconds()
        spent, self.last = now - self.last, now
        return spent

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, Any, Any]:
        report = yield
        report.cpu_seconds = self.spent()  # travels from worker to controller with the report
        return report

    def pytest_collection_finish(self) -> None:
        self.spent()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        path = Path(report.location[0])
        folder = "/".join(path.parts[:2]) if len(path.parts) > 2 else str(path)
        self.seconds[folder] += getattr(report, "cpu_seconds", 0.0)
        self.tests[folder] += report.when == "call"

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["cpu_seconds"] = cpu_seconds()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        self.workers += getattr(node, "workeroutput", {}).get("cpu_seconds", 0.0)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self.seconds:
            return
        # children of the controller are the workers, which have told for themselves
        own = os.times()
        total = (own.user + own.system + self.workers) if self.workers else cpu_seconds()
        rows = [(folder, self.tests[folder], seconds) for folder, seconds in self.seconds.most_common()]
        rows.append(("imports, collection", 0, total - sum(self.seconds.values())))
        rows.append(("all", sum(self.tests.values()), total))
        width = max(len(folder) for folder, _, _ in rows)
        terminalreporter.write_sep("=", "cost")
        terminalreporter.write_line(f"{'folder':{width}}  {'tests':>6}  core-minutes")
        for folder, tests, seconds in rows:
            terminalreporter.write_line(f"{folder:{width}}  {tests or '':>6}  {seconds / 60:12.2f}")


def cpu_seconds() -> float:
    """Of this process and of the children that it has waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def pytest_configure(config: pytest.Config) -> None:
    # the one of contracts/package-lock.json, unless a person has said otherwise
    installed = anvil.inside(ROOT / "contracts" / "node_modules")
    if installed.exists():
        os.environ.setdefault("VMARGIN_ANVIL", str(installed))
    config.stash[COSTS] = Costs(config)
    config.pluginmanager.register(config.stash[COSTS], "costs")
