"""What pytest finds in vmargin: a local chain for each test, and a node that misbehaves on demand.

pytest imports this wherever vmargin is installed: it costs nothing until a fixture is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from vmargin.chain.devnet import Devnet
    from vmargin.chain.faults import FaultyNode


class SharedDevnet:
    """One chain for all tests of a process, started when the first asks for it."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._options = options
        self._stack = ExitStack()
        self._chain: Devnet | None = None

    def chain(self) -> Devnet:
        """Give the chain, or start another where there is none."""
        if self._chain is None:
            from vmargin.chain.devnet import devnet

            self._chain = self._stack.enter_context(devnet(**self._options))
        return self._chain

    def end(self) -> None:
        """End it, if it runs."""
        self._chain = None
        self._stack.close()


@pytest.fixture(scope="session")
def devnet_options() -> dict[str, Any]:
    """Options of :func:`~vmargin.chain.devnet.devnet` for the session's chain: override it to change them."""
    return {}


@pytest.fixture(scope="session")
def shared_devnet(devnet_options: dict[str, Any]) -> Iterator[SharedDevnet]:
    """What `devnet` borrows from."""
    shared = SharedDevnet(devnet_options)
    yield shared
    shared.end()


@pytest.fixture
def devnet(shared_devnet: SharedDevnet) -> Iterator[Devnet]:
    """A local chain as it started: what a test does to it is taken back.

    Taken back are blocks, accounts and time, but no settings of the node such as interval mining.
    """
    from vmargin.chain.errors import ChainError

    stack = ExitStack()
    yield stack.enter_context(shared_devnet.chain().isolated())
    try:
        stack.close()
    except ChainError:  # the test ended the chain, or reorganised what was before it: the next has another
        shared_devnet.end()


@pytest.fixture
def rpc_faults(devnet: Devnet) -> Iterator[FaultyNode]:
    """A node before `devnet` that answers as it does, until told to misbehave."""
    from vmargin.chain.faults import FaultyNode

    with FaultyNode(devnet.url) as node:
        yield node
