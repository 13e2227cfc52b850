"""A house on a chain, which keeps every rule but one: its scenarios are not symmetric."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

from tests.protocols.house import House, build
from vmargin.chain.devnet import Devnet, devnet
from vmargin.crosscheck.lint import lint
from vmargin.protocols.finding import Finding


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
    with devnet() as chain:
        yield build(chain)


@pytest.fixture
def by(house: House) -> Callable[..., list[Finding]]:
    """What a rule finds in the house."""

    def by(rule: str, chain: Devnet | None = None, accounts: Sequence[str] | None = None) -> list[Finding]:
        view = (chain or house.chain).at()
        return [f for f in lint(house.protocol, view, accounts or house.accounts) if f.rule == rule]

    return by
