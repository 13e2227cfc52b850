"""What can go wrong between us and a chain: each error says what, where, and what to do about it.

No exception of web3, requests, eth-abi, trie or an EVM leaves this package; it becomes one of these.
A reverting call is no error of the chain: it is a :class:`~vmargin.solidity.reverts.Revert`.
"""

from __future__ import annotations

from collections.abc import Sequence

from vmargin.errors import UsageError, VmarginError


class ChainError(VmarginError):
    """The chain could not be read, or not with certainty."""

    exit_code = 3


class NodeError(ChainError):
    """A node did not do what it was asked; `node` is its label, which holds no URL and no key."""

    def __init__(self, message: str, *, node: str = "") -> None:
        super().__init__(f"{node}: {message}" if node else message)
        self.node = node


class Unreachable(NodeError):
    """No answer: refused, reset, timed out, or an HTTP status that is none."""


class RateLimited(NodeError):
    """The node asked us to slow down, and still did after we had."""


class BadAnswer(NodeError):
    """An answer that cannot be one: a wrong id, a short batch, a header that does not hash."""


class Refused(NodeError):
    """The node answered with an error; `code` and `reason` are its own words."""

    def __init__(self, code: int, reason: str, *, node: str = "", cure: str = "") -> None:
        super().__init__(f"refused with {code}: {reason}" + (f"; {cure}" if cure else ""), node=node)
        self.code = code
        self.reason = reason


class Unsupported(Refused):
    """The node does not know the method, or not this use of it."""


class TooMuch(Refused):
    """The node will not do so much in one request: a smaller one may pass."""


class Unavailable(Refused):
    """The node does not have the block, or no longer its state: ask an archive node, or a later block."""


class AllNodesFailed(ChainError):
    """Every node was tried; `causes` holds what each of them said last."""

    def __init__(self, what: str, causes: Sequence[ChainError]) -> None:
        lines = "".join(f"\n  {cause}" for cause in causes)
        super().__init__(f"no node could {what}:{lines}" if causes else f"no node is left to {what}")
        self.causes = tuple(causes)


class WrongChain(NodeError):
    """The node is on another chain than the one asked for."""


class Inconsistent(ChainError):
    """Two answers about one block contradict each other: none of them can be used."""


class BadReturn(ChainError):
    """A call returned data that are not of the types that were named."""


class NoPrice(ChainError):
    """An oracle gives none: `cause` is the revert or halt that a contract meets, or why we do not know."""

    def __init__(self, message: str, cause: VmarginError) -> None:
        super().__init__(message)
        self.cause = cause


class Missing(ChainError):
    """A recording does not hold the answer; a missing answer is never a zero."""


class BadRecording(UsageError):
    """A file is no recording of a view, or is not as it was written."""


class Unproven(ChainError):
    """A proof does not show what it should; the message says which part failed."""


class ProofUnavailable(ChainError):
    """No node gives the proof: the block is too old for it, or it serves none."""


class Unprovable(ChainError):
    """No proof can cover this: the chain, the fork or an instruction is beyond what is verified."""


class NotVouched(ChainError):
    """The anchor does not vouch for the block's hash."""


class Stale(ChainError):
    """What there is to read is older than what may be used."""

    exit_code = 4


class Reorged(ChainError):
    """The block is no longer part of the chain: read again, at a new one."""

    exit_code = 4


class NotMined(ChainError):
    """A transaction that was sent did not do what it was sent for."""


class DevnetFailed(ChainError):
    """The local chain did not start, or has ended; the message holds what anvil said last."""
