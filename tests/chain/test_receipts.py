"""Logs are all there are, each as it was emitted, or an error says what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest
import rlp
from eth_hash.auto import keccak
from trie import HexaryTrie

from vmargin.chain.devnet import Devnet
from vmargin.chain.errors import ChainError, Inconsistent, Unprovable, Unproven
from vmargin.chain.header import Header
from vmargin.chain.live import LiveView
from vmargin.chain.questions import Log, LogQuery, log_query
from vmargin.chain.receipts import FARTHEST, check_complete, logs_of, verify_receipts
from vmargin.chain.receipts.bloom import Sieve, bits
from vmargin.chain.view import BlockView
from vmargin.errors import UsageError

NOTED = bytes(keccak(b"Noted(uint256,address,uint256)"))
REMARK = bytes(keccak(b"Remark(bytes)"))


class Story(NamedTuple):
    """Blocks with logs of several contracts and transactions, and blocks without."""

    view: LiveView
    emitters: tuple[str, str]
    first: int
    last: int


@pytest.fixture(scope="module")
def story(chain: Devnet, build: Path) -> Story:
    emitters = chain.deploy(build / "Emitter.json"), chain.deploy(build / "Emitter.json")
    first = chain.head
    for turn in range(6):
        chain.rpc("evm_setAutomine", False)
        hashes = [
            chain.rpc(
                "eth_sendTransaction",
                {
                    "from": chain.accounts[sender],
                    "to": emitters[sender % 2],
                    "data": "0x"
                    + keccak(b"emitMany(uint256,uint256,uint256)")[:4].hex()
                    + "".join(f"{word:064x}" for word in (turn % 2, 2, 10 * turn)),
                    "gas": "0x100000",
                    **({} if sender % 3 else {"gasPrice": "0x100000000"}),
                },
            )
            for sender in range(turn)
        ]
        chain.mine()
        chain.rpc("evm_setAutomine", True)
        assert all(chain.rpc("eth_getTransactionReceipt", key)["status"] == "0x1" for key in hashes)
    last = chain.head
    chain.mine(5)
    return Story(chain.at(), emitters, first, last)


def word(value: int) -> bytes:
    return value.to_bytes(32, "big")


def queries(story: Story) -> list[LogQuery]:
    """Of every shape."""
    one, other = story.emitters
    whole = story.first, story.last
    return [
        log_query([], [], *whole),
        log_query([one], [], *whole),
        log_query([one, other], [], *whole),
        log_query([], [NOTED], *whole),
        log_query([], [(NOTED, REMARK)], *whole),
        log_query([other], [None, word(1)], *whole),
        log_query([one], [NOTED, word(0)], *whole),
        log_query([one], [NOTED, word(7)], *whole),
        log_query([], [REMARK, word(0)], *whole),
        log_query(["0x" + "11" * 20], [], *whole),
        log_query([one], [], story.last, story.last),
        log_query([], [], story.last + 1, story.view.number),
        log_query([], [], 0, 0),
    ]


class Lying(BlockView):
    """A view whose node answers one question otherwise than it should."""

    def __init__(self, view: BlockView) -> None:
        self.view = view
        self.chain_id, self.header, self.pin = view.chain_id, view.header, view.pin
        self.headers: Callable[[Header], Header] = lambda header: header
        self.receipts: Callable[[list[bytes]], list[bytes]] = lambda receipts: receipts

    def ask_headers(self, numbers: Sequence[int]) -> list[Header]:
        return [self.headers(header) for header in self.view.ask_headers(numbers)]

    def ask_receipts(self, header: Header) -> list[bytes]:
        return self.receipts(self.view.ask_receipts(header))

    ask_calls = ask_storage = ask_balances = ask_nonces = ask_codes = ask_logs = ask_proofs = None  # type: ignore[assignment]


# Honest answers


def test_all_logs_of_every_query(story: Story) -> None:
    counts = []
    for query in queries(story):
        logs = story.view.ask_logs(query)
        check_complete(story.view, query, logs)
        assert story.view.logs(query.addresses, query.topics, first=query.first, last=query.last) == logs
        counts.append(len(logs))
    assert counts == [60, 36, 60, 30, 60, 6, 6, 0, 0, 0, 12, 0, 0]


def test_at_the_block_itself_and_hundreds_of_blocks_later(chain: Devnet, story: Story) -> None:
    everything = story.view.ask_logs(log_query([], [], story.first, story.last))
    then = chain.at(story.last)
    assert then.logs(first=story.first) == everything
    assert len(then.logs()) == 20
    with pytest.raises(UsageError, match="is after this view's"):
        then.logs(last=story.last + 1)
    chain.mine(300)
    assert chain.at().logs(first=story.first, last=story.last) == everything


def test_a_filter_holds_what_its_block_emitted(story: Story) -> None:
    """Computed from the logs, it is the header's."""
    for number in range(story.first, story.last + 1):
        [header] = story.view.ask_headers([number])
        filled = 0
        for log in logs_of(header, story.view.ask_receipts(header)):
            for value in (bytes.fromhex(log.address[2:]), *log.topics):
                filled |= bits(value)
            assert Sieve(log_query([log.address], log.topics, number, number)).passes(header.logs_bloom)
        assert filled == int.from_bytes(header.logs_bloom, "big")


# Dishonest ones


def dropped(logs: list[Log], random: Random) -> list[Log]:
    at = random.randrange(len(logs))
    return logs[:at] + logs[at + 1 :]


def doubled(logs: list[Log], random: Random) -> list[Log]:
    at = random.randrange(len(logs))
    return [*logs[:at], logs[at], *logs[at:]]


def exchanged(logs: list[Log], random: Random) -> list[Log]:
    a, b = random.sample(range(len(logs)), 2)
    logs[a], logs[b] = logs[b], logs[a]
    return logs


def cut(logs: list[Log], random: Random) -> list[Log]:
    return logs[: random.randrange(len(logs))]


def altered(logs: list[Log], random: Random) -> list[Log]:
    at = random.randrange(len(logs))
    log = logs[at]
    change = random.choice(
        [
            {"address": "0x" + "22" * 20},
            {"topics": (*log.topics, word(1))},
            {"topics": log.topics[1:]},
            {"topics": (word(5), *log.topics[1:])},
            {"data": log.data + b"\0"},
            {"data": bytes(len(log.data) + 1)},
            {"block_number": log.block_number + random.choice((-1, 1, 1000))},
            {"block_hash": word(1)},
            {"transaction_index": log.transaction_index + 1},
            {
                "transaction_hash": random.choice(
                    [
                        other.transaction_hash
                        for other in logs
                        if (other.block_number, other.transaction_index)
                        != (log.block_number, log.transaction_index)
                    ]
                )
            },
            {"log_index": log.log_index + 1},
        ]
    )
    return [*logs[:at], log._replace(**change), *logs[at + 1 :]]


def rearranged(logs: list[Log], random: Random) -> list[Log]:
    """Every block's logs as they are, but not the order of blocks."""
    at = next(at for at, log in enumerate(logs) if log.block_number > logs[0].block_number)
    return logs[at:] + logs[:at]


def interleaved(logs: list[Log], random: Random) -> list[Log]:
    """Two logs side by side, of two blocks, the wrong way round."""
    at = next(at for at, log in enumerate(logs) if log.block_number > logs[0].block_number)
    logs[at - 1], logs[at] = logs[at], logs[at - 1]
    return logs


def invented(logs: list[Log], random: Random) -> list[Log]:
    at = random.randrange(len(logs))
    return [*logs, logs[at]._replace(block_number=logs[-1].block_number + 1)]


LIES = (dropped, doubled, exchanged, rearranged, interleaved, cut, altered, invented)


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_a_lie_about_logs_is_refused(
    story: Story, lie: Callable[[list[Log], Random], list[Log]], long: bool
) -> None:
    random = Random(lie.__name__)
    answers = [(query, story.view.ask_logs(query)) for query in queries(story)]
    many = [(query, logs) for query, logs in answers if len({log.block_number for log in logs}) > 1]
    for _ in range(200 if long else 8):
        query, logs = random.choice(many)
        with pytest.raises(Inconsistent):
            check_complete(story.view, query, lie(list(logs), random))


@pytest.mark.parametrize("lie", [dropped, doubled, exchanged, cut], ids=lambda lie: lie.__name__)
def test_a_lie_about_receipts_is_refused(
    story: Story, lie: Callable[[list[bytes], Random], list[bytes]]
) -> None:
    random, view = Random(lie.__name__), Lying(story.view)
    view.receipts = lambda receipts: lie(receipts, random) if len(receipts) == 5 else receipts
    query = log_query([], [], story.first, story.last)
    with pytest.raises(Unproven, match="do not hash to its receipts root"):
        check_complete(view, query, story.view.ask_logs(query))


def test_an_altered_receipt_is_refused(story: Story) -> None:
    random = Random(1)
    [header] = story.view.ask_headers([story.last])
    receipts = story.view.ask_receipts(header)
    verify_receipts(header, receipts)
    for at, receipt in enumerate(receipts):
        place = random.randrange(len(receipt))
        mutant = receipt[:place] + bytes([receipt[place] ^ 1 << random.randrange(8)]) + receipt[place + 1 :]
        with pytest.raises(Unproven):
            verify_receipts(header, [*receipts[:at], mutant, *receipts[at + 1 :]])
    for more in ([b""], [receipts[0]]):
        with pytest.raises(Unproven):
            verify_receipts(header, receipts + more)


def changed(header: Header, **values: bytes) -> Header:
    """A header that was never part of the chain, true to its own hash."""
    places = {"parent": 0, "receipts": 5, "bloom": 6, "number": 8}
    fields = list(header.fields)
    for name, value in values.items():
        fields[places[name]] = value
    return Header.decode(rlp.encode(fields))


@pytest.mark.parametrize("block", ["first", "between", "last", "after"])
def test_an_invented_header_is_refused(story: Story, block: str) -> None:
    """One of a block without logs, so that those of the block may be left out."""
    numbers = {"first": story.first, "between": story.last - 1, "last": story.last, "after": story.last + 2}
    place, view = numbers[block], Lying(story.view)
    view.headers = lambda h: changed(h, bloom=bytes(256), receipts=word(1)) if h.number == place else h
    query = log_query([], [], story.first, story.last)
    with pytest.raises(Inconsistent, match="does not come before"):
        check_complete(view, query, [log for log in story.view.ask_logs(query) if log.block_number != place])


def test_another_branch_of_the_chain_is_refused(chain: Devnet, build: Path, story: Story) -> None:
    before = chain.snapshot()
    chain.send(story.emitters[0], "emitMany(uint256,uint256,uint256)", [1, 1, 1])
    chain.mine(2)
    view = chain.at()
    logs = view.ask_logs(query := log_query([], [], view.number - 3, view.number))
    assert len(logs) == 2
    check_complete(view, query, logs)
    chain.revert(before)
    chain.mine(4)
    with pytest.raises(ChainError):
        check_complete(view, query, logs)


def test_how_far_before_a_view_is_said(story: Story) -> None:
    view = Lying(story.view)
    view.header = changed(story.view.header, number=(story.last + FARTHEST + 1).to_bytes(2, "big"))
    with pytest.raises(UsageError, match=rf"block {story.last} is 8193 blocks before .* trust_node=True"):
        check_complete(view, log_query([], [], 0, story.last), [])


# Receipts of other kinds, which the chain of these tests does not make


def block_of(story: Story, *receipts: bytes) -> Header:
    trie = HexaryTrie({})
    for at, receipt in enumerate(receipts):
        trie.set(rlp.encode(at), receipt)
    return changed(story.view.header, receipts=trie.root_hash)


def receipt(logs: list[object], *more: object) -> bytes:
    return bytes(rlp.encode([b"\1", 21000, bytes(256), logs, *more]))


LOG = [b"\x11" * 20, [word(1), word(2)], b"data"]


def test_receipts_of_every_known_type(story: Story) -> None:
    kinds = [receipt([LOG]), *(bytes([kind]) + receipt([LOG, LOG]) for kind in (1, 2, 3, 4))]
    kinds += [b"\x7e" + receipt([LOG]), b"\x7e" + receipt([LOG], 5), b"\x7e" + receipt([LOG], 5, 1)]
    kinds += [bytes(rlp.encode([word(9), 21000, bytes(256), []]))]  # before Byzantium
    header = block_of(story, *kinds)
    verify_receipts(header, kinds)
    logs = list(logs_of(header, kinds))
    assert [(log.log_index, log.transaction_index) for log in logs] == list(
        enumerate([0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 6, 7])
    )
    assert {log[:3] for log in logs} == {("0x" + "11" * 20, (word(1), word(2)), b"data")}


@pytest.mark.parametrize(
    "odd",
    [
        b"\x05" + receipt([]),
        b"\x7f" + receipt([]),
        b"\x02" + receipt([], 5),
        receipt([], 5),
        b"\x7e" + receipt([], 5, 1, 1),
        b"\x02",
        b"\x02" + receipt([])[:-1],
        receipt([]) + b"\0",
        bytes(rlp.encode(b"receipt")),
        bytes(rlp.encode([b"\1", 21000, bytes(256)])),
        receipt(b"logs"),  # type: ignore[arg-type]
        receipt([LOG[:2]]),
        receipt([[LOG[0][1:], *LOG[1:]]]),  # type: ignore[index]
        receipt([[[b"\x11"] * 20, *LOG[1:]]]),
        receipt([[LOG[0], [b"topic"], b""]]),
        receipt([[LOG[0], b"topics", b""]]),
        receipt([[LOG[0], [], [b"data"]]]),
    ],
)
def test_a_receipt_of_an_unknown_kind_proves_nothing(story: Story, odd: bytes) -> None:
    header = block_of(story, odd)
    verify_receipts(header, [odd])
    with pytest.raises(Unprovable, match=r"receipt 0 of block \d+"):
        list(logs_of(header, [odd]))
