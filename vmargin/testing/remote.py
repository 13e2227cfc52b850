"""A chain that is not ours, with what tests use of a devnet: read, deploy, send.  It takes nothing back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from vmargin.chain import wire
from vmargin.chain.connection import Connection
from vmargin.chain.live import LiveView
from vmargin.chain.sender import Sender
from vmargin.errors import UsageError
from vmargin.solidity.abi import Function
from vmargin.solidity.bytecode import load_artifact
from vmargin.solidity.reverts import CustomError
from vmargin.testing.errors import NotFunded, WaitedTooLong
from vmargin.testing.settings import Secret

POLL = 0.2


class RemoteChain:
    """What `vm_chain` is where a remote chain is given.

    Parameters
    ----------
    urls
        Of its nodes; the first is told to other programs.
    patience
        Seconds that a transaction may take to be mined.
    """

    def __init__(self, urls: Sequence[str], *, patience: float) -> None:
        self.url = urls[0]
        self._urls = tuple(urls)
        self._patience = patience
        self._reader = Connection(urls)
        self._connections = [self._reader]
        self._sender: Sender | None = None
        self._written = 0

    def sign_with(self, secret: Secret) -> None:
        """Send as the account of a private key; NotFunded if it is none."""
        try:
            self._sender = Sender(self._reader, key=secret.reveal(), patience=self._patience)
        except UsageError as error:
            raise NotFunded(f"{secret.name}: {error}") from None  # less its frames, in which the key is

    def require(self, wei: int, secret: Secret) -> None:
        """Refuse an account that holds less."""
        (account,) = self.accounts
        held = self.at().balance(account)
        if held < wei:
            raise NotFunded(
                f"{wire.checksummed(account)}, the account of the key in {secret.name}, holds "
                f"{in_ether(held)} ether on chain {self.chain_id}, and the test asks for {in_ether(wei)}: "
                "send it more, or name another key with --vm-key-env"
            )

    @property
    def accounts(self) -> tuple[str, ...]:
        """The one account that pays; none for a test that does not say that it sends."""
        return () if self._sender is None else (self._sender.address,)

    @property
    def chain_id(self) -> int:
        """Of the chain."""
        return self._reader.chain_id

    @property
    def head(self) -> int:
        """Number of the latest block."""
        return self._reader.header().number

    def connection(self, **options: Any) -> Connection:
        """Connect to its nodes, with the options of a :class:`Connection`; the test closes it."""
        connection = Connection(self._urls, **options)
        self._connections.append(connection)
        return connection

    def at(self, block: str | int | bytes = "latest") -> LiveView:
        """View the chain at a block; the latest is never one before what this test has sent."""
        if block != "latest":
            return self._reader.at(block)
        return self._when(lambda view: view.number >= self._written, f"block {self._written}")

    def deploy(
        self,
        contract: Mapping[str, Any] | Path | str | bytes,
        arguments: Sequence[Any] = (),
        *,
        sender: str | None = None,
        value: int = 0,
        errors: Iterable[CustomError | str] = (),
    ) -> str:
        """Deploy a contract and return its address, as a devnet does."""
        pays = self._paying(sender)
        code = load_artifact(contract) if isinstance(contract, Path | str) else contract
        address = pays.deploy(code, arguments, value=value, errors=errors)
        view = self._when(lambda view: view.code(address) != b"", f"the code that was deployed at {address}")
        self._written = max(self._written, view.number)
        return address

    def send(
        self,
        to: str,
        function: str | Function,
        arguments: Sequence[Any] = (),
        *,
        sender: str | None = None,
        value: int = 0,
        errors: Iterable[CustomError | str] = (),
    ) -> dict[str, Any]:
        """Send a transaction, wait until it is mined, and return its receipt, as a devnet does."""
        receipt = self._paying(sender).send(to, function, arguments, value=value, errors=errors)
        self._written = max(self._written, wire.quantity(receipt["blockNumber"]))
        return receipt

    def close(self) -> None:
        """Close every connection."""
        for connection in self._connections:
            connection.close()

    def _when(self, there: Callable[[LiveView], bool], what: str) -> LiveView:
        """The latest block, once it is not before what has been sent: of several nodes one may lag."""
        deadline = time.monotonic() + self._patience
        while True:
            view = self._reader.at("latest")
            if there(view):
                return view
            if time.monotonic() > deadline:
                raise WaitedTooLong(
                    f"the node's latest block is {view.number} and lacks {what} after {self._patience:g} s, "
                    "although that was mined: it lags"
                )
            time.sleep(POLL)

    def _paying(self, sender: str | None) -> Sender:
        if self._sender is None:
            raise NotFunded(
                "a remote chain takes nothing back: a test that sends there says so with "
                "@pytest.mark.vm_funded(ether=…)"
            )
        if sender is not None and wire.given_address(sender) != self._sender.address:
            raise UsageError(
                f"{sender} cannot send on a remote chain, whose only account here is "
                f"{wire.checksummed(self._sender.address)}: leave out `sender`, or use the fixture `devnet`"
            )
        return self._sender

    def __repr__(self) -> str:
        return f"<remote chain behind {self._reader!r}>"


def in_ether(wei: int) -> str:
    """Wei as ether, nothing rounded away."""
    whole, rest = divmod(wei, 10**18)
    return f"{whole}.{rest:018d}".rstrip("0").rstrip(".")
