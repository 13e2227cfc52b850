"""One account: what the mirror says beside what the contract says, figure by figure, to the bit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeAlias

from vmargin.crosscheck.outcome import Failure, outcome_json
from vmargin.errors import MissingExtra
from vmargin.protocols.base import Answer, Figures, Protocol, State
from vmargin.protocols.verdict import Standing
from vmargin.solidity.reverts import Halt, Revert

Ending: TypeAlias = Mapping[str, Any]
"""In JSON's types: ``figures``, or a ``revert``, ``halt`` or ``failure`` as of an outcome."""

SHOWN = 8
"""Figures of an account that a person is shown; JSON has all that differ."""


class Status(Enum):
    """What became of the comparison."""

    EQUAL = "equal"
    DIFFERS = "differs"
    UNKNOWN = "unknown"
    """A call halted or could not be read, or the case is not mirrored."""


@dataclass(frozen=True)
class Difference:
    """A figure of which the two say different integers; None stands for a side that does not have it."""

    figure: str
    mirror: int | None
    contract: int | None

    @property
    def by(self) -> int | None:
        """How much more the mirror says."""
        return None if self.mirror is None or self.contract is None else self.mirror - self.contract

    def as_json(self) -> dict[str, Any]:
        """The difference in JSON's types, integers as decimal strings."""
        sides = (("mirror", self.mirror), ("contract", self.contract), ("difference", self.by))
        return {"figure": self.figure, **{name: None if n is None else str(n) for name, n in sides}}

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Difference:
        """Read what :meth:`as_json` gives."""
        mirror, contract = (None if n is None else int(n) for n in (given["mirror"], given["contract"]))
        return cls(given["figure"], mirror, contract)


@dataclass(frozen=True)
class Compared:
    """An account of which mirror and contract were asked.

    `mirror` and `contract` tell how they ended where that is not in figures on both sides.
    """

    account: str
    status: Status
    differences: tuple[Difference, ...] = ()
    mirror: Ending = field(default_factory=dict)
    contract: Ending = field(default_factory=dict)
    reason: str = ""
    """Why it is not known."""

    def as_json(self) -> dict[str, Any]:
        """The comparison in JSON's types, integers as decimal strings."""
        form: dict[str, Any] = {"account": self.account, "status": self.status.value}
        if self.reason:
            form["reason"] = self.reason
        if self.differences:
            form["differences"] = [difference.as_json() for difference in self.differences]
        for side, ending in (("mirror", self.mirror), ("contract", self.contract)):
            if ending:
                form[side] = dict(ending)
        return form

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Compared:
        """Read what :meth:`as_json` gives."""
        return cls(
            given["account"],
            Status(given["status"]),
            tuple(map(Difference.from_json, given.get("differences", ()))),
            given.get("mirror", {}),
            given.get("contract", {}),
            given.get("reason", ""),
        )

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Of a table for a person: a figure, both integers and their difference, or one text."""
        if self.status is Status.UNKNOWN:
            yield (printable(self.reason),)
        elif self.status is Status.EQUAL:
            yield (f"both: it {_told(self.contract)}",) if self.contract else ("",)
        elif not self.differences:
            yield (f"the mirror {_told(self.mirror)}",)
            yield (f"the contract {_told(self.contract)}",)
        for difference in self.differences[:SHOWN]:
            sides = (difference.mirror, difference.contract, difference.by)
            yield (difference.figure, *("none" if n is None else str(n) for n in sides))
        if len(self.differences) > SHOWN:
            yield (f"and {len(self.differences) - SHOWN} more figures",)


def judged(protocol: Protocol[Any], account: str, state: State, contract: Answer) -> Compared:
    """Compute the mirror's answer from a state, and hold it against the contract's.

    Raises
    ------
    MissingExtra
        If the mirror needs a package that is not installed: that is no answer of it.
    """
    mirror, reason = mirrored(protocol, state)
    for side, answer in (("mirror", mirror), ("contract", contract)):
        if isinstance(answer, Halt):
            reason = reason or f"the {side} halts: {answer}"
    if reason:
        return Compared(account, Status.UNKNOWN, (), _ending(mirror), _ending(contract), reason)
    if isinstance(mirror, Revert | Failure) or isinstance(contract, Exception):
        equal = isinstance(mirror, Revert) and isinstance(contract, Revert) and mirror.data == contract.data
        status = Status.EQUAL if equal else Status.DIFFERS
        return Compared(account, status, (), _ending(mirror), _ending(contract))
    assert isinstance(mirror, Mapping)
    found = tuple(differences(mirror, contract))
    return Compared(account, Status.DIFFERS if found else Status.EQUAL, found)


def mirrored(protocol: Protocol[Any], state: State) -> tuple[Answer | Failure, str]:
    """What the mirror says of a state, and why that is nothing, where it knows that it does not know."""
    try:
        margin = protocol.margin(state)
    except (Revert, Halt) as outcome:
        return outcome, ""
    except MissingExtra:
        raise
    except Exception as raised:  # noqa: BLE001  whatever a mirror raises is its answer, and a wrong one
        return Failure(f"{type(raised).__name__}: {raised}"), ""
    if isinstance(margin.answer, Exception):
        return margin.answer, ""
    for name, value in margin.answer.items():
        for number in value if isinstance(value, tuple) else (value,):
            if not isinstance(number, int) or isinstance(number, bool):
                return Failure(f"{name} = {number!r}, which is no integer"), ""
    if not margin.answer and margin.verdict.standing is Standing.UNKNOWN:
        return {}, margin.verdict.reason
    return margin.answer, ""


def differences(mirror: Figures, contract: Figures) -> Iterator[Difference]:
    """The figures that are not the same on both sides, in the contract's order."""
    for name in (*contract, *(name for name in mirror if name not in contract)):
        ours, theirs = mirror.get(name), contract.get(name)
        if not isinstance(ours, tuple) and not isinstance(theirs, tuple):
            if ours is None or theirs is None or int(ours) != int(theirs):
                yield Difference(name, _plain(ours), _plain(theirs))
            continue
        left, right = _parts(ours), _parts(theirs)
        if len(left) != len(right):
            yield Difference(f"{name}.length", len(left), len(right))
        for at in range(max(len(left), len(right))):
            pair = [int(side[at]) if at < len(side) else None for side in (left, right)]
            if pair[0] != pair[1]:
                yield Difference(f"{name}[{at}]", *pair)


def printable(text: str) -> str:
    """Spell out what would be a command to a terminal: contracts choose these texts."""
    return text if text.isprintable() else text.encode("unicode_escape").decode()


def _plain(value: int | None) -> int | None:
    return None if value is None else int(value)


def _parts(value: int | tuple[int, ...] | None) -> tuple[int, ...]:
    return value if isinstance(value, tuple) else () if value is None else (value,)


def _ending(answer: Answer | Failure) -> Ending:
    if isinstance(answer, Revert | Halt | Failure):
        return outcome_json(answer)
    return {"figures": {name: _texts(value) for name, value in answer.items()}}


def _texts(value: int | tuple[int, ...]) -> str | list[str]:
    return [str(int(part)) for part in value] if isinstance(value, tuple) else str(int(value))


def _told(ending: Ending) -> str:
    """How a side ended, after its name."""
    if "revert" in ending:
        return printable(f"reverts with {ending['revert']['error']}, data {ending['revert']['data']}")
    if "halt" in ending:
        return printable(f"halts: {ending['halt']}")
    if "failure" in ending:
        return printable(f"fails with {ending['failure']}")
    figures = ending["figures"].items()
    return "says " + ", ".join(f"{name} {value}" for name, value in figures if isinstance(value, str))
