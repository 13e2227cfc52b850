"""What a node's error means: try here again, try the next node, or give up; and which error of ours it is.

Codes alone do not tell: -32000 is a revert with one node, a missing state with another, a limit with a third.
So the words are read first, which :mod:`vmargin.chain.rpc.refusals` lists.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from vmargin.chain import wire
from vmargin.chain.errors import (
    BadAnswer,
    NodeError,
    RateLimited,
    Refused,
    TooMuch,
    Unavailable,
    Unreachable,
    Unsupported,
)
from vmargin.chain.rpc.refusals import Meaning, halt_of, is_revert, meaning_of
from vmargin.errors import VmarginError
from vmargin.solidity.reverts import Halt, decode


class Action(Enum):
    """What to do about a failure."""

    RETRY = "ask this node again, later"
    NEXT = "ask another node"
    RAISE = "no node will say anything else"


@dataclass(frozen=True, slots=True)
class Fault:
    """A failure, and what to do about it."""

    error: VmarginError
    """A revert or a halt, too: an answer, but no result."""
    action: Action
    wait: float | None = None
    """Seconds that the node asked us to wait."""
    whole: bool = False
    """Whether it is about the exchange, not about one request in it."""


Words = Callable[[Any], str]
"""Makes a node's text fit to be shown."""

_CALLS = frozenset({"eth_call", "eth_estimateGas", "eth_createAccessList", "eth_simulateV1"})
_HEAVY = _CALLS | {"eth_getLogs", "eth_getProof", "eth_getBlockReceipts"}
"""What a node may find too much; if another method takes too long, it is the node's own fault."""

_MALFORMED = frozenset({-32700, -32600, -32602})
_REVERT_DATA = re.compile(r"(?:reverted\s*)?(0x[0-9a-f]*)\Z", re.IGNORECASE)

_CURES = {
    401: "check the key in its address",
    402: "its plan does not cover this",
    403: "check the key in its address, and what the key allows",
    404: "check the path of its address",
    405: "is this the address of a JSON-RPC node?",
    **dict.fromkeys((301, 302, 303, 307, 308), "give the address that it redirects to"),
}


def fault_of_error(
    method: str, error: Any, node: str, words: Words, *, status: int = 200, wait: float | None = None
) -> Fault:
    """Read a JSON-RPC error object.

    Parameters
    ----------
    method
        What was asked; only a call can revert.
    error
        The member `error` of the answer.
    node
        The node's label.
    words
        Makes a node's text fit to be shown.
    status, wait
        The answer's HTTP status, and the seconds to wait that its headers name.
    """
    if isinstance(error, str):
        error = {"message": error}
    if not isinstance(error, Mapping):
        return Fault(BadAnswer("an error that is no object", node=node), Action.RETRY)
    code, text, data = error.get("code"), error.get("message"), error.get("data")
    code = code if type(code) is int else 0
    text = text if isinstance(text, str) else ""
    if method in _CALLS and (outcome := _outcome(code, text, data, node)) is not None:
        return outcome
    if isinstance(data, str) and not data.startswith("0x"):
        text = f"{text} {data}".strip()
    meaning = meaning_of(code, text)
    if status == 429 or (meaning is None and not 200 <= status < 300):
        return replace(fault_of_status(status, text, wait, node, words), whole=False)
    return _refusal(meaning, method, code, words(text), node, _backoff(data) if wait is None else wait)


def fault_of_status(status: int, text: str, wait: float | None, node: str, words: Words) -> Fault:
    """Read an HTTP status that is no success, with a text that says no more than the status."""
    said = words(text) if text and not text.lstrip().startswith("<") else ""
    if status == 429 or (wait is not None and status >= 500):
        return Fault(_rate_limited(_join(f"HTTP {status}", said), wait, node), Action.RETRY, wait, whole=True)
    if status == 413:
        error: NodeError = TooMuch(status, said or "the request is too large", node=node)
        return Fault(error, Action.NEXT, whole=True)
    if status in (400, 422):
        return Fault(Refused(status, said or "no reason", node=node), Action.NEXT, whole=True)
    error = Unreachable(_join(_join(f"HTTP {status}", said), _CURES.get(status, "")), node=node)
    later = status in (408, 425) or status >= 500
    return Fault(error, Action.RETRY if later else Action.NEXT, wait, whole=True)


def blame(error: NodeError, node: str, words: Words) -> NodeError:
    """Name the node in an error that a reader of its answer raised without knowing it."""
    error.node = node
    error.args = (f"{node}: {words(error)}",)
    return error


def _refusal(
    meaning: Meaning | None, method: str, code: int, said: str, node: str, wait: float | None
) -> Fault:
    said = said or "no reason"
    match meaning:
        case Meaning.RATE:
            return Fault(_rate_limited(f"{code}: {said}", wait, node), Action.RETRY, wait)
        case Meaning.QUOTA:
            return Fault(RateLimited(f"{code}: {said}", node=node), Action.NEXT)
        case Meaning.TIMEOUT if method not in _HEAVY:
            return Fault(Unreachable(f"{code}: {said}", node=node), Action.RETRY, wait)
        case Meaning.TOO_MUCH | Meaning.TIMEOUT:
            return Fault(TooMuch(code, said, node=node), Action.NEXT)
        case Meaning.PRUNED:
            cure = "ask an archive node, or a later block"
            return Fault(Unavailable(code, said, node=node, cure=cure), Action.NEXT)
        case Meaning.NOT_CANONICAL:
            return Fault(Unavailable(code, said, node=node), Action.NEXT)
        case Meaning.MISSING:
            return Fault(Unavailable(code, said, node=node), Action.RETRY, wait)
        case Meaning.UNSUPPORTED:
            return Fault(Unsupported(code, said, node=node, cure="ask a node that serves it"), Action.NEXT)
        case Meaning.KEY:
            return Fault(Refused(code, said, node=node, cure="check the key in its address"), Action.NEXT)
        case Meaning.DOOMED:
            return Fault(Refused(code, said, node=node), Action.RAISE)
        case Meaning.PASSING | None:
            action = Action.NEXT if code in _MALFORMED else Action.RETRY
            return Fault(Refused(code, said, node=node), action, wait)


def _outcome(code: int, text: str, data: Any, node: str) -> Fault | None:
    """Read how a call ended, if that is what the node tells."""
    detail = data if isinstance(data, str) else ""
    if is_revert(code, text, detail):
        try:
            return Fault(decode(_revert_data(data)), Action.RAISE)
        except BadAnswer as error:
            return Fault(BadAnswer(f"revert data: {error}", node=node), Action.RETRY)
    reason = halt_of(f"{text} {detail}" if code == -32015 else text)
    return Fault(Halt(reason), Action.RAISE) if reason else None


def _revert_data(data: Any) -> bytes:
    """Find the data of a revert: nodes put it in three places, and some leave it out."""
    if isinstance(data, str):
        found = _REVERT_DATA.match(data.strip())
        return wire.data(found.group(1)) if found else b""
    if isinstance(data, Mapping):
        for name in ("data", "result", "return", "output"):
            if isinstance(data.get(name), (str, Mapping)):
                return _revert_data(data[name])
    return b""


def _backoff(data: Any) -> float | None:
    """Seconds that Infura names in the body instead of a header."""
    rate = data.get("rate") if isinstance(data, Mapping) else None
    seconds = rate.get("backoff_seconds") if isinstance(rate, Mapping) else None
    return float(seconds) if isinstance(seconds, (int, float)) and seconds >= 0 else None


def _rate_limited(text: str, wait: float | None, node: str) -> RateLimited:
    return RateLimited(_join(text, "" if wait is None else f"it asks us to wait {wait:g} s"), node=node)


def _join(text: str, more: str) -> str:
    return f"{text}; {more}" if more else text
