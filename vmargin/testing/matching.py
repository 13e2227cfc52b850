"""One-line assertions: a mirror is what the contract is, and kernels give what was recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vmargin.chain.view import BlockView
    from vmargin.crosscheck.compare import Compared, Comparison
    from vmargin.crosscheck.conform import AnyKernel, Report
    from vmargin.protocols.base import Protocol
    from vmargin.protocols.deployment import Deployment

SHOWN = 10
"""Accounts that a failure names."""


def assert_matches_onchain(
    protocol: Protocol[Any] | Deployment,
    view: BlockView,
    accounts: Iterable[str | int] | None = None,
) -> Comparison:
    """Hold a protocol's mirror against the contract's own answer, to the bit, for accounts at a block.

    Parameters
    ----------
    protocol
        What was deployed, or the deployment, whose protocol is found by its name.
    view
        Of the block: live, recorded or proven.
    accounts
        As the protocol writes them; by default all that there are.

    Raises
    ------
    AssertionError
        If a figure differs, one side reverts otherwise than the other, an account's answer is not known, or
        there is no account.
    """
    __tracebackhide__ = True
    from vmargin.crosscheck.compare import compare
    from vmargin.protocols.deployment import Deployment
    from vmargin.protocols.registry import open_deployment

    deployed = open_deployment(protocol) if isinstance(protocol, Deployment) else protocol
    wanted = None if accounts is None else [deployed.parse_account(str(account)) for account in accounts]
    comparison = compare(deployed, view, wanted)
    if not comparison.agrees:
        raise AssertionError("\n".join(_told(comparison)))
    return comparison


def conformance(
    kernels: Mapping[str, AnyKernel], path: str | Path, *, only: str | Iterable[str] | None = None
) -> Report:
    """Run kernels over a file of vectors, in every reading that is installed, and compare exactly.

    Parameters
    ----------
    kernels
        By the names that the file has for them.
    path
        JSON, as it is or compressed, as ``vmargin conform`` reads it.
    only
        Of these functions: ``@pytest.mark.parametrize("function", KERNELS)`` makes a test of each.

    Raises
    ------
    AssertionError
        If an outcome is not the expected one; it names the first for each function.
    UsageError
        If the file is malformed, or has no case of a function that is wanted.
    """
    __tracebackhide__ = True
    from vmargin.crosscheck import conform

    wanted = None if only is None else (only,) if isinstance(only, str) else tuple(only)
    report = conform.check(kernels, Path(path), lambda _: None, only=wanted)
    if report.failures:
        lines = [f"{report.failures} outcomes are not those of {path}"]
        for function in report.functions:
            if function.first is not None:
                lines += [f"{function.function}: {function.verdict.strip()}", *function.first.lines()]
        raise AssertionError("\n".join(lines))
    return report


def _told(comparison: Comparison) -> Iterator[str]:
    """What differs, whole: accounts, figures, both integers and the block."""
    where = f"{comparison.protocol} at {comparison.provenance}"
    if not comparison.compared:
        yield f"no account was compared: there is none of {where}"
        return
    unequal = comparison.differs + comparison.unknown
    yield f"{unequal} of {comparison.compared} accounts are not equal, of {where}"
    worst = sorted((one for one in comparison.accounts if one.status.value != "equal"), key=_unknown)
    for one in worst[:SHOWN]:
        yield from _of_account(one)
    if unequal > SHOWN:
        yield f"  and {unequal - SHOWN} more accounts"


def _unknown(one: Compared) -> bool:
    return one.status.value == "unknown"


def _of_account(one: Compared) -> Iterator[str]:
    if _unknown(one):
        yield f"  account {one.account}: not known: {one.reason}"
    for difference in one.differences:
        yield f"  account {one.account}: {difference.figure}"
        yield f"    mirror    {_number(difference.mirror)}"
        yield f"    contract  {_number(difference.contract)}"
        if difference.by is not None:
            yield f"    differ by {difference.by:+d}"
    if one.status.value == "differs" and not one.differences:
        yield f"  account {one.account}"
        yield f"    mirror    {_ending(one.mirror)}"
        yield f"    contract  {_ending(one.contract)}"


def _number(value: int | None) -> str:
    return "does not have it" if value is None else str(value)


def _ending(told: Mapping[str, Any]) -> str:
    return ", ".join(f"{kind}: {what}" for kind, what in told.items()) or "nothing"
