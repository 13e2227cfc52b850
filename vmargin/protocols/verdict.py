"""What is said of an account: one of three values, the contract's own, with warnings beside it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from vmargin.errors import UsageError


class Standing(Enum):
    """Whether the contract would let the account be liquidated."""

    HEALTHY = "healthy"
    LIQUIDATABLE = "liquidatable"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Verdict:
    """A standing and, where it is UNKNOWN, why.

    UNKNOWN stands where a read is incomplete, the mirror does not cover the case, or the contract
    itself would revert: never taken for healthy.
    """

    standing: Standing
    reason: str = ""

    def __post_init__(self) -> None:
        if (self.standing is Standing.UNKNOWN) != bool(self.reason):
            raise UsageError(f"a verdict of {self.standing.name} with the reason {self.reason!r}")

    @classmethod
    def unknown(cls, reason: object) -> Verdict:
        """Say that nothing is known, and why."""
        return cls(Standing.UNKNOWN, str(reason) or type(reason).__name__)

    def __str__(self) -> str:
        return f"{self.standing.name} ({self.reason})" if self.reason else self.standing.name

    def as_json(self) -> dict[str, Any]:
        """The standing and, where there is one, the reason."""
        return {"standing": self.standing.value, **({"reason": self.reason} if self.reason else {})}

    @classmethod
    def from_json(cls, given: dict[str, Any]) -> Verdict:
        """Read what :meth:`as_json` gives."""
        try:
            return cls(Standing(given["standing"]), given.get("reason", ""))
        except (KeyError, TypeError, ValueError):
            raise UsageError(f"{given!r} is no verdict: it has a standing and a reason") from None


HEALTHY = Verdict(Standing.HEALTHY)
LIQUIDATABLE = Verdict(Standing.LIQUIDATABLE)


@dataclass(frozen=True)
class Warned:
    """What a careful operator would also want to know; it changes no verdict."""

    code: str
    """Short and stable, for a program: ``old-price``."""
    text: str

    def __str__(self) -> str:
        return f"{self.code}: {self.text}"
