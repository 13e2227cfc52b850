"""A header's bloom filter: which logs its block cannot hold."""

from __future__ import annotations

from eth_hash.auto import keccak

from vmargin.chain.questions import LogQuery

_MASK = 2047


def bits(value: bytes) -> int:
    """Give the three bits that an address or a topic sets, as one number with these bits."""
    digest = keccak(value)
    number = 0
    for at in (0, 2, 4):
        number |= 1 << (int.from_bytes(digest[at : at + 2], "big") & _MASK)
    return number


class Sieve:
    """A query, made ready to be held against many filters."""

    def __init__(self, query: LogQuery) -> None:
        addresses = tuple(bytes.fromhex(address[2:]) for address in query.addresses)
        self._alternatives = [
            [bits(value) for value in wanted] for wanted in (addresses, *query.topics) if wanted
        ]

    def passes(self, bloom: bytes) -> bool:
        """Tell whether a block with this filter may hold what is wanted; if not, it does not."""
        filled = int.from_bytes(bloom, "big")
        return all(any(wanted & filled == wanted for wanted in choice) for choice in self._alternatives)
