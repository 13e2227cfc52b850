"""Whether the logs that a node gave are all there are, and are what it says: judged by headers and receipts.

What is shown, as far as the view's block is what it should be: which logs the contracts of a block emitted,
each with its address, topics, data and place in the block.  What is not: the hash of the transaction, which
no receipt holds.  It is the node's word, and only checked to be one hash for each transaction.  A block whose
filter rules out a match is taken to hold none, as consensus has it: a chain whose headers do not carry the
filter of their receipts cannot be read like this.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import rlp
from rlp.exceptions import RLPException

from vmargin.chain import wire
from vmargin.chain.errors import Inconsistent, Unprovable, Unproven
from vmargin.chain.header import Header
from vmargin.chain.proofs.ancestry import Ancestry
from vmargin.chain.questions import Log, LogQuery
from vmargin.chain.receipts.bloom import Sieve
from vmargin.chain.view import BlockView
from vmargin.errors import UsageError

FARTHEST = 8192
"""How many blocks a range may end before the view's: each costs a header."""

_ETHEREUM = range(5)
"""Types of transactions whose receipts have four fields; a receipt without a type counts as 0."""
_OP_DEPOSIT = 0x7E
"""Of the OP stack, with up to two fields more."""


def check_complete(view: BlockView, query: LogQuery, logs: Sequence[Log]) -> None:
    """See that these are all the logs there are, and that each is there.

    Every header of the range must be linked by parent hashes to the view's block.  Where its filter allows a
    match, the block's receipts must hash to its receipts root, and hold exactly what the node gave.

    Parameters
    ----------
    view
        A view at or after the end of the range.
    query
        What was asked for.
    logs
        What the node gave, in the order of the chain.

    Raises
    ------
    Inconsistent
        If headers are not linked, or a log is missing, invented, altered or out of order.
    Unproven
        If receipts do not hash to the receipts root of their block.
    Unprovable
        If a receipt is of a kind that is not known here.
    UsageError
        If the range ends more than `FARTHEST` blocks before the view's.
    """
    if view.number - query.last > FARTHEST:
        raise UsageError(
            f"block {query.last} is {view.number - query.last} blocks before this view's, and no more than "
            f"{FARTHEST} headers are fetched to link the two: read through a view of a block nearer to it "
            "(or take the node's word, as a live view does with trust_node=True)"
        )
    given: dict[int, list[Log]] = {}
    at = query.first
    for log in logs:
        if not at <= log.block_number <= query.last:
            raise Inconsistent(
                f"the node gave a log of block {log.block_number} where one of {at} to {query.last} has to be"
            )
        at = log.block_number
        given.setdefault(at, []).append(log)
    sieve = Sieve(query)
    for header in Ancestry(view).descend(query.first, query.last):
        found = given.get(header.number, [])
        if sieve.passes(header.logs_bloom):
            receipts = view.ask_receipts(header)
            verify_receipts(header, receipts)
            _compare(header, [log for log in logs_of(header, receipts) if query.allows(log)], found)
        elif found:
            raise Inconsistent(
                f"the node gave {len(found)} logs of {header}, whose filter rules them out: they are "
                "invented, or headers of this chain carry no filter (then a live view needs trust_node=True)"
            )


def verify_receipts(header: Header, receipts: Sequence[bytes]) -> None:
    """See that these are the receipts of a block, in their consensus encoding.

    Raises
    ------
    Unproven
        If they do not hash to its receipts root.
    """
    from trie import HexaryTrie

    trie = HexaryTrie({})
    for at, receipt in enumerate(receipts):
        trie.set(rlp.encode(at), bytes(receipt))
    if trie.root_hash != header.receipts_root or not all(receipts):
        raise Unproven(
            f"the {len(receipts)} receipts that the node gave for {header} do not hash to its receipts root "
            f"{wire.to_data(header.receipts_root)}: one is missing, invented or altered"
        )


def logs_of(header: Header, receipts: Sequence[bytes]) -> Iterator[Log]:
    """Read the logs of a block from its proven receipts; they hold no hashes of transactions."""
    index = 0
    for transaction, receipt in enumerate(receipts):
        for address, topics, data in _logs(f"receipt {transaction} of {header}", receipt):
            yield Log(
                wire.to_data(address),
                tuple(topics),
                data,
                header.number,
                header.hash,
                b"",
                transaction,
                index,
            )
            index += 1


def _logs(where: str, receipt: bytes) -> list[Any]:
    """Take a receipt apart as far as its logs, which must be where Ethereum has them."""
    kind = receipt[0] if receipt[0] < 0x80 else 0
    most = 4 if kind in _ETHEREUM else 6 if kind == _OP_DEPOSIT else 0
    if not most:
        raise Unprovable(f"{where} has the type {kind:#x}, which is not known here: newer than this version?")
    try:
        fields = rlp.decode(receipt[1:] if receipt[0] < 0x80 else receipt)
        _, _, _, logs, *more = fields
        if 4 + len(more) <= most and all(
            _is_word(address, 20) and isinstance(data, bytes) and all(_is_word(topic, 32) for topic in topics)
            for address, topics, data in logs
        ):
            return list(logs)
    except (RLPException, TypeError, ValueError):
        pass
    raise Unprovable(f"{where} is no receipt as Ethereum has them: {wire.to_data(receipt[:64])}…")


def _is_word(value: Any, length: int) -> bool:
    return isinstance(value, bytes) and len(value) == length


def _compare(header: Header, there: Sequence[Log], given: Sequence[Log]) -> None:
    """Hold what a block's receipts say against what the node gave."""
    if [log._replace(transaction_hash=b"") for log in given] != there:
        places = {log.log_index for log in there}
        missing = sorted(places - {log.log_index for log in given})
        raise Inconsistent(
            f"the node's {len(given)} logs of {header} are not the {len(there)} that its receipts hold"
            + (f": it left out those at {', '.join(map(str, missing))}" if missing else "")
        )
    pairs = {(log.transaction_index, log.transaction_hash) for log in given}
    if not len(pairs) == len({index for index, _ in pairs}) == len({key for _, key in pairs}):
        raise Inconsistent(
            f"the node's logs of {header} name several hashes of one transaction, or one of several"
        )
