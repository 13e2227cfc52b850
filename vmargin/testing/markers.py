"""The markers by which a test says what it needs of a real chain."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

import pytest

from vmargin.testing.settings import Settings

FUNDED = "vm_funded"
SLOW = "vm_slow_chain"

DESCRIPTIONS = (
    f"{FUNDED}(ether=0): the test sends transactions; on a remote chain it needs a key that holds so much",
    "vm_cassette(name): the file, in the folder cassettes, in which the reads of this test are kept",
    f"{SLOW}(timeout=60): seconds that this test waits for one transaction, block or condition",
)

PATIENCE = 60.0
"""Seconds, where no marker says otherwise."""


def needed_wei(node: pytest.Item) -> int | None:
    """What a test needs to send, in wei; None where it does not say that it sends."""
    marker = node.get_closest_marker(FUNDED)
    if marker is None:
        return None
    given = _only(marker, "ether", 0)
    try:
        wei = Decimal(str(given)) * 10**18
    except InvalidOperation:
        wei = Decimal("NaN")
    if not wei.is_finite() or wei < 0 or wei != int(wei):
        raise pytest.UsageError(f"{node.nodeid}: {FUNDED}(ether={given!r}): it takes a number of ether")
    return int(wei)


def patience(node: pytest.Item) -> float:
    """How long a test waits, in seconds."""
    marker = node.get_closest_marker(SLOW)
    if marker is None:
        return PATIENCE
    given = _only(marker, "timeout", PATIENCE)
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 < given < float("inf"):
        raise pytest.UsageError(f"{node.nodeid}: {SLOW}(timeout={given!r}): it takes seconds above 0")
    return float(given)


def skip_unfunded(node: pytest.Item, settings: Settings) -> None:
    """Skip a test that would have to pay on a remote chain, where nobody has given it a key."""
    if settings.remote and needed_wei(node) is not None and settings.key is None:
        pytest.skip(
            f"sends transactions on the remote chain: set {settings.key_name} to the private key of an "
            "account that may pay, or name another variable with --vm-key-env"
        )


def _only(marker: pytest.Mark, name: str, default: object) -> object:
    """The one argument of a marker, by its name or as the first."""
    if len(marker.args) + len(marker.kwargs) > 1 or not set(marker.kwargs) <= {name}:
        raise pytest.UsageError(f"@pytest.mark.{marker.name} takes {name}=… and nothing else")
    return marker.kwargs.get(name, marker.args[0] if marker.args else default)
