"""Calls run by the specification of Ethereum itself: slow, and right for every fork."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vmargin.chain.errors import Unprovable
from vmargin.chain.evm.environment import GAS_PRICE, check_funds, gas_of, intrinsic_gas
from vmargin.chain.evm.rules import Rules, rules_of
from vmargin.chain.evm.state import Loaded
from vmargin.chain.proofs import EMPTY_ACCOUNT, EMPTY_TRIE
from vmargin.chain.questions import RawCall, RawOutcome
from vmargin.solidity.reverts import Halt, decode

FIRST = "byzantium"
"""Before it there is no REVERT, and an empty account differs from an absent one, which proofs do not show."""

_HALTS = {
    "OutOfGasError": "out of gas",
    "InvalidOpcode": "invalid opcode",
    "StackUnderflowError": "stack underflow",
    "StackOverflowError": "stack overflow",
    "InvalidJumpDestError": "invalid jump",
    "WriteInStaticContext": "state change during static call",
    "OutOfBoundsRead": "out of offset",
    "StackDepthLimitError": "call too deep",
    "InvalidParameter": "precompile error",
    "KZGProofError": "precompile error",
    "ExceptionalHalt": "precompile error",
}


def run(loaded: Loaded, call: RawCall) -> RawOutcome:
    """Run a call on what is proven.

    Raises
    ------
    NotLoaded
        If it touches what is not.
    Unprovable
        If the specification cannot run it.
    """
    fork = loaded.source.fork
    if not fork.since(FIRST):
        raise Unprovable(f"calls at {fork} are not run here: the first fork that is, is {FIRST}")
    rules = rules_of(fork)
    gas = gas_of(call, loaded.source.header) - intrinsic_gas(fork, call)
    if gas < 0:
        return Halt("out of gas")
    check_funds(loaded, call)
    try:
        output, error = _run(rules, _message(rules, loaded, call, gas))
    except RecursionError:
        raise Unprovable("the call nests deeper than Python can follow") from None
    except (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError) as failure:
        raise Unprovable(f"the specification of {fork} failed: {type(failure).__name__}: {failure}") from None
    if error is None:
        return bytes(output)
    name = type(error).__name__
    if name == "Revert":
        return decode(bytes(output))
    return Halt(_HALTS.get(name, name))


def _run(rules: Rules, message: Any) -> tuple[bytes, Exception | None]:
    """Run a message: what it returned, and how it failed."""
    if rules.fork.since("prague"):  # this one follows a delegation of the account that is called
        result = rules.interpreter.process_message_call(message)
        return result.return_data, result.error
    evm = rules.interpreter.process_message(message)
    return evm.output, evm.error


def _message(rules: Rules, loaded: Loaded, call: RawCall, gas: int) -> Any:
    """Put a call into the specification's form."""
    n, address, header = rules.numeric, rules.types.Address, loaded.source.header
    sender, coinbase = address(bytes.fromhex(call.sender[2:])), address(header.coinbase)
    state = rules.state.State()
    state._main_trie = rules.trie.Trie(True, None, _Accounts(rules, state, loaded, sender))
    block = rules.record(
        rules.vm.BlockEnvironment,
        chain_id=n.U64(loaded.source.chain_id),
        state=state,
        block_gas_limit=n.Uint(header.gas_limit),
        block_hashes=_Ancestors(loaded),
        coinbase=coinbase,
        number=n.Uint(header.number),
        base_fee_per_gas=n.Uint(header.base_fee or 0),
        time=n.U256(header.timestamp),
        difficulty=n.Uint(header.difficulty),
        prev_randao=rules.data.Bytes32(header.mix_hash),
        excess_blob_gas=n.U64(header.excess_blob_gas or 0),
        parent_beacon_block_root=rules.data.Bytes32(header.parent_beacon_block_root or bytes(32)),
    )
    environment = rules.record(
        rules.vm.TransactionEnvironment,
        origin=sender,
        gas_price=n.Uint(GAS_PRICE),
        gas=n.Uint(gas),
        access_list_addresses={coinbase} if rules.fork.since("shanghai") else set(),
        access_list_storage_keys=set(),
        transient_storage=rules.state.TransientStorage() if rules.fork.since("cancun") else None,
        blob_versioned_hashes=(),
        authorizations=(),
        index_in_block=None,
        tx_hash=None,
    )
    nothing = n.U256(0)
    transaction = rules.transaction(
        nonce=nothing,
        gas_price=n.Uint(GAS_PRICE),
        gas=n.Uint(gas),
        to=address(bytes.fromhex(call.to[2:])),
        value=n.U256(call.value),
        data=call.data,
        v=nothing,
        r=nothing,
        s=nothing,
    )
    return rules.prepare_message(block, environment, transaction)


class _Lazy(dict[Any, Any]):
    """A trie's content, proven entry by entry; the specification takes what a trie lacks for its default.

    So a key is never absent: it is there, with the default where that is proven, or it is asked for.
    """

    def find(self, key: Any) -> Any:
        """Give what is proven under a key that is not here yet."""
        raise NotImplementedError

    def get(self, key: Any, default: Any = None) -> Any:
        try:
            return self[key]
        except KeyError:
            value = self[key] = self.find(key)
            return value

    def __contains__(self, key: object) -> bool:
        self.get(key)
        return True

    def __delitem__(self, key: Any) -> None:
        self[key] = self.default

    default: Any = None


class _Accounts(_Lazy):
    """The accounts; with each comes its storage."""

    def __init__(self, rules: Rules, state: Any, loaded: Loaded, sender: bytes) -> None:
        super().__init__()
        self._of = rules, state, loaded, sender

    def find(self, key: Any) -> Any:
        rules, state, loaded, sender = self._of
        n, address = rules.numeric, "0x" + key.hex()
        account, code = loaded.account(address), loaded.code(address)
        if account.storage_root != EMPTY_TRIE:
            # into the snapshots as well: they are where the values of before the call are looked up
            for tries in (state._storage_tries, *(snapshot[1] for snapshot in state._snapshots)):
                storage = _Slots(loaded, address, n.U256)
                tries.setdefault(key, rules.trie.Trie(True, n.U256(0), storage))
        nonce = account.nonce + (key == sender)  # a call counts as a transaction of its sender
        if account == EMPTY_ACCOUNT and not nonce:
            return None
        return rules.types.Account(n.Uint(nonce), n.U256(account.balance), code)

    def __copy__(self) -> _Accounts:
        copied = _Accounts(*self._of)
        copied.update(self)
        return copied


class _Slots(_Lazy):
    """The storage of one account."""

    def __init__(self, loaded: Loaded, address: str, word: Any) -> None:
        super().__init__()
        self._of = loaded, address, word
        self.default = word(0)

    def find(self, key: Any) -> Any:
        loaded, address, word = self._of
        return word(loaded.slot(address, int.from_bytes(key, "big")))

    def __copy__(self) -> _Slots:
        copied = _Slots(*self._of)
        copied.update(self)
        return copied


class _Ancestors(Sequence[bytes]):
    """Hashes of earlier blocks, the parent's last; fetched when an instruction asks for them."""

    def __init__(self, loaded: Loaded) -> None:
        self._source = loaded.source

    def __len__(self) -> int:
        return self._source.header.number

    def __getitem__(self, index: Any) -> Any:
        return self._source.ancestor_hash(self._source.header.number + int(index))
