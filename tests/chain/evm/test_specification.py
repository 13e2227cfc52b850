"""The state that the specification runs on: a word is what was proven, or what was written over it since."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

from tests.chain.evm.programs import CONTRACTS, Holding, InMemory
from vmargin.chain.evm.rules import rules_of
from vmargin.chain.evm.specification import _Accounts
from vmargin.chain.evm.state import Loaded, NotLoaded, Touch
from vmargin.chain.forks import FORKS

HERE, ELSEWHERE = CONTRACTS[:2]


class State:
    """A state of the specification over one account whose slots 1 and 2 are proven."""

    def __init__(self) -> None:
        self.loaded = Loaded(InMemory("osaka", {HERE: Holding(b"\0", 5, 1, {1: 7, 2: 8, 3: 9})}))
        self.loaded.load([Touch(HERE, 1), Touch(HERE, 2)])
        self.rules = rules_of(FORKS["osaka"])
        self.here: Any = self.rules.types.Address(bytes.fromhex(HERE[2:]))
        self.state = self.rules.state.State()
        accounts = _Accounts(self.rules, self.state, self.loaded, bytes(20))
        self.state._main_trie = self.rules.trie.Trie(True, None, accounts)
        self.transient = self.rules.state.TransientStorage()

    def key(self, slot: int) -> Any:
        return self.rules.data.Bytes32(slot.to_bytes(32, "big"))

    def get(self, slot: int) -> int:
        return int(self.rules.state.get_storage(self.state, self.here, self.key(slot)))

    def original(self, slot: int) -> int:
        return int(self.rules.state.get_storage_original(self.state, self.here, self.key(slot)))

    def put(self, slot: int, word: int) -> None:
        self.rules.state.set_storage(self.state, self.here, self.key(slot), self.rules.numeric.U256(word))

    def begin(self) -> None:
        self.rules.state.begin_transaction(self.state, self.transient)

    def undo(self) -> None:
        self.rules.state.rollback_transaction(self.state, self.transient)


def test_a_word_that_is_not_proven_is_asked_for() -> None:
    state = State()
    with pytest.raises(NotLoaded) as asked:
        state.rules.state.get_account(state.state, state.rules.types.Address(bytes.fromhex(ELSEWHERE[2:])))
    assert asked.value.touch == Touch(ELSEWHERE)
    state.rules.state.get_account(state.state, state.here)
    with pytest.raises(NotLoaded) as asked:
        state.get(3)
    assert asked.value.touch == Touch(HERE, 3)
    with pytest.raises(NotLoaded):
        state.put(3, 0)


def test_a_word_that_was_set_to_zero_stays_zero() -> None:
    """Also one that nobody has looked at; the specification keeps no zeros, and drops a storage of none."""
    state = State()
    state.rules.state.get_account(state.state, state.here)
    state.begin()
    assert state.get(2) == 8
    state.put(1, 0)
    assert state.get(1) == 0
    state.put(2, 0)
    assert (state.get(1), state.get(2)) == (0, 0)
    assert (state.original(1), state.original(2)) == (7, 8)
    state.undo()
    assert (state.get(1), state.get(2)) == (7, 8)


def test_what_is_looked_at_late_was_there_from_the_start() -> None:
    """An account is loaded when a call reaches it, after the snapshots that undo the call were taken."""
    state = State()
    state.begin()
    state.begin()
    state.rules.state.get_account(state.state, state.here)
    state.put(1, 70)
    assert (state.get(1), state.original(1), state.original(2)) == (70, 7, 8)
    state.undo()
    assert (state.get(1), state.original(1)) == (7, 7)


def test_the_callers_modules_are_left_alone() -> None:
    rules = rules_of(FORKS["osaka"])
    theirs = import_module("ethereum.forks.osaka.vm.interpreter")
    assert rules.interpreter is not theirs
    assert theirs.get_valid_jump_destinations.__module__ == "ethereum.forks.osaka.vm.runtime"
    assert rules.interpreter.get_valid_jump_destinations(b"\x5b") == {rules.numeric.Uint(0)}
    assert rules_of(FORKS["osaka"]) is rules
