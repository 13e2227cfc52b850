"""Commands run in this process, and a chain for those that read one."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from vmargin.chain.devnet import Devnet, devnet
from vmargin.cli import main

BUILD = Path(__file__).parents[2] / "contracts" / "build"


@pytest.fixture
def here(capsys: pytest.CaptureFixture[str]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a command in this process, which spares the start of another."""

    def here(*arguments: object) -> subprocess.CompletedProcess[str]:
        try:
            code = main([str(a) for a in arguments])
        except SystemExit as end:  # argparse's own way to refuse
            code = int(end.code or 0)
        return subprocess.CompletedProcess(arguments, code, *capsys.readouterr())

    return here


class World(NamedTuple):
    """A chain with contracts to ask."""

    chain: Devnet
    shapes: str
    """RevertShapes."""
    token: str
    """Erc20."""
    holder: str


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    with devnet() as chain:
        shapes = chain.deploy(BUILD / "RevertShapes.json")
        token = chain.deploy(BUILD / "Erc20.json", ["Token", "T", 18])
        holder = "0x" + "ab" * 20
        chain.send(token, "mint(address,uint256)", [holder, 2**255])
        yield World(chain, shapes, token, holder)
