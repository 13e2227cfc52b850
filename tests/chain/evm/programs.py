"""Bytecode written by name, programs drawn at random, and a state in memory to run them on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import NamedTuple

import rlp
from eth_hash.auto import keccak
from ethereum.forks.osaka.vm.instructions import Ops

from vmargin.chain.evm.state import Loaded, NotLoaded
from vmargin.chain.forks import FORKS
from vmargin.chain.header import Header
from vmargin.chain.proofs import EMPTY_ACCOUNT, EMPTY_TRIE, Account
from vmargin.chain.questions import NOBODY, ProofQuery, RawCall, RawOutcome

CONTRACTS = tuple(f"0x{byte:02x}" + f"{byte:02x}" * 19 for byte in (0xA1, 0xB2, 0xC3, 0xD4))
RICH, ABSENT, COINBASE = "0x" + "66" * 20, "0x" + "77" * 20, "0x" + "88" * 20
PRECOMPILES = tuple(f"0x{number:040x}" for number in range(1, 10))
EVERYONE = (*CONTRACTS, RICH, ABSENT, COINBASE, NOBODY, *PRECOMPILES)
SLOTS = range(5)


def assemble(*parts: str | int | bytes) -> bytes:
    """Names of instructions, numbers to push, and bytes as they are."""
    code = b""
    for part in parts:
        if isinstance(part, str):
            code += bytes(Ops[name].value if name != "INVALID" else 0xFE for name in part.split())
        elif isinstance(part, int):
            raw = part.to_bytes(
                max(1, (part.bit_length() + 7) // 8), "big"
            )  # PUSH0 is younger than some forks
            code += bytes([0x5F + len(raw)]) + raw
        else:
            code += part
    return code


TOP = assemble(0, "MSTORE", 32, 0, "RETURN")
"""Return what is on top of the stack."""


def header(fork: str, *, number: int = 300, excess: int = 0) -> Header:
    def integer(value: int) -> bytes:
        return value.to_bytes((value.bit_length() + 7) // 8, "big")

    nothing = bytes(32)
    fields = [nothing, nothing, bytes.fromhex(COINBASE[2:]), nothing, nothing, nothing, bytes(256), b""]
    fields += [integer(number), integer(30_000_000), b"", integer(1_700_000_000), b"", b"\7" * 32, bytes(8)]
    fields += [b"\7", nothing, b"", integer(excess), nothing, nothing]
    return Header.decode(rlp.encode(fields[: FORKS[fork].header_length]))


class Holding(NamedTuple):
    """What an account holds."""

    code: bytes = b""
    balance: int = 0
    nonce: int = 0
    storage: Mapping[int, int] = {}


class InMemory:
    """A proven source whose state is a dictionary; it notes what it was asked to prove."""

    def __init__(self, fork: str, state: Mapping[str, Holding], *, excess: int = 0) -> None:
        self.chain_id = 31337
        self.fork = FORKS[fork]
        self.header = header(fork, excess=excess)
        self.state = state
        self.asked: list[Sequence[ProofQuery]] = []

    def prove(self, queries: Sequence[ProofQuery]) -> None:
        self.asked.append(queries)

    def account(self, address: str) -> Account:
        held = self.state.get(address)
        if held is None:
            return EMPTY_ACCOUNT
        root = keccak(b"some") if held.storage else EMPTY_TRIE
        return Account(held.nonce, held.balance, root, keccak(held.code))

    def code(self, address: str) -> bytes:
        return self.state[address].code

    def slot(self, address: str, slot: int) -> int:
        return self.state.get(address, Holding()).storage.get(slot, 0)

    def ancestor_hash(self, number: int) -> bytes:
        return keccak(number.to_bytes(8, "big"))


def settle(run: Callable[[Loaded, RawCall], RawOutcome], source: InMemory, call: RawCall) -> RawOutcome:
    """Run a call as often as it takes to load what it touches."""
    loaded = Loaded(source)
    while True:
        try:
            return run(loaded, call)
        except NotLoaded as missing:
            loaded.load([missing.touch])


def random_state(random: Random, fork: str) -> dict[str, Holding]:
    """Contracts that call each other, and accounts of every kind."""
    state = {RICH: Holding(balance=7), COINBASE: Holding(balance=random.choice((0, 3)), nonce=1)}
    for address in CONTRACTS:
        storage = {slot: word for slot in SLOTS if (word := random.choice((0, 1, 2, random_word(random))))}
        state[address] = Holding(
            random_program(random, FORKS[fork].since("cancun")),
            random.choice((0, 5, 10**21)),
            1,
            random.choice((storage, storage, {})),
        )
    return state


def random_call(random: Random) -> RawCall:
    sender, value = random.choice(((NOBODY, 0), (RICH, 0), (RICH, 5)))
    gas = random.choice((40_000, 60_000, 200_000, 400_000))
    return RawCall(CONTRACTS[0], random.randbytes(random.randrange(100)), sender, value, gas)


def random_word(random: Random) -> int:
    return random.choice(
        (random.randrange(8), random.randrange(300), 2**256 - random.randrange(1, 5), random.getrandbits(256))
    )


_NULLARY = (
    "ADDRESS ORIGIN CALLER CALLVALUE CALLDATASIZE CODESIZE GASPRICE RETURNDATASIZE COINBASE TIMESTAMP NUMBER "
    "PREVRANDAO CHAINID SELFBALANCE PC MSIZE GAS GAS GAS"
)
_UNARY = "ISZERO NOT CALLDATALOAD"
_BINARY = "ADD MUL SUB DIV SDIV MOD SMOD EXP SIGNEXTEND LT GT SLT SGT EQ AND OR XOR BYTE SHL SHR SAR"
_CALLS = "CALL CALL CALLCODE DELEGATECALL STATICCALL STATICCALL"


def _one(random: Random, names: str) -> str:
    return random.choice(names.split())


def random_program(random: Random, cancun: bool) -> bytes:
    """Draw a program of some instructions, most of which find what they need on the stack."""
    code, depth = b"", 0
    for _ in range(random.randrange(5, 40)):
        piece, needs, leaves = _random_piece(random, cancun)
        while depth < needs or depth > 12:
            code += assemble(random_word(random)) if depth < needs else assemble("POP")
            depth += 1 if depth < needs else -1
        code += piece
        depth += leaves - needs
    for place in range(min(depth, 6)):
        code += assemble(32 * place, "MSTORE")
    return (
        code
        + random.choices(
            (assemble(192, 0, "RETURN"), assemble(192, 0, "REVERT"), assemble("INVALID"), b"\x0c"),
            (60, 15, 5, 3),
        )[0]
    )


def _random_piece(random: Random, cancun: bool) -> tuple[bytes, int, int]:
    """An instruction with some of what it takes, and how many words it needs and leaves."""
    place, size, slot = random.randrange(200), random.randrange(100), random.choice(SLOTS)
    who = int(random.choice(EVERYONE), 16)
    pieces: list[Callable[[], tuple[bytes, int, int]]] = [
        lambda: (assemble(_one(random, _BINARY)), 2, 1),
        lambda: (assemble(_one(random, "ADDMOD MULMOD")), 3, 1),
        lambda: (assemble(_one(random, _UNARY)), 1, 1),
        lambda: (assemble(_one(random, _NULLARY)), 0, 1),
        lambda: (assemble(who, _one(random, "BALANCE EXTCODESIZE EXTCODEHASH")), 0, 1),
        lambda: (assemble(slot, "SLOAD"), 0, 1),
        lambda: (assemble(random.choice((0, 1, 2, random_word(random))), slot, "SSTORE"), 0, 0),
        lambda: (assemble(place, "MSTORE"), 1, 0),
        lambda: (assemble(place, "MLOAD"), 0, 1),
        lambda: (assemble(size, place, 0, _one(random, "CALLDATACOPY CODECOPY")), 0, 0),
        lambda: (assemble(random.choice((0, 0, size)), 0, place, "RETURNDATACOPY"), 0, 0),
        lambda: (assemble(size, place, "KECCAK"), 0, 1),
        lambda: (assemble(size, place, 0, who, "EXTCODECOPY"), 0, 0),
        lambda: (assemble(7, size, place, "LOG1"), 0, 0),
        lambda: (_random_subcall(random, who), 0, 1),
        lambda: (_random_subcall(random, int(random.choice(CONTRACTS), 16)), 0, 1),
        lambda: (assemble("JUMPDEST"), 0, 0),
    ]
    if cancun:
        pieces += [
            lambda: (assemble(slot, "TLOAD"), 0, 1),
            lambda: (assemble(random_word(random), slot, "TSTORE"), 0, 0),
            lambda: (assemble(size, place, 0, "MCOPY"), 0, 0),
        ]
    return random.choice(pieces)()


def _random_subcall(random: Random, to: int) -> bytes:
    kind = _one(random, _CALLS)
    value = assemble(random.choice((0, 0, 1, 10**20))) if kind in ("CALL", "CALLCODE") else b""
    gas = random.choice(("GAS", "GAS", 0, 700, 2300, 30_000, 100_000))
    return assemble(
        random.randrange(64), random.randrange(100), random.randrange(160), 0, value, to, gas, kind
    )
