"""How a case says that a result is to be compared: exact, within a tolerance, in a range, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from vmargin.crosscheck.risk.given import as_given, as_number
from vmargin.crosscheck.risk.numbers import number, written
from vmargin.crosscheck.vector_file import shown
from vmargin.errors import UsageError

MODES = ("exact", "abs", "rel", "range", "info")


@dataclass(frozen=True, slots=True)
class Bound:
    """What a got number may be, given the wanted one."""

    mode: str
    low: Fraction
    """The tolerance; the lower end of a range."""
    high: Fraction
    floor: Fraction

    def holds(self, got: Fraction, want: Fraction) -> bool:
        """Whether the number passes."""
        match self.mode:
            case "abs":
                return abs(got - want) <= self.low
            case "rel":
                return abs(got - want) <= self.low * max(abs(want), self.floor)
            case "range":
                return self.low <= got <= self.high
        return got == want

    def __str__(self) -> str:
        if self.mode == "range":
            return f"range {written(self.low)}..{written(self.high)}"
        return self.mode if self.mode == "exact" else f"{self.mode} {written(self.low)}"


@dataclass(frozen=True, slots=True)
class Rule:
    """A bound for all of a field, or one for each element of its list."""

    mode: str
    bounds: Bound | list[Bound]


@dataclass(frozen=True, slots=True)
class Check:
    """A rule for each field that has its own, and one for the others."""

    outer: Rule
    fields: dict[str, Rule]

    def rule(self, name: str) -> Rule:
        """The rule of a field."""
        return self.fields.get(name, self.outer)


@dataclass(frozen=True, slots=True)
class Difference:
    """A place where the result is not what was wanted."""

    where: str
    got: Any
    want: Any
    bound: str

    def as_json(self) -> dict[str, Any]:
        """The difference as JSON."""
        return {
            "where": self.where,
            "got": written(self.got),
            "want": written(self.want),
            "check": self.bound,
        }


def read_check(raw: Any, where: str) -> Check:
    """Read the key `check` of a case."""
    given = as_given(raw, where)
    _known(given.values, ("mode", "value", "floor", "fields"), where)
    fields = given.values.get("fields", {})
    if not isinstance(fields, dict):
        raise UsageError(f"{where}.fields: {shown(fields)} is no object")
    outer = {key: value for key, value in given.values.items() if key != "fields"}
    rules = {name: _rule(value, f"{where}.fields.{name}") for name, value in fields.items()}
    return Check(_rule(outer, where), rules)


def _known(values: dict[str, Any], keys: tuple[str, ...], where: str) -> None:
    for key in values:
        if key not in keys:
            raise UsageError(f"{where}: {shown(key)} is no key of a check, which has {', '.join(keys)}")


def _rule(raw: Any, where: str) -> Rule:
    given = as_given(raw, where)
    _known(given.values, ("mode", "value", "floor"), where)
    mode = given.choice("mode", *MODES)
    floor = given.number("floor") if "floor" in given else Fraction(0)
    value = given.any("value")
    if isinstance(value, list):
        return Rule(mode, [_bound(mode, v, floor, f"{where}.value[{i}]") for i, v in enumerate(value)])
    return Rule(mode, _bound(mode, value, floor, f"{where}.value"))


def _bound(mode: str, value: Any, floor: Fraction, where: str) -> Bound:
    if mode == "range":
        ends = value.split("..") if isinstance(value, str) else []
        if len(ends) != 2:
            raise UsageError(f'{where}: {shown(value)} is no range such as "-0.83..-0.79"')
        low, high = (as_number(end, where) for end in ends)
        if low > high:
            raise UsageError(f"{where}: {shown(value)} is a range without a number")
        return Bound(mode, low, high, floor)
    tolerance = as_number(value, where)
    if tolerance < 0 or floor < 0:
        raise UsageError(f"{where}: a tolerance below zero")
    if mode in ("exact", "info") and tolerance != 0:
        raise UsageError(f'{where}: {shown(value)}, where the value of the mode {mode} is "0"')
    return Bound(mode, tolerance, tolerance, floor)


def require_readable(rule: Rule, want: Any, texts: bool, where: str) -> None:
    """Refuse a wanted field that the rule cannot be applied to."""
    if rule.mode == "info":
        return
    if isinstance(rule.bounds, list) and (not isinstance(want, list) or len(want) != len(rule.bounds)):
        raise UsageError(f"{where}: {shown(want)} is no list of {len(rule.bounds)}, as its check is")
    for place, leaf in leaves(want, where):
        if number(leaf) is None and not isinstance(leaf, bool) and not (texts and isinstance(leaf, str)):
            raise UsageError(f"{place}: {shown(leaf)} is no number")


def leaves(value: Any, where: str) -> Iterator[tuple[str, Any]]:
    """All that lists and objects hold, with its place."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{where}.{key}")
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from leaves(inner, f"{where}[{i}]")
    else:
        yield where, value


def differences(rule: Rule, got: Any, want: Any, where: str) -> Iterator[Difference]:
    """Where a field's result does not pass."""
    if rule.mode == "info":
        return
    bounds = rule.bounds
    if isinstance(bounds, Bound):
        yield from _differences(bounds, got, want, where)
    elif not isinstance(got, list) or len(got) != len(want):
        yield Difference(where, got, want, rule.mode)
    else:
        for i, bound in enumerate(bounds):
            yield from _differences(bound, got[i], want[i], f"{where}[{i}]")


def _differences(bound: Bound, got: Any, want: Any, where: str) -> Iterator[Difference]:
    if isinstance(want, dict) and isinstance(got, dict) and want.keys() == got.keys():
        for key, inner in want.items():
            yield from _differences(bound, got[key], inner, f"{where}.{key}")
    elif isinstance(want, list) and isinstance(got, list) and len(want) == len(got):
        for i, inner in enumerate(want):
            yield from _differences(bound, got[i], inner, f"{where}[{i}]")
    elif not _passes(bound, got, want):
        yield Difference(where, got, want, str(bound))


def _passes(bound: Bound, got: Any, want: Any) -> bool:
    if isinstance(got, bool | str):
        return type(got) is type(want) and got == want
    wanted = number(want)
    return isinstance(got, int | Fraction) and wanted is not None and bound.holds(Fraction(got), wanted)
