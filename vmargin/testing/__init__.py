"""For tests of programs that read chains: what pytest finds by itself, and what tests import from here."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vmargin.testing.cassettes import Cassette
    from vmargin.testing.deployed import Deployed
    from vmargin.testing.errors import NotFunded, WaitedTooLong
    from vmargin.testing.matching import assert_matches_onchain, conformance
    from vmargin.testing.remote import RemoteChain
    from vmargin.testing.strategies import (
        accounts,
        arguments,
        int256s,
        markets,
        policies,
        portfolios,
        prices,
        uint256s,
    )
    from vmargin.testing.waiting import Wait

__all__ = [
    "Cassette",
    "Deployed",
    "NotFunded",
    "RemoteChain",
    "Wait",
    "WaitedTooLong",
    "accounts",
    "arguments",
    "assert_matches_onchain",
    "conformance",
    "int256s",
    "markets",
    "policies",
    "portfolios",
    "prices",
    "uint256s",
]

_WHERE = {
    "Cassette": "cassettes",
    "Deployed": "deployed",
    "NotFunded": "errors",
    "RemoteChain": "remote",
    "Wait": "waiting",
    "WaitedTooLong": "errors",
    "assert_matches_onchain": "matching",
    "conformance": "matching",
}
"""Modules by name; the strategies' for all others.  None is loaded before it is asked for."""


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_WHERE.get(name, 'strategies')}"), name)
