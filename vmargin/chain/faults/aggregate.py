"""Multicall3 seen from the node's side: many calls in one, so that a fault can reach each of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from vmargin.chain import wire
from vmargin.chain.faults.exchange import Request
from vmargin.solidity.abi import Function, Undecodable
from vmargin.solidity.reverts import Error, selector

MULTICALL3 = "0xca11bde05977b3631167028862be2a173976ca11"
LAST_BLOCK_HASH = selector("getLastBlockHash()")
SENTINELS = (
    LAST_BLOCK_HASH,
    selector("getBlockHash(uint256)"),
    selector("getBlockNumber()"),
    selector("getChainId()"),
    selector("getCurrentBlockTimestamp()"),
)
"""What Multicall3 tells of the block, by which a client can see which one it is."""
_PRECOMPILES = 0x200
"""Below are the addresses of precompiles, an L2's own among them."""
_AGGREGATE3 = Function.parse("aggregate3((address,bool,bytes)[])((bool,bytes)[])")
_CALLS = Function.parse("calls()((address,bool,bytes)[])")
_RETURNS = Function.parse("returns((bool,bytes)[])")
"""The input as an output, and the output as an input: a node has the other side of the wire."""

Change = Callable[[str, bytes, bytes], bytes]
"""From the contract, the calldata and what was returned to what is to be returned."""


class Failed(NamedTuple):
    """A call that reverted or halted, as a node's error."""

    code: int
    message: str
    data: bytes | None = None


class _Call(NamedTuple):
    target: str
    may_fail: bool
    data: bytes

    @property
    def sentinel(self) -> bool:
        """Whether it asks about the block, or a precompile: nothing that a contract would compute."""
        return int(self.target, 16) < _PRECOMPILES or (
            self.target == MULTICALL3 and self.data[:4] in SENTINELS
        )


def change_returns(result: Any, request: Request, change: Change, *, sentinels: bool = False) -> Any:
    """Change what a call returned, or what each of those did that Multicall3 made.

    What Multicall3 tells of the block, and what precompiles compute, is left true unless `sentinels`: a node
    with these faults is wrong about a contract, and not out to deceive about the block.
    """
    returned = wire.data(result)
    if request["method"] != "eth_call":
        return wire.to_data(change("", b"", returned))
    outer = sent(request)

    def changed(call: _Call, got: bytes) -> bytes:
        return got if call.sentinel and not sentinels else change(call.target, call.data, got)

    calls = _inner(outer)
    if calls is None:
        return wire.to_data(changed(outer, returned))
    try:
        (returns,) = _AGGREGATE3.results(returned)
    except Undecodable:  # another fault has been here
        return result
    each = [(ok, changed(call, got) if ok else got) for call, (ok, got) in zip(calls, returns, strict=True)]
    return wire.to_data(_RETURNS.calldata([each])[4:])


def sent(request: Request) -> _Call:
    """Read the call that an ``eth_call`` makes."""
    call = request["params"][0]
    data = wire.data(call.get("data", call.get("input", "0x")))
    return _Call(str(call.get("to")).lower(), False, data)


def perform(outer: _Call, run: Callable[[str, bytes], bytes | Failed]) -> bytes | Failed:
    """Make a call, or each of those that Multicall3 is to make."""
    calls = _inner(outer)
    if calls is None:
        return run(outer.target, outer.data)
    each = []
    for call in calls:
        got = run(call.target, call.data)
        if isinstance(got, Failed):
            if not call.may_fail:
                return Failed(3, "execution reverted", Error("Multicall3: call failed").data)
            each.append((False, got.data or b""))
        else:
            each.append((True, got))
    return _RETURNS.calldata([each])[4:]


def _inner(outer: _Call) -> list[_Call] | None:
    """Calls that Multicall3 is to make, if this is a call of its aggregate3."""
    if outer.target != MULTICALL3 or outer.data[:4] != _AGGREGATE3.selector:
        return None
    try:
        (calls,) = _CALLS.results(outer.data[4:])
    except Undecodable:
        return None
    return [_Call(target.lower(), may_fail, data) for target, may_fail, data in calls]
