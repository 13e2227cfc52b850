"""Compiled contracts run in-process, so that a mirror can be held against the bytecode that it mirrors.

The EVM is revm, through pyrevm.  What it tells as text in an exception is read here and nowhere
else: a call gives plain values, or raises a :class:`~vmargin.solidity.reverts.Revert` or a
:class:`~vmargin.solidity.reverts.Halt`.
"""

from __future__ import annotations

import functools
import json
import operator
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from vmargin.errors import MissingExtra, UsageError
from vmargin.solidity.reverts import CustomError, Halt, Revert, decode, selector

GAS = 30_000_000
"""What a call may use: an endless loop ends as a halt."""

_SENDER = "0x" + "11" * 20
_MASK = (1 << 256) - 1
_INTEGER = re.compile(r"(u?)int(\d+)\Z")
_REVERTED = re.compile(r"Revert \{ gas_used: \d+, output: 0x([0-9a-f]*) \}\Z")
_HALTED = re.compile(r"Halt \{ reason: (\w+)")
_HALTS = {"InvalidFEOpcode": "invalid opcode", "OpcodeNotFound": "invalid opcode"}


class Parameter(NamedTuple):
    """An input or an output of a function, as the ABI names it."""

    name: str
    type: str
    internal: str
    """Solidity's own name of the type, which tells an enum from a number."""
    components: tuple[Parameter, ...] = ()

    @classmethod
    def read(cls, entry: Mapping[str, Any]) -> Parameter:
        """Read an entry of an ABI; a struct's type is written out, as signatures have it."""
        components = tuple(map(cls.read, entry.get("components", ())))
        kind = str(entry["type"])
        if kind.startswith("tuple"):
            kind = f"({','.join(c.type for c in components)}){kind.removeprefix('tuple')}"
        return cls(str(entry.get("name", "")), kind, str(entry.get("internalType", kind)), components)


class _Leaf(NamedTuple):
    """A type that is one word on the wire and an int or a bool in Python."""

    low: int
    high: int
    flag: bool


class _Coder:
    """Values to calldata and back.

    Words and structs of words, which is nearly everything here, are coded by hand: eth-abi takes
    28 microseconds where the call itself takes 6.
    """

    def __init__(self, parameters: tuple[Parameter, ...]) -> None:
        self.types = [p.type for p in parameters]
        self.nested = any(p.components for p in parameters)
        self.parameters = parameters
        leaves = list(_leaves(parameters))
        self.leaves = None if None in leaves else [leaf for leaf in leaves if leaf is not None]

    def encode(self, values: Sequence[Any]) -> bytes:
        if len(values) != len(self.types):
            raise UsageError(f"{len(values)} values for ({', '.join(self.types)}): pass {len(self.types)}")
        if self.leaves is None:
            return self._encode_any(values)
        words = []
        try:
            flat = list(_flatten(self.parameters, values)) if self.nested else values
            for value, (low, high, _) in zip(flat, self.leaves, strict=True):
                number = operator.index(value)
                if not low <= number <= high:
                    raise ValueError(f"{number} is not in {low} to {high}")
                words.append((number & _MASK).to_bytes(32, "big"))
        except (TypeError, ValueError) as error:
            raise self._unfit(values, error) from None
        return b"".join(words)

    def decode(self, data: bytes) -> tuple[Any, ...]:
        if self.leaves is None:
            return self._decode_any(data)
        if len(data) != 32 * len(self.leaves):
            raise self._misfit(data)
        values: list[int | bool] = []
        for position, (low, high, flag) in enumerate(self.leaves):
            number = int.from_bytes(data[32 * position : 32 * position + 32], "big", signed=low < 0)
            if not low <= number <= high:
                raise self._misfit(data)
            values.append(number == 1 if flag else number)
        return _nest(self.parameters, iter(values)) if self.nested else tuple(values)

    def _encode_any(self, values: Sequence[Any]) -> bytes:
        from eth_abi.abi import encode
        from eth_abi.exceptions import EncodingError

        try:
            return encode(self.types, values)
        except (EncodingError, TypeError) as error:
            raise self._unfit(values, error) from None

    def _decode_any(self, data: bytes) -> tuple[Any, ...]:
        from eth_abi.abi import decode as decode_abi
        from eth_abi.exceptions import DecodingError

        try:
            return tuple(decode_abi(self.types, data))
        except (DecodingError, UnicodeDecodeError, OverflowError):
            raise self._misfit(data) from None

    def _unfit(self, values: Sequence[Any], error: Exception) -> UsageError:
        return UsageError(f"{tuple(values)!r} is no ({', '.join(self.types)}): {error}")

    def _misfit(self, data: bytes) -> UsageError:
        types = ", ".join(self.types)
        return UsageError(f"0x{data.hex()} is no ({types}): check that ABI and bytecode are of one contract")


class Function:
    """A function of a contract, with its selector and its coders made once."""

    def __init__(self, entry: Mapping[str, Any]) -> None:
        self.name = str(entry["name"])
        self.inputs = tuple(map(Parameter.read, entry["inputs"]))
        self.outputs = tuple(map(Parameter.read, entry["outputs"]))
        self.signature = f"{self.name}({','.join(p.type for p in self.inputs)})"
        self.reads = entry["stateMutability"] in ("pure", "view")
        """Whether a call leaves the state as it was."""
        self._selector = selector(self.signature)
        self._arguments = _Coder(self.inputs)
        self._results = _Coder(self.outputs)

    def calldata(self, arguments: Sequence[Any]) -> bytes:
        """Encode a call with its arguments, which must be in the range of their types."""
        return self._selector + self._arguments.encode(arguments)

    def results(self, data: bytes) -> tuple[Any, ...]:
        """What the call returned, one value per output."""
        return self._results.decode(data)

    @property
    def shape(self) -> str:
        """The types that it takes and returns."""
        return f"({', '.join(self._arguments.types)}) -> ({', '.join(self._results.types)})"

    def __repr__(self) -> str:
        return f"<function {self.signature}>"


class Contract:
    """Deployed bytecode: ``Contract.deploy("contracts/build/Name.json").call("f", (1, 2))``."""

    def __init__(
        self, evm: Any, address: str, abi: Iterable[Mapping[str, Any]], errors: Iterable[Any]
    ) -> None:
        self._evm = evm
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
    ) -> Contract:
        """Deploy to an EVM of its own.

        Parameters
        ----------
        artifact
            What ``contracts/compile.mjs`` wrote, or the path of it: ``abi`` and ``bytecode`` are used.
        arguments
            Of the constructor.
        errors
            Custom errors that may occur and that the ABI lacks: it does not list what assembly reverts with.
        """
        artifact = artifact if isinstance(artifact, Mapping) else load_artifact(artifact)
        code = str(artifact["bytecode"]).removeprefix("0x")
        if not code or "_" in code:
            raise UsageError(
                f"{artifact.get('name')} has no bytecode of its own: it is abstract or needs linking"
            )
        inputs: Iterable[Any] = ()
        for entry in artifact["abi"]:
            if entry["type"] == "constructor":
                inputs = entry["inputs"]
        encoded = _Coder(tuple(map(Parameter.read, inputs))).encode(arguments)
        evm = _new_evm()
        try:
            address = str(evm.deploy(_SENDER, bytes.fromhex(code) + encoded, gas=GAS))
        except RuntimeError as error:
            raise _outcome(error, (*_declared(artifact["abi"]), *errors)) from None
        return cls(evm, address, artifact["abi"], errors)

    def function(self, name: str) -> Function:
        """Find a function by its name, or by its signature where the name is overloaded."""
        try:
            return self._by_name[name]
        except KeyError:
            alike = [f.signature for f in self.functions if f.name == name.partition("(")[0]]
            known = ", ".join(alike or sorted({f.name for f in self.functions}))
            raise UsageError(f"no function {name!r}: there are {known}") from None

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
        evm = self._evm
        before = evm.snapshot() if function.reads else None
        try:
            returned = evm.message_call(sender, self.address, data, gas=gas)
        except RuntimeError as error:
            raise _outcome(error, self.errors) from None
        finally:
            if before is not None:
                evm.revert(before)  # the journal would grow with every call
        return function.results(returned)

    def outcome(
        self, function: str | Function, arguments: Sequence[Any] = ()
    ) -> tuple[Any, ...] | Revert | Halt:
        """Call a function and give what it raised as a value, to be compared like one."""
        try:
            return self.call(function, arguments)
        except (Revert, Halt) as outcome:
            return outcome


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
    return artifact


def _new_evm() -> Any:
    try:
        import pyrevm
    except ImportError:
        raise MissingExtra("pyrevm", "evm", "running contract bytecode") from None
    return pyrevm.EVM()


def _outcome(error: RuntimeError, errors: Iterable[CustomError | str]) -> Revert | Halt | UsageError:
    """Read what pyrevm says of a call that did not succeed."""
    text = str(error)
    if reverted := _REVERTED.match(text):
        return decode(bytes.fromhex(reverted.group(1)), errors)
    if halted := _HALTED.match(text):
        reason = halted.group(1)
        return Halt(_HALTS.get(reason) or re.sub(r"(?<!^)(?=[A-Z][a-z])", " ", reason).lower())
    return UsageError(f"the EVM refused the call: {text}")


def _declared(abi: Iterable[Mapping[str, Any]]) -> list[str]:
    """Signatures of the custom errors that an ABI lists."""
    return [
        f"{entry['name']}({','.join(Parameter.read(p).type for p in entry['inputs'])})"
        for entry in abi
        if entry["type"] == "error"
    ]


@functools.cache
def _leaf(kind: str) -> _Leaf | None:
    if kind == "bool":
        return _Leaf(0, 1, True)
    match = _INTEGER.match(kind)
    if match is None:
        return None
    bits = int(match.group(2))
    return (
        _Leaf(0, (1 << bits) - 1, False)
        if match.group(1)
        else _Leaf(-1 << (bits - 1), (1 << (bits - 1)) - 1, False)
    )


def _leaves(parameters: tuple[Parameter, ...]) -> Iterator[_Leaf | None]:
    """The words that the parameters consist of; None for what is not of words alone."""
    for parameter in parameters:
        if parameter.components and parameter.type.endswith(")"):
            yield from _leaves(parameter.components)
        else:
            yield _leaf(parameter.type)


def _flatten(parameters: tuple[Parameter, ...], values: Sequence[Any]) -> Iterator[Any]:
    for parameter, value in zip(parameters, values, strict=True):
        if parameter.components:
            yield from _flatten(parameter.components, value)
        else:
            yield value


def _nest(parameters: tuple[Parameter, ...], flat: Iterator[Any]) -> tuple[Any, ...]:
    return tuple(_nest(p.components, flat) if p.components else next(flat) for p in parameters)
