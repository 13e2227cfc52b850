"""Gas as a node counts it for a transaction that has touched nothing yet: an EVM's state, on anvil."""

from __future__ import annotations

import re

from vmargin.chain.devnet import Devnet
from vmargin.solidity.bytecode import Evm

_ACCOUNT = re.compile(r"(0x[0-9a-f]{40}): Account \{")
_SLOT = re.compile(r"(\d+): StorageSlot \{ previous_or_original_value: \d+, present_value: (\d+) \}")


def transplant(evm: Evm, chain: Devnet) -> None:
    """All code and storage, and the time. The EVM tells its storage only in the text of its journal."""
    state = evm.raw.journal_str.partition("transient_storage:")[0]
    starts = [*_ACCOUNT.finditer(state)]
    for start, end in zip(starts, [*(s.start() for s in starts[1:]), len(state)], strict=True):
        address = start.group(1)
        code = evm.raw.get_code(address)
        if code:
            chain.rpc("anvil_setCode", address, "0x" + bytes(code).hex())
        for slot, value in _SLOT.findall(state, start.end(), end):
            if int(value):
                chain.rpc("anvil_setStorageAt", address, f"0x{int(slot):064x}", f"0x{int(value):064x}")
    chain.warp(evm.time)
