"""A block as it is, but for the code at some addresses: what ``eth_call`` can be asked to assume."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from vmargin.chain import wire
from vmargin.chain.errors import ChainError, Unsupported
from vmargin.chain.header import Header
from vmargin.chain.live.view import LiveView
from vmargin.chain.questions import Log, LogQuery, ProofQuery, RawCall, RawOutcome, RawProof
from vmargin.chain.view import BlockView

_NOWHERE = "0x00000000000000000000000000000000766d6172"
_ANSWER = bytes.fromhex("602a60005260206000f3")
"""Code that returns 42."""


class OverriddenView(BlockView):
    """A live view in which other code is at some addresses; their storage and all else is the chain's.

    Parameters
    ----------
    live
        The block.
    codes
        Runtime code by address.

    Raises
    ------
    Unsupported
        If no node of the view takes state overrides.
    """

    def __init__(self, live: LiveView, codes: Mapping[str, bytes]) -> None:
        self.chain_id, self.header, self.pin = live.chain_id, live.header, live.pin
        self.codes = {wire.given_address(at): code for at, code in codes.items()}
        self._live = _able(live)

    def ask_calls(self, calls: Sequence[RawCall]) -> list[RawOutcome]:
        outcomes = self._live.eth_calls(calls, self.codes)
        for outcome in outcomes:
            if isinstance(outcome, ChainError):
                raise outcome
        return cast("list[RawOutcome]", outcomes)

    def ask_storage(self, slots: Sequence[tuple[str, int]]) -> list[int]:
        return self._live.ask_storage(slots)

    def ask_balances(self, addresses: Sequence[str]) -> list[int]:
        return self._live.ask_balances(addresses)

    def ask_nonces(self, addresses: Sequence[str]) -> list[int]:
        return self._live.ask_nonces(addresses)

    def ask_codes(self, addresses: Sequence[str]) -> list[bytes]:
        found = self._live.ask_codes(addresses)
        return [self.codes.get(at, code) for at, code in zip(addresses, found, strict=True)]

    def ask_logs(self, query: LogQuery) -> list[Log]:
        return self._live.ask_logs(query)

    def ask_proofs(self, queries: Sequence[ProofQuery]) -> list[RawProof]:
        return self._live.ask_proofs(queries)

    def ask_headers(self, numbers: Sequence[int]) -> list[Header]:
        return self._live.ask_headers(numbers)

    def ask_receipts(self, header: Header) -> list[bytes]:
        return self._live.ask_receipts(header)


def _able(live: LiveView) -> LiveView:
    """The view of the first node that does what it is asked: some take overrides and pass over them."""
    for node in live.nodes:
        one = LiveView(live.connection, live.header, live.pin, [node])
        (answer,) = one.eth_calls([RawCall(_NOWHERE, b"")], {_NOWHERE: _ANSWER})
        if answer == (42).to_bytes(32, "big"):
            return one
    raise Unsupported(-32602, "no state overrides in eth_call", cure="run the code in the local EVM instead")
