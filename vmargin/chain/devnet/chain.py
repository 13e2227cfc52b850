"""A chain of one's own to run on: anvil, started, driven and ended by a ``with`` block."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from vmargin import artifacts
from vmargin.chain import wire
from vmargin.chain.devnet import anvil
from vmargin.chain.devnet.anvil_control import AnvilControl
from vmargin.chain.devnet.anvil_process import AnvilProcess
from vmargin.chain.errors import BadAnswer, DevnetFailed
from vmargin.errors import UsageError
from vmargin.solidity.abi import Function
from vmargin.solidity.bytecode import creation_code, load_artifact
from vmargin.solidity.reverts import CustomError, Revert, decode

if TYPE_CHECKING:
    from vmargin.chain.connection import Connection
    from vmargin.chain.live import LiveView

HARDFORK = "osaka"
CHAIN_ID = 31337
MULTICALL3 = "0xca11bde05977b3631167028862be2a173976ca11"
"""Where Multicall3 is on some 250 chains, and here."""

MINED_WITHIN = 120.0
"""Seconds after which a transaction that is in no block is given up."""


@contextmanager
def devnet(
    *,
    hardfork: str = HARDFORK,
    chain_id: int | None = None,
    accounts: int = 10,
    port: int = 0,
    fork_url: str | None = None,
    fork_block_number: int | None = None,
    block_time: float | None = None,
    timestamp: int | None = None,
    gas_limit: int | None = None,
    options: Sequence[str] = (),
    patience: float = 60.0,
) -> Iterator[Devnet]:
    """Run a local chain for as long as the ``with`` block lasts.

    Parameters
    ----------
    hardfork
        The rules of its blocks, from ``frontier`` to ``osaka``.
    chain_id
        31337 if it is not given, or that of the chain that is forked.
    accounts
        How many accounts with 10,000 ether there are; their keys are known to everybody.
    port
        To listen on, on this machine only; 0 for one that is free.
    fork_url, fork_block_number
        An RPC URL whose chain this one continues, from its latest block or an earlier one.
    block_time
        Seconds from one block to the next; without it each transaction is mined at once, in its own block.
    timestamp
        Of the genesis block.
    gas_limit
        Of each block.
    options
        More of anvil's own options, such as ``("--base-fee", "0")`` or ``("--state", "chain.json")``.
    patience
        Seconds that it may take to start: a fork fetches its block first.

    Raises
    ------
    MissingExtra
        If there is no anvil, and nothing to install it with.
    DevnetFailed
        If it does not start, with its own reasons.
    """
    given: dict[str, object] = {
        "--port": port,
        "--hardfork": hardfork,
        "--accounts": accounts,
        "--chain-id": CHAIN_ID if chain_id is None and fork_url is None else chain_id,
        "--fork-url": fork_url,
        "--fork-block-number": fork_block_number,
        "--block-time": block_time,
        "--timestamp": timestamp,
        "--gas-limit": gas_limit,
    }
    arguments = [word for name, value in given.items() if value is not None for word in (name, str(value))]
    # `finalized` two blocks behind the head instead of 64; any account may send without its key
    arguments += ["--slots-in-an-epoch", "1", "--auto-impersonate", *options]
    with ExitStack() as stack:
        process = AnvilProcess(anvil.binary(), arguments, patience=patience)
        stack.callback(process.end)
        chain = Devnet(process, hardfork)
        stack.callback(chain.close)
        chain.prepare()
        yield chain


class Devnet(AnvilControl):
    """A running local chain: what :func:`devnet` gives.

    Each ``set_…`` adds two blocks: the last has the change, and a state root that covers it.
    """

    def __init__(self, process: AnvilProcess, hardfork: str) -> None:
        super().__init__(process)
        self._connections: list[Connection] = []
        self._reader: Connection | None = None
        self.hardfork = hardfork
        self.accounts = tuple(map(wire.address, process.config["available_accounts"]))
        """Addresses with ether, that anybody has the keys of."""
        self.keys: tuple[str, ...] = tuple(process.config["private_keys"])
        """The private keys of `accounts`."""
        self.chain_id = 0

    def prepare(self) -> None:
        """Silence the log, and put Multicall3 in its place where the forked chain has none."""
        self.rpc("anvil_setLoggingEnabled", False)
        self.chain_id = wire.quantity(self.rpc("eth_chainId"))
        if not wire.data(self.rpc("eth_getCode", MULTICALL3, "latest")):
            self.rpc("anvil_setCode", MULTICALL3, artifacts.load("Multicall3")["deployedBytecode"])
            self.mine()

    def close(self) -> None:
        """Close what reads through this chain; :func:`devnet` does it."""
        for connection in self._connections:
            connection.close()
        super().close()

    # Reading

    def connection(self, **options: Any) -> Connection:
        """Connect to it, with the options of a :class:`Connection`; closed with the chain at the latest."""
        from vmargin.chain.connection import Connection

        connection = Connection(self.url, **options)
        self._connections.append(connection)
        return connection

    def at(self, block: str | int | bytes = "latest") -> LiveView:
        """View the chain at a block."""
        if self._reader is None:
            self._reader = self.connection()
        return self._reader.at(block)

    def wait(self) -> NoReturn:
        """Wait for it to end by itself, which is always a failure."""
        self._process.ends_within(None)
        raise self._process.failure("has ended")

    # Writing

    def revert(self, snapshot: str) -> None:
        super().revert(snapshot)
        for connection in self._connections:
            connection.forget()

    @contextmanager
    def isolated(self) -> Iterator[Devnet]:
        """Take back what is done to the chain in a ``with`` block: quicker than a chain of its own."""
        snapshot = self.snapshot()
        inner = Devnet(self._process, self.hardfork)
        inner.chain_id = self.chain_id
        try:
            yield inner
        finally:
            inner.close()
            self.revert(snapshot)

    def deploy(
        self,
        contract: Mapping[str, Any] | Path | str | bytes,
        arguments: Sequence[Any] = (),
        *,
        sender: str | None = None,
        value: int = 0,
        errors: Iterable[CustomError | str] = (),
    ) -> str:
        """Deploy a contract and return its address.

        Parameters
        ----------
        contract
            What a compiler wrote (``abi`` and ``bytecode`` are used), its path, or bytes of creation code.
        arguments
            Of the constructor, if the contract comes with its ABI.
        sender, value
            Who pays, by default the first account, and how much wei goes along.
        errors
            Custom errors that the constructor may revert with.
        """
        if isinstance(contract, bytes):
            if arguments:
                raise UsageError("plain creation code takes no arguments: append them, or pass an artifact")
            code = contract
        else:
            artifact = contract if isinstance(contract, Mapping) else load_artifact(contract)
            code = creation_code(artifact, arguments)
        receipt = self._transact(None, code, sender, value, errors)
        return wire.address(receipt["contractAddress"])

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
        """Send a transaction and return its receipt, as the node wrote it.

        Parameters
        ----------
        to
            The contract.
        function
            As in ``"transfer(address,uint256)"``; an empty text sends ether only.
        arguments
            As many as the function takes.
        sender, value
            Any account, by default the first one, and how much wei goes along.
        errors
            Custom errors that the contract may revert with.

        Raises
        ------
        Revert, Halt
            If the contract did; nothing is mined then.
        """
        if isinstance(function, str) and function:
            function = Function.parse(function)
        data = function.calldata(arguments) if function else b""
        return self._transact(wire.given_address(to), data, sender, value, errors)

    def _transact(
        self, to: str | None, data: bytes, sender: str | None, value: int, errors: Iterable[CustomError | str]
    ) -> dict[str, Any]:
        origin = self.accounts[0] if sender is None else wire.given_address(sender)
        transaction = {"from": origin, "data": wire.to_data(data), "value": wire.to_quantity(value)}
        if to is not None:
            transaction["to"] = to
        try:
            self.rpc("eth_call", transaction, "latest")  # says why; a receipt says only that it failed
        except Revert as revert:
            raise decode(revert.data, errors) from None
        key = self.rpc("eth_sendTransaction", transaction)
        deadline = time.monotonic() + MINED_WITHIN
        while (receipt := self.rpc("eth_getTransactionReceipt", key)) is None:
            if time.monotonic() > deadline:
                raise DevnetFailed(
                    f"transaction {key} is in no block after {MINED_WITHIN:g} s: is it mining?"
                )
            time.sleep(0.01)  # the next block comes by itself
        if receipt["status"] != "0x1":
            raise BadAnswer(f"transaction {key} failed, although its rehearsal did not", node="devnet")
        return dict(receipt)
