"""revm, where it is asked, does what the fork's specification does: to the byte and to the unit of gas."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from ethereum.forks.osaka.vm.instructions import Ops

from tests.chain.evm.programs import (
    CONTRACTS,
    EVERYONE,
    SLOTS,
    TOP,
    Holding,
    InMemory,
    assemble,
    random_call,
    random_state,
    settle,
)
from vmargin.chain.evm import specification
from vmargin.chain.evm.execution import Executor
from vmargin.chain.evm.revm import Revm, agreed, may_run, may_touch, undefined
from vmargin.chain.evm.state import Loaded, Touch
from vmargin.chain.forks import FORKS
from vmargin.chain.questions import RawCall, RawOutcome
from vmargin.solidity.reverts import Revert

FAST = ("shanghai", "cancun", "prague", "osaka", "bpo2")
EVERYTHING = [Touch(who) for who in EVERYONE] + [Touch(who, slot) for who in CONTRACTS for slot in SLOTS]

OPCODES = {op.value for op in Ops} | {0xFE}


def same(one: RawOutcome | None, other: RawOutcome) -> bool:
    return type(one) is type(other) and one == other


def fast(source: InMemory, call: RawCall, touches: list[Touch] = EVERYTHING) -> RawOutcome | None:
    loaded = Loaded(source)
    loaded.load(touches)
    return Revm(loaded).run(call, touches, source.fork)


@pytest.mark.parametrize("fork", FAST)
def test_random_programs(fork: str, long: bool) -> None:
    """What many of them return depends on gas; with parts of the state withheld there is no other answer."""
    random = Random(fork)
    answered = withheld = 0
    for _ in range(2000 if long else 15):
        source, call = InMemory(fork, random_state(random, fork)), random_call(random)
        truth = settle(specification.run, source, call)
        outcome = fast(source, call)
        assert outcome is None or same(outcome, truth)
        assert same(Executor(source).run([call])[0], truth)
        answered += outcome is not None
        for _ in range(2):
            hidden = set(random.sample(EVERYTHING, 4))
            kept = [touch for touch in EVERYTHING if not {touch, Touch(touch.address)} & hidden]
            partial = fast(source, call, kept)
            assert partial is None or same(partial, truth)
            withheld += partial is None
    assert answered > 5 and withheld > 5


@pytest.mark.parametrize("fork", ("shanghai", "osaka"))
def test_every_byte(fork: str) -> None:
    """With words to work on, without, and with what is left of the gas afterwards."""
    rules = FORKS[fork]
    for opcode in range(256):
        for before in (assemble(*[3] * 17), b""):
            code = before + bytes([opcode]) + assemble("GAS", "ADD", TOP)
            source = InMemory(fork, {CONTRACTS[0]: Holding(code, 9, 1, {3: 4, 0: 7})})
            call = RawCall(CONTRACTS[0], b"abc", gas=100_000)
            truth = settle(specification.run, source, call)
            outcome = fast(source, call)
            assert (outcome is not None) == may_run(code, rules), hex(opcode)
            assert outcome is None or same(outcome, truth), hex(opcode)
        if opcode not in OPCODES:
            assert opcode in undefined(rules)


@pytest.mark.parametrize("fork", FAST)
def test_who_is_warm_from_the_start(fork: str) -> None:
    """The sender, the contract, the coinbase, the precompiles: what a look at them costs, once and again."""
    for who in map(int, EVERYONE, [16] * len(EVERYONE)):
        look = assemble("GAS", who, "BALANCE POP GAS SWAP1 SUB")
        code = assemble(look, look, 1000, "MUL ADD", TOP)
        source, call = InMemory(fork, {CONTRACTS[0]: Holding(code)}), RawCall(CONTRACTS[0], b"")
        truth = settle(specification.run, source, call)
        outcome = fast(source, call)
        assert same(outcome, truth) or not may_touch(f"0x{who:040x}", FORKS[fork])


@pytest.mark.parametrize("fork", FAST)
def test_what_revm_is_not_asked(fork: str) -> None:
    """Each of these it runs without complaint, and most of them wrongly."""
    rules = FORKS[fork]
    for name in ("BLOCKHASH", "BASEFEE", "GASLIMIT", "BLOBBASEFEE", "CREATE", "CREATE2", "SELFDESTRUCT"):
        assert not may_run(assemble(0, 0, 0, 0, name), rules)
        assert may_run(assemble("STOP", name), rules)
    assert may_run(assemble(1, "CLZ"), rules) != rules.since("osaka")
    assert may_run(assemble(0, "TLOAD"), rules) == rules.since("cancun")
    assert not may_run(b"\xef\x01\x00" + bytes(20), rules)
    assert not may_run(b"\xef", rules)
    allowed = {number for number in range(0x120) if may_touch(f"0x{number:040x}", rules)}
    barred = {*range(0x0B, 0x12), 0x100}
    barred |= {0x05} if rules.since("osaka") else set()
    barred |= set() if rules.since("cancun") else {0x0A}
    assert allowed == set(range(0x120)) - barred
    assert not agreed(rules) & undefined(rules)


def test_only_the_version_that_was_measured_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    source = InMemory("osaka", {CONTRACTS[0]: Holding(assemble(5, TOP))})
    call = RawCall(CONTRACTS[0], b"")
    assert fast(source, call) == (5).to_bytes(32, "big")
    monkeypatch.setattr("vmargin.chain.evm.revm.version", lambda name: "0.3.8")
    assert fast(source, call) is None
    assert Executor(source).run([call]) == [(5).to_bytes(32, "big")]


@pytest.mark.parametrize("fork", ("byzantium", "istanbul", "london", "paris"))
def test_earlier_forks_are_not_for_revm(fork: str) -> None:
    source = InMemory(fork, {CONTRACTS[0]: Holding(assemble(5, TOP))})
    assert fast(source, RawCall(CONTRACTS[0], b"")) is None
    assert Executor(source).run([RawCall(CONTRACTS[0], b"")]) == [(5).to_bytes(32, "big")]


@pytest.mark.parametrize(
    "look",
    [
        ("SLOAD",),
        ("BALANCE",),
        ("EXTCODESIZE",),
        ("EXTCODEHASH",),
        (0, 0, 0, 3, "EXTCODECOPY", 0),
        (0, 0, 0, 0, 0, 3, "GAS", "CALL"),
        (0, 0, 0, 0, 3, "GAS", "STATICCALL"),
        (0, 0, 0, 0, 3, "GAS", "DELEGATECALL"),
        (0, 0, 0, 0, 0, 3, "GAS", "CALLCODE"),
        (1, "SWAP1", "SSTORE", 0),
    ],
    ids=lambda look: str(look[-1] or look[-2]),
)
def test_whatever_looks_at_what_it_was_not_given_has_no_answer(look: tuple[Any, ...]) -> None:
    """Even where the look is taken in a call whose failure is swallowed, and undone."""
    inner = assemble(3, *look, 0, 0, "REVERT")
    outer = assemble(0, 0, 0, 0, int(CONTRACTS[1], 16), "GAS", "DELEGATECALL", TOP)
    source = InMemory("osaka", {CONTRACTS[0]: Holding(outer, storage={9: 9}), CONTRACTS[1]: Holding(inner)})
    call = RawCall(CONTRACTS[0], b"")
    given = [Touch(who) for who in EVERYONE if who != f"0x{3:040x}"]
    truth = settle(specification.run, source, call)
    assert fast(source, call, given) is None
    outcome = fast(source, call, [*given, Touch(f"0x{3:040x}"), Touch(CONTRACTS[0], 3)])
    assert same(outcome, truth)
    assert not isinstance(truth, Revert)
