"""`InventedChain`: a chain that never was, in which every hash and every proof is right."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from eth_hash.auto import keccak

from vmargin.chain import wire
from vmargin.chain.faults.aggregate import LAST_BLOCK_HASH, MULTICALL3, Failed, perform, sent
from vmargin.chain.faults.invented_state import InventedAccount, State, headers_of
from vmargin.chain.header import LAYOUT, Header
from vmargin.errors import MissingExtra

_REVERTED = re.compile(r"Revert \{ gas_used: \d+, output: 0x([0-9a-f]*) \}\Z")
_TAGS = ("latest", "safe", "finalized", "pending")


class InventedChain:
    """A chain of empty blocks on one invented state, to be served by a :class:`FaultyNode`.

    Its headers hash to their hashes and are linked, its state root is that of its accounts, its proofs are
    true of it, and calls run on it.  What it lacks is that anybody else knows of it: only an anchor
    unmasks it.

    Parameters
    ----------
    accounts
        By address; all others are empty.
    like
        The header whose number, time, gas and fork its newest block is to have; by default those of a
        block 1,000 of Prague.
    chain_id
        What it says that it is.
    blocks
        How many blocks before the newest it knows, as far as there are any.
    """

    def __init__(
        self,
        accounts: Mapping[str, InventedAccount],
        *,
        like: Header | None = None,
        chain_id: int = 1,
        blocks: int = 16,
    ) -> None:
        self.chain_id = chain_id
        self.state = State(accounts)
        self._headers = headers_of(self.state.root, like, blocks)
        self._by_hash = {header.hash: header for header in self._headers.values()}
        self.header = self._headers[max(self._headers)]
        """Of the newest block."""

    def answer(self, requests: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Answer as a node does."""
        return [self._answer(request) for request in requests]

    def close(self) -> None:
        """Do nothing: nothing is held."""

    def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        method, params = request["method"], request.get("params", [])
        if method == "eth_call":
            return self._call(request)
        if method not in _ANSWERS:
            return _error(Failed(-32601, f"the method {method} does not exist/is not available"))
        place, answer = _ANSWERS[method]
        header = self._find(params[place] if place < len(params) else "latest")
        if header is None:
            by_number = method in ("eth_getBlockByHash", "eth_getBlockByNumber")
            return {"result": None} if by_number else _error(_UNKNOWN)
        return {"result": answer(self, header, *params)}

    def _find(self, block: Any) -> Header | None:
        if isinstance(block, Mapping):
            block = block.get("blockHash", block.get("blockNumber", block.get("toBlock", "latest")))
        if block in _TAGS:
            return self.header
        return self._by_hash.get(wire.data(block)) if len(block) == 66 else self._headers.get(int(block, 16))

    def _call(self, request: dict[str, Any]) -> dict[str, Any]:
        call, block = request["params"][:2]
        header = self._find(block)
        if header is None:
            return _error(_UNKNOWN)

        machine = self._machine(header)

        def run(target: str, data: bytes) -> bytes | Failed:
            if target == MULTICALL3 and data == LAST_BLOCK_HASH:  # pyrevm would invent another one
                return header.parent_hash
            return _run(machine, header.gas_limit, call, target, data)

        outcome = perform(sent(request), run)
        return _error(outcome) if isinstance(outcome, Failed) else {"result": wire.to_data(outcome)}

    def _machine(self, header: Header) -> Any:
        """Make an EVM for the calls of one request: requests come in many threads."""
        try:
            import pyrevm
        except ImportError:
            raise MissingExtra("pyrevm", "evm", "eth_call on an invented chain") from None
        block = pyrevm.BlockEnv(
            number=header.number,
            timestamp=header.timestamp,
            coinbase=wire.to_data(header.coinbase),
            prevrandao=header.mix_hash,
            basefee=header.base_fee or 0,
            gas_limit=header.gas_limit,
        )
        evm = pyrevm.EVM(env=pyrevm.Env(cfg=pyrevm.CfgEnv(chain_id=self.chain_id), block=block))
        for address, account in self.state.accounts.items():
            info = pyrevm.AccountInfo(  # type: ignore[call-arg]  # the stub lacks its arguments
                balance=account.balance,
                nonce=account.nonce,
                code=account.code,
                code_hash=keccak(account.code),
            )
            evm.insert_account_info(address, info)
            for slot, value in account.storage.items():
                evm.insert_account_storage(address, slot, value)
        return evm


def _run(evm: Any, gas: int, call: Mapping[str, Any], to: str, data: bytes) -> bytes | Failed:
    sender, value = call.get("from", "0x" + "00" * 20), int(call.get("value", "0x0"), 16)
    before = evm.snapshot()
    try:
        return bytes(evm.message_call(sender, to, data, value=value, gas=gas))
    except RuntimeError as error:
        if reverted := _REVERTED.match(str(error)):
            return Failed(3, "execution reverted", bytes.fromhex(reverted.group(1)))
        return Failed(-32603, f"EVM error {error}")
    finally:
        evm.revert(before)


def _block(header: Header) -> dict[str, Any]:
    """Answer with a block, all of whose transactions are none."""
    block: dict[str, Any] = {"hash": wire.to_data(header.hash), "transactions": [], "uncles": []}
    for raw, (name, length) in zip(header.fields, LAYOUT, strict=False):
        block[name] = hex(int.from_bytes(raw, "big")) if length is None else wire.to_data(raw)
    return block


_UNKNOWN = Failed(-32001, "resource not found")
_ANSWERS: dict[str, tuple[int, Callable[..., Any]]] = {
    "eth_chainId": (0, lambda chain, header: hex(chain.chain_id)),
    "net_version": (0, lambda chain, header: str(chain.chain_id)),
    "eth_blockNumber": (0, lambda chain, header: hex(header.number)),
    "eth_getBlockByNumber": (0, lambda chain, header, *_: _block(header)),
    "eth_getBlockByHash": (0, lambda chain, header, *_: _block(header)),
    "eth_getBlockReceipts": (0, lambda chain, header, *_: []),
    "eth_getLogs": (0, lambda chain, header, *_: []),
    "eth_getBalance": (1, lambda chain, header, who, *_: hex(chain.state.account(who).balance)),
    "eth_getTransactionCount": (1, lambda chain, header, who, *_: hex(chain.state.account(who).nonce)),
    "eth_getCode": (1, lambda chain, header, who, *_: wire.to_data(chain.state.account(who).code)),
    "eth_getStorageAt": (
        2,
        lambda chain, header, who, slot, *_: wire.word(
            chain.state.account(who).storage.get(int(slot, 16), 0)
        ),
    ),
    "eth_getProof": (2, lambda chain, header, who, slots, *_: chain.state.proof(who, slots)),
}
"""By method, at which place of its parameters the block is, and what the answer is."""


def _error(failed: Failed) -> dict[str, Any]:
    error: dict[str, Any] = {"code": failed.code, "message": failed.message}
    return {"error": error if failed.data is None else error | {"data": wire.to_data(failed.data)}}
