"""Rules that a deployment should keep: those of any contracts, and those that its protocol has of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from vmargin.chain.view import BlockView
from vmargin.crosscheck.lint.code import code_hashes, proxies
from vmargin.crosscheck.lint.layouts import Layout, storage_layout
from vmargin.errors import VmarginError
from vmargin.protocols.base import Protocol
from vmargin.protocols.deployment import Deployment
from vmargin.protocols.finding import Finding

RULES: Mapping[str, str] = {
    "code-hash": "each contract has the code that the deployment was written for",
    "proxy-implementation": "a proxy (EIP-1967) runs the code that the deployment names, and no other is one",
    "storage-layout": "a later version leaves every variable where it was, as what it was",
}
"""By name, what the rules of any contracts demand."""

Check: TypeAlias = Callable[[], Iterable[Finding]]


def lint(
    protocol: Protocol[Any],
    view: BlockView,
    accounts: Iterable[str] | None = None,
    *,
    recorded: Deployment | None = None,
    layouts: Mapping[str, tuple[Layout, Layout]] | None = None,
) -> tuple[Finding, ...]:
    """Go by every rule: at least one finding for each.

    Parameters
    ----------
    protocol, view
        What was deployed, and the block.
    accounts
        Those by which a protocol's own rules are shown; by default all that there are.
    recorded
        What the contracts should be; by default what the protocol's deployment says.
    layouts
        By role, or any other name, the storage layouts of two versions, the former first: what a compiler
        gives as ``storageLayout``, a document that has it, or the path of one.

    Raises
    ------
    UsageError
        If the view is of another chain, or a layout is none.
    """
    protocol.require_chain(view)
    deployment = protocol.deployment if recorded is None else recorded
    given = None if accounts is None else [protocol.parse_account(account) for account in accounts]
    found = [
        *_checked(("code-hash",), lambda: code_hashes(view, deployment)),
        *_checked(("proxy-implementation",), lambda: proxies(view, deployment)),
        *storage_layout(layouts or {}),
    ]

    def own() -> Iterator[Finding]:
        yield from protocol.lint(view, list(protocol.discover(view)) if given is None else given)

    found += _checked(tuple(protocol.lint_rules), own)
    return tuple(found)


def rules_of(protocol: Protocol[Any] | type[Protocol[Any]]) -> dict[str, str]:
    """By name, what every rule that applies to a protocol demands."""
    return {**RULES, **protocol.lint_rules}


def _checked(names: tuple[str, ...], check: Check) -> Iterator[Finding]:
    """What a check finds; of the rules that it could not come to, that they were not checked."""
    seen = set()
    problem: VmarginError | None = None
    try:
        for finding in check():
            seen.add(finding.rule)
            yield finding
    except VmarginError as error:
        problem = error
    for name in names:
        if name not in seen:
            if problem is not None:
                yield Finding(name, "warning", f"could not be checked: {problem}")
            else:
                yield Finding(name, "not applicable", "there is nothing here that it is about")
