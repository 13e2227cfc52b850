"""What pytest finds in vmargin: options, markers and fixtures for tests of programs that read chains.

pytest imports this wherever vmargin is installed: it costs nothing until a fixture is used.
"""

from __future__ import annotations

from collections.abc import Generator

import pytest

from vmargin.testing import markers, settings
from vmargin.testing.fixtures.local import (
    devnet,
    devnet_options,
    forked,
    rpc_faults,
    shared_devnet,
    shared_forks,
)
from vmargin.testing.fixtures.recordings import PASSED, cassette, cassettes_taken
from vmargin.testing.fixtures.remote import (
    vm_chain,
    vm_connection,
    vm_deploy,
    vm_settings,
    vm_view,
    vm_wait,
)

__all__ = [
    "cassette",
    "cassettes_taken",
    "devnet",
    "devnet_options",
    "forked",
    "rpc_faults",
    "shared_devnet",
    "shared_forks",
    "vm_chain",
    "vm_connection",
    "vm_deploy",
    "vm_settings",
    "vm_view",
    "vm_wait",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    settings.add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Make the markers known, and refuse a block that is none before any test runs."""
    for description in markers.DESCRIPTIONS:
        config.addinivalue_line("markers", description)
    settings.Settings.of(config)


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say that there is a remote chain, and not where: an address may hold a key."""
    known = settings.Settings.of(config)
    if not known.remote:
        return None
    nodes = "1 node" if len(known.urls) == 1 else f"{len(known.urls)} nodes"
    return f"vmargin: a remote chain behind {nodes}, block {known.block}, cassettes: {known.record}"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what has to pay where nobody has given a key."""
    if item.get_closest_marker(markers.FUNDED) is not None:
        markers.skip_unfunded(item, settings.Settings.of(item.config))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep whether a test has passed: a cassette is written only then."""
    report = yield
    if report.when == "call":
        item.stash[PASSED] = report.passed
    return report
