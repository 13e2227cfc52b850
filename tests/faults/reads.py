"""Every kind of read, of many values in one go, comparable with what anvil itself says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from eth_hash.auto import keccak

from tests.faults.ground import ENTRIES, ENTRY, Ground
from vmargin.chain.header import Header
from vmargin.chain.proofs.ancestry import Ancestry
from vmargin.chain.view import BlockView

Read = Callable[[Ground, BlockView], list[Any]]


def call(ground: Ground, view: BlockView) -> list[Any]:
    return list(view.call(ground.ledger, ENTRIES, [ground.count])[0])


def calls(ground: Ground, view: BlockView) -> list[Any]:
    outcomes = view.calls((ground.ledger, ENTRY, [i]) for i in range(ground.count))
    return [outcome[0] if isinstance(outcome, tuple) else outcome for outcome in outcomes]


def calls_alone(ground: Ground, view: BlockView) -> list[Any]:
    """As `calls`, of a node that stands before a chain without Multicall3."""
    return calls(ground, view)


def storage(ground: Ground, view: BlockView) -> list[Any]:
    return list(view.storages((ground.ledger, slot) for slot in ground.slots))


def balance(ground: Ground, view: BlockView) -> list[Any]:
    return view.ask_balances(ground.accounts)


def nonce(ground: Ground, view: BlockView) -> list[Any]:
    return view.ask_nonces(ground.accounts)


def code_hash(ground: Ground, view: BlockView) -> list[Any]:
    return [keccak(code) for code in view.ask_codes(ground.contracts)]


def logs(ground: Ground, view: BlockView) -> list[Any]:
    return [
        (
            log.block_number,
            log.log_index,
            "0x" + log.block_hash.hex(),
            ["0x" + topic.hex() for topic in log.topics],
            "0x" + log.data.hex(),
        )
        for log in view.logs([ground.ledger], first=view.number - 1)
    ]


def header(ground: Ground, view: BlockView) -> list[Any]:
    """Headers, linked to the view's block: alone, one of another fork is as good as any."""
    headers = Ancestry(view).descend(view.number - ground.count + 1, view.number)
    return [named(header) for header in headers][::-1]


def named(header: Header) -> tuple[str, int, str]:
    """What is compared of a header: its name, and something that stands in it."""
    return "0x" + header.hash.hex(), header.timestamp, "0x" + header.state_root.hex()


READS: dict[str, Read] = {
    read.__name__: read
    for read in (call, calls, calls_alone, storage, balance, nonce, code_hash, logs, header)
}
