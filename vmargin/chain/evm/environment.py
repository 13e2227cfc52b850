"""What a call sees besides the state: nodes differ on it, so it is written down, and documented."""

from __future__ import annotations

from collections.abc import Mapping

from vmargin.chain.evm.state import Loaded
from vmargin.chain.forks import Fork
from vmargin.chain.header import Header
from vmargin.chain.questions import RawCall
from vmargin.errors import UsageError

GAS_PRICE = 0

SEEN: Mapping[str, str] = {
    "CALLER, ORIGIN": "the sender of the call, the zero address unless one is given",
    "CALLVALUE": "the value of the call, which the sender must hold",
    "GASPRICE": "0",
    "GAS": "the gas of the call, the block's limit unless it is given, less what a transaction pays first",
    "CHAINID": "that of the chain",
    "NUMBER": "the block's, not the next one's",
    "TIMESTAMP": "the block's",
    "COINBASE": "the block's",
    "GASLIMIT": "the block's",
    "BASEFEE": "the block's",
    "PREVRANDAO": "the block's mixHash; from before Paris DIFFICULTY, the block's",
    "BLOBHASH": "0: a call carries no blobs",
    "BLOBBASEFEE": "what the block's excess blob gas makes it, by the prices of the fork",
    "BLOCKHASH": "of the 256 blocks before the block, 0 of any other",
    "SELFBALANCE, BALANCE": "as after the block, moved by the value of the call",
}
"""By instruction, what it gives."""


def gas_of(call: RawCall, header: Header) -> int:
    """Gas that the call has, before it pays for being a transaction."""
    return header.gas_limit if call.gas is None else call.gas


def intrinsic_gas(fork: Fork, call: RawCall) -> int:
    """Gas that a transaction pays before its first instruction.

    Raises
    ------
    UsageError
        If the gas that was given does not suffice for that: no node would run the call.
    """
    zeros = call.data.count(0)
    others = len(call.data) - zeros
    paid = 21000 + 4 * zeros + (16 if fork.since("istanbul") else 68) * others
    least = max(paid, 21000 + 10 * zeros + 40 * others) if fork.since("prague") else paid
    if call.gas is not None and call.gas < least:
        raise UsageError(f"a call with {len(call.data)} bytes of data takes {least} gas, not {call.gas}")
    return paid


def check_funds(loaded: Loaded, call: RawCall) -> None:
    """See that the sender can send the value of the call, as every node does.

    Raises
    ------
    UsageError
        If it cannot.
    """
    if call.value:
        held = loaded.account(call.sender).balance
        if not 0 <= call.value <= held:
            raise UsageError(
                f"{call.sender} holds {held} wei and cannot send the {call.value} wei of the call"
            )
