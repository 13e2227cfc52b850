"""Every instruction and precompile on which EVMs differ, as anvil runs it and as it is run here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import NamedTuple

import pytest

from tests.chain.evm.programs import TOP, assemble
from vmargin.chain import wire
from vmargin.chain.anchors import HashAnchor
from vmargin.chain.devnet import Devnet, devnet
from vmargin.chain.errors import ChainError
from vmargin.chain.proven import ProvenView
from vmargin.chain.questions import NOBODY, RawCall, RawOutcome

FORKS = ("prague", "osaka")
RICH, ABSENT, DELEGATED, DELEGATED_TO_PRECOMPILE = ("0x" + byte * 20 for byte in ("66", "77", "dd", "de"))
SELF = "ADDRESS"
STORES = "0x" + "5e" * 20
"""A contract with words in its storage, that it changes when it is called."""
COINBASE = "0x" + "c0" * 20
HISTORY = 0x0000F90827F1C53A10CB7A02335B175320002935
"""Of EIP-2935: the hashes of 8191 blocks."""


def word(number: int) -> bytes:
    return number.to_bytes(32, "big")


def call(to: str, *, gas: str | int = "GAS", value: int = 0) -> bytes:
    """Call without data; `to` is an address, or an instruction that gives one."""
    return assemble(0, 0, 0, 0, value, int(to, 16) if to.startswith("0x") else to, gas, "CALL")


def create(kind: str) -> bytes:
    """Create a contract whose code is the word 42."""
    init = assemble(42, 0, "MSTORE", 32, 0, "RETURN")
    salt = [5] if kind == "CREATE2" else []
    return assemble(int.from_bytes(init, "big"), 0, "MSTORE", *salt, len(init), 32 - len(init), 0, kind)


ENVIRONMENT = (
    "ADDRESS ORIGIN CALLER CALLVALUE CALLDATASIZE CODESIZE GASPRICE COINBASE TIMESTAMP NUMBER PREVRANDAO "
    "GASLIMIT CHAINID SELFBALANCE BASEFEE BLOBBASEFEE GAS MSIZE PC RETURNDATASIZE"
)
BACK = (0, 1, 2, 255, 256, 257, 400)
PROGRAMS: dict[str, bytes] = {
    **{name: assemble(name, TOP) for name in ENVIRONMENT.split()},
    **{f"BLOCKHASH {back} back": assemble(back, "NUMBER SUB BLOCKHASH", TOP) for back in BACK},
    "BLOCKHASH of the next block": assemble(1, "NUMBER ADD BLOCKHASH", TOP),
    "BLOCKHASH and the history contract agree": assemble(
        7, "NUMBER SUB", 0, "MSTORE", 32, 32, 32, 0, HISTORY, "GAS STATICCALL POP",
        32, "MLOAD", 7, "NUMBER SUB BLOCKHASH EQ", TOP,
    ),
    "BLOBHASH": assemble(0, "BLOBHASH", TOP),
    "CLZ": assemble(255, "CLZ", TOP),
    "CLZ of 0": assemble(0, "CLZ", TOP),
    "TLOAD of what TSTORE put": assemble(42, 7, "TSTORE", 7, "TLOAD", TOP),
    "MCOPY over itself": assemble(2**255 + 99, 5, "MSTORE", 32, 5, 21, "MCOPY", 21, "MLOAD", TOP),
    "SSTORE and the gas it leaves": assemble(1, 0, "SSTORE", 0, 0, "SSTORE GAS", TOP),
    "LOG1 and the gas it leaves": assemble(1, 64, 0, "LOG1 GAS", TOP),
    "stores": assemble(7, 0, "SSTORE", 0, 1, "SSTORE", 8, 0, "SSTORE", 3, 2, "SSTORE"),
    "gas of stores in a called contract": assemble("GAS", call(STORES), "POP GAS SWAP1 SUB", TOP),
    "gas of stores in two calls": assemble("GAS", call(STORES), call(STORES), "POP POP GAS SWAP1 SUB", TOP),
    "SLOAD cold and warm": assemble("GAS", 1, "SLOAD POP GAS", 1, "SLOAD POP GAS", TOP),
    "RETURNDATACOPY out of range": assemble(1, 0, 0, "RETURNDATACOPY STOP"),
    "RETURNDATACOPY of nothing": assemble(0, 0, 0, "RETURNDATACOPY", 1, TOP),
    "stack underflow": assemble("POP"),
    "stack overflow": assemble("JUMPDEST", 1, 0, "JUMP"),
    "invalid jump": assemble(0, "JUMP"),
    "invalid opcode": assemble("INVALID"),
    "undefined opcode": b"\x0c",
    "code that begins with ef": b"\xef\x00\x01",
    "endless loop": assemble("JUMPDEST", 0, "JUMP"),
    "revert with data": assemble(0xABCD, 0, "MSTORE", 32, 0, "REVERT"),
    "caught: out of gas": assemble(call(SELF, gas=10_000), "GAS ADD", TOP),
    "caught: with a fixed stipend": assemble(call(RICH, gas=2300), "GAS ADD", TOP),
    "caught: write in a static call": assemble(
        "CALLDATASIZE", 33, "JUMPI", 1, 0, 0, 0, "ADDRESS GAS STATICCALL", TOP,
        "STOP JUMPDEST", 1, 0, "SSTORE",
    ),
    "deep recursion": assemble(32, 0, 0, 0, 0, "ADDRESS GAS CALL POP", 1, 0, "MLOAD ADD", TOP),
    "gas of a cold account": assemble("GAS", int(ABSENT, 16), "BALANCE POP GAS", "SWAP1 SUB", TOP),
    "gas of the coinbase": assemble("GAS COINBASE BALANCE POP GAS SWAP1 SUB", TOP),
    **{
        f"gas of {number:#x}": assemble("GAS", number, "BALANCE POP GAS SWAP1 SUB", TOP)
        for number in (0x01, 0x09, 0x0A, 0x0B, 0x11, 0x12, 0x64, 0x100)
    },
    **{
        f"{look} of {who}": assemble(int(address, 16), look, TOP)
        for look in ("EXTCODEHASH", "EXTCODESIZE", "BALANCE")
        for who, address in (("absent", ABSENT), ("rich", RICH), ("sender", NOBODY), ("delegated", DELEGATED))
    },
    "EXTCODECOPY of itself": assemble(32, 0, 0, "ADDRESS EXTCODECOPY", 0, "MLOAD", TOP),
    "call of an account without code": assemble(call(RICH), TOP),
    "call of an absent account": assemble(call(ABSENT), TOP),
    "value to an absent account": assemble("GAS", call(ABSENT, value=1), "POP GAS SWAP1 SUB", TOP),
    "value that is there": assemble(call(RICH, value=5), "POP", int(RICH, 16), "BALANCE", TOP),
    "value that is not there": assemble(call(RICH, value=10**30), TOP),
    "CREATE": assemble(create("CREATE"), TOP),
    "CREATE and its code": assemble(create("CREATE"), "EXTCODEHASH", TOP),
    "CREATE2": assemble(create("CREATE2"), TOP),
    "CREATE2 of the same twice": assemble(create("CREATE2"), "POP", create("CREATE2"), TOP),
    "CREATE without the value": assemble(0, 0, 10**30, "CREATE", TOP),
    "SELFDESTRUCT": assemble(int(RICH, 16), "SELFDESTRUCT"),
    "call of a delegated account": assemble(call(DELEGATED), "RETURNDATASIZE ADD", TOP),
    "gas of a delegated call": assemble("GAS", call(DELEGATED), "POP GAS SWAP1 SUB", TOP),
    "delegate call of a delegated account": assemble(0, 0, 0, 0, int(DELEGATED, 16), "GAS DELEGATECALL", TOP),
    "call of an account delegated to a precompile": assemble(call(DELEGATED_TO_PRECOMPILE), TOP),
}  # fmt: skip
FORWARD = assemble(
    64, "CALLDATASIZE SUB", 64, 0, "CALLDATACOPY",
    0, 0, 64, "CALLDATASIZE SUB", 0, 0, "CALLDATALOAD", 32, "CALLDATALOAD STATICCALL",
    0, "MSTORE", "GAS", 32, "MSTORE", "RETURNDATASIZE", 64, "MSTORE",
    "RETURNDATASIZE", 0, 96, "RETURNDATACOPY", "RETURNDATASIZE", 96, "ADD", 0, "RETURN",
)  # fmt: skip
"""Calls the address in its first word with the gas in its second: success, gas left, length and data."""

G1 = (
    "0000000000000000000000000000000017f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb"
    "0000000000000000000000000000000008b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1"
)
G2 = (
    "00000000000000000000000000000000024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8"
    "0000000000000000000000000000000013e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e"
    "000000000000000000000000000000000ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801"
    "000000000000000000000000000000000606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79be"
)
ONE, TWO = bytes.fromhex(G1), bytes.fromhex(G2)
COMMITMENT = b"\xc0" + bytes(47)
KZG = b"\1" + sha256(COMMITMENT).digest()[1:] + word(7) + word(0) + 2 * COMMITMENT
RECOVER = bytes.fromhex(
    "18c547e4f7b0f325ad1e56f57e26c745b09a3e503d86e00e5255ff7f715d3d1c" + "1c".rjust(64, "0")
    + "73b1693892219d736caba55bdb67216e485557ea6b6af75f37096c9aa6a5a75f"
    + "eeb940b1d03b21e36b0e47e79769f095fe2ab855bd91e3a38756b7d75a9c4549"
)  # fmt: skip
P256 = bytes.fromhex(
    "4cee90eb86eaa050036147a12d49004b6b9c72bd725d39d4785011fe190f0b4d"
    "a73bd4903f0ce3b639bbbf6e8e80d16931ff4bcf5993d58468e8fb19086e8cac"
    "36dbcd03009df8c59286b162af3bd7fcc0450c9aa81be5d10d312af6c66b1d60"
    "4aebd3099c618202fcfe16ae7770b0c49ab5eadf74b754204a3bb6060e44eff3"
    "7618b065f9832de4ca6ca971a7a1adc826d0f7c00181a5fb2ddf79ae00b4e10e"
)
BN_PAIR = bytes.fromhex(
    "198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2"
    "1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed"
    "090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b"
    "12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa"
)
"""The generator of the second group; the first one's is (1, 2)."""
BN_MINUS_TWO = 0x30644E72E131A029B85045B68181585D97816A916871CA8D3C208C16D87CFD45


def modexp(base: int, exponent: int, modulus: int) -> bytes:
    """Of numbers of so many bytes."""
    sizes = (base, exponent, modulus)
    return b"".join(map(word, sizes)) + b"".join(bytes([at + 3]) * size for at, size in enumerate(sizes))


PRECOMPILES: Mapping[str, tuple[int, bytes]] = {
    "ecrecover": (1, RECOVER),
    "ecrecover of no signature": (1, RECOVER[:96] + word(0)),
    "sha256": (2, b"abc"),
    "ripemd160": (3, b"abc"),
    "identity": (4, b"abc"),
    "modexp": (5, modexp(1, 1, 1)),
    "modexp of 200 bytes": (5, modexp(200, 33, 200)),
    "modexp of 1024 bytes": (5, modexp(1024, 1, 1024)),
    "modexp of 1025 bytes": (5, modexp(1, 1, 1025)),
    "modexp of nothing": (5, b""),
    "modexp of absurd length": (5, word(1 << 200) + word(1) + word(1)),
    "bn add": (6, word(1) + word(2) + word(1) + word(2)),
    "bn add of no point": (6, word(1) + word(3)),
    "bn mul": (7, word(1) + word(2) + word(99)),
    "bn pairing": (8, word(1) + word(2) + BN_PAIR + word(1) + word(BN_MINUS_TWO) + BN_PAIR),
    "bn pairing of no point": (8, b"\1" * 192),
    "bn pairing of odd length": (8, b"\1" * 191),
    "blake2f": (9, b"\0\0\0\x0c" + bytes(range(208)) + b"\1"),
    "blake2f of odd length": (9, b"abc"),
    "kzg": (0x0A, KZG),
    "kzg of another value": (0x0A, KZG[:64] + word(1) + KZG[96:]),
    "kzg of odd length": (0x0A, b"abc"),
    "bls g1 add": (0x0B, ONE + ONE),
    "bls g1 add of no point": (0x0B, ONE + ONE[:-1] + b"\0"),
    "bls g1 add of nothing": (0x0B, b""),
    "bls g1 msm": (0x0C, ONE + word(7)),
    "bls g2 add": (0x0D, TWO + TWO),
    "bls g2 msm": (0x0E, TWO + word(3)),
    "bls pairing": (0x0F, ONE + TWO),
    "bls pairing with infinity": (0x0F, bytes(128) + TWO),
    "bls map to g1": (0x10, word(0) + word(5)),
    "bls map to g2": (0x11, word(0) + word(5) + word(0) + word(6)),
    "p256": (0x100, P256),
    "p256 of another key": (0x100, P256[:-1] + b"\0"),
    "p256 of odd length": (0x100, b"abc"),
}


class Outcomes(NamedTuple):
    """What anvil and we say of each call, by its name."""

    chain: Devnet
    proven: ProvenView
    at: Mapping[str, str]
    anvil: Mapping[str, RawOutcome | ChainError]
    ours: Mapping[str, RawOutcome]


def calls_of(at: Mapping[str, str], rich: str) -> dict[str, RawCall]:
    """Every call, by what it is to show."""
    short = {"stack overflow", "endless loop", "deep recursion"}
    calls = {name: RawCall(at[name], b"", gas=300_000 if name in short else None) for name in PROGRAMS}
    for name in ("ORIGIN", "CALLER", "CALLVALUE", "SELFBALANCE", "GAS"):
        calls[f"{name}, with sender, value, data"] = RawCall(at[name], b"\0\1\0\2", rich, 5)
        calls[f"{name}, with gas"] = RawCall(at[name], b"\0\1\0\2", rich, 0, 123_456)
    calls["CREATE by a contract that is the sender"] = RawCall(at["CREATE"], b"", at["CREATE"])
    calls["a sender with code"] = RawCall(at["CALLER"], b"", at["GAS"])
    calls["a delegated sender"] = RawCall(at["CALLER"], b"", DELEGATED)
    calls["a delegated account"] = RawCall(DELEGATED, b"")
    calls["an account delegated to a precompile"] = RawCall(DELEGATED_TO_PRECOMPILE, b"abc")
    calls["an account without code"] = RawCall(RICH, b"abc")
    calls["an absent account"] = RawCall(ABSENT, b"abc")
    for name, (address, data) in PRECOMPILES.items():
        for gas in (500, 1_000_000):
            calls[f"{name}, called with {gas} gas"] = RawCall(at["forward"], word(address) + word(gas) + data)
        if name != "bls pairing":  # a second of work in Python
            calls[f"{name}, directly"] = RawCall(f"0x{address:040x}", data, gas=1_000_000)
    return calls


@pytest.fixture(scope="module", params=FORKS)
def outcomes(request: pytest.FixtureRequest) -> Iterator[Outcomes]:
    with devnet(hardfork=request.param) as chain:
        at = {name: f"0x{0x300000 + place:040x}" for place, name in enumerate([*PROGRAMS, "forward"])}
        for name, address in at.items():
            chain.rpc("anvil_setCode", address, "0x" + PROGRAMS.get(name, FORWARD).hex())
            chain.rpc("anvil_setBalance", address, "0x64")
        chain.rpc("anvil_setBalance", RICH, "0x5")
        chain.rpc("anvil_setCode", STORES, "0x" + PROGRAMS["stores"].hex())
        for slot in (0, 1):
            chain.rpc("anvil_setStorageAt", STORES, wire.word(slot), wire.word(5))
        chain.rpc("anvil_setCoinbase", COINBASE)
        chain.rpc("anvil_setCode", DELEGATED, "0xef0100" + at["GAS"][2:])
        chain.rpc("anvil_setCode", DELEGATED_TO_PRECOMPILE, "0xef0100" + f"{4:040x}")
        chain.mine(300)
        live = chain.at()
        proven = ProvenView(live, HashAnchor(live.hash), fork=request.param)
        calls = calls_of(at, chain.accounts[1])
        anvil = dict(zip(calls, live.eth_calls(list(calls.values())), strict=True))
        ours = dict(zip(calls, proven.ask_calls(list(calls.values())), strict=True))
        yield Outcomes(chain, proven, at, anvil, ours)


@pytest.mark.parametrize("name", calls_of(dict.fromkeys([*PROGRAMS, "forward"], ""), ""))
def test_as_anvil(outcomes: Outcomes, name: str) -> None:
    assert type(outcomes.ours[name]) is type(outcomes.anvil[name])
    assert outcomes.ours[name] == outcomes.anvil[name]


EARLIER = ("byzantium", "petersburg", "istanbul")
"""Anvil has other prices for SSTORE here than the specification, which is right: for a change of nothing in
Istanbul 2,208 gas, where EIP-2200 says 800."""
COMPARED = (
    "GAS, EXTCODEHASH of rich, SELFBALANCE, CHAINID, BASEFEE, BLOBBASEFEE, BLOCKHASH 1 back, CLZ, "
    "MCOPY over itself, TLOAD of what TSTORE put, SLOAD cold and warm, gas of stores in two calls, "
    "gas of a cold account, gas of the coinbase, gas of 0x9, gas of 0xa, value to an absent account, "
    "CREATE, CREATE2, SELFDESTRUCT"
)


@pytest.mark.parametrize(
    "fork", [*EARLIER, "berlin", "london", "paris", "shanghai", "cancun", "bpo1", "bpo2"]
)
def test_each_fork_has_its_instructions_and_prices(fork: str) -> None:
    """What is younger than the fork is no instruction of it; what a look costs has changed often."""
    names = [name for name in COMPARED.split(", ") if "stores" not in name or fork not in EARLIER]
    programs = {name: PROGRAMS[name] for name in names} | {"PUSH0": b"\x5f" + TOP, "forward": FORWARD}
    with devnet(hardfork=fork) as chain:
        at = {name: f"0x{0x300000 + place:040x}" for place, name in enumerate(programs)}
        for name, address in [*at.items(), ("stores", STORES)]:
            chain.rpc("anvil_setCode", address, "0x" + (programs.get(name) or PROGRAMS[name]).hex())
            chain.rpc("anvil_setStorageAt", address, wire.word(1), wire.word(5))
            chain.rpc("anvil_setBalance", address, "0x64")
        chain.rpc("anvil_setCoinbase", COINBASE)
        chain.rpc("anvil_setBalance", RICH, "0x5")
        chain.mine(3)
        live = chain.at()
        calls = {name: RawCall(at[name], b"\0\1\2", gas=500_000) for name in programs if name != "forward"}
        for name in ("modexp of 200 bytes", "bn add", "bn mul", "bn pairing", "blake2f"):
            number, data = PRECOMPILES[name]
            calls[name] = RawCall(at["forward"], word(number) + word(400_000) + data)
        proven = ProvenView(live, HashAnchor(live.hash), fork=fork)
        anvil = dict(zip(calls, live.eth_calls(list(calls.values())), strict=True))
        assert dict(zip(calls, proven.ask_calls(list(calls.values())), strict=True)) == anvil
