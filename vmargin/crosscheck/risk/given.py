"""A case as a solver meets it: inputs that know their place in the file, and what cannot be answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from vmargin.crosscheck.risk.numbers import number
from vmargin.crosscheck.vector_file import shown
from vmargin.errors import UsageError, VmarginError


class InexpressibleError(VmarginError):
    """What the kernels have no way to say, or the file does not tell."""


@dataclass(frozen=True, slots=True)
class Missing:
    """In the place of a field's value: why there is none."""

    reason: str


@dataclass(frozen=True, slots=True)
class Given:
    """An object of the input; whatever is malformed in it is refused with its place."""

    values: dict[str, Any]
    where: str

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def any(self, key: str) -> Any:
        """A value as it is."""
        if key not in self.values:
            raise UsageError(f"{self.where}: the key {shown(key)} is missing")
        return self.values[key]

    def number(self, key: str) -> Fraction:
        """A number."""
        return as_number(self.any(key), f"{self.where}.{key}")

    def amount(self, key: str) -> Fraction:
        """A number that is not below zero, or the case cannot be expressed."""
        value = self.number(key)
        if value < 0:
            raise InexpressibleError(f"{key} is below zero")
        return value

    def text(self, key: str) -> str:
        """A text."""
        return as_text(self.any(key), f"{self.where}.{key}")

    def choice(self, key: str, *choices: str) -> str:
        """One of some texts."""
        value = self.any(key)
        if value not in choices:
            raise UsageError(f"{self.where}.{key}: {shown(value)} is none of {', '.join(choices)}")
        return str(value)

    def items(self, key: str) -> list[Any]:
        """A list."""
        return as_list(self.any(key), f"{self.where}.{key}")

    def numbers(self, key: str) -> list[Fraction]:
        """A list of numbers."""
        return [as_number(v, f"{self.where}.{key}[{i}]") for i, v in enumerate(self.items(key))]

    def objects(self, key: str) -> list[Given]:
        """A list of objects."""
        return [as_given(v, f"{self.where}.{key}[{i}]") for i, v in enumerate(self.items(key))]

    def object(self, key: str) -> Given:
        """An object."""
        return as_given(self.any(key), f"{self.where}.{key}")

    def named_numbers(self, key: str) -> dict[str, Fraction]:
        """An object of numbers, at least one."""
        inner = self.object(key)
        return {name: inner.number(name) for name in inner.values}


@dataclass(frozen=True, slots=True)
class Case:
    """What a solver is given."""

    given: Given
    expected: dict[str, Any]
    """As the file writes it: for what only it tells, such as the decimals of a rounded number."""
    sets: Mapping[str, Any] = field(default_factory=dict)
    """The parameter sets of the file."""


Answer = dict[str, Any]
"""Numbers, texts, flags and lists of these by field, or a :class:`Missing`."""

Solver = Callable[[Case], Answer]


def as_number(value: Any, where: str) -> Fraction:
    """A number, or a refusal."""
    found = number(value)
    if found is None:
        raise UsageError(f"{where}: {shown(value)} is no number")
    return found


def as_text(value: Any, where: str) -> str:
    """A text, or a refusal."""
    if not isinstance(value, str):
        raise UsageError(f"{where}: {shown(value)} is no text")
    return value


def as_list(value: Any, where: str) -> list[Any]:
    """A list, or a refusal."""
    if not isinstance(value, list):
        raise UsageError(f"{where}: {shown(value)} is no list")
    return value


def as_given(value: Any, where: str) -> Given:
    """An object that holds something, or a refusal."""
    if not isinstance(value, dict) or not value:
        raise UsageError(f"{where}: {shown(value)} is no object with a key")
    return Given(value, where)
