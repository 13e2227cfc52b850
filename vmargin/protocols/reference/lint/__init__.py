"""The rules of the reference clearing house about itself: its policies, its engine, its books."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from vmargin.chain.errors import ChainError
from vmargin.chain.view import BlockView
from vmargin.protocols.deployment import Deployment
from vmargin.protocols.finding import Finding
from vmargin.protocols.reference.lint import books, engine, policies, shocks
from vmargin.protocols.reference.lint.use import CHUNK, InUse, chunks, policies_in_use

RULES: Mapping[str, str] = {
    "effective-scenarios": "each scenario of a policy counts, and some of them move prices",
    "initial-above-maintenance": "what is required at first is no less than what is required later",
    "symmetric-scenarios": "for each shock of a policy there is its opposite",
    "monotone-in-shock": "larger shocks, or more of them, never lower the requirement of a position",
    "monotone-in-size": "twice a position never lowers the requirement, from none upwards",
    "conservative-discount": "what is owed counts for no less than what is owned, no discount is above one",
    "events-match-getters": "who reads the events of ledger and policies alone knows what the getters say",
}
"""By name, what they demand."""


def findings(view: BlockView, deployment: Deployment, accounts: Sequence[str]) -> Iterator[Finding]:
    """Go by every rule, for accounts and the policies that these have."""
    if not accounts:
        return
    used = policies_in_use(view, deployment, accounts)
    for use in used:
        yield from policies.findings(use.policy, use.id)
        yield from shocks.findings(use)
    checks: tuple[tuple[str, Callable[[], Iterable[Finding]]], ...] = (
        ("initial-above-maintenance", lambda: _levels(view, deployment, accounts)),
        ("monotone-in-size", lambda: engine.monotone_in_size(view, deployment, used)),
        ("conservative-discount", lambda: engine.conservative_discount(view, deployment, used)),
        ("events-match-getters", lambda: books.findings(view, deployment, accounts, used)),
    )
    for rule, check in checks:
        try:
            yield from check()
        except ChainError as error:
            yield Finding(rule, "warning", f"could not be checked: {error}")


def _levels(view: BlockView, deployment: Deployment, accounts: Sequence[str]) -> Iterator[Finding]:
    """Compare the requirements that the engine gives for each account."""
    known = wrong = 0
    for some in chunks(accounts):
        for account, margin in zip(some, engine.margins_of(view, deployment, some), strict=True):
            if margin is None:
                continue
            known += 1
            initial, maintenance = int(margin.initialRequirement), int(margin.maintenanceRequirement)
            if initial < maintenance:
                wrong += 1
                yield Finding(
                    "initial-above-maintenance",
                    "violation",
                    f"account {account} is required less at first than later",
                    {"account": account, "initial": str(initial), "maintenance": str(maintenance)},
                )
    if not wrong:
        yield Finding(
            "initial-above-maintenance",
            "ok" if known else "not applicable",
            f"the engine was asked about {len(accounts)} accounts and gives a margin for {known}",
            {"accounts": len(accounts), "known": known},
        )


__all__ = ["CHUNK", "RULES", "InUse", "findings"]
