"""A house on a chain, and a contract with every sort of answer beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.protocols.house import House, build
from vmargin.chain.devnet import devnet

BUILD = Path(__file__).parents[3] / "contracts" / "build"


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
    with devnet(hardfork="prague") as chain:  # proven calls are the quicker under its rules
        yield build(chain)


@pytest.fixture(scope="session")
def shapes(house: House) -> str:
    return house.chain.deploy(BUILD / "RevertShapes.json")


@pytest.fixture(scope="session")
def first(house: House, shapes: str) -> int:
    """The first of twenty blocks that have it."""
    number = house.chain.at().number
    house.chain.mine(20)
    return number
