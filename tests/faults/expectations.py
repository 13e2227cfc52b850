"""What is believed of a node that lies: the tables that say which reads cannot notice what."""

from __future__ import annotations

from vmargin.chain.faults import FAULTS, Effect

EVERY_READ = (
    "call",
    "calls",
    "calls_alone",
    "storage",
    "balance",
    "nonce",
    "code_hash",
    "logs",
    "header",
    "at",
)
EVERY_KIND = [name for name in FAULTS if name != "reorg"]
"""All but the one that takes a chain of its own, which has its own tests."""
LIVE = [name for name in EVERY_KIND if FAULTS[name].methods != ("eth_getProof",)]
"""What a view without proofs meets."""
WAITING = ("slow", "slow_drip", "slow_drip_of_headers")
"""What only a time limit ends."""
HARMLESS = {"reordered_batch", "batch_refused", "http_413", "range_refused", "proof_values_lie"}
"""What the right value has to come in spite of."""

_CALLS = {"call", "calls", "calls_alone"}
_PLAIN = {"storage", "balance", "nonce", "code_hash", "at"}
BELIEVED: dict[str, set[str]] = {
    "lying_call": _CALLS,
    "lying_revert": _CALLS,
    "false_revert": _CALLS,
    "lying_storage": {"storage"},
    "lying_balance": {"balance", "at"},
    "lying_nonce": {"nonce"},
    "lying_code": {"code_hash"},
    # a batch of questions of one kind, answered by a node that confuses them
    "swapped_ids": {"calls", "calls_alone", *_PLAIN},
    # the node was told the block, and nothing but Multicall3 says which one it took
    "answers_from_parent": {"call", "calls_alone", *_PLAIN},
    # that other chain has Multicall3, which shows where it is
    "state_of_another_chain": {"call", *_PLAIN},
}
"""By fault, the reads of a live view that give a wrong value: one that only a proof would show.

Whatever is not in this table is noticed, or does no harm.
"""

_RETURNED, _LOGGED = {"call", "calls"}, {"logs"}
BLAMED_ON_THE_READ: dict[str, set[str]] = {
    "long_return": _RETURNED,
    "short_return": _RETURNED,
    "empty_return": _RETURNED,
    "dirty_padding": _RETURNED,
    "logs_cut_short": _LOGGED,
    "log_missing": _LOGGED,
    "log_altered": _LOGGED,
    "log_invented": _LOGGED,
    "logs_of_another_block": _LOGGED,
    "receipts_cut_short": _LOGGED,
    "receipt_altered": _LOGGED,
    "other_node": {"header"},
}
"""By fault, the reads that fail although another node would have the right answer.

It is noticed where answers are put together, when nobody knows any more whose they were.
"""

FINAL = {"refused", "http_401", "http_redirect", "method_not_found", "unauthorised", "pruned"}
"""After these there is no point in asking the same node again."""
TRANSIENT = [
    name
    for name, fault in FAULTS.items()
    if fault.effect is Effect.NOTICEABLE
    and fault.group in ("transport", "envelope", "refusals")
    and (not fault.methods or "eth_getBalance" in fault.methods)
    and name not in FINAL
]
"""What may be gone when a node is asked again."""
MID_READ = (
    "other_node",
    "head_lags",
    "header_of_parent",
    "null_block",
    "pruned",
    "eip1898_refused",
    "reset",
    "http_500",
    "wrong_id",
    "short_batch",
    "result_of_another_type",
)
"""What may begin while a read is under way."""
