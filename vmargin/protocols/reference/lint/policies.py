"""What a policy's own numbers tell: its factors, its scenarios, what it credits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vmargin.margin.limits import BPS, FACTOR_BPS
from vmargin.margin.types import Policy
from vmargin.protocols.finding import Finding
from vmargin.protocols.reference.lint.use import named


def findings(policy: Policy, id_: bytes) -> Iterator[Finding]:
    """Judge a policy by itself."""
    for check in (_scenarios, _factors, _symmetry, _credit):
        yield from check(policy, named(id_), {"policy": f"0x{id_.hex()}"})


def _scenarios(policy: Policy, name: str, where: dict[str, Any]) -> Iterator[Finding]:
    rule = "effective-scenarios"
    moved = [shock for shock in policy.shocks if shock.spotBps != 0 or shock.volatilityBps != 0]
    idle = [at for at, weight in enumerate(policy.weightsBps) if weight == 0]
    if idle:
        what = f"{name}: scenario {idle[0]} has the weight 0 and counts for nothing"
        yield Finding(rule, "warning", what, {**where, "scenarios": idle})
    if not moved or len(idle) == len(policy.weightsBps):
        what = f"{name}: no scenario moves a price: what it requires is add-ons"
        yield Finding(rule, "violation", what, {**where, "shocks": len(policy.shocks)})
    elif not idle:
        count = len(policy.weightsBps)
        yield Finding(rule, "ok", f"{name}: all {count} scenarios count", {**where, "scenarios": count})


def _factors(policy: Policy, name: str, where: dict[str, Any]) -> Iterator[Finding]:
    rule = "initial-above-maintenance"
    initial, maintenance = int(policy.terms.initialBps), int(policy.terms.maintenanceBps)
    evidence = {**where, "initialBps": str(initial), "maintenanceBps": str(maintenance)}
    if initial < maintenance:
        what = f"{name}: the initial factor is {initial} and below that of maintenance, {maintenance}"
        yield Finding(rule, "violation", what, evidence)
    elif initial == maintenance:
        what = f"{name}: both factors are {initial}: who is let in may be liquidated at the next price"
        yield Finding(rule, "warning", what, evidence)
    elif initial < int(BPS):
        what = f"{name}: the initial factor is {initial}: less than the loss that it is reckoned from"
        yield Finding(rule, "warning", what, evidence)
    else:
        yield Finding(rule, "ok", f"{name}: the factors are {initial} and {maintenance}", evidence)


def _symmetry(policy: Policy, name: str, where: dict[str, Any]) -> Iterator[Finding]:
    """Opposite is what has both moves reversed and the same weight, as far as a policy can have it."""
    rule = "symmetric-scenarios"
    scenarios = len(policy.weightsBps)
    for table in range(len(policy.shocks) // scenarios):
        shocks = policy.shocks[table * scenarios : (table + 1) * scenarios]
        weighted = [
            (int(shock.spotBps), int(shock.volatilityBps), int(weight))
            for shock, weight in zip(shocks, policy.weightsBps, strict=True)
        ]
        missing = [
            (at, (-spot, -volatility, weight))
            for at, (spot, volatility, weight) in enumerate(weighted)
            if (-spot, -volatility, weight) not in weighted and _possible(-spot, -volatility)
        ]
        evidence = {**where, "table": table, "scenarios": scenarios}
        if not missing:
            yield Finding(rule, "ok", f"{name}, table {table}: each shock has its opposite", evidence)
            continue
        evidence["missing"] = [
            {
                "of": at,
                "spotBps": str(spot),
                "volatilityBps": str(volatility),
                "weightBps": str(weight),
            }
            for at, (spot, volatility, weight) in missing
        ]
        at, (spot, volatility, weight) = missing[0]
        what = (
            f"{name}, table {table}: {len(missing)} of {scenarios} shocks have no opposite: that of scenario "
            f"{at} is a spot of {spot:+} and a volatility of {volatility:+} bps at the weight {weight}"
        )
        yield Finding(rule, "warning", what, evidence)


def _possible(spot: int, volatility: int) -> bool:
    """Whether a policy may have such a shock: no price falls to nothing."""
    return -int(BPS) < spot <= int(FACTOR_BPS) and -int(BPS) <= volatility <= int(FACTOR_BPS)


def _credit(policy: Policy, name: str, where: dict[str, Any]) -> Iterator[Finding]:
    """Gains in one underlying against losses in another."""
    credit = int(policy.terms.creditBps)
    evidence = {**where, "creditBps": str(credit)}
    if credit > int(BPS):
        what = f"{name}: a gain counts for {credit} bps of itself, a loss for {int(BPS)}"
        yield Finding("conservative-discount", "violation", what, evidence)
    else:
        what = f"{name}: a gain counts for {credit} bps of itself, a loss in full"
        yield Finding("conservative-discount", "ok", what, evidence)
