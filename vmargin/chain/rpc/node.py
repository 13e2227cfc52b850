"""One node, and what was learnt of it: its chain, its head, how it takes batches and pins."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from vmargin.chain.errors import Refused, TooMuch, Unavailable, Unreachable, Unsupported
from vmargin.chain.rpc.classify import Fault

if TYPE_CHECKING:
    from vmargin.chain.rpc.provider import StrictProvider

BATCH = 500
"""Requests in a batch, unless the node wants fewer: with more, sending is no longer what takes time."""
REST = (5.0, 300.0)
"""Seconds for which the others go first after a node did not answer, doubled each time up to the second."""


class Node:
    """A provider and what is known of the node behind it."""

    def __init__(
        self, url: str, position: int, *, timeout: float, headers: Mapping[str, str] | None = None
    ) -> None:
        from vmargin.chain.rpc.provider import StrictProvider

        self.provider: StrictProvider = StrictProvider(
            url, position=position, timeout=timeout, headers=headers
        )
        self.label = self.provider.label
        self.chain_id: int | None = None
        """None until it was asked."""
        self.pins_by_hash: bool | None = None
        """Whether it takes a block's hash (EIP-1898); None until it was tried."""
        self.unsupported: set[str] = set()
        """Methods that it does not have."""
        self.batch_limit = BATCH
        """Requests that it takes at once; 1 if it takes no batches."""
        self._body_limit: int | None = None
        """Characters of parameters that it takes at once; None while nothing was too long for it."""
        self.lags = False
        """Whether its head was behind the others' when they were last compared."""
        self.ready_at = 0.0
        """When it wants to be asked again, on the monotonic clock."""
        self.failing_until = 0.0
        """Until when others go first, because it did not answer."""
        self._failures = 0

    def ask(self, requests: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        """Make one exchange: for each request a result or a :class:`Fault`."""
        if len(requests) == 1:
            answers = [self.provider.ask(*requests[0])]
        else:
            answers = self.provider.ask_many(requests)
        for (method, _), answer in zip(requests, answers, strict=True):
            if isinstance(answer, Fault):
                self._learn(method, answer, requests)
        self._rest(any(isinstance(one, Fault) and isinstance(one.error, Unreachable) for one in answers))
        return answers

    def takes(self, request: tuple[str, Sequence[Any]]) -> int:
        """How many requests like this it takes at once, as far as is known."""
        if self._body_limit is None:
            return self.batch_limit
        return min(self.batch_limit, max(1, self._body_limit // _weight([request])))

    def close(self) -> None:
        """Close its connections."""
        self.provider.close()

    def __repr__(self) -> str:
        return f"<{self.label}>"

    def _rest(self, failed: bool) -> None:
        """Let the others go first for a while after a failure, for longer after each further one."""
        first, most = REST
        self.failing_until = time.monotonic() + min(most, first * 2**self._failures) if failed else 0.0
        self._failures = min(self._failures + 1, 16) if failed else 0

    def _learn(self, method: str, fault: Fault, requests: Sequence[tuple[str, Sequence[Any]]]) -> None:
        error, size = fault.error, len(requests)
        if fault.wait is not None:
            self.ready_at = max(self.ready_at, time.monotonic() + fault.wait)
        if isinstance(error, Unsupported) and error.code == -32601 and not fault.whole:
            self.unsupported.add(method)
        if size > 1 and isinstance(error, Refused) and not isinstance(error, Unavailable):
            if fault.whole and not isinstance(error, TooMuch):
                self.batch_limit = 1
            elif fault.whole and "batch" not in error.reason.lower():
                self._body_limit = min(self._body_limit or sys.maxsize, max(1, _weight(requests) // 2))
            elif isinstance(error, TooMuch) and "batch" in error.reason.lower():
                self.batch_limit = min(self.batch_limit, max(1, size // 2))


def _weight(requests: Sequence[tuple[str, Sequence[Any]]]) -> int:
    """Measure requests, roughly: what they are made of is text already."""
    return sum(len(repr(params)) for _, params in requests)
