"""Gives each differential test its functions and the number of cases."""

import pytest

from tests.differential.library import Differential, Volume


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "function" in metafunc.fixturenames and metafunc.cls and issubclass(metafunc.cls, Differential):
        # without a build nor a mirror there is still one test, which fails and says why
        metafunc.parametrize("function", metafunc.cls.library.names() or ["anything"])


@pytest.fixture
def volume(long: bool) -> Volume:
    """Cases per function; the large volume takes half an hour of one core over all libraries."""
    return Volume(seeded=99_000, drawn=1_000) if long else Volume(seeded=1_800, drawn=200)
