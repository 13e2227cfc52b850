"""Compiled contracts run in-process, so that a mirror can be held against the bytecode that it mirrors.

The EVM is revm, through pyrevm.  What it tells as text in an exception is read here and nowhere
else: a call gives plain values, or raises a :class:`~vmargin.solidity.reverts.Revert` or a
:class:`~vmargin.solidity.reverts.Halt`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from vmargin.errors import MissingExtra, UsageError
from vmargin.solidity.abi import Coder, Function, Parameter
from vmargin.solidity.reverts import CustomError, Halt, Revert, decode

if TYPE_CHECKING:
    from vmargin.solidity.steps import Steps

GAS = 30_000_000
"""What a call may use: an endless loop ends as a halt."""

_SENDER = "0x" + "11" * 20
_PADDING = bytes(33)
"""What revm puts after code, so that a push at its end has what it pushes."""
_REVERTED = re.compile(r"Revert \{ gas_used: \d+, output: 0x([0-9a-f]*) \}\Z")
_HALTED = re.compile(r"Halt \{ reason: (\w+)")
_HALTS = {"InvalidFEOpcode": "invalid opcode", "OpcodeNotFound": "invalid opcode"}


class Log(NamedTuple):
    """An event as the EVM emits it."""

    address: str
    topics: tuple[bytes, ...]
    data: bytes


class Evm:
    """An EVM that several contracts may share: ``Contract.deploy(artifact, evm=evm)``."""

    def __init__(self) -> None:
        try:
            import pyrevm
        except ImportError:
            raise MissingExtra("pyrevm", "evm", "running contract bytecode") from None
        self.raw: Any = pyrevm.EVM()

    @property
    def time(self) -> int:
        """What contracts read as the block's timestamp."""
        return int(self.raw.env.block.timestamp)

    @time.setter
    def time(self, seconds: int) -> None:
        import pyrevm

        self.raw.set_block_env(pyrevm.BlockEnv(timestamp=int(seconds)))

    @property
    def gas_used(self) -> int:
        """By the last call that succeeded, after refunds; with what a transaction and its calldata cost."""
        return int(self.raw.result.gas_used)

    @property
    def logs(self) -> list[Log]:
        """Of the last call that succeeded."""
        return [
            Log(
                log.address.lower(),
                tuple(bytes.fromhex(topic.removeprefix("0x")) for topic in log.topics),
                bytes(log.data[1]),
            )
            for log in self.raw.result.logs
        ]


class Contract:
    """Deployed bytecode: ``Contract.deploy("contracts/build/Name.json").call("f", (1, 2))``."""

    def __init__(
        self, evm: Evm, address: str, abi: Iterable[Mapping[str, Any]], errors: Iterable[Any]
    ) -> None:
        self.evm = evm
        self.address = address
        entries = list(abi)
        self.functions = [Function(entry) for entry in entries if entry["type"] == "function"]
        """In the order of the ABI."""
        self.errors: tuple[CustomError | str, ...] = (*_declared(entries), *errors)
        self._by_name = {f.signature: f for f in self.functions}
        names = [f.name for f in self.functions]
        self._by_name.update({f.name: f for f in self.functions if names.count(f.name) == 1})

    @classmethod
    def deploy(
        cls,
        artifact: str | Path | Mapping[str, Any],
        arguments: Sequence[Any] = (),
        *,
        errors: Iterable[CustomError | str] = (),
        evm: Evm | None = None,
        sender: str = _SENDER,
    ) -> Contract:
        """Deploy, to an EVM of its own unless one is named.

        Parameters
        ----------
        artifact
            What ``contracts/compile.mjs`` wrote, or the path of it: ``abi`` and ``bytecode`` are used.
        arguments
            Of the constructor.
        errors
            Custom errors that may occur and that the ABI lacks: it does not list what assembly reverts with.
        evm
            With the contracts that this one is to call or to be called by.
        sender
            Who deploys.
        """
        artifact = artifact if isinstance(artifact, Mapping) else load_artifact(artifact)
        code = creation_code(artifact, arguments)
        evm = evm or Evm()
        try:
            address = str(evm.raw.deploy(sender, code, gas=GAS))
        except RuntimeError as error:
            raise failure_of(error, (*_declared(artifact["abi"]), *errors)) from None
        return cls(evm, address, artifact["abi"], errors)

    def function(self, name: str) -> Function:
        """Find a function by its name, or by its signature where the name is overloaded."""
        try:
            return self._by_name[name]
        except KeyError:
            alike = [f.signature for f in self.functions if f.name == name.partition("(")[0]]
            known = ", ".join(alike or sorted({f.name for f in self.functions}))
            raise UsageError(f"no function {name!r}: there are {known}") from None

    @property
    def code(self) -> bytes:
        """As it was deployed."""
        account = self.evm.raw.basic(self.address)
        code = bytes(account.code or b"")
        return code.removesuffix(_PADDING) if self.code_hash != _keccak(code) else code

    @property
    def code_hash(self) -> bytes:
        """keccak-256 of the deployed code."""
        return bytes(self.evm.raw.basic(self.address).code_hash)

    def call(
        self,
        function: str | Function,
        arguments: Sequence[Any] = (),
        *,
        gas: int = GAS,
        sender: str = _SENDER,
    ) -> tuple[Any, ...]:
        """Call a function: its results in a tuple, however many there are.

        Raises
        ------
        Revert
            With the data that came back, read as one of the contract's errors where they are one.
        Halt
            If the EVM stopped without data.
        """
        if isinstance(function, str):
            function = self.function(function)
        data = function.calldata(arguments)
        evm = self.evm.raw
        before = evm.snapshot() if function.reads else None
        try:
            returned = evm.message_call(sender, self.address, data, gas=gas)
        except RuntimeError as error:
            raise failure_of(error, self.errors) from None
        finally:
            if before is not None:
                evm.revert(before)  # the journal would grow with every call
        return function.results(returned)

    def outcome(
        self,
        function: str | Function,
        arguments: Sequence[Any] = (),
        *,
        gas: int = GAS,
        sender: str = _SENDER,
    ) -> tuple[Any, ...] | Revert | Halt:
        """Call a function and give what it raised as a value, to be compared like one."""
        try:
            return self.call(function, arguments, gas=gas, sender=sender)
        except (Revert, Halt) as outcome:
            return outcome

    def trace(
        self, function: str | Function, arguments: Sequence[Any] = (), *, sender: str = _SENDER
    ) -> Steps:
        """Call a function and record each step; the state is left as it was.

        Raises
        ------
        Untraceable
            If the run does not end as the call does, so that it would explain something else.
        """
        from vmargin.solidity.steps import EvmWorld, Given, Untraceable, follow

        if isinstance(function, str):
            function = self.function(function)
        data = function.calldata(arguments)
        steps = follow(Given(int(self.address, 16), data, int(sender, 16)), EvmWorld(self.evm.raw))
        evm = self.evm.raw
        before = evm.snapshot()
        ending: bytes | Revert | Halt | UsageError
        try:
            ending = bytes(evm.message_call(sender, self.address, data, gas=GAS))
        except RuntimeError as error:
            ending = failure_of(error)
        finally:
            evm.revert(before)
        if not steps.ends_as(ending):
            raise Untraceable(
                f"{function.signature} cannot be followed: it ends with {ending!r}, followed it ends with "
                f"{steps.ending!r}"
            )
        return steps


def load_artifact(path: str | Path) -> dict[str, Any]:
    """Read a compiled contract."""
    try:
        artifact = json.loads(Path(path).read_text())
    except FileNotFoundError:
        raise UsageError(f"no compiled contract at {path}: run `make contracts`") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} is no compiled contract: {error}") from None
    if not isinstance(artifact, dict) or "abi" not in artifact or "bytecode" not in artifact:
        raise UsageError(f"{path} is no compiled contract: it lacks `abi` or `bytecode`")
    return _flat({"name": Path(path).stem, **artifact})


def _flat(artifact: dict[str, Any]) -> dict[str, Any]:
    """Bring Foundry's form, in which code is an object with its source map, to ours."""
    for code, source_map in (("bytecode", "sourceMap"), ("deployedBytecode", "deployedSourceMap")):
        nested = artifact.get(code)
        if isinstance(nested, dict):
            artifact = {**artifact, code: nested.get("object", ""), source_map: nested.get("sourceMap", "")}
    return artifact


def creation_code(artifact: Mapping[str, Any], arguments: Sequence[Any] = ()) -> bytes:
    """What deploys a compiled contract: its code with the constructor's arguments after it."""
    code = str(_flat(dict(artifact))["bytecode"]).removeprefix("0x")
    if not code or "_" in code:
        raise UsageError(
            f"{artifact.get('name')} has no bytecode of its own: it is abstract or needs linking"
        )
    inputs: Iterable[Any] = ()
    for entry in artifact["abi"]:
        if entry["type"] == "constructor":
            inputs = entry["inputs"]
    return bytes.fromhex(code) + Coder(tuple(map(Parameter.read, inputs))).encode(arguments)


def failure_of(error: RuntimeError, errors: Iterable[CustomError | str] = ()) -> Revert | Halt | UsageError:
    """Read what pyrevm says of a call that did not succeed."""
    text = str(error)
    if reverted := _REVERTED.match(text):
        return decode(bytes.fromhex(reverted.group(1)), errors)
    if halted := _HALTED.match(text):
        reason = halted.group(1)
        return Halt(_HALTS.get(reason) or re.sub(r"(?<!^)(?=[A-Z][a-z])", " ", reason).lower())
    return UsageError(f"the EVM refused the call: {text}")


def _keccak(data: bytes) -> bytes:
    from eth_hash.auto import keccak

    return bytes(keccak(data))


def _declared(abi: Iterable[Mapping[str, Any]]) -> list[str]:
    """Signatures of the custom errors that an ABI lists."""
    return [
        f"{entry['name']}({','.join(Parameter.read(p).type for p in entry['inputs'])})"
        for entry in abi
        if entry["type"] == "error"
    ]
