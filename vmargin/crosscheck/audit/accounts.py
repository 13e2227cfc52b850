"""Accounts of a deployed protocol: compared, located, linted, and held against their prices."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from vmargin.chain import wire
from vmargin.chain.questions import RawCall
from vmargin.crosscheck.audit.document import NotDone
from vmargin.crosscheck.audit.plan import Plan, ProtocolPlan
from vmargin.crosscheck.compare import Comparison, Status, compare
from vmargin.crosscheck.generate import AccountCase, At
from vmargin.crosscheck.localise.sources import CodeMap
from vmargin.errors import UsageError, VmarginError
from vmargin.solidity.abi import Function

if TYPE_CHECKING:
    from vmargin.chain.view import BlockView
    from vmargin.protocols.base import Protocol

Json = Mapping[str, Any]
Tell = Callable[[str], None]
LISTED = 20
"""Accounts that differ of which there are files."""
_DAY = 24 * 60 * 60


@dataclass(frozen=True)
class Accounts:
    """What came of them; nothing where a plan names no protocol."""

    comparison: Json | None = None
    cases: tuple[AccountCase, ...] = ()
    """Those that differ, with what it takes to ask again."""
    decimals: Mapping[str, int] = field(default_factory=dict)
    located: Mapping[str, Json] = field(default_factory=dict)
    """By account, where it parts."""
    codes: tuple[CodeMap, ...] = ()
    """The artifacts that told of it."""
    flips: tuple[Json, ...] = ()
    lint: tuple[Json, ...] | None = None
    not_done: tuple[NotDone, ...] = ()


def audit_accounts(plan: Plan, protocol: Protocol[Any], view: BlockView, tell: Tell) -> Accounts:
    """Compare the accounts that the plan names, and do what else can be done of them."""
    assert plan.protocol is not None
    compared = compare(
        protocol,
        view,
        plan.protocol.accounts,
        list_equal=False,
        tell=lambda done, unequal: tell(f"{protocol.name}: {done} accounts, {unequal} unequal"),
    )
    comparison = compared.as_json()
    comparison.pop("provenance")  # of the whole audit, where it stands
    cases = tuple(_cases(plan.protocol, protocol, view, compared))
    found = Accounts(comparison, cases, dict(protocol.decimals))
    for part, check in (("localise", partial(_located, plan)), ("flips", _flips), ("lint", _lint)):
        try:
            found = check(found, plan.protocol, protocol, view, tell)
        except VmarginError as error:
            skipped = NotDone(part, protocol.name, str(error))
            found = replace(found, not_done=(*found.not_done, skipped))
    return found


def _cases(
    plan: ProtocolPlan, protocol: Protocol[Any], view: BlockView, compared: Comparison
) -> Iterator[AccountCase]:
    """The first accounts that differ, with the call that the contract was asked."""
    differing = (one for one in compared.accounts if one.status is Status.DIFFERS)
    for one in islice(differing, LISTED):
        call: bytes | None = None
        answer: bytes | None = None
        address = next(iter(protocol.deployment.contracts.values())).address
        try:
            asked = protocol.question(one.account)
        except UsageError:
            pass  # the protocol does not say which call it is
        else:
            function = (
                asked.function if isinstance(asked.function, Function) else Function.parse(asked.function)
            )
            address, call = asked.to, function.calldata(asked.arguments)
            (outcome,) = view.ask_calls([RawCall(address, call)])
            answer = outcome if isinstance(outcome, bytes) else None
        where = At(address, view.chain_id, view.number, wire.to_data(view.code_hash(address)))
        yield AccountCase(protocol.name, one.as_json(), where, call, answer, plan.address)


def _located(
    whole: Plan, found: Accounts, plan: ProtocolPlan, protocol: Protocol[Any], view: BlockView, tell: Tell
) -> Accounts:
    """Where the first accounts part: one of them says as much as many."""
    from vmargin.crosscheck.audit.parting import parting

    folders = [whole.path(text) for text in plan.artifacts]
    sources = [whole.path(text) for text in plan.sources]
    located, codes = {}, dict[str, CodeMap]()
    for case in found.cases[: plan.located]:
        tell(f"{protocol.name}: where mirror and contract part over account {case.account}")
        where, used = parting(protocol, view, case, folders, sources)
        located[case.account] = where.as_json()
        codes.update({code.name: code for code in used})
    return replace(found, located=located, codes=tuple(codes.values()))


def _lint(
    found: Accounts, plan: ProtocolPlan, protocol: Protocol[Any], view: BlockView, tell: Tell
) -> Accounts:
    from vmargin.crosscheck.lint import lint

    tell(f"{protocol.name}: lint")
    findings = lint(protocol, view, plan.accounts)
    return replace(found, lint=tuple(finding.as_json() for finding in findings))


def _flips(
    found: Accounts, plan: ProtocolPlan, protocol: Protocol[Any], view: BlockView, tell: Tell
) -> Accounts:
    """Of the first accounts: every price that their verdict depends on, then time."""
    from vmargin.crosscheck.flips.account import price_flips, time_flips

    named = protocol.discover(view) if plan.accounts is None else map(protocol.parse_account, plan.accounts)
    kind = type(protocol)
    flips: list[Json] = []
    skipped = list(found.not_done)
    for state in protocol.read(view, list(islice(named, plan.flip_accounts))):
        tell(f"{protocol.name}: where the verdict of account {state.account} changes")
        try:
            for name, price in kind.prices(state).items():
                low, high = (int(price.now * (1 + way * plan.price_range)) for way in (-1, 1))
                flips.append(price_flips(kind, state, name, max(0, low), high).as_json())
            if plan.days:
                flips.append(time_flips(kind, state, kind.time(state) + plan.days * _DAY).as_json())
        except VmarginError as error:
            skipped.append(NotDone("flips", f"account {state.account}", str(error)))
    return replace(found, flips=tuple(flips), not_done=tuple(skipped))
