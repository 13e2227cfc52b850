"""One library: its mirror's kernels beside the functions of its harness, and the tests that compare them.

A test file for a library is a subclass of `Differential`::

    class TestMath(Differential):
        library = Library(
            "OpenZeppelinMathHarness",
            "vmargin.fixedpoint.openzeppelin.math",
            hints={"sqrt": {"a": Hint(edges=(2**255,))}},
            cases={"mulDiv": [(2**128, 2**128, 1)]},
        )
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings

from tests.differential.native import check_native
from vmargin.crosscheck import bias, drawn, mining
from vmargin.crosscheck.bias import Hint
from vmargin.crosscheck.inputs import Inputs
from vmargin.crosscheck.outcome import Outcome, same, shown
from vmargin.crosscheck.subject import mirrored
from vmargin.errors import UsageError
from vmargin.solidity.abi import Function
from vmargin.solidity.bytecode import Contract, load_artifact
from vmargin.solidity.integers import Word
from vmargin.solidity.kernel import Kernel
from vmargin.solidity.reverts import CustomError
from vmargin.solidity.signatures import fields, is_struct, type_name

BUILD = Path(__file__).parents[2] / "contracts" / "build"
BLOCK = 10_000
LONG = 56
"""Bits of a constant that no compiler computes from shorter ones unless it is a power or a product."""


class Difference(NamedTuple):
    """A case on which mirror and original do not agree."""

    case: tuple[int, ...]
    mirror: Outcome
    original: Outcome


class Library:
    """An original behind its harness, and its mirror.

    Parameters
    ----------
    harness
        The contract in `contracts/harness/`.
    mirrors
        The modules whose kernels bear the names of its functions.
    hints
        By function and argument or field of one, where the interesting inputs are.
    cases
        By function, arguments that are tried first: where several of them together make an edge.
    elsewhere
        Kernels of the mirror that this harness has no function for: another harness has, or the
        original has none.
    computed
        Long constants of the mirror that the bytecode lacks: it computes them, or the compiler has
        combined them with others.
    """

    native = True
    """Whether the native reading is compared too: not where many kernels run once each."""

    def __init__(
        self,
        harness: str,
        *mirrors: str,
        hints: Mapping[str, Mapping[str, Hint]] | None = None,
        cases: Mapping[str, Sequence[tuple[int, ...]]] | None = None,
        elsewhere: Collection[str] = (),
        computed: Collection[str] = (),
    ) -> None:
        self.harness = harness
        self.mirrors = mirrors
        self.hints = hints or {}
        self.cases = cases or {}
        self.elsewhere = elsewhere
        self.computed = computed

    @functools.cached_property
    def artifact(self) -> dict[str, Any]:
        """The compiled harness; without it a UsageError says how to get it."""
        return load_artifact(BUILD / f"{self.harness}.json")

    @functools.cached_property
    def contract(self) -> Contract:
        """The harness in an EVM; errors that the mirror declares are decoded too."""
        declared = [v for m in self.modules for v in vars(m).values() if isinstance(v, CustomError)]
        return Contract.deploy(self.artifact, errors=declared)

    @functools.cached_property
    def modules(self) -> list[Any]:
        """The mirror's modules."""
        return [importlib.import_module(name) for name in self.mirrors]

    @functools.cached_property
    def kernels(self) -> dict[str, Kernel[..., Any]]:
        """The mirror's own kernels, without what it imports and without its inner steps."""
        found: dict[str, Kernel[..., Any]] = {}
        for module in self.modules:
            for name, value in vars(module).items():
                if not isinstance(value, Kernel) or name.startswith("_"):
                    continue
                if value.body.__module__ == module.__name__ and name not in self.elsewhere:
                    assert name not in found, f"{name} is in two modules of {self.mirrors}"
                    found[name] = value
        return found

    def names(self) -> list[str]:
        """All functions of harness and mirror, as far as these can be read: their tests say what is amiss."""
        found: set[str] = set()
        with contextlib.suppress(UsageError):
            found.update(entry["name"] for entry in self.artifact["abi"] if entry["type"] == "function")
        with contextlib.suppress(Exception):  # whatever an unfinished module raises, the tests raise too
            found.update(self.kernels)
        return sorted(found)

    def pair(self, name: str) -> Pair:
        """Both sides of a function."""
        if name not in self.kernels:
            pytest.fail(f"{self.harness} has {name}(), {' and '.join(self.mirrors)} has no such kernel")
        if all(function.name != name for function in self.contract.functions):
            pytest.fail(f"the mirror has {name}(), {self.harness} has no such function: add it there")
        return Pair(self, name)

    def unpaired(self) -> list[str]:
        """What only one side has, and where both have it, how their types differ."""
        functions = {f.name: f for f in self.contract.functions}
        kernels = self.kernels
        problems = [f"{name}: only in {self.harness}" for name in functions if name not in kernels]
        problems += [f"{name}: only in the mirror" for name in kernels if name not in functions]
        hinted = {**self.hints, **self.cases}
        problems += [f"{name}: hinted at, but in neither" for name in hinted if name not in kernels]
        if len(functions) != len(self.contract.functions):
            problems.append("the harness has overloads: name each as the mirror does")
        for name, function in functions.items():
            if name in kernels:
                original, mirrored = function.shape, _shape(kernels[name], function)
                if original != mirrored:
                    problems.append(f"{name}: {original} in {self.harness}, {mirrored} in the mirror")
        return problems

    def unknown_constants(self) -> list[str]:
        """The long constants that the kernels name and the original's bytecode does not have."""
        pushed = set(map(_significant, mining.pushed(bytes.fromhex(self.artifact["bytecode"][2:]))))
        found = {
            name: value
            for kernel in {each for kernel in self.kernels.values() for each in kernel.reachable()}
            for name in kernel.body.__code__.co_names
            if isinstance(value := kernel.body.__globals__.get(name), Word)
        }
        long = {name for name, value in found.items() if _significant(value).bit_length() >= LONG}
        return sorted(name for name in long if _significant(found[name]) not in pushed)


class Pair:
    """A function of the original and the kernel of the same name."""

    def __init__(self, library: Library, name: str) -> None:
        self.library = library
        self.name = name
        self.kernel = library.kernels[name]
        self.contract = library.contract
        self.function: Function = self.contract.function(name)
        self.seed = f"{library.harness}.{name}"
        self.inputs = Inputs.of(
            self.function,
            hints=library.hints.get(name, {}),
            enums=library.artifact["enums"],
            mined=bias.constants(self.kernel),
        )
        assert self.inputs.arguments is not None, f"{name} takes an array: harness functions take words"
        self.arguments = self.inputs.arguments
        self.given = library.cases.get(name, ())
        assert all(len(case) == len(self.arguments) for case in self.given), f"cases of {name}"

    def original(self, case: Sequence[int]) -> Outcome:
        """What the bytecode does."""
        return self.contract.outcome(self.function, self.inputs.nested(case))

    def mirror(self, case: Sequence[int]) -> Outcome:
        """What the kernel does: the same shape of values as the bytecode's."""
        return mirrored(self.kernel, self.inputs.nested(case), len(self.function.outputs))

    def compare(self, cases: Iterable[tuple[int, ...]]) -> tuple[list[Difference], list[Outcome]]:
        """Run both sides: where they differ, and all outcomes of the mirror."""
        differences, outcomes = [], []
        for case in cases:
            mirror, original = self.mirror(case), self.original(case)
            outcomes.append(mirror)
            if not same(mirror, original):
                differences.append(Difference(case, mirror, original))
        return differences, outcomes

    def check(self, cases: Sequence[tuple[int, ...]]) -> None:
        """Compare value and revert data; then the native reading with the checked one."""
        differences, outcomes = self.compare(cases)
        if differences:
            smallest = min(differences, key=lambda d: sum(abs(v).bit_length() for v in d.case))
            pytest.fail(self.describe(smallest, len(differences), len(cases)), pytrace=False)
        if self.library.native:
            check_native(self.kernel, [self.inputs.nested(case) for case in cases], outcomes)

    def describe(self, difference: Difference, found: int, tried: int) -> str:
        """Say what differs, in full, so that it can be pasted into a test."""
        names = [p.name or f"#{n}" for n, p in enumerate(self.arguments)]
        width = max((len(name) for name in (*names, "original")), default=0)
        signature = self.function.signature
        lines = [f"{signature}: mirror and original differ on {found} of {tried} cases, the smallest:"]
        for name, value in zip(names, difference.case, strict=True):
            lines.append(f"  {name:{width}} = {value}" + (f"  ({value:#x})" if abs(value) > 999 else ""))
        lines.append(f"  {'mirror':{width}}: {shown(difference.mirror)}")
        lines.append(f"  {'original':{width}}: {shown(difference.original)}")
        return "\n".join(lines)


class Differential:
    """The tests of a library; `function` runs over all its functions (see `conftest.py`)."""

    library: Library

    def test_pairs_every_function(self) -> None:
        problems = self.library.unpaired()
        if problems:
            pytest.fail(
                "\n".join((f"{self.library.harness} and its mirror do not pair:", *problems)), pytrace=False
            )

    def test_long_constants_are_those_of_the_original(self) -> None:
        """A wrong digit at the end of a coefficient may show in none of the results that are tried."""
        unknown, expected = self.library.unknown_constants(), sorted(self.library.computed)
        assert unknown == expected, f"the bytecode lacks {unknown}, expected {expected}"

    def test_equals_the_original(self, function: str, volume: Volume) -> None:
        pair = self.library.pair(function)
        cases = bias.seeded(pair.arguments, volume.seeded, pair.seed, pair.given)
        while block := list(itertools.islice(cases, BLOCK)):
            pair.check(block)

    def test_equals_the_original_by_hypothesis(self, function: str, volume: Volume) -> None:
        pair = self.library.pair(function)

        @settings(
            max_examples=volume.drawn,
            database=None,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(drawn.flat(pair.arguments))
        def equal(case: tuple[int, ...]) -> None:
            mirror, original = pair.mirror(case), pair.original(case)
            if not same(mirror, original):
                raise AssertionError(pair.describe(Difference(case, mirror, original), 1, 1))

        equal()


class Volume(NamedTuple):
    """How many cases each function gets."""

    seeded: int
    drawn: int


def _significant(value: int) -> int:
    """A word without sign and trailing zero bits, which are a matter of shifts; 0 if it is all ones."""
    value = int(value) % 2**256
    value = min(value, 2**256 - value)
    value //= (value & -value) or 1
    return value if value & (value + 1) else 0


def _shape(kernel: Kernel[..., Any], function: Function) -> str:
    """The kernel's types as `Function.shape` writes them."""
    _, types, returns = kernel.signature
    if returns in (None, type(None)):
        results = []
    else:
        # several results are the fields of a NamedTuple, as is a single one that is a struct
        results = [returns] if len(function.outputs) == 1 else _fields(returns)
    return f"({', '.join(map(_abi_type, types))}) -> ({', '.join(map(_abi_type, results))})"


def _fields(annotation: Any) -> list[Any]:
    """The results of a kernel that returns several."""
    return list(fields(annotation).values()) if is_struct(annotation) else [annotation]


def _abi_type(annotation: Any) -> str:
    if is_struct(annotation):
        return f"({','.join(map(_abi_type, _fields(annotation)))})"
    return type_name(annotation).removeprefix("w")
