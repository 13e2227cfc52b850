"""The sweep over code finds every instruction that can run, and where jumps may land."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from ethereum import trace
from ethereum.forks.osaka.vm.instructions import Ops
from ethereum.forks.osaka.vm.runtime import get_valid_jump_destinations

from tests.chain.evm.programs import InMemory, assemble, random_call, random_state, settle
from vmargin.chain.evm import specification
from vmargin.chain.evm.opcodes import jump_destinations, reachable


def names(code: bytes) -> set[str]:
    return {Ops(opcode).name for opcode in reachable(code)}


@pytest.mark.parametrize("end", ["STOP", "JUMP", "RETURN", "REVERT", "SELFDESTRUCT"])
def test_what_follows_an_end_is_data(end: str) -> None:
    assert names(assemble(end, "SLOAD")) == {end}
    assert names(assemble(end, "SLOAD JUMPDEST CALL", end, "SSTORE")) == {end, "JUMPDEST", "CALL"}
    assert names(assemble("JUMPI SLOAD", end, "CALL")) == {"JUMPI", "SLOAD", end}


def test_the_data_of_a_push_is_no_instruction() -> None:
    assert names(bytes.fromhex("60ff 7f") + b"\x5b" * 32 + b"\x00\x54") == {"PUSH1", "PUSH32", "STOP"}
    assert names(bytes.fromhex("00 605b 54")) == {"STOP"}
    assert names(bytes.fromhex("00 615b 54 5b 54")) == {"STOP", "JUMPDEST", "SLOAD"}
    assert names(bytes.fromhex("62ffff")) == {"PUSH3"}
    assert names(b"") == set()


def test_bytes_that_are_no_instruction_end_too() -> None:
    assert reachable(bytes.fromhex("0c54"), {0x0C}) == {0x0C}
    assert reachable(bytes.fromhex("0c54")) == {0x0C, 0x54}


def test_jump_destinations_are_those_of_the_specification(long: bool) -> None:
    random = Random(1)
    for _ in range(3000 if long else 100):
        alphabet = random.choice((range(256), (0x5B, 0x60, 0x61, 0x62, 0x7F, 0x00, 0x56)))
        code = bytes(random.choices(alphabet, k=random.randrange(300)))
        assert set(jump_destinations(code)) == set(map(int, get_valid_jump_destinations(code)))


def test_nothing_runs_that_was_not_found(long: bool) -> None:
    """The specification tells each instruction that it runs."""
    ran: dict[bytes, set[int]] = {}

    def note(evm: Any, event: Any) -> None:
        if isinstance(event, trace.OpStart):
            ran.setdefault(bytes(evm.code), set()).add(event.op.value)

    random = Random(2)
    before = trace.set_evm_trace(note)
    try:
        for _ in range(1000 if long else 10):
            settle(specification.run, InMemory("osaka", random_state(random, "osaka")), random_call(random))
    finally:
        trace.set_evm_trace(before)
    assert len(ran) > 10
    for code, opcodes in ran.items():
        assert opcodes <= reachable(code)
