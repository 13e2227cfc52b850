"""Whether a policy with larger shocks, or more of them, would require less of a single position."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from vmargin.margin.dials import SHORTFALL
from vmargin.margin.limits import BPS, FACTOR_BPS, SCENARIOS
from vmargin.margin.types import Policy, Shock
from vmargin.protocols.finding import Finding, Level
from vmargin.protocols.reference.lint.use import InUse
from vmargin.solidity.integers import int256

RULE = "monotone-in-shock"


class Harsher(NamedTuple):
    """A policy that should require no less, and how it was made of another."""

    how: str
    policy: Policy
    level: Level
    """Of it requiring less."""


def findings(use: InUse) -> Iterator[Finding]:
    """Compare requirements of what its accounts hold, and of the same sold or bought instead."""
    compared = wrong = 0
    for instrument, held in use.held.items():
        own = int(held.position.size)
        for size in (own, -own):
            required = held.required(use.policy, size)
            for harsher in _harsher(use.policy):
                more = held.required(harsher.policy, size)
                if required is None or more is None:
                    continue
                compared += 1
                if more < required:
                    wrong += 1
                    yield Finding(
                        RULE,
                        harsher.level,
                        f"{use.name}: with {harsher.how} it requires less of {size} of {instrument:#x}",
                        {
                            "policy": f"0x{use.id.hex()}",
                            "instrument": str(instrument),
                            "size": str(size),
                            "change": harsher.how,
                            "requirement": str(required),
                            "changed": str(more),
                        },
                    )
    if not wrong:
        yield Finding(
            RULE,
            "ok" if compared else "not applicable",
            f"{use.name}: {compared} requirements of {len(use.held)} instruments were compared",
            {"policy": f"0x{use.id.hex()}", "compared": compared, "instruments": len(use.held)},
        )


def _harsher(policy: Policy) -> Iterator[Harsher]:
    """What scenarios pair with a move of spot is a choice: with more volatility one of them may lose less."""
    for times, bps in (("twice the", 20_000), ("5/4 of the", 12_500)):
        yield Harsher(f"{times} spot shocks", _scaled(policy, bps, int(BPS)), "violation")
        yield Harsher(f"{times} volatility shocks", _scaled(policy, int(BPS), bps), "warning")
    scenarios = len(policy.weightsBps)
    if 2 * scenarios <= int(SCENARIOS):
        # a mean over more scenarios is over milder ones, too
        level: Level = "warning" if policy.terms.aggregate == SHORTFALL else "violation"
        yield Harsher("the opposite of each shock beside it", _mirrored(policy), level)


def _scaled(policy: Policy, spot: int, volatility: int) -> Policy:
    shocks = (
        Shock(
            _bounded(shock.spotBps, spot, 1 - int(BPS)), _bounded(shock.volatilityBps, volatility, -int(BPS))
        )
        for shock in policy.shocks
    )
    return policy._replace(shocks=tuple(shocks))


def _mirrored(policy: Policy) -> Policy:
    """Each table with the opposites of its shocks after them, at the same weights."""
    scenarios = len(policy.weightsBps)
    shocks: list[Shock] = []
    for first in range(0, len(policy.shocks), scenarios):
        table = policy.shocks[first : first + scenarios]
        shocks += table
        shocks += (_times(shock, -int(BPS), -int(BPS)) for shock in table)
    return policy._replace(shocks=tuple(shocks), weightsBps=policy.weightsBps * 2)


def _times(shock: Shock, spot: int, volatility: int) -> Shock:
    """A shock with both its moves times factors, as far as a policy can have it."""
    return Shock(
        _bounded(shock.spotBps, spot, 1 - int(BPS)), _bounded(shock.volatilityBps, volatility, -int(BPS))
    )


def _bounded(shock: int256, factor: int, least: int) -> int256:
    """A move times a factor in basis points, within bounds."""
    return int256(max(least, min(int(FACTOR_BPS), int(shock) * factor // int(BPS))))
