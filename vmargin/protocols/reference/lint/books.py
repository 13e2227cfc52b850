"""Whether the events of ledger and policies tell what their getters say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from vmargin.chain.errors import BadReturn, Unprovable
from vmargin.chain.view import BlockView, Call
from vmargin.margin.house.accounts import FIRST_CUSTOMER
from vmargin.margin.house.policies import policy_id
from vmargin.protocols.deployment import Deployment
from vmargin.protocols.finding import Finding, Level
from vmargin.protocols.reference.contracts import errors, functions
from vmargin.protocols.reference.lint.events import Books, books_of
from vmargin.protocols.reference.lint.use import InUse, chunks
from vmargin.solidity.reverts import Halt, Revert

RULE = "events-match-getters"
SHOWN = 20
"""Differences that are told one by one."""

Said = tuple[str, tuple[Any, ...], Any, Any]
"""A getter, its arguments, what the events make of it, and what it says."""


def findings(
    view: BlockView, deployment: Deployment, accounts: Sequence[str], used: Sequence[InUse]
) -> Iterator[Finding]:
    """Read all events up to the block, and compare."""
    if deployment.first_block == 0 and view.number > 100_000:
        what = (
            "the deployment does not say in which block it began, and the chain has many: name `first_block`"
        )
        yield Finding(RULE, "not applicable", what, {"block": view.number})
        return
    books = books_of(view, deployment)
    compared = differing = 0
    for getter, arguments, told, said in _compared(view, deployment, accounts, used, books):
        compared += 1
        if told == said:
            continue
        differing += 1
        if differing <= SHOWN:
            call = f"{getter}({', '.join(map(str, _plain(arguments)))})"
            evidence = {"getter": call, "said": _plain(said), "told": _plain(told)}
            what = f"{call} says {evidence['said']}, and the events {evidence['told']}"
            yield Finding(RULE, "violation", what, evidence)
    what = f"{compared} answers of getters were compared with {books.read} events, {differing} differ"
    level: Level = "violation" if differing else "ok"
    yield Finding(RULE, level, what, {"compared": compared, "events": books.read, "differing": differing})


def _compared(
    view: BlockView, deployment: Deployment, accounts: Sequence[str], used: Sequence[InUse], books: Books
) -> Iterator[Said]:
    ledger = deployment.address("ledger")
    yield from _house(view, ledger, books)
    for some in chunks(accounts):
        yield from _accounts(view, ledger, [int(account) for account in some], books)
    yield from _policies(used, books)


def _house(view: BlockView, ledger: str, books: Books) -> Iterator[Said]:
    wanted: list[tuple[str, tuple[Any, ...], Any]] = [
        ("nextAccount", (), (int(FIRST_CUSTOMER) + len(books.owners),)),
        ("engine", (), (books.connected[0],)),
        ("feeds", (), (books.connected[1],)),
        ("pools", (), (len(books.pools),)),
        *(("isVenue", (who,), (allowed,)) for who, allowed in books.venues.items()),
        *(("isModule", (who,), (allowed,)) for who, allowed in books.modules.items()),
        *(("isPolicyAllowed", (policy,), (allowed,)) for policy, allowed in books.allowed.items()),
        *(("poolPolicy", (pool,), (policy,)) for pool, (policy, _) in books.pools.items()),
    ]
    yield from _asked(view, ledger, wanted)
    calls = [Call(ledger, functions("Ledger")["borrowing"])]
    calls += [Call(ledger, functions("Ledger")["premiumOf"], (held,)) for held in books.premiums]
    borrowing, *premiums = _answers(view, calls)
    yield "borrowing", (), books.borrowing, (borrowing[1], borrowing[0])
    for (held, told), said in zip(books.premiums.items(), premiums, strict=True):
        yield "premiumOf", (held,), told, said[:2]


def _accounts(view: BlockView, ledger: str, accounts: Sequence[int], books: Books) -> Iterator[Said]:
    wanted: list[tuple[str, tuple[Any, ...], Any]] = []
    for account in accounts:
        held = books.held(account)
        pool = books.pool_of(account)
        members = (account,) if pool == 0 else tuple(books.pools[pool][1])
        policy = books.policies.get(account, bytes(32)) if pool == 0 else books.pools[pool][0]
        wanted += [
            ("ownerOf", (account,), (books.owners.get(account, "0x" + "00" * 20),)),
            ("policyOf", (account,), (books.policies.get(account, bytes(32)),)),
            ("purseOf", (account,), books.purses.get(account, (0, 0))),
            ("depositsOf", (account,), (books.deposits.get(account, 0) * books.scale,)),
            ("poolOf", (account,), (pool,)),
            ("scopeOf", (account,), (members, policy)),
            ("instrumentsOf", (account,), (tuple(held),)),
            *(("holdingOf", (account, instrument), kept) for instrument, kept in held.items()),
            *(("isVenueAllowed", key, (yes,)) for key, yes in books.permits.items() if key[0] == account),
            *(("isDelegate", key, (yes,)) for key, yes in books.delegates.items() if key[0] == account),
        ]
    yield from _asked(view, ledger, wanted)


def _policies(used: Sequence[InUse], books: Books) -> Iterator[Said]:
    """A policy is what its address says, and was registered."""
    for use in used:
        yield "get", (use.id,), use.id, policy_id(use.policy)
        yield "registered", (use.id,), use.id in books.registered, True


def _asked(view: BlockView, of: str, wanted: Sequence[tuple[str, tuple[Any, ...], Any]]) -> Iterator[Said]:
    calls = [Call(of, functions("Ledger")[getter], arguments) for getter, arguments, _ in wanted]
    for (getter, arguments, told), said in zip(wanted, _answers(view, calls), strict=True):
        yield getter, arguments, told, _tuples(said)


def _answers(view: BlockView, calls: Sequence[Call]) -> list[tuple[Any, ...]]:
    found = []
    for call, outcome in zip(calls, view.calls(calls, errors=errors()), strict=True):
        if isinstance(outcome, BadReturn | Unprovable):
            raise outcome
        if isinstance(outcome, Revert | Halt):
            raise BadReturn(f"{call.function} of {call.to} at block {view.number} reverts: {outcome}")
        found.append(outcome)
    return found


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list | tuple) else value


def _plain(value: Any) -> Any:
    """In JSON's types, integers as decimal strings."""
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, bytes):
        return f"0x{value.hex()}"
    return value if isinstance(value, bool | str) else str(value)
