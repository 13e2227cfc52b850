"""A mirror beside the contract's function that it claims to be."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from vmargin.crosscheck.inputs import Case, Inputs
from vmargin.crosscheck.mining import mined
from vmargin.crosscheck.outcome import Failure, Outcome, same
from vmargin.errors import UsageError
from vmargin.solidity.abi import Function
from vmargin.solidity.arrays import Words
from vmargin.solidity.bytecode import Contract, load_artifact
from vmargin.solidity.kernel import Kernel
from vmargin.solidity.reverts import CustomError, Revert
from vmargin.solidity.signatures import array_element

if TYPE_CHECKING:
    from vmargin.solidity.steps import Step


class Target(Protocol):
    """Where a contract's function runs."""

    function: Function
    enums: Mapping[str, int]
    """Members of each enum, where that is known."""
    code: bytes
    """Of the contract, whose constants are worth a try."""

    def run(self, case: Case) -> Outcome:
        """Call the function."""

    def trace(self, case: Case) -> Sequence[Step]:
        """Call it, and list what the EVM does."""

    def as_json(self) -> dict[str, Any]:
        """What it is, so that another can check that it is the same."""


class LocalTarget:
    """Compiled code in an EVM of this process.

    Parameters
    ----------
    artifact
        What a compiler wrote, or the path of it.
    signature
        The function's name, or its signature where the name is overloaded; what it returns may be there, too.
    constructor
        Arguments to deploy with.
    errors
        Custom errors that may occur and that the ABI lacks.
    """

    def __init__(
        self,
        artifact: str | Path | Mapping[str, Any],
        signature: str,
        *,
        constructor: Sequence[Any] = (),
        errors: Iterable[CustomError | str] = (),
    ) -> None:
        self.artifact = artifact if isinstance(artifact, Mapping) else load_artifact(artifact)
        self.contract = Contract.deploy(self.artifact, constructor, errors=errors)
        named = Function.parse(signature).signature if "(" in signature else signature
        self.function = self.contract.function(named)
        self.enums: Mapping[str, int] = self.artifact.get("enums", {})
        self.code = self.contract.code

    def run(self, case: Case) -> Outcome:
        return self.contract.outcome(self.function, case)

    def trace(self, case: Case) -> Sequence[Step]:
        return self.contract.trace(self.function, case)

    def as_json(self) -> dict[str, Any]:
        return {
            "contract": self.artifact.get("name"),
            "source": self.artifact.get("source"),
            "compiler": self.artifact.get("compiler"),
            "codeHash": f"0x{self.contract.code_hash.hex()}",
        }


class Subject:
    """A mirror and the contract's function, to be given the same arguments.

    Parameters
    ----------
    mirror
        A kernel or any function of ints, or its name: ``package.module:function``, ``path/file.py:function``.
    target
        Where the contract's function runs.
    inputs
        What both are given; by default what the function's types allow.
    """

    def __init__(
        self, mirror: str | Callable[..., Any], target: Target, *, inputs: Inputs | None = None
    ) -> None:
        self.mirror = load(mirror) if isinstance(mirror, str) else mirror
        self.mirror_name = mirror if isinstance(mirror, str) else name_of(mirror)
        self.target = target
        self.function = target.function
        self.name = self.function.name
        self._converters = _converters(self.mirror, self.function)
        if inputs is None:
            found = mined(self.mirror, target.code)
            inputs = Inputs.of(self.function, enums=target.enums, mined=found)
        self.inputs = inputs

    def arguments(self, case: Case) -> tuple[Any, ...]:
        """A case as the mirror takes it: arrays for kernels are `Words`."""
        if self._converters is None:
            return case
        return tuple(v if c is None else c(v) for c, v in zip(self._converters, case, strict=True))

    def mirrored(self, case: Case) -> Outcome:
        """What the mirror does."""
        return mirrored(self.mirror, self.arguments(case), len(self.function.outputs))

    def original(self, case: Case) -> Outcome:
        """What the contract does."""
        return self.target.run(case)

    def differs(self, case: Case) -> bool:
        """Whether the two do not do the same."""
        return not same(self.mirrored(case), self.original(case))


def mirrored(mirror: Callable[..., Any], arguments: Sequence[Any], outputs: int) -> Outcome:
    """What a mirror does with arguments, as a call of a contract with that many outputs gives it."""
    try:
        result = mirror(*arguments)
    except Revert as revert:
        return revert
    except Exception as raised:  # noqa: BLE001  whatever a mirror raises is its answer, and a wrong one
        return Failure(f"{type(raised).__name__}: {raised}")
    if result is None:
        return ()
    try:
        plain = _plain(result)
    except TypeError as wrong:
        return Failure(str(wrong))
    return plain if isinstance(plain, tuple) and outputs != 1 else (plain,)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | str | bytes):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, tuple | list | Words):
        return tuple(map(_plain, value))
    raise TypeError(f"it returned {value!r} of type {type(value).__name__}: integers are wanted")


def _converters(mirror: Callable[..., Any], function: Function) -> list[Callable[[Any], Any] | None] | None:
    """What makes a kernel's arguments of values of the ABI's types; None where nothing is to be done."""
    if not isinstance(mirror, Kernel):
        return None
    if mirror.writes:
        raise UsageError(
            f"{mirror.name} writes to arrays of its caller: compare a function that allocates them"
        )
    kinds = mirror.signature.types
    if len(kinds) != len(function.inputs):
        raise UsageError(
            f"{mirror.name} takes {len(kinds)} arguments, {function.signature} {len(function.inputs)}: "
            "compare a function that takes what the contract takes"
        )
    elements = [array_element(kind) for kind in kinds]
    if not any(elements):
        return None
    return [None if element is None else _words_of(element) for element in elements]


def _words_of(element: Any) -> Callable[[Any], Any]:
    return lambda values: Words(element, values)


def name_of(mirror: Callable[..., Any]) -> str:
    """The name under which :func:`load` finds a function again."""
    return f"{mirror.__module__}:{getattr(mirror, '__qualname__', type(mirror).__name__)}"


def load(name: str) -> Callable[..., Any]:
    """Find a function by its name, ``package.module:function`` or ``path/to/file.py:function``."""
    where, _, attribute = name.rpartition(":")
    if not where:
        raise UsageError(f"{name!r} names no function: write package.module:function or file.py:function")
    module = _module(where)
    found: Any = module
    for part in attribute.split("."):
        found = getattr(found, part, None)
    if not callable(found):
        known = sorted(n for n, v in vars(module).items() if callable(v) and not n.startswith("_"))
        raise UsageError(f"{where} has no function {attribute!r}: it has {', '.join(known) or 'none'}")
    return found  # type: ignore[no-any-return]


def _module(where: str) -> Any:
    if where.endswith(".py"):
        path = Path(where)
        spec = importlib.util.spec_from_file_location(path.stem, path)
        if spec is None or spec.loader is None or not path.is_file():
            raise UsageError(f"no file {where}: name one that holds the mirror")
        module = importlib.util.module_from_spec(spec)
        sys.modules.setdefault(path.stem, module)  # what a file defines must be found again by name
        spec.loader.exec_module(module)
        return module
    if "" not in sys.path and str(Path.cwd()) not in sys.path:
        sys.path.append(str(Path.cwd()))  # a console script does not look there
    try:
        return importlib.import_module(where)
    except ModuleNotFoundError as missing:
        raise UsageError(f"no module {where}: {missing}") from None
