"""What a kernel may be given, by the types of its own parameters, and what is near to a given case."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from vmargin.crosscheck import bias
from vmargin.crosscheck.bias import SCALES, Argument, Chooser
from vmargin.crosscheck.inputs import Case, Inputs
from vmargin.errors import UsageError
from vmargin.solidity.abi import Function
from vmargin.solidity.arrays import Words
from vmargin.solidity.integers import Word
from vmargin.solidity.kernel import Kernel
from vmargin.solidity.signatures import array_element, fields, is_scratch, is_struct, type_name

Range = tuple[int, int]


@runtime_checkable
class Source(Protocol):
    """Where the cases of a search come from."""

    def seeded(self, number: int, seed: str) -> Iterator[Case]:
        """Give that many cases, the same for the same seed."""

    def neighbour(self, case: Case, other: Case, chooser: Chooser) -> Case:
        """Give a case near to one, which may take something of the other."""

    def arguments(self, case: Case) -> list[Any]:
        """Give the typed arguments of the kernel for a case."""

    def size(self) -> int | None:
        """Give the number of cases where it is known, and `seeded` gives each once if asked for as many."""


class KernelInputs:
    """Cases by the types of a kernel's parameters; arrays and structs are tuples.

    Parameters
    ----------
    kernel
        Whose arguments they are.
    ranges
        By name of a parameter, or of a struct's field, the least and the most that it is given.
    inputs
        What a contract's function is given, where that is to be drawn from: a kernel does not know of enums.
    """

    def __init__(
        self,
        kernel: Kernel[..., Any],
        *,
        ranges: Mapping[str, Range] | None = None,
        inputs: Inputs | None = None,
    ) -> None:
        self.kernel = kernel
        self.names, self.kinds, _ = kernel.signature
        if any(map(is_scratch, self.kinds)):
            raise UsageError(
                f"{kernel.name} writes to arrays of its caller: give a source of cases that allocates them"
            )
        ranges = ranges or {}
        parameters = [_parameter(n, k, kernel) for n, k in zip(self.names, self.kinds, strict=True)]
        entry = {"name": kernel.body.__name__, "inputs": parameters, "outputs": [], "stateMutability": "pure"}
        mined = bias.constants(kernel)
        self._given = inputs
        self._inputs = inputs or Inputs.of(Function(entry), mined=mined)
        self._ends: dict[tuple[str, int, int], Argument] = {}
        self._mined = mined
        self._ranges = ranges
        leaves = [leaf for n, k in zip(self.names, self.kinds, strict=True) for leaf in _shape(n, k)]
        if unknown := ranges.keys() - {name for name, _, _ in leaves}:
            known = ", ".join(dict.fromkeys(name for name, _, _ in leaves))
            raise UsageError(f"{', '.join(sorted(unknown))}: {kernel.name} takes {known}")
        self._flat: list[Argument] | None = None
        if not any(map(array_element, self.kinds)):
            self._flat = [self._argument(*leaf) for leaf in leaves]

    def size(self) -> int | None:
        """How many cases there are, where that is known."""
        return None if self._flat is None or self._given is not None else bias.count(self._flat)

    def seeded(self, number: int, seed: str) -> Iterator[Case]:
        """That many cases, edges and corners first; all that there are, once, where that is not more."""
        if self._given is not None or self._flat is None:
            cases = self._inputs.seeded(number, seed)
            yield from (self._ranged(case) for case in cases) if self._ranges else cases
            return
        for flat in itertools.islice(bias.seeded(self._flat, number, seed), number):
            # corners are those of types: 0 and 1 need not be in a range
            yield self._built([end.clamp(v) for end, v in zip(self._flat, flat, strict=True)], None)

    def arguments(self, case: Case) -> list[Any]:
        """A case as the kernel takes it: arrays are `Words`."""
        return self.kernel.arguments(tuple(map(_as_argument, case, self.kinds)), {})

    def neighbour(self, case: Case, other: Case, chooser: Chooser) -> Case:
        """One that differs in a word or two: by a step, a scale, a remainder, or a word of the other case."""
        ends, values = self._leaves(case)
        for _ in range(1 + (chooser.below(3) == 0)):
            if not values:
                break
            at = chooser.below(len(values))
            value = changed(ends, values, at, chooser, self._mined)
            if chooser.below(8) == 0:
                _, donated = self._leaves(other)
                value = donated[at] if at < len(donated) else value
            values[at] = ends[at].clamp(value)
        return self._built(values, case)

    def _argument(self, name: str, low: int, high: int) -> Argument:
        key = (name, low, high)
        if key not in self._ends:
            least, most = self._ranges.get(name, (low, high))
            if not low <= least <= most <= high:
                raise UsageError(f"{name} from {least} to {most}: it may be from {low} to {high}")
            self._ends[key] = bias.argument(name, least, most, None, self._mined)
        return self._ends[key]

    def _leaves(self, case: Case) -> tuple[list[Argument], list[int]]:
        pairs = [
            pair
            for name, kind, value in zip(self.names, self.kinds, case, strict=True)
            for pair in _valued(name, kind, value)
        ]
        return [self._argument(*leaf) for leaf, _ in pairs], [value for _, value in pairs]

    def _ranged(self, case: Case) -> Case:
        ends, values = self._leaves(case)
        return self._built([end.clamp(value) for end, value in zip(ends, values, strict=True)], case)

    def _built(self, flat: Sequence[int], like: Case | None) -> Case:
        supply = iter(flat)
        likes = like or (None,) * len(self.kinds)
        return tuple(_filled(kind, value, supply) for kind, value in zip(self.kinds, likes, strict=True))


def source_of(
    kernel: Kernel[..., Any], inputs: Inputs | Source | None, ranges: Mapping[str, Range] | None = None
) -> Source:
    """What a search draws from: a source as it is, a function's inputs or the kernel's own types as one."""
    if inputs is None or isinstance(inputs, Inputs):
        return KernelInputs(kernel, ranges=ranges, inputs=inputs)
    return inputs


def _parameter(name: str, kind: Any, kernel: Kernel[..., Any]) -> dict[str, Any]:
    """A parameter as an ABI writes it."""
    element = array_element(kind)
    if element is not None:
        inner = _parameter(name, element, kernel)
        return {**inner, "type": f"{inner['type']}[]"}
    if is_struct(kind):
        return {
            "name": name,
            "type": "tuple",
            "components": [_parameter(n, k, kernel) for n, k in fields(kind).items()],
        }
    if kind is bool:
        return {"name": name, "type": "bool"}
    if isinstance(kind, type) and issubclass(kind, Word):
        return {"name": name, "type": f"{'' if kind.signed else 'u'}int{kind.bits}"}
    raise UsageError(f"{name} of {kernel.name} is a {type_name(kind)}, which no contract takes")


Leaf = tuple[str, int, int]


def _shape(name: str, kind: Any) -> Iterator[Leaf]:
    element = array_element(kind)
    if element is not None:
        yield from _shape(name, element)
    elif is_struct(kind):
        for inner, inner_kind in fields(kind).items():
            yield from _shape(inner, inner_kind)
    else:
        yield _leaf(name, kind)


def _leaf(name: str, kind: Any) -> Leaf:
    return (name, 0, 1) if kind is bool else (name, int(kind.min), int(kind.max))


def _valued(name: str, kind: Any, value: Any) -> Iterator[tuple[Leaf, int]]:
    element = array_element(kind)
    if element is not None:
        for item in value:
            yield from _valued(name, element, item)
    elif is_struct(kind):
        for (inner, inner_kind), item in zip(fields(kind).items(), value, strict=True):
            yield from _valued(inner, inner_kind, item)
    else:
        yield _leaf(name, kind), int(value)


def _filled(kind: Any, like: Any, supply: Iterator[int]) -> Any:
    element = array_element(kind)
    if element is not None:
        return tuple(_filled(element, item, supply) for item in like)
    if is_struct(kind):
        inner = fields(kind).values()
        likes = (None,) * len(inner) if like is None else like
        return tuple(_filled(k, item, supply) for k, item in zip(inner, likes, strict=True))
    return bool(next(supply)) if kind is bool else next(supply)


def _as_argument(value: Any, kind: Any) -> Any:
    element = array_element(kind)
    return value if element is None or isinstance(value, Words) else Words(element, value)


def changed(
    ends: Sequence[Argument], values: Sequence[int], at: int, chooser: Chooser, mined: Sequence[int]
) -> int:
    """Another value for one word, made from what it is or from what the others are."""
    end, value = ends[at], values[at]
    step = chooser.below(3) - 1
    scale = SCALES[chooser.below(len(SCALES))]
    kinds: list[Callable[[], int]] = [
        lambda: value + (1 if chooser.below(2) else -1),
        lambda: value + (1 << chooser.below(max(1, end.high.bit_length()))) * (1 if chooser.below(2) else -1),
        lambda: value * 2 + step,
        lambda: value // 2 + step,
        lambda: value * 10 ** (1 + chooser.below(6)),
        lambda: value // 10 ** (1 + chooser.below(6)),
        lambda: value * scale if chooser.below(2) else value // scale,
        lambda: value + value * (chooser.below(201) - 100) // 1000,
        lambda: end.edges[chooser.below(len(end.edges))] if end.edges else end.high,
        lambda: end.high + step if chooser.below(2) else end.low + step,
    ]
    kinds += [lambda: _meeting(values, at, chooser, mined)] * 5
    return kinds[chooser.below(len(kinds))]()


def _meeting(values: Sequence[int], at: int, chooser: Chooser, mined: Sequence[int]) -> int:
    """A value whose product with another word leaves a remainder at an edge, or is next to that word."""
    others = [i for i in range(len(values)) if i != at]
    x = abs(values[others[chooser.below(len(others))]]) if others else 1
    step = chooser.below(3) - 1
    kind = chooser.below(4)
    if kind == 0:
        return x + step
    moduli = [*SCALES, *(m for m in mined if m > 1), *(abs(values[i]) for i in others if abs(values[i]) > 1)]
    modulus = moduli[chooser.below(len(moduli))]
    wanted = (0, 1, modulus - 1, modulus // 2, modulus // 2 + 1)[chooser.below(5)]
    if kind == 1:
        return values[at] - values[at] % modulus + wanted
    divisor = math.gcd(x, modulus) or 1
    rest = modulus // divisor
    solution = wanted // divisor * pow(x // divisor, -1, rest) % rest if rest > 1 else 0
    near = values[at] - values[at] % rest + solution
    return near if kind == 2 else solution + rest * chooser.below(1_000)
