"""The engine of a house with one constant of its bytecode changed, chosen by what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.protocols.house import House
from vmargin.chain.devnet import Devnet

BPS = bytes.fromhex("612710")
"""PUSH2 10000, of which each basis point is one."""


@contextmanager
def engine(
    house: House, wanted: Callable[[Devnet], Any], *, of: bytes = BPS, into: bytes = bytes.fromhex("612711")
) -> Iterator[Devnet]:
    """A chain whose engine has the first such change that shows: where `wanted(chain)` is true."""
    address = house.deployment.address("engine")
    code = house.chain.at().code(address)
    at = -1
    while (at := code.find(of, at + 1)) >= 0:
        with house.chain.isolated() as chain:
            patched = code[:at] + into + code[at + len(of) :]
            chain.rpc("anvil_setCode", address, "0x" + patched.hex())
            chain.mine()
            if wanted(chain):
                yield chain
                return
    raise AssertionError("no such change shows")
