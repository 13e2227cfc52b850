"""Transactions, one after the other, each rehearsed before it is sent and waited for after."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from vmargin.chain import wire
from vmargin.chain.connection import Connection
from vmargin.chain.errors import BadAnswer, ChainError, NotMined, Refused, Unreachable
from vmargin.errors import UsageError
from vmargin.solidity.abi import Function
from vmargin.solidity.bytecode import creation_code
from vmargin.solidity.reverts import CustomError, Revert, decode

ORDER = 0xFFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFE_BAAEDCE6_AF48A03B_BFD25E8C_D0364141
"""Of secp256k1."""
POLL = 0.2
TRIES = 4
"""Of handing over a signed transaction whose answer is lost."""
GAS_MARGIN_PERCENT = 25
"""On top of what the node estimates: the state may change until the transaction is mined."""

_HELD = re.compile(r"already (known|imported|exists|in (the )?(mem)?pool)|known transaction", re.IGNORECASE)
_USED = re.compile(r"nonce (is )?too low", re.IGNORECASE)


class Sender:
    """Sends as one account: with its private key, or as one that the node itself holds.

    Parameters
    ----------
    connection
        To the chain.
    key
        A private key, as 0x and 64 hexadecimal digits.
    origin
        Instead of a key: an account of the node's own, as development chains have them.
    patience
        Seconds that a transaction may take to be mined.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        key: str | None = None,
        origin: str | None = None,
        patience: float = 120.0,
    ) -> None:
        if (key is None) == (origin is None):
            raise UsageError("a sender has either a private key or an account of the node's own")
        self._connection = connection
        self._patience = patience
        self._signer = None
        if key is not None:
            self._signer = _signer(key)
            origin = self._signer.address
        self.address = wire.given_address(str(origin))

    def deploy(
        self,
        artifact: Mapping[str, Any] | bytes,
        arguments: Sequence[Any] = (),
        *,
        value: int = 0,
        errors: Iterable[Any] = (),
    ) -> str:
        """Deploy a compiled contract, or bytes of creation code, and return its address."""
        if isinstance(artifact, bytes) and arguments:
            raise UsageError("plain creation code takes no arguments: append them, or pass an artifact")
        code = artifact if isinstance(artifact, bytes) else creation_code(artifact, arguments)
        receipt = self._transact(None, code, errors, value)
        return wire.address(receipt["contractAddress"])

    def send(
        self,
        to: str,
        function: str | Function,
        arguments: Sequence[Any] = (),
        *,
        value: int = 0,
        errors: Iterable[CustomError | str] = (),
    ) -> dict[str, Any]:
        """Call a function in a transaction, or with an empty text send ether, and return the receipt.

        Raises
        ------
        Revert, Halt
            If the contract does so in rehearsal; nothing is sent then.
        NotMined
            If it is in no block in time, failed there although its rehearsal did not, or if that is not
            known because the node no longer answers. It has to be looked up before it is sent anew.
        """
        if isinstance(function, str) and function:
            function = Function.parse(function)
        data = function.calldata(arguments) if function else b""
        return self._transact(wire.given_address(to), data, errors, value)

    def _transact(
        self, to: str | None, data: bytes, errors: Iterable[CustomError | str], value: int
    ) -> dict[str, Any]:
        call = {"from": self.address, "data": wire.to_data(data), **({"to": to} if to else {})}
        call |= {"value": wire.to_quantity(value)} if value else {}
        request = self._connection.request
        try:
            request("eth_call", [call, "latest"])
            gas = wire.quantity(request("eth_estimateGas", [call]))
        except Revert as revert:
            raise decode(revert.data, errors) from None
        # what is sent again, to another node or after a lost answer, has the same nonce: never mined twice
        nonce = wire.quantity(request("eth_getTransactionCount", [self.address, "pending"]))
        call |= {
            "gas": wire.to_quantity(gas + gas * GAS_MARGIN_PERCENT // 100),
            "nonce": wire.to_quantity(nonce),
        }
        return self._wait(self._send(call, nonce), nonce)

    def _send(self, call: dict[str, Any], nonce: int) -> str:
        request = self._connection.request
        if self._signer is None:
            try:
                return wire.to_data(wire.data(request("eth_sendTransaction", [call]), 32))
            except ChainError as error:
                if not _is_lost(error):
                    raise
                # its hash is the node's to tell
                raise _in_doubt(f"a transaction with nonce {nonce} of {self.address}", error) from None
        price = wire.quantity(request("eth_gasPrice", []))
        signed = self._signer.sign_transaction(
            {
                "chainId": self._connection.chain_id,
                "nonce": nonce,
                "gas": int(call["gas"], 16),
                "data": call["data"],
                "to": wire.checksummed(call["to"]) if "to" in call else b"",
                "value": int(call.get("value", "0x0"), 16),
                "maxFeePerGas": 2 * price,
                "maxPriorityFeePerGas": min(price, 10**9),
            }
        )
        key = wire.to_data(bytes(signed.hash))
        self._submit(wire.to_data(bytes(signed.raw_transaction)), key, nonce)
        return key

    def _submit(self, raw: str, key: str, nonce: int) -> None:
        """Hand over a signed transaction; where the answer is lost, again: it can be mined only once."""
        for turn in range(TRIES):
            try:
                self._connection.request("eth_sendRawTransaction", [raw])
                return
            except ChainError as error:
                said = [e.reason for e in getattr(error, "causes", [error]) if isinstance(e, Refused)]
                if any(_HELD.search(reason) for reason in said):
                    return
                if turn and any(_USED.search(reason) for reason in said):
                    return  # by what was sent before, unless no receipt ever comes
                if not _is_lost(error):
                    raise
                if turn == TRIES - 1:
                    raise _in_doubt(f"transaction {key} (nonce {nonce} of {self.address})", error) from None
            time.sleep(POLL)

    def _wait(self, key: str, nonce: int) -> dict[str, Any]:
        name = f"transaction {key} (nonce {nonce} of {self.address})"
        deadline = time.monotonic() + self._patience
        while True:
            try:
                receipt = self._connection.request("eth_getTransactionReceipt", [key])
            except ChainError as error:
                raise _in_doubt(name, error) from None
            if receipt is not None:
                break
            if time.monotonic() > deadline:
                raise NotMined(
                    f"{name} is in no block after {self._patience:g} s; it may still be mined: "
                    "look it up before sending it anew"
                )
            time.sleep(POLL)
        if not isinstance(receipt, dict) or receipt.get("transactionHash") != key:
            raise _in_doubt(name, BadAnswer("its receipt is that of no or of another transaction"))
        if receipt.get("status") != "0x1":
            raise NotMined(f"{name} failed in its block, although its rehearsal did not")
        return receipt


def _is_lost(error: ChainError) -> bool:
    """Whether a node may have taken what it was sent, though it did not say so."""
    return any(isinstance(e, (Unreachable, BadAnswer)) for e in getattr(error, "causes", [error]))


def _in_doubt(name: str, error: ChainError) -> NotMined:
    return NotMined(f"whether {name} is mined is not known: look it up before sending it anew; {error}")


def _signer(key: str) -> Any:
    from eth_account import Account

    if re.fullmatch(r"0x[0-9a-fA-F]{64}", key) is None or not 0 < int(key, 16) < ORDER:
        raise UsageError("what is given as a private key is none: it takes 0x and 64 hexadecimal digits")
    return Account.from_key(key)
