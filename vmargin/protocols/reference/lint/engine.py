"""What the engine on chain says of single positions: by size, and of one side against the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from vmargin.chain.errors import BadReturn, Unprovable
from vmargin.chain.view import BlockView, Call
from vmargin.margin.instruments import expiryOf, isOption, kindOf, underlyingOf
from vmargin.margin.limits import SIZE, WAD
from vmargin.margin.options import discountOf
from vmargin.margin.types import Margin
from vmargin.protocols.deployment import Deployment
from vmargin.protocols.finding import Finding
from vmargin.protocols.reference.contracts import errors, functions
from vmargin.protocols.reference.lint.use import Held, InUse
from vmargin.protocols.reference.reader import typed
from vmargin.solidity.reverts import Halt, Revert


class Asked(NamedTuple):
    """Two sizes of one instrument under a policy, and what the engine says of each; None where it reverts."""

    use: InUse
    held: Held
    sizes: tuple[int, int]
    margins: tuple[Margin, Margin] | None

    @property
    def what(self) -> str:
        """For a person."""
        return f"{self.use.name}, {int(self.held.position.instrument):#x}"

    @property
    def evidence(self) -> dict[str, Any]:
        """Which instrument, under which policy."""
        return {"policy": f"0x{self.use.id.hex()}", "instrument": str(int(self.held.position.instrument))}


def margins_of(view: BlockView, deployment: Deployment, accounts: Sequence[str]) -> list[Margin | None]:
    """What the engine requires of accounts; None where it reverts."""
    margin_of = functions("Engine")["marginOf"]
    calls = [Call(deployment.address("engine"), margin_of, (int(account),)) for account in accounts]
    return [None if found is None else typed(Margin, found[0]) for found in _answers(view, calls)]


def monotone_in_size(view: BlockView, deployment: Deployment, used: Sequence[InUse]) -> Iterator[Finding]:
    """Along sizes from almost nothing upwards, long and short."""
    rule = "monotone-in-size"
    asked = _asked(
        view,
        deployment,
        [
            (use, held, (sign * low, sign * high))
            for use in used
            for held in use.held.values()
            for sign in (1, -1)
            for low, high in _steps(use, held)
        ],
    )
    known = wrong = 0
    for one in asked:
        if one.margins is None:
            continue
        known += 1
        for level in ("initialRequirement", "maintenanceRequirement"):
            less, more = (int(getattr(margin, level)) for margin in one.margins)
            if more < less:
                wrong += 1
                yield Finding(
                    rule,
                    "violation",
                    f"{one.what}: the {level} of {one.sizes[1]} is below that of {one.sizes[0]}",
                    {
                        **one.evidence,
                        "sizes": [str(size) for size in one.sizes],
                        level: [str(less), str(more)],
                    },
                )
    if not wrong:
        yield Finding(
            rule,
            "ok" if known else "not applicable",
            f"the engine was asked about {len(asked)} pairs of sizes and gives margins for {known}",
            {"asked": len(asked), "known": known},
        )


def conservative_discount(
    view: BlockView, deployment: Deployment, used: Sequence[InUse]
) -> Iterator[Finding]:
    """Equity of a position and of its opposite: together not above nothing."""
    rule = "conservative-discount"
    asked = _asked(
        view,
        deployment,
        [
            (use, held, (abs(int(held.position.size)), -abs(int(held.position.size))))
            for use in used
            for held in use.held.values()
        ],
    )
    known = wrong = 0
    for one in asked:
        yield from _discount(one)
        if one.margins is None:
            continue
        known += 1
        owned, owed = (int(margin.value) - int(margin.haircut) for margin in one.margins)
        if owned + owed > 0:
            wrong += 1
            yield Finding(
                rule,
                "violation",
                f"{one.what}: owned it counts for {owned}, owed for no more than {-owed}",
                {**one.evidence, "size": str(one.sizes[0]), "owned": str(owned), "owed": str(owed)},
            )
    if not wrong:
        yield Finding(
            rule,
            "ok" if known else "not applicable",
            f"the engine was asked about {len(asked)} positions owned and owed and values {known}",
            {"asked": len(asked), "known": known},
        )


def _discount(one: Asked) -> Iterator[Finding]:
    """One discount serves both sides; above one it makes an option worth more than it will pay."""
    instrument, quote, time = one.held.position.instrument, one.held.quote, one.held.time
    if not isOption(kindOf(instrument)) or time >= expiryOf(instrument):
        return
    try:
        discount = discountOf(quote.rate, expiryOf(instrument) - time)
    except Revert:
        return
    if discount > WAD:
        yield Finding(
            "conservative-discount",
            "warning",
            f"{one.what}: it is discounted by {int(discount)}e-18, which is above one",
            {**one.evidence, "rate": str(int(quote.rate)), "discount": str(int(discount))},
        )


def _steps(use: InUse, held: Held) -> Iterator[tuple[int, int]]:
    """Sizes and their doubles: a wei, what is held, and what is about the depth."""
    own = abs(int(held.position.size))
    underlying = underlyingOf(held.position.instrument)
    depths = [int(cover.depth) for cover in use.policy.covers if cover.underlying == underlying]
    least = {1, own // 2, own, *(part for depth in depths for part in (depth // 2, depth, 2 * depth))}
    for size in sorted(least):
        if size > 0 and 2 * size < int(SIZE):
            yield size, 2 * size


def _asked(
    view: BlockView, deployment: Deployment, wanted: Sequence[tuple[InUse, Held, tuple[int, int]]]
) -> list[Asked]:
    """Ask the engine what would become of a position if it were of another size."""
    change = functions("Engine")["change"]
    calls = []
    for use, held, sizes in wanted:
        portfolios = [(0, [(int(held.position.instrument), size)]) for size in sizes]
        calls.append(Call(deployment.address("engine"), change, (*portfolios, use.id)))
    answers = _answers(view, calls)
    found = []
    for (use, held, sizes), answer in zip(wanted, answers, strict=True):
        margins = None if answer is None else (typed(Margin, answer[0]), typed(Margin, answer[1]))
        found.append(Asked(use, held, sizes, margins))
    return found


def _answers(view: BlockView, calls: Sequence[Call]) -> Iterator[tuple[Any, ...] | None]:
    """What each call returned; None where it reverted."""
    for outcome in view.calls(calls, errors=errors()):
        if isinstance(outcome, BadReturn | Unprovable):
            raise outcome
        yield None if isinstance(outcome, Revert | Halt) else outcome
