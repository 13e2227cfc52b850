"""A call at a block, followed instruction by instruction on state read through a view of any kind."""

from __future__ import annotations

from vmargin.chain.errors import Unprovable
from vmargin.chain.questions import RawCall
from vmargin.chain.view import BlockView
from vmargin.solidity.steps import Block, Given, Steps, follow

_SHOWN = 200


def follow_call(view: BlockView, call: RawCall) -> Steps:
    """What the EVM does in a call on the state after the view's block.

    Each account and slot that the call touches is read by itself, the moment it is needed.

    Raises
    ------
    ChainError
        If one cannot be read.
    Unprovable
        If the run does not end as the view says that the call ends: it would explain another answer.
    """
    given = Given(int(call.to, 16), call.data, int(call.sender, 16), call.value)
    steps = follow(given, ViewWorld(view))
    (answer,) = view.ask_calls([call])
    if not steps.ends_as(answer):
        raise Unprovable(
            f"the call of {call.to} cannot be followed here: it ends with {str(steps.ending)[:_SHOWN]}, "
            f"the view says {str(answer)[:_SHOWN]}"
        )
    return steps


class ViewWorld:
    """The state after a view's block, read word by word."""

    def __init__(self, view: BlockView) -> None:
        self._view = view
        header = view.header
        self.block = Block(
            view.chain_id,
            header.number,
            header.timestamp,
            int.from_bytes(header.coinbase, "big"),
            int.from_bytes(header.mix_hash, "big"),
            header.gas_limit,
            header.base_fee or 0,
        )
        self._codes: dict[int, bytes] = {}
        self._slots: dict[tuple[int, int], int] = {}

    def code(self, address: int) -> bytes:
        """Of an account, empty where there is none."""
        if address not in self._codes:
            self._codes[address] = self._view.code(_text(address))
        return self._codes[address]

    def storage(self, address: int, slot: int) -> int:
        """A word."""
        if (address, slot) not in self._slots:
            self._slots[address, slot] = self._view.storage(_text(address), slot)
        return self._slots[address, slot]

    def balance(self, address: int) -> int:
        """In wei."""
        return self._view.balance(_text(address))

    def nonce(self, address: int) -> int:
        """Of an account."""
        return self._view.nonce(_text(address))

    def block_hash(self, number: int) -> int:
        """Of a block before this one; 0 of one that contracts do not see."""
        if not max(0, self._view.number - 256) <= number < self._view.number:
            return 0
        (header,) = self._view.ask_headers([number])
        return int.from_bytes(header.hash, "big")


def _text(address: int) -> str:
    return f"0x{address:040x}"
