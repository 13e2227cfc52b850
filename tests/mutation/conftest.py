"""Gives the test of mutants its mutants: all that are chosen and all that are listed, or a small sample."""

import itertools

import pytest

from tests.mutation.mutants import chosen
from tests.mutation.test_mutants import EQUIVALENT

SAMPLE = 3


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "mutant" in metafunc.fixturenames:
        whole = metafunc.config.getoption("--long")
        names = [mutant.name for mutant in itertools.islice(chosen(), None if whole else SAMPLE)]
        names += list(EQUIVALENT)[: None if whole else 1]
        metafunc.parametrize("mutant", dict.fromkeys(names), ids=str)
