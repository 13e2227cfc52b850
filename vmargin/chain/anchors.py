"""Anchors: who says that a block's hash is one of the chain; proofs show only what holds under a hash."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Protocol

from vmargin.chain.errors import NotVouched
from vmargin.chain.header import Header
from vmargin.errors import UsageError

if TYPE_CHECKING:
    from vmargin.chain.connection import Connection
    from vmargin.chain.rpc.node import Node

FORMS = (
    "hash:0x… (a block hash that you have from elsewhere), quorum:K/N (K of the N nodes that you give agree) "
    "or verified-rpc:URL (a light client, such as Helios)"
)


class Anchor(Protocol):
    """What a proven view rests on.

    An anchor may vouch for a block directly, or for another one and link the two by headers; it has whatever
    it needs for that.  All that it has to say of itself is in its name.
    """

    @property
    def name(self) -> str:
        """Printed with every answer once the anchor has vouched; it holds no URL and no key."""

    def vouch(self, chain_id: int, header: Header) -> None:
        """See that a block is one of the chain.

        Raises
        ------
        NotVouched
            If it is not, or the anchor cannot tell; the message says who said what.
        """


class HashAnchor:
    """The block's hash, as the user has it from somewhere else."""

    def __init__(self, block_hash: bytes) -> None:
        if len(block_hash) != 32:
            raise UsageError(f"0x{block_hash.hex()} is no block hash: it takes 32 bytes")
        self.hash = block_hash
        self.name = f"hash:0x{block_hash.hex()}"

    def vouch(self, chain_id: int, header: Header) -> None:
        if header.hash != self.hash:
            raise NotVouched(
                f"{self.name} is not the hash of {header}: read at the block of this hash instead"
            )


class QuorumAnchor:
    """Several providers, each asked for the block by its number: enough of them must name the same hash.

    Parameters
    ----------
    connection
        To the providers, one node of each.
    needed
        How many must agree: more than half of them, and no fewer than two.
    """

    def __init__(self, connection: Connection, needed: int) -> None:
        nodes = connection.nodes
        self.name = f"quorum:{needed}/{len(nodes)}"
        places = [_place(node) for node in nodes]
        if len(set(places)) < len(places):
            twice = next(place for place in places if places.count(place) > 1)
            raise UsageError(f"{self.name} takes one node of each provider, and {twice} has several of these")
        if not 2 <= needed <= len(nodes) < 2 * needed:
            raise UsageError(
                f"{self.name} is no quorum: it takes more than half of the nodes, and at least 2; give more "
                "of them, each of another provider"
            )
        self.connection = connection
        self.needed = needed

    def vouch(self, chain_id: int, header: Header) -> None:
        said = []
        agree = 0
        for node in self.connection.nodes:
            answer = _named(self.connection, node, chain_id, header)
            agree += answer is None
            if agree == self.needed:
                return
            said.append(answer or f"{node.label} agrees")
        raise NotVouched(
            f"{agree} of {len(said)} nodes have {header} on chain {chain_id}, and {self.needed} must:"
            + "".join(f"\n  {one}" for one in said)
        )


class VerifiedRpcAnchor:
    """A light client that serves JSON-RPC, such as Helios: it has verified what it says by itself.

    Parameters
    ----------
    url
        Of the light client; it is never shown.
    options
        Of the :class:`Connection` to it.
    """

    name = "verified-rpc"

    def __init__(self, url: str, **options: Any) -> None:
        self._url = url
        self._options = options

    def vouch(self, chain_id: int, header: Header) -> None:
        from vmargin.chain.connection import Connection

        with Connection(self._url, chain_id=chain_id, **self._options) as connection:
            answer = _named(connection, connection.nodes[0], chain_id, header)
        if answer is not None:
            raise NotVouched(f"{self.name} does not vouch for {header} on chain {chain_id}: {answer}")


def parse_anchor(text: str | None, *, connection: Connection | None = None) -> Anchor:
    """Read an anchor as the command line writes it.

    Parameters
    ----------
    text
        One of the `FORMS`.
    connection
        Whose nodes a quorum is of.
    """
    if text is None:
        raise UsageError(
            "a proven read takes an anchor: a node can invent header, state and proofs that fit together, so "
            f"somebody else has to say which block hash is the chain's; name who with  --anchor  {FORMS}"
        )
    kind, _, rest = text.partition(":")
    if kind == "hash" and re.fullmatch(r"0x[0-9a-fA-F]{64}", rest):
        return HashAnchor(bytes.fromhex(rest[2:]))
    if kind == "quorum" and (numbers := re.fullmatch(r"([1-9]\d{0,3})/([1-9]\d{0,3})", rest)):
        needed, nodes = map(int, numbers.groups())
        there = 0 if connection is None else len(connection.nodes)
        if connection is None or nodes != there:
            raise UsageError(f"{text} takes {nodes} nodes, each of another provider, and there are {there}: "
                             "give each with a  --rpc-url  of its own")  # fmt: skip
        return QuorumAnchor(connection, needed)
    if kind == "verified-rpc" and rest:
        return VerifiedRpcAnchor(rest)
    shown = text if kind in ("hash", "quorum") else kind[:16]  # what looks like an address may hold a key
    raise UsageError(f"{shown!r} is no anchor; there are {FORMS}")


def _named(connection: Connection, node: Node, chain_id: int, header: Header) -> str | None:
    """Ask one node which block it has at a number: None if it is this one, else what it says."""
    from vmargin.chain.connection import header_question

    answer = connection.ask([header_question(header.number)], nodes=[node])[0]
    if not isinstance(answer, Header):
        return str(answer) if node.label in str(answer) else f"{node.label}: {answer}"
    if node.chain_id != chain_id:
        return f"{node.label} is on chain {node.chain_id}"
    return None if answer.hash == header.hash else f"{node.label} has {answer} there"


def _place(node: Node) -> str:
    """Name the provider behind a node, as far as its address tells: what its label shows."""
    return node.label.partition(" (")[2].rstrip(")")
