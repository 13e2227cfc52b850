"""A local chain for each file of tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from vmargin.chain.devnet import Devnet, devnet


@pytest.fixture(scope="module")
def chain() -> Iterator[Devnet]:
    with devnet() as chain:
        yield chain
