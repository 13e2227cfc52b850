"""The chain that the tests of this folder read, with a faulty node before it for each kind of read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.faults.ground import Ground, Remembering, WithoutMulticall3, ground
from tests.faults.reads import READS
from vmargin.chain.anchors import Anchor, HashAnchor
from vmargin.chain.connection import Connection
from vmargin.chain.faults import FAULTS, FaultyNode
from vmargin.chain.proven import ProvenView
from vmargin.chain.view import BlockView


@dataclass(frozen=True)
class Bench:
    """A chain, what is true of it, and nodes before it that can be made to lie, each on its own."""

    ground: Ground
    truth: dict[int, dict[str, list[Any]]]
    """By block, for the last three."""
    nodes: dict[str, FaultyNode]
    """By kind of read, so that reads can be tried at the same time."""
    good: FaultyNode
    astray: Remembering
    """A node on another chain."""
    _asked: dict[tuple[bool, str], set[str]] = field(default_factory=dict)

    def meets(self, kind: str | None, read: str, *, proven: bool) -> bool:
        """Whether a fault can strike any request of a read."""
        if kind is None:
            return False
        methods = FAULTS[kind].methods
        return not methods or bool(self.asked(proven, read) & {*methods})

    def options(self, kind: str) -> dict[str, Any]:
        """What a fault takes to strike here."""
        if kind in ("other_node", "state_of_another_chain"):
            return {"upstream": self.astray}
        return {"blocks": 1} if kind == "range_refused" else {}

    def see(self, connection: Connection, *, proven: bool = True) -> BlockView:
        """View the newest block that the connection has; the head is what is proven."""
        view = connection.at("latest")
        return self.prove(view, HashAnchor(self.head_hash)) if proven else view

    def prove(self, view: BlockView, anchor: Anchor) -> ProvenView:
        return ProvenView(view, anchor, fork=self.ground.chain.hardfork)

    @property
    def head_hash(self) -> bytes:
        return bytes.fromhex(self.truth[self.ground.head]["header"][-1][0][2:])

    def asked(self, proven: bool, read: str) -> set[str]:
        """Methods that a read asks a node for, as seen at the node."""
        if (proven, read) not in self._asked:
            with Connection(self.nodes[read].url) as connection:
                before = len(self.nodes[read].requests)
                view = self.see(connection, proven=proven)
                if read != "at":
                    before = len(self.nodes[read].requests)
                READS["balance" if read == "at" else read](self.ground, view)
            self._asked[proven, read] = {seen.method for seen in self.nodes[read].requests[before:]}
        return self._asked[proven, read]


@pytest.fixture(scope="session")
def bench(long: bool) -> Iterator[Bench]:
    with ExitStack() as stack:
        here = stack.enter_context(ground(1000 if long else 100))
        other = stack.enter_context(ground(10, chain_id=31338))
        behind, astray = Remembering(here.chain.url), Remembering(other.chain.url)
        stack.callback(behind.close)
        stack.callback(astray.close)
        nodes = {read: stack.enter_context(FaultyNode(behind)) for read in (*READS, "at")}
        bare = WithoutMulticall3(here.chain.url)
        stack.callback(bare.close)
        nodes["calls_alone"] = stack.enter_context(FaultyNode(bare))
        truth = {block: here.truth(block) for block in range(here.head - 2, here.head + 1)}
        yield Bench(here, truth, nodes, stack.enter_context(FaultyNode(behind)), astray)
