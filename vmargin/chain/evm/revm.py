"""Calls run by revm, in microseconds: only where it was measured to do what the fork does.

It gets nothing that is not proven, and nothing that it might run wrongly.  Its database fails on whatever it
was not given, so that an answer follows from what it was given, or there is none
(docs/decisions/0007-proven-calls.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from vmargin.chain.evm.opcodes import reachable
from vmargin.chain.evm.state import Loaded, Touch
from vmargin.chain.forks import Fork
from vmargin.chain.questions import RawCall, RawOutcome
from vmargin.errors import MissingExtra, UsageError
from vmargin.solidity.bytecode import failure_of

MEASURED = "0.3.7"
"""The version of pyrevm that all of this was measured with; no other one is asked for an answer."""
FIRST = "shanghai"
"""It has the gas prices of this fork and later ones, whatever fork it is told."""

_NOWHERE = "unproven:"
"""The URL that its database reads from: of a scheme that nothing serves, so that every read fails at once."""


def _opcodes(*spans: tuple[int, int]) -> frozenset[int]:
    return frozenset(opcode for first, last in spans for opcode in range(first, last + 1))


_SINCE_SHANGHAI = _opcodes((0x00, 0x0B), (0x10, 0x1D), (0x20, 0x20), (0x30, 0x3F), (0x41, 0x44), (0x46, 0x47))
_SINCE_SHANGHAI |= _opcodes((0x50, 0x5B), (0x5F, 0xA4), (0xF1, 0xF4), (0xFA, 0xFA), (0xFD, 0xFE))
_SINCE_CANCUN = frozenset({0x49, 0x5C, 0x5D, 0x5E})
"""BLOBHASH, TLOAD, TSTORE and MCOPY."""
_DIFFERENT = frozenset({0x40, 0x45, 0x48, 0x4A, 0xF0, 0xF5, 0xFF})
"""BLOCKHASH, which it invents; GASLIMIT and BASEFEE, which it overwrites; BLOBBASEFEE, with Cancun's prices;
CREATE, CREATE2 and SELFDESTRUCT, which were not measured."""
_CLZ = 0x1E

_MODEXP = 0x05
_KZG = 0x0A
_LATER_PRECOMPILES = frozenset({*range(0x0B, 0x12), 0x100})
"""BLS12-381 and P-256, which it does not have."""

_TOUCHED = re.compile(r"(0x[0-9a-f]{40}): Account \{|[{ ](\d+): StorageSlot \{")


def agreed(fork: Fork) -> frozenset[int]:
    """Give the opcodes on which revm agrees with a fork."""
    return _SINCE_SHANGHAI | _SINCE_CANCUN if fork.since("cancun") else _SINCE_SHANGHAI


def undefined(fork: Fork) -> frozenset[int]:
    """Give the bytes that are an instruction neither to revm nor in a fork."""
    known = _SINCE_SHANGHAI | _SINCE_CANCUN | _DIFFERENT
    return frozenset(range(256)) - (known | {_CLZ} if fork.since("osaka") else known)


@lru_cache(maxsize=256)
def may_run(code: bytes, fork: Fork) -> bool:
    """Whether revm does with code what the fork does: a designator of EIP-7702 is code of another kind."""
    if code[:1] == b"\xef":
        return False
    ending = undefined(fork)
    return reachable(code, ending) <= agreed(fork) | ending


def may_touch(address: str, fork: Fork) -> bool:
    """Whether an address is to revm what it is in the fork: what is a precompile differs."""
    number = int(address, 16)
    if number == _MODEXP:
        return not fork.since("osaka")
    if number == _KZG:
        return fork.since("cancun")
    return number not in _LATER_PRECOMPILES


class Revm:
    """Runs calls on what is proven of one block."""

    def __init__(self, loaded: Loaded) -> None:
        try:
            import pyrevm

            self._measured: bool = version("pyrevm") == MEASURED
        except (ImportError, PackageNotFoundError):
            raise MissingExtra("pyrevm", "proven", "running calls on proven state") from None
        self._pyrevm: Any = pyrevm
        self._loaded = loaded
        self._infos: dict[tuple[str, bool], Any] = {}
        self._allowed: dict[str, bool] = {}
        header = loaded.source.header
        self._gas_limit = header.gas_limit
        self._environment: Any = pyrevm.Env(
            cfg=pyrevm.CfgEnv(chain_id=loaded.source.chain_id),
            block=pyrevm.BlockEnv(
                number=header.number,
                coinbase="0x" + header.coinbase.hex(),
                timestamp=header.timestamp,
                prevrandao=header.mix_hash,
                basefee=header.base_fee or 0,
                gas_limit=header.gas_limit,
                excess_blob_gas=header.excess_blob_gas or 0,
            ),
        )

    def run(self, call: RawCall, touches: Iterable[Touch], fork: Fork) -> RawOutcome | None:
        """Run a call on these accounts and slots; None if revm may not, or if the call touches others."""
        if not (self._measured and fork.since(FIRST)):
            return None
        evm = self._pyrevm.EVM(env=self._environment, fork_url=_NOWHERE, fork_block="0x1")
        self._give(evm, [touch for touch in touches if self._may_have(touch.address, fork)], call.sender)
        return self._message(evm, call)

    def scout(self, call: RawCall, touches: Iterable[Touch]) -> set[Touch]:
        """Guess what a call touches, taking for empty what is not among these: it is to be proven next."""
        evm = self._pyrevm.EVM(env=self._environment)
        self._give(evm, touches, call.sender)
        self._message(evm, call)
        found = {Touch(address.lower()) for address in evm.db_accounts}
        address = ""
        for match in _TOUCHED.finditer(evm.journal_str):
            if match[1]:
                address = match[1]
            else:
                found.add(Touch(address, int(match[2])))
        return found

    def _may_have(self, address: str, fork: Fork) -> bool:
        """Whether revm treats an account as the fork does, whatever is done with it."""
        allowed = self._allowed.get(address)
        if allowed is None:
            allowed = may_touch(address, fork) and may_run(self._loaded.code(address), fork)
            self._allowed[address] = allowed
        return allowed

    def _give(self, evm: Any, touches: Iterable[Touch], sender: str) -> None:
        for address in {touch.address for touch in touches}:
            evm.insert_account_info(address, self._info(address, address == sender))
        for address, slot in touches:
            if slot is not None:
                # with its account out, a slot goes to the database, and is cold as when a call begins
                before = evm.snapshot()
                evm.insert_account_storage(address, slot, self._loaded.slot(address, slot))
                evm.revert(before)

    def _info(self, address: str, sends: bool) -> Any:
        info = self._infos.get((address, sends))
        if info is None:
            account = self._loaded.account(address)
            info = self._infos[address, sends] = self._pyrevm.AccountInfo(
                nonce=account.nonce + sends,  # a call counts as a transaction of its sender
                balance=account.balance,
                code=self._loaded.code(address),
            )
        return info

    def _message(self, evm: Any, call: RawCall) -> RawOutcome | None:
        gas = self._gas_limit if call.gas is None else call.gas
        try:
            return bytes(evm.message_call(call.sender, call.to, call.data, value=call.value, gas=gas))
        except RuntimeError as error:
            outcome = failure_of(error)
        except OverflowError:
            return None
        return None if isinstance(outcome, UsageError) else outcome
