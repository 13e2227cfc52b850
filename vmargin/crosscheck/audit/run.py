"""Does what a plan says, part by part, and gathers the document."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from vmargin.crosscheck.audit.accounts import Accounts, audit_accounts
from vmargin.crosscheck.audit.document import Audit, ContractCode, FunctionAudit, NotDone
from vmargin.crosscheck.audit.functions import audit_function, opened
from vmargin.crosscheck.audit.plan import Plan
from vmargin.crosscheck.audit.versions import versions
from vmargin.crosscheck.generate import At
from vmargin.errors import UsageError

if TYPE_CHECKING:
    from vmargin.chain.view import BlockView
    from vmargin.protocols.base import Protocol

Tell = Callable[[str], None]


def audit(
    plan: Plan,
    *,
    view: BlockView | None = None,
    asked: BlockView | None = None,
    protocol: Protocol[Any] | None = None,
    tell: Tell = lambda _: None,
) -> Audit:
    """Do what a plan says.

    Parameters
    ----------
    plan
        What to check.
    view
        The block, for a plan that reads a chain.
    asked
        The same block, for the many calls of a search: not to be recorded, where the other is.
    protocol
        What was deployed, for a plan that names a protocol.
    tell
        Takes progress.

    Raises
    ------
    VmarginError
        If a comparison that the plan asks for cannot be made; other parts are then listed as not done.
    """
    if plan.reads_a_chain and view is None:
        raise UsageError(f"the plan {plan.title!r} reads a chain: open a view of its block")
    not_done: list[NotDone] = []
    functions = []
    for one in plan.functions:
        tell(f"{one.name}: opening both sides")
        found = opened(plan, one, asked or view)
        functions.append(audit_function(plan, found, tell))
        not_done += found.not_done
    for function in functions:
        _ask_again(function, view)
    accounts = Accounts()
    if protocol is not None and plan.protocol is not None and view is not None:
        accounts = audit_accounts(plan, protocol, view, tell)
        not_done += accounts.not_done
    return Audit(
        title=plan.title,
        seed=plan.seed,
        versions=versions(),
        again=_again(plan),
        functions=tuple(functions),
        accounts=accounts.comparison,
        decimals=accounts.decimals,
        located=accounts.located,
        codes=accounts.codes,
        account_cases=accounts.cases,
        chain=view.provenance.as_json() if view is not None else None,
        contracts=tuple(_contracts(functions, protocol, view)) if view is not None else (),
        flips=accounts.flips,
        lint=accounts.lint,
        not_done=tuple(not_done),
    )


def _ask_again(function: FunctionAudit, view: BlockView | None) -> None:
    """Have the calls that differ in the recording, which the search was not."""
    for difference in function.differences:
        if isinstance(difference.where, At) and view is not None:
            found = difference.counterexample
            view.calls([(difference.where.address, found.function, found.case)])
            view.code(difference.where.address)


def _contracts(
    functions: Sequence[FunctionAudit], protocol: Protocol[Any] | None, view: BlockView
) -> Iterator[ContractCode]:
    """Whose code was run, as far as it is on the chain: once each."""
    from vmargin.chain import wire
    from vmargin.chain.proxies import read_proxies

    roles: dict[str, str] = {}
    for role, place in (protocol.deployment.contracts if protocol is not None else {}).items():
        roles.setdefault(place.address.lower(), role)
    for function in functions:
        if address := function.target.get("address"):
            roles.setdefault(address.lower(), function.name)
    proxies = read_proxies(view, list(roles))
    for (address, role), proxy in zip(roles.items(), proxies, strict=True):
        implementation = proxy.implementation
        yield ContractCode(
            role,
            wire.checksummed(address),
            wire.to_data(view.code_hash(address)),
            wire.checksummed(implementation) if implementation else None,
        )


def _again(plan: Plan) -> tuple[str, ...]:
    node = ("export ETH_RPC_URL=…",) if plan.reads_a_chain else ()
    anchor = " --anchor verified-rpc:…" if plan.chain.secret else ""
    return (*node, f"vmargin audit plan.toml --out again{anchor}", "pytest counterexamples")
