"""A contract with a fault in it, and the one without."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crosscheck.audit.contracts import RIGHT, with_fault


@pytest.fixture(scope="session")
def faulty() -> Path:
    return with_fault()[0]


@pytest.fixture(scope="session")
def right() -> Path:
    return RIGHT
