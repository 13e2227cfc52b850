"""Anchors vouch for the chain's blocks and for no others, and say who said what."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import rlp

from vmargin.chain.anchors import HashAnchor, QuorumAnchor, VerifiedRpcAnchor, parse_anchor
from vmargin.chain.connection import Connection
from vmargin.chain.devnet import Devnet
from vmargin.chain.errors import NotVouched
from vmargin.chain.faults import FaultyNode, InventedAccount, InventedChain
from vmargin.chain.header import Header
from vmargin.errors import UsageError


@pytest.fixture(scope="module")
def header(chain: Devnet) -> Header:
    chain.mine(3)
    header = chain.at().header
    chain.mine(2)
    return header


@pytest.fixture(scope="module")
def other(header: Header) -> Header:
    """A block that might have been in its place."""
    fields = list(header.fields)
    fields[12] = b"other"
    return Header.decode(rlp.encode(fields))


@pytest.fixture
def nodes(chain: Devnet) -> Iterator[list[FaultyNode]]:
    """Three, which say the same until a test has them say something else."""
    with FaultyNode(chain.url) as one, FaultyNode(chain.url) as two, FaultyNode(chain.url) as three:
        yield [one, two, three]


@pytest.fixture
def connection(nodes: list[FaultyNode]) -> Iterator[Connection]:
    with Connection([node.url for node in nodes], patience=5.0, timeout=0.5) as connection:
        yield connection


# A hash


def test_a_hash_vouches_for_its_block_only(header: Header, other: Header) -> None:
    anchor = HashAnchor(header.hash)
    anchor.vouch(31337, header)
    assert anchor.name == f"hash:0x{header.hash.hex()}"
    with pytest.raises(NotVouched, match=f"0x{header.hash.hex()} is not the hash of block {header.number} "):
        anchor.vouch(31337, other)
    with pytest.raises(NotVouched):
        HashAnchor(header.hash[:31] + bytes([header.hash[31] ^ 1])).vouch(31337, header)
    with pytest.raises(UsageError, match="takes 32 bytes"):
        HashAnchor(header.hash[:20])


# A quorum


def test_a_quorum_that_agrees(connection: Connection, nodes: list[FaultyNode], header: Header) -> None:
    for needed in (2, 3):
        anchor = QuorumAnchor(connection, needed)
        assert anchor.name == f"quorum:{needed}/3"
        anchor.vouch(31337, header)
    for node in nodes[:2]:  # each was asked itself, and for the number
        asked = [seen.params for seen in node.requests if seen.method == "eth_getBlockByNumber"]
        assert asked == [[hex(header.number), False]] * 2


def test_a_quorum_that_knows_another_block(connection: Connection, header: Header, other: Header) -> None:
    with pytest.raises(NotVouched) as raised:
        QuorumAnchor(connection, 2).vouch(31337, other)
    text = str(raised.value)
    assert (
        f"0 of 3 nodes have block {header.number} (0x{other.hash.hex()}) on chain 31337, and 2 must" in text
    )
    for node in connection.nodes:
        assert f"{node.label} has block {header.number} (0x{header.hash.hex()}) there" in text


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("other_chain", "is on chain 2989, not 31337"),
        ("http_401", "HTTP 401"),
        ("head_lags", "there is no block"),
        ("header_field_changed", "does not hash to its hash"),
        ("header_of_parent", "is not the block"),
    ],
)
def test_a_node_that_does_not_say_so_does_not_count(
    connection: Connection, nodes: list[FaultyNode], header: Header, fault: str, said: str
) -> None:
    nodes[2].inject(fault, **({"blocks": 3} if fault == "head_lags" else {}))
    QuorumAnchor(connection, 2).vouch(31337, header)
    with pytest.raises(NotVouched, match="2 of 3 nodes have") as raised:
        QuorumAnchor(connection, 3).vouch(31337, header)
    _, one, two, three = str(raised.value).splitlines()
    assert [one.strip(), two.strip()] == [f"{node.label} agrees" for node in connection.nodes[:2]]
    assert connection.nodes[2].label in three and said in three
    assert "http:" not in str(raised.value)


def test_an_invented_chain_needs_more_nodes_than_there_are(
    connection: Connection, nodes: list[FaultyNode], header: Header
) -> None:
    """One node invents the block, with the header to it; the others do not know it."""
    invented = InventedChain({"0x" + "11" * 20: InventedAccount(balance=1)}, like=header, chain_id=31337)
    nodes[0].inject("other_node", upstream=invented)
    with pytest.raises(NotVouched, match="1 of 3 nodes have"):
        QuorumAnchor(connection, 2).vouch(31337, invented.header)
    nodes[1].inject("other_node", upstream=invented)
    QuorumAnchor(connection, 2).vouch(31337, invented.header)  # which is what a quorum believes


def test_a_quorum_is_of_one_chain(connection: Connection, header: Header) -> None:
    with pytest.raises(NotVouched, match=r"0 of 3 nodes have .*\n.* is on chain 31337"):
        QuorumAnchor(connection, 2).vouch(1, header)


def test_what_is_no_quorum(chain: Devnet) -> None:
    hosts = [f"http://node.one{at}.example/key" for at in range(4)]
    for count, needed in ((1, 1), (2, 1), (3, 1), (4, 2), (2, 3), (1, 2)):
        with Connection(hosts[:count]) as connection, pytest.raises(UsageError, match="at least 2"):
            QuorumAnchor(connection, needed)
    same = ["https://a.one.example/key", "https://b.two.example/key", "https://c.one.example/other"]
    with Connection(same) as connection, pytest.raises(UsageError, match=r"one\.example has several"):
        QuorumAnchor(connection, 2)
    with Connection([chain.url, chain.url]) as connection, pytest.raises(UsageError, match="has several"):
        QuorumAnchor(connection, 2)


# A light client


def test_a_light_client_vouches_for_what_it_has(
    chain: Devnet, nodes: list[FaultyNode], header: Header, other: Header
) -> None:
    anchor = VerifiedRpcAnchor(nodes[0].url, patience=1.0)
    assert anchor.name == "verified-rpc"
    anchor.vouch(31337, header)
    with pytest.raises(NotVouched, match=f"has block {header.number} \\(0x{header.hash.hex()}\\) there"):
        anchor.vouch(31337, other)
    with pytest.raises(NotVouched, match="is on chain 31337, not 1"):
        anchor.vouch(1, header)
    nodes[0].inject("head_lags", blocks=3)
    with pytest.raises(NotVouched, match="there is no block"):
        anchor.vouch(31337, header)
    nodes[0].clear()
    nodes[0].close()
    with pytest.raises(NotVouched, match="does not vouch"):
        anchor.vouch(31337, header)


# As text


def test_anchors_as_text(header: Header) -> None:
    connection = Connection(NOT_ASKED)
    digits = header.hash.hex()
    assert parse_anchor(f"hash:0x{digits}").name == parse_anchor(f"hash:0x{digits.upper()}").name
    parse_anchor(f"hash:0x{digits}").vouch(31337, header)
    assert parse_anchor("quorum:2/3", connection=connection).name == "quorum:2/3"
    assert parse_anchor("verified-rpc:https://user:secret@example.org/key").name == "verified-rpc"


def test_without_an_anchor_it_is_said_why_one_is_needed() -> None:
    with pytest.raises(
        UsageError, match=r"invent header, state and proofs .*hash:0x….*quorum:.*verified-rpc:"
    ):
        parse_anchor(None)


NOT_ASKED = [f"https://node.one{at}.example" for at in range(3)]


@pytest.mark.parametrize(
    "text",
    ["", "hash", "hash:", "hash:0x12", "hash:" + "ab" * 32, "Hash:0x" + "ab" * 32, "quorum", "quorum:",
     "quorum:2", "quorum:2/3/4", "quorum:02/3", "quorum:-2/3", "quorum:2/3 ",
     "verified-rpc", "verified-rpc:", "rpc:x"],
)  # fmt: skip
def test_what_is_no_anchor(text: str) -> None:
    with (
        Connection(NOT_ASKED) as connection,
        pytest.raises(UsageError, match=r"is no anchor; there are hash:0x….*quorum:K/N.*verified-rpc:URL"),
    ):
        parse_anchor(text, connection=connection)


def test_a_quorum_of_other_nodes_than_there_are() -> None:
    connection = Connection(NOT_ASKED)
    with pytest.raises(UsageError, match=r"quorum:2/2 takes 2 nodes.*there are 3"):
        parse_anchor("quorum:2/2", connection=connection)
    with pytest.raises(UsageError, match=r"quorum:2/3 takes 3 nodes.*there are 0"):
        parse_anchor("quorum:2/3")
    with pytest.raises(UsageError, match="at least 2"):
        parse_anchor("quorum:1/3", connection=connection)


def test_an_address_that_is_none_is_not_shown(header: Header) -> None:
    with pytest.raises(UsageError, match="the address of node 1 is none") as raised:
        parse_anchor("verified-rpc:ftp://secret.example").vouch(1, header)
    assert "secret" not in str(raised.value)
    with pytest.raises(UsageError, match="is no anchor") as raised:
        parse_anchor("https://node.example/secret")
    assert "secret" not in str(raised.value)
