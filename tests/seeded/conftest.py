"""Gives the tests of faults theirs: all that change something, or those that are short."""

import pytest

from tests.seeded.faults import faults


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "planted" in metafunc.fixturenames:
        whole = metafunc.config.getoption("--long")
        chosen = [f for f in faults() if not f.equivalent and (whole or f.short)]
        metafunc.parametrize("planted", chosen, ids=[f.name for f in chosen])
