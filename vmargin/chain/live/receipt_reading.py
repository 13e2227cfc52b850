"""All receipts of a block, at once where a node gives them so, else one by one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from vmargin.chain import wire
from vmargin.chain.errors import AllNodesFailed, BadAnswer, Refused, Unavailable
from vmargin.chain.header import Header
from vmargin.chain.receipts.encoding import encode_receipt
from vmargin.chain.rpc.exchange import Question
from vmargin.errors import VmarginError

if TYPE_CHECKING:
    from vmargin.chain.live import LiveView


def read_receipts(view: LiveView, header: Header) -> list[bytes]:
    """Fetch the receipts of a block in their consensus encoding."""
    block_hash = wire.to_data(header.hash)
    [answer] = view.ask([Question("eth_getBlockReceipts", [block_hash], partial(_receipts, header))])
    if _is_refused(answer):
        [answer] = view.ask([Question("eth_getBlockByHash", [block_hash, False], partial(_hashes, header))])
        if not isinstance(answer, VmarginError):
            return _one_by_one(view, header, answer)
    if isinstance(answer, VmarginError):
        raise answer
    encoded: list[bytes] = answer
    return encoded


def _one_by_one(view: LiveView, header: Header, transactions: list[str]) -> list[bytes]:
    """Fetch each transaction's receipt."""
    answers = view.ask(
        [
            Question("eth_getTransactionReceipt", [transaction], partial(_receipt, header, position))
            for position, transaction in enumerate(transactions)
        ]
    )
    for answer in answers:
        if isinstance(answer, VmarginError):
            raise answer
    return answers


def _is_refused(answer: Any) -> bool:
    """Whether a node has the block, but does not give its receipts in this way."""
    causes = answer.causes if isinstance(answer, AllNodesFailed) else (answer,)
    return any(isinstance(cause, Refused) and not isinstance(cause, Unavailable) for cause in causes)


def _receipts(header: Header, answer: Any) -> list[bytes]:
    if answer is None:
        raise Unavailable(-32001, f"no receipts of {header}")
    if not isinstance(answer, list):
        raise BadAnswer("an answer to eth_getBlockReceipts that is no list")
    return [_receipt(header, position, receipt) for position, receipt in enumerate(answer)]


def _receipt(header: Header, position: int, receipt: Any) -> bytes:
    """Encode a receipt that has to be at this position of the block."""
    if receipt is None:
        raise Unavailable(-32001, f"no receipt of transaction {position} of {header}")
    if not isinstance(receipt, dict):
        raise BadAnswer("a receipt that is no object")
    if wire.data(receipt.get("blockHash"), 32) != header.hash:
        raise BadAnswer(f"a receipt of another block than {header}")
    if wire.quantity(receipt.get("transactionIndex"), 64) != position:
        raise BadAnswer(f"receipts of {header} out of order")
    return encode_receipt(receipt)


def _hashes(header: Header, answer: Any) -> list[str]:
    if answer is None:
        raise Unavailable(-32001, f"there is no {header}")
    if not isinstance(answer, dict) or not isinstance(answer.get("transactions"), list):
        raise BadAnswer("a block without its transactions")
    return [wire.to_data(wire.data(one, 32)) for one in answer["transactions"]]
