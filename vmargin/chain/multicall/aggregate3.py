"""One aggregate of Multicall3: its encoding by hand, and the sentinels that say where and how it was made."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from eth_hash.auto import keccak

from vmargin import artifacts
from vmargin.chain import wire
from vmargin.chain.errors import BadAnswer
from vmargin.chain.quirks import Witness, quirks_of
from vmargin.solidity.abi import Undecodable
from vmargin.solidity.reverts import selector

if TYPE_CHECKING:
    from vmargin.chain.live import LiveView

_CANONICAL = bytes.fromhex("d5c15df687b16f2ff992fc8d767b4216323184a2bbc6ee2f9c398c318e770891")
"""keccak-256 of Multicall3's code, on all chains that have it at its usual address."""

_SELECTOR = selector("aggregate3((address,bool,bytes)[])")
_WORD = 32


def _word(value: int) -> bytes:
    return value.to_bytes(_WORD, "big")


_LIST = _word(32)
_TAIL = _word(1) + _word(96)
"""Within a call, after its target: that it may fail, and where its data begin."""
_DONE, _FAILED = (_word(success) + _word(64) for success in (1, 0))
_ZEROS = bytes(_WORD)

_GAUGE = ((5).to_bytes(20, "big"), _word(0) + _word(32) + _word(1024) + b"\xff" * 32)
"""A call of the precompile modexp: some power, modulo a zero of 1024 bytes.

There is nothing to compute, but it has its price, 1.4 million gas, and from Osaka on 8.4 million: it succeeds
where so much is left.
"""
_LEFT = bytes(1024)


class Aggregated(NamedTuple):
    """What an aggregate gave."""

    results: list[tuple[bool, bytes]]
    """Whether each call succeeded, and what it returned."""
    enough: bool
    """Whether each call had gas to spare.

    If not, neither a failure nor a success is to be trusted: a call that hides that one of its own starved
    has the wrong result.
    """


class Astray(BadAnswer):
    """An aggregate was made at another block, or on another chain, than asked for."""


class Sentinel(NamedTuple):
    """A call whose result is known."""

    call: tuple[bytes, bytes]
    expected: bytes
    what: str


def sentinels(view: LiveView) -> tuple[Sentinel, ...]:
    """What calls have to say of the view's chain and block."""
    quirks, header = quirks_of(view.chain_id), view.header
    facts = [(Witness(quirks.multicall3, "getChainId()"), _word(view.chain_id), "the chain's id")]
    if quirks.number is not None:
        facts.append((quirks.number, _word(header.number), "the block's number"))
    if quirks.parent is not None and header.number:
        facts.append((quirks.parent, header.parent_hash, "the hash of the block before"))
    return tuple(
        Sentinel((raw_address(witness.contract), witness.calldata(header)), known, what)
        for witness, known, what in facts
    )


def is_multicall3(code: bytes) -> bool:
    """Whether this is the code of Multicall3, the usual one or our own."""
    return keccak(code) in _code_hashes()


def calldata(calls: Sequence[tuple[bytes, bytes]], watch: Sequence[Sentinel]) -> bytes:
    """Encode an aggregate of calls, each a target and data, between the sentinels and the gauge."""
    return encode([*(sentinel.call for sentinel in watch), *calls, _GAUGE])


def read(answer: Any, watch: Sequence[Sentinel], count: int) -> Aggregated:
    """Read what a node says that an aggregate of so many calls returned."""
    first = len(watch)
    try:
        results = decode(wire.data(answer), first + count + 1)
    except Undecodable as error:
        raise BadAnswer(f"Multicall3: {error}") from None
    for sentinel, (done, given) in zip(watch, results, strict=False):
        if done and given != sentinel.expected:
            said = f"0x{given.hex()}, not 0x{sentinel.expected.hex()}"
            raise Astray(f"an aggregate in which {sentinel.what} is {said}")
    enough = all(done for done, _ in results[:first]) and results[-1] == (True, _LEFT)
    return Aggregated(results[first:-1], enough)


def encode(calls: Sequence[tuple[bytes, bytes]]) -> bytes:
    """Encode a call of `aggregate3` with these targets and data, each of which may fail."""
    offset = _WORD * len(calls)
    offsets, bodies = [], []
    for target, data in calls:
        size = len(data)
        body = b"".join((_ZEROS[:12], target, _TAIL, _word(size), data, _ZEROS[: -size % _WORD]))
        offsets.append(_word(offset))
        bodies.append(body)
        offset += len(body)
    return b"".join((_SELECTOR, _LIST, _word(len(calls)), *offsets, *bodies))


def decode(data: bytes, count: int) -> list[tuple[bool, bytes]]:
    """Decode what `aggregate3` returned for so many calls: whether each succeeded, and what it gave.

    Raises
    ------
    Undecodable
        If these bytes are not the one encoding of that many results.
    """
    start = 2 * _WORD
    if data[:start] != _LIST + _word(count):
        raise Undecodable(f"{len(data)} bytes do not begin as a list of {count} results of aggregate3 does")
    results, offsets = [], []
    at = start + _WORD * count
    for position in range(count):
        offsets.append(_word(at - start))
        head = data[at : at + 64]
        size = int.from_bytes(data[at + 64 : at + 96], "big")
        begin = at + 96
        end = begin + size
        at = end + -size % _WORD
        if at > len(data) or head not in (_DONE, _FAILED) or data[end:at] != _ZEROS[: at - end]:
            raise Undecodable(f"result {position} of {count} is none of aggregate3's")
        results.append((head == _DONE, data[begin:end]))
    if at != len(data) or data[start : start + _WORD * count] != b"".join(offsets):
        raise Undecodable(f"{len(data)} bytes are not the one encoding of {count} results of aggregate3")
    return results


@functools.lru_cache(maxsize=1 << 16)
def raw_address(address: str) -> bytes:
    """Twenty bytes of an address."""
    return bytes.fromhex(address[2:])


@functools.cache
def _code_hashes() -> frozenset[bytes]:
    own = wire.data(artifacts.load("Multicall3")["deployedBytecode"])
    return frozenset((_CANONICAL, bytes(keccak(own))))
