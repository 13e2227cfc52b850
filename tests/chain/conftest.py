"""What the tests of this room share: a local chain for each file of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from vmargin.chain.devnet import Devnet, devnet

BUILD = Path(__file__).parents[2] / "contracts" / "build"


@pytest.fixture(scope="module")
def chain() -> Iterator[Devnet]:
    """A fresh chain for the file: starting one takes a twentieth of a second."""
    with devnet() as chain:
        yield chain


@pytest.fixture(scope="session")
def build() -> Path:
    """Where the compiled contracts are: ``chain.deploy(build / "Name.json")``."""
    return BUILD


@pytest.fixture
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask again at once, nearly."""
    monkeypatch.setattr("vmargin.chain.rpc.exchange.PAUSE", 0.01)
