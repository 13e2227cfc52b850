"""A block as its contracts would see it at a later time, if nothing happened until then."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from vmargin.chain.errors import ChainError, Unsupported
from vmargin.chain.header import LAYOUT, Header
from vmargin.chain.live.view import LiveView
from vmargin.chain.proven import ProvenView
from vmargin.chain.questions import Log, LogQuery, ProofQuery, RawCall, RawOutcome, RawProof
from vmargin.chain.view import BlockView, Provenance
from vmargin.errors import UsageError

if TYPE_CHECKING:
    from vmargin.chain.evm.execution import Executor

_TIMESTAMP = [name for name, _ in LAYOUT].index("timestamp")
_NOWHERE = "0x00000000000000000000000000000000766d6172"
_CLOCK = bytes.fromhex("4260005260206000f3")
"""Code that returns the time."""


class LaterView(BlockView):
    """Calls see a later time; all that is stored is the block's.

    Of a proven view calls run here. A node is given the time as a block override, which not every one takes.

    Parameters
    ----------
    view
        The block: live or proven.
    time
        What its calls see, at least its own.

    Raises
    ------
    Unsupported
        If no node of a live view takes the time.
    """

    def __init__(self, view: BlockView, time: int) -> None:
        self.chain_id, self.header, self.pin, self.anchor = view.chain_id, view.header, view.pin, view.anchor
        self._time = self._require(time)
        self._view: LiveView | ProvenView
        self._executor: Executor | None = None
        if isinstance(view, LiveView):
            self._view = _able(view, time)
        elif isinstance(view, ProvenView):
            self._view, self._executor = view, _executor(view, time)
        else:
            raise UsageError(f"a {type(view).__name__} answers at its own time only: ask a node, or prove it")

    def at(self, time: int) -> LaterView:
        """The same block at another time."""
        other = copy.copy(self)
        other._time = self._require(time)
        if isinstance(self._view, ProvenView):
            other._executor = _executor(self._view, time)
        return other

    def _require(self, time: int) -> int:
        if not self.header.timestamp <= time < 1 << 64:
            raise UsageError(
                f"time {time}: the block is of {self.header.timestamp}, only later times can be asked"
            )
        return time

    @property
    def timestamp(self) -> int:
        return self._time

    @property
    def provenance(self) -> Provenance:
        return self._view.provenance

    def ask_calls(self, calls: Sequence[RawCall]) -> list[RawOutcome]:
        if self._executor is not None:
            return self._executor.run(calls)
        assert isinstance(self._view, LiveView)
        outcomes = self._view.eth_calls(calls, time=self._time)
        for outcome in outcomes:
            if isinstance(outcome, ChainError):
                raise outcome
        return cast("list[RawOutcome]", outcomes)

    def ask_storage(self, slots: Sequence[tuple[str, int]]) -> list[int]:
        return self._view.ask_storage(slots)

    def ask_balances(self, addresses: Sequence[str]) -> list[int]:
        return self._view.ask_balances(addresses)

    def ask_nonces(self, addresses: Sequence[str]) -> list[int]:
        return self._view.ask_nonces(addresses)

    def ask_codes(self, addresses: Sequence[str]) -> list[bytes]:
        return self._view.ask_codes(addresses)

    def ask_logs(self, query: LogQuery) -> list[Log]:
        return self._view.ask_logs(query)

    def ask_proofs(self, queries: Sequence[ProofQuery]) -> list[RawProof]:
        return self._view.ask_proofs(queries)

    def ask_headers(self, numbers: Sequence[int]) -> list[Header]:
        return self._view.ask_headers(numbers)

    def ask_receipts(self, header: Header) -> list[bytes]:
        return self._view.ask_receipts(header)


def _able(live: LiveView, time: int) -> LiveView:
    """The view of the first node whose calls see the time: some take overrides and pass over them."""
    for node in live.nodes:
        one = LiveView(live.connection, live.header, live.pin, [node])
        (answer,) = one.eth_calls([RawCall(_NOWHERE, b"")], {_NOWHERE: _CLOCK}, time)
        if answer == time.to_bytes(32, "big"):
            return one
    raise Unsupported(-32602, "no block overrides in eth_call", cure="prove the block: calls then run here")


def _executor(view: ProvenView, time: int) -> Executor:
    from vmargin.chain.evm.execution import Executor

    return Executor(_Later(view, time))


class _Later:
    """What is proven of a block, with another time in its header; it runs by the block's own rules."""

    def __init__(self, view: ProvenView, time: int) -> None:
        fields = list(view.header.fields)
        fields[_TIMESTAMP] = time.to_bytes((time.bit_length() + 7) // 8, "big")
        self.chain_id, self.fork = view.chain_id, view.fork
        self.header = replace(view.header, fields=tuple(fields))
        self.prove, self.account, self.slot, self.code = view.prove, view.account, view.slot, view.code
        self.ancestor_hash = view.ancestor_hash
