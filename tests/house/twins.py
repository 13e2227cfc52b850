"""Contracts in one EVM, each with its mirror: what is done to one is done to the other."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from vmargin.margin import types
from vmargin.margin.house.mirror import Chain, Mirror
from vmargin.margin.house.surfaces import Posting
from vmargin.margin.house.volatility import VolatilityTerms
from vmargin.solidity import integers
from vmargin.solidity.abi import Function, Parameter
from vmargin.solidity.bytecode import Contract, Evm, Log, load_artifact
from vmargin.solidity.reverts import Halt, Revert

BUILD = Path(__file__).parents[2] / "contracts" / "build"
GAS = 500_000_000
STRUCTS = {**vars(types), "Posting": Posting, "VolatilityTerms": VolatilityTerms}


class Twins:
    """`do("ledger", "deposit", account, amount, sender=alice)`, and what it returned or reverted with."""

    def __init__(self, time: int) -> None:
        self.evm = Evm()
        self.evm.time = time
        self.chain = Chain(time)
        self.contracts: dict[str, Contract] = {}
        self.mirrors: dict[str, Any] = {}
        self.logs: list[Log] = []
        self._by_address: dict[str, Any] = {}

    @property
    def time(self) -> int:
        return self.evm.time

    @time.setter
    def time(self, seconds: int) -> None:
        self.evm.time = seconds
        self.chain.time = integers.uint256(seconds)

    def deploy(
        self, name: str, artifact: str, mirror: Callable[..., Mirror], *arguments: Any, sender: str
    ) -> str:
        """Both, and where; a contract among the arguments is given by its name."""
        compiled = load_artifact(BUILD / f"{artifact}.json")
        inputs = next((e["inputs"] for e in compiled["abi"] if e["type"] == "constructor"), [])
        plain = [self.contracts[a].address if a in self.contracts else a for a in arguments]
        contract = Contract.deploy(compiled, plain, evm=self.evm, sender=sender)
        typed = [self._typed(Parameter.read(p), a) for p, a in zip(inputs, plain, strict=True)]
        self.contracts[name] = contract
        self.mirrors[name] = mirror(self.chain, contract.address, *typed)
        self._by_address[contract.address] = self.mirrors[name]
        return contract.address

    def do(self, target: str, function: str, *arguments: Any, sender: str) -> tuple[Any, ...]:
        """Call both, which must agree; a revert is raised."""
        outcome = self.outcome(target, function, *arguments, sender=sender)
        if isinstance(outcome, Revert):
            raise outcome
        return outcome

    def outcome(self, target: str, function: str, *arguments: Any, sender: str) -> tuple[Any, ...] | Revert:
        """Call both, which must agree, on a revert too."""
        contract = self.contracts[target]
        entry = contract.function(function)
        plain = [
            self.contracts[a].address if isinstance(a, str) and a in self.contracts else a for a in arguments
        ]
        found = contract.outcome(entry, plain, sender=sender, gas=GAS)
        assert not isinstance(found, Halt), (target, function, arguments, found.reason)
        if not entry.reads and not isinstance(found, Revert):
            self.logs += self.evm.logs
        expected = self._mirrored(target, entry, plain, sender)
        if type(found) is not type(expected) and isinstance(found, Revert) and isinstance(expected, Revert):
            assert found.data == expected.data, (target, function, arguments, found, expected)
            return expected
        assert found == expected, (target, function, arguments, found, expected)
        return expected

    def snapshot(self) -> tuple[Any, ...]:
        """Where `restore` returns to, once."""
        states = [(mirror, mirror.state()) for mirror in self.chain.mirrors]
        return self.evm.raw.snapshot(), self.time, states, len(self.logs)

    def restore(self, snapshot: tuple[Any, ...]) -> None:
        checkpoint, time, states, logs = snapshot
        self.evm.raw.revert(checkpoint)
        for mirror, state in states:
            mirror.restore(state)
        self.chain.mirrors = [mirror for mirror, _ in states]
        self.time = time
        del self.logs[logs:]

    def see(self, target: str, function: str, *arguments: Any) -> Any:
        """What a view of both says: its value, where it returns one."""
        found = self.do(target, function, *arguments, sender="0x" + "77" * 20)
        return found[0] if len(found) == 1 else found

    def _mirrored(
        self, target: str, entry: Function, plain: list[Any], sender: str
    ) -> tuple[Any, ...] | Revert:
        method = getattr(self.mirrors[target], entry.name)
        if not callable(method):
            return _results(entry, method)
        typed = [self._typed(p, a) for p, a in zip(entry.inputs, plain, strict=True)]
        if _takes_sender(type(self.mirrors[target]), entry.name):
            typed.insert(0, sender)
        try:
            # a view changes nothing that there would be to restore
            value = method(*typed) if entry.reads else self.chain.transact(method, *typed)
            return _results(entry, value)
        except Revert as revert:
            return revert

    def _typed(self, parameter: Parameter, value: Any) -> Any:
        """As a mirror takes it: words, structs by their names, contracts as their mirrors."""
        if parameter.type.endswith("[]"):
            inner = parameter._replace(
                type=parameter.type.removesuffix("[]"), internal=parameter.internal.removesuffix("[]")
            )
            return tuple(self._typed(inner, v) for v in value)
        if parameter.components:
            struct = STRUCTS[parameter.internal.removeprefix("struct ").rpartition(".")[2]]
            return struct(*(self._typed(p, v) for p, v in zip(parameter.components, value, strict=True)))
        if parameter.internal.startswith("contract "):
            return self._by_address[value]
        word = getattr(integers, parameter.type, None)
        return value if word is None else word(int(value))


@cache
def _takes_sender(mirror: type[Mirror], function: str) -> bool:
    return list(inspect.signature(getattr(mirror, function)).parameters)[1:2] == ["sender"]


def _results(entry: Function, value: Any) -> tuple[Any, ...]:
    if not entry.outputs:
        return ()
    return _plain(value) if len(entry.outputs) > 1 else (_plain(value),)


def _plain(value: Any) -> Any:
    """As the ABI's decoder gives it."""
    if isinstance(value, tuple | list):
        return tuple(map(_plain, value))
    if isinstance(value, Mirror):
        return value.address
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else value
