"""What a rule of the lint says: that something is right, or what is not, with the values that show it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, TypeAlias, get_args

from vmargin.errors import UsageError

Level: TypeAlias = Literal["ok", "warning", "violation", "not applicable"]
"""Held; allowed, and worth knowing; wrong; or nothing there that the rule is about, or no way to tell."""


@dataclass(frozen=True)
class Finding:
    """What one rule found of one thing."""

    LEVELS: ClassVar[tuple[Level, ...]] = get_args(Level)

    rule: str
    """Its name, as in ``code-hash``."""
    level: Level
    what: str
    """For a person: of what, and what is the matter."""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    """The values that show it, in JSON's types."""

    def __post_init__(self) -> None:
        if self.level not in self.LEVELS:
            raise UsageError(f"{self.level!r} is no level of a finding: there are {', '.join(self.LEVELS)}")

    def as_json(self) -> dict[str, Any]:
        """The finding in JSON's types."""
        return {
            "rule": self.rule,
            "level": self.level,
            "what": self.what,
            "evidence": dict(self.evidence),
        }

    def lines(self) -> Iterator[str]:
        """The finding for a person: what it is, and the values below where there is something to see."""
        yield f"{self.level:<14} {self.rule}: {self.what}"
        if self.level in ("warning", "violation"):
            yield from (f"{'':<14}   {name} = {value}" for name, value in self.evidence.items())
