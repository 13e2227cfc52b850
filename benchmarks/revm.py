"""The harness contracts as peers: through `vmargin.solidity.bytecode`, and with the bare call of pyrevm."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyrevm

from benchmarks.timing import Peer, Results
from vmargin.solidity.bytecode import Contract, Function, load_artifact

BUILD = Path(__file__).parents[1] / "contracts" / "build"
SENDER = "0x" + "11" * 20


def call_peer(harness: str, function: str, rows: Sequence[tuple[Any, ...]], name: str = "revm call") -> Peer:
    """Calls as a test makes them, from Python values to Python values."""
    contract = Contract.deploy(load_artifact(BUILD / f"{harness}.json"))
    target = contract.function(function)

    def run() -> Results:
        call = contract.call
        return [call(target, row) for row in rows]

    return Peer(name, len(rows), run, _plain)


def bare_call_peer(
    harness: str, function: str, rows: Sequence[tuple[Any, ...]], name: str = "revm call, bare"
) -> Peer:
    """Calls with their calldata made beforehand, the returned bytes left as they are."""
    artifact = load_artifact(BUILD / f"{harness}.json")
    target = Function(next(entry for entry in artifact["abi"] if entry.get("name") == function))
    calls = [target.calldata(row) for row in rows]
    evm = pyrevm.EVM()
    address = evm.deploy(SENDER, bytes.fromhex(str(artifact["bytecode"]).removeprefix("0x")))

    def run() -> list[bytes]:
        before = evm.snapshot()
        call = evm.message_call
        returned = [call(SENDER, address, data) for data in calls]
        evm.revert(before)
        return returned

    return Peer(name, len(rows), run, lambda found: _plain([target.results(data) for data in found]))


def _plain(found: Results) -> Results:
    return [values if len(values) > 1 else values[0] for values in found]
