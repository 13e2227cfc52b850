"""Cases within a domain, biased to its ends, for functions that are unchecked and total only there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.differential.library import Pair
from vmargin.crosscheck import bias


def cases(pair: Pair, domain: Mapping[str, tuple[int, int]], number: int) -> list[tuple[int, ...]]:
    """Draw arguments of a function between the bounds of each, both included; a bool needs none."""
    mined = bias.constants(pair.kernel)
    arguments = [
        bias.argument(p.name, *domain.get(p.name, (0, 1)), mined=mined) for p in pair.function.inputs
    ]
    return list(bias.seeded(arguments, number, f"{pair.seed}.domain"))


def outcome(kernel: Any, *arguments: Any) -> Any:
    """What a kernel returns, as a plain tuple or number."""
    result = kernel(*arguments)
    return tuple(map(int, result)) if isinstance(result, tuple) else int(result)
