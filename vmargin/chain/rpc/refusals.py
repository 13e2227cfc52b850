"""The words in which nodes refuse, one list per meaning, gathered from nodes and providers at large."""

from __future__ import annotations

import re
from enum import Enum


class Meaning(Enum):
    """What a refusal says."""

    QUOTA = "the plan is used up: waiting does not help"
    RATE = "too many requests in a short time"
    TIMEOUT = "the node took too long"
    TOO_MUCH = "a smaller request may pass"
    PRUNED = "the node keeps no state, or no history, that is so old"
    NOT_CANONICAL = "the block is not on the node's chain"
    UNSUPPORTED = "the node does not do this"
    MISSING = "the node does not have the block, or not yet"
    KEY = "the key is wrong, or does not allow this"
    DOOMED = "the call itself cannot be made"
    PASSING = "the node cannot now"


_WORDS: tuple[tuple[Meaning, str], ...] = (
    (
        Meaning.QUOTA,
        r"""
        (daily|monthly) .*(exceeded|limit|reached|exhausted)
        (exceeded|reached|over|out of) .*\b(quota|credits|free tier)
        quota .*(exceeded|reached|exhausted)
        credits? .*(exhausted|used up|exceeded)
        (payment|upgrade) .*required
        """,
    ),
    (
        Meaning.RATE,
        r"""
        rate.?limit|request rate
        too many (requests|connections|concurrent)
        compute units
        (throughput|capacity) .*(exceeded|limit)
        exceeded .*(throughput|capacity)
        request count
        requests? (limit|per (second|minute|hour))
        throttl
        slow down
        under too much load
        """,
    ),
    (
        Meaning.DOOMED,
        r"""
        insufficient (funds|balance)
        intrinsic gas
        gas too low
        gas .*exceeds .*(block|allowance|cap)
        fee cap|fee per gas
        """,
    ),
    (
        Meaning.PRUNED,
        r"""
        missing trie node
        pruned|pruning
        archiv
        historical (state|data|backend|block|quer)
        state .*(not|n't|un) ?available
        (no|missing) state
        history .*(unavailable|not available|expired)
        old data
        proof window
        too old
        too far from
        (proofs?|state) .*only .*(latest|recent)
        within \d+ blocks of the head
        """,
    ),
    (Meaning.MISSING, r"(after|beyond|ahead of) .*(last|head|latest|current)"),
    (
        Meaning.TOO_MUCH,
        r"""
        (returned|returns|contains?) more than
        more than \d+ (results|logs|blocks|requests|addresses|topics)
        (response|result|results|logs?|log response|query|payload|body) .*(exceed|too (large|big|many))
        (block|blocks|log|logs|eth_getlogs|max|maximum|query|requested|filter).{0,24} range
        range .*(large|wide|exceed|limit|maximum|big|up to|too|at most|should work|not supported)
        ranges? over \d+
        (max|maximum) .*(range|results|logs|blocks|batch)
        limited to .*(range|block|results|logs)
        limit the query
        less number of address
        (request|content|entity|payload|body|message|data|input) .*too (large|big|long)
        too (many|large) .*(results|logs|blocks|addresses|topics|batch)
        batch .*(too|limit|exceed|more than|larger|size|maximum|up to)
        (exceed|more than|over) .*batch
        backend response too large
        narrow
        """,
    ),
    (
        Meaning.TIMEOUT,
        r"""
        time(d)?[ -]?out
        deadline exceeded
        took too long
        execution aborted
        """,
    ),
    (Meaning.NOT_CANONICAL, r"not (currently )?canonical|non-?canonical"),
    (
        Meaning.UNSUPPORTED,
        r"""
        (method|module|endpoint|namespace) .*(not|n't|un|no longer) ?(be )?(found|supported|available|exist)
        (method|module|endpoint) .*(disabled|not (enabled|whitelisted|implemented|allowed)|restricted|unknown)
        (unsupported|unknown|invalid) method
        not (supported|implemented|enabled)|unsupported|unimplemented
        not .*in your .*plan
        """,
    ),
    (
        Meaning.PASSING,
        r"""
        (temporar|currently|momentarily) ?.*(unavailable|overload|busy)
        (service|upstream|backend|node|server) .*(unavailable|overload|busy|error|down)
        no (available|healthy) .*(node|backend|upstream|provider|server)
        unable to complete request
        try again
        bad gateway
        connection (refused|reset|closed)
        """,
    ),
    (
        Meaning.MISSING,
        r"""
        header (for hash )?not found
        unknown (block|header|hash)
        (block|header|hash|resource) .*not (be )?(found|known|available|exist)
        (could not|couldn't|cannot|can't|unable to|failed to) .*(find|get|load|resolve) .*(block|header)
        no (such )?(block|header)
        block.?out.?of.?range|requested was \d+
        future block|unfinalized|not yet
        syncing|not synced|still sync
        not found
        """,
    ),
    (
        Meaning.KEY,
        r"""
        (invalid|missing|wrong|unknown|expired|no) .*(key|token|project id)
        (key|token|project id) .*(invalid|missing|required|expired|not)
        unauthori[sz]ed|forbidden|authenticat|access denied|not allowed to access|permission
        """,
    ),
)


def _pattern(lines: str) -> re.Pattern[str]:
    """Compile one pattern of a list; what is between two words may not be longer than a short sentence."""
    given = [line.strip() for line in lines.strip().splitlines()]
    return re.compile("|".join(f"(?:{line})" for line in given).replace(".*", ".{0,80}?"), re.IGNORECASE)


_PATTERNS = tuple((meaning, _pattern(lines)) for meaning, lines in _WORDS)

_CODES = {
    -32005: Meaning.RATE,
    -32029: Meaning.RATE,
    -32097: Meaning.RATE,
    429: Meaning.RATE,
    413: Meaning.TOO_MUCH,
    -32001: Meaning.MISSING,
    -39001: Meaning.MISSING,
    4444: Meaning.PRUNED,
    -32601: Meaning.UNSUPPORTED,
    -32004: Meaning.UNSUPPORTED,
    -32603: Meaning.PASSING,
}
"""What a code says where the words say nothing."""


def meaning_of(code: int, text: str) -> Meaning | None:
    """What a refusal says, by its words and else by its code; None if neither is known."""
    if code == -32601:
        return Meaning.UNSUPPORTED
    for meaning, pattern in _PATTERNS:
        if pattern.search(text):
            return meaning
    return _CODES.get(code)


_HALTS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (reason, _pattern(lines))
    for reason, lines in (
        (
            "out of gas",
            r"""
            out ?of ?gas|ran out of gas|insufficient.gas\b
            gas uint64 overflow|memory ?limit ?oog
            """,
        ),
        (
            "invalid opcode",
            r"""
            invalid (fe )?opcode|invalidfeopcode|opcode ?not ?found|bad ?instruction|invalid.operation
            not ?activated
            """,
        ),
        ("stack underflow", r"stack ?underflow|insufficient.stack.items"),
        ("stack overflow", r"stack ?overflow|stack limit reached|too.many.stack.items"),
        ("invalid jump", r"(invalid|bad).?jump"),
        (
            "state change during static call",
            r"write protection|state ?change ?during ?static|static ?call ?violation|illegal.state.change",
        ),
        ("out of offset", r"return data out of bounds|out ?of ?offset|access ?violation|invalid.return.data"),
        ("call too deep", r"max(imum)? call depth|call ?too ?deep"),
        ("precompile error", r"precompile.?error"),
    )
)
_REVM = re.compile(r"EVM error:? ([A-Z][A-Za-z]+)")


def halt_of(text: str) -> str | None:
    """The reason of a halt, in the words of :mod:`vmargin.solidity.bytecode`; None if the text is of none."""
    for reason, pattern in _HALTS:
        if pattern.search(text):
            return reason
    other = _REVM.search(text)
    return re.sub(r"(?<!^)(?=[A-Z][a-z])", " ", other.group(1)).lower() if other else None


_REVERTED = re.compile(
    r"execution reverted|\breverted\b|:\s*revert\b|\Arevert\b|revert reason", re.IGNORECASE
)


def is_revert(code: int, text: str, detail: str) -> bool:
    """Whether a refused call is one that reverted."""
    if code == 3 or _REVERTED.search(text):
        return True
    return code == -32015 and detail.lower().startswith("revert")
