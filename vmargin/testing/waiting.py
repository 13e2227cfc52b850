"""Waits that end: for a transaction, a block or a condition on a chain, or with an error at their bound."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from vmargin.chain import wire
from vmargin.chain.devnet import Devnet
from vmargin.chain.errors import (
    AllNodesFailed,
    BadAnswer,
    ChainError,
    NotMined,
    RateLimited,
    Reorged,
    Stale,
    Unavailable,
    Unreachable,
)
from vmargin.errors import UsageError
from vmargin.testing.errors import WaitedTooLong
from vmargin.testing.markers import SLOW

if TYPE_CHECKING:
    from vmargin.chain.live import LiveView
    from vmargin.testing.remote import RemoteChain

T = TypeVar("T")

POLL = 0.2
POLL_DEVNET = 0.02

_PASSING = (AllNodesFailed, BadAnswer, RateLimited, Reorged, Stale, Unavailable, Unreachable)
"""Troubles that may be over at the next look."""


class Wait:
    """What `vm_wait` is.  On a devnet time passes by blocks, and so each further look has another block.

    Parameters
    ----------
    chain
        The chain that is looked at.
    seconds
        After which waiting is given up.
    """

    def __init__(self, chain: Devnet | RemoteChain, seconds: float) -> None:
        self.seconds = seconds
        self._chain = chain
        self._connection = chain.connection()

    def transaction(self, key: str, *, confirmations: int = 1) -> dict[str, Any]:
        """Wait until a transaction is in a block, and return its receipt as the node wrote it.

        Parameters
        ----------
        key
            Its hash.
        confirmations
            Blocks that there have to be from its own on.

        Raises
        ------
        NotMined
            If it failed in its block.
        WaitedTooLong
            If it is in none in time.
        """
        if confirmations < 1:
            raise UsageError(f"{confirmations} confirmations: a transaction in the latest block has 1")

        def look() -> dict[str, Any] | None:
            receipt = self._connection.request("eth_getTransactionReceipt", [key])
            if receipt is None:
                return None
            if not isinstance(receipt, dict) or receipt.get("transactionHash") != key:
                raise BadAnswer(f"no receipt of transaction {key}")
            number = wire.quantity(receipt.get("blockNumber"))
            return receipt if self._connection.header().number - number + 1 >= confirmations else None

        deep = f"under {confirmations} blocks" if confirmations > 1 else "in a block"
        receipt = self._look(look, f"transaction {key} is not {deep}")
        if receipt.get("status") != "0x1":
            raise NotMined(f"transaction {key} failed in block {wire.quantity(receipt['blockNumber'])}")
        return receipt

    def block(self, number: int) -> LiveView:
        """Wait until the chain has a block of this number, and view it."""

        def look() -> LiveView | None:
            return self._connection.at(number) if self._connection.header().number >= number else None

        return self._look(look, f"there is no block {number}")

    def until(self, condition: Callable[[LiveView], T], what: str = "the condition does not hold") -> T:
        """Wait until a condition holds at the latest block, and return what made it true.

        Parameters
        ----------
        condition
            Takes a view, and gives something true when the wait is over.
        what
            For the error at the bound: what is still the case then.
        """
        return self._look(lambda: condition(self._connection.at("latest")), what)

    def _look(self, look: Callable[[], T | None], what: str) -> T:
        deadline = time.monotonic() + self.seconds
        patience = self._connection.patience
        trouble: ChainError | None = None
        while True:
            # no single answer is waited for beyond the bound
            self._connection.patience = min(patience, max(1.0, deadline - time.monotonic()))
            try:
                found = look()
                trouble = None
            except _PASSING as error:
                found, trouble = None, error
            finally:
                self._connection.patience = patience
            if found:
                return found
            left = deadline - time.monotonic()
            if left <= 0:
                raise self._too_long(what, trouble)
            if isinstance(self._chain, Devnet):
                self._chain.mine()
                time.sleep(min(POLL_DEVNET, left))
            else:
                time.sleep(min(POLL, left))

    def _too_long(self, what: str, trouble: ChainError | None) -> WaitedTooLong:
        if trouble is None:
            try:
                head = f"the latest block is {self._chain.head}"
            except ChainError as error:
                head = str(error)
        else:
            head = f"the last look failed: {trouble}"
        return WaitedTooLong(
            f"{what} after {self.seconds:g} s; {head}; a chain that takes longer gets its time by "
            f"@pytest.mark.{SLOW}(timeout=…)"
        )
