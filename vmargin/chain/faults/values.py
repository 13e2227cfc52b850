"""Values: hexadecimal out of form, and values in perfect form that are lies."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from vmargin.chain.faults.aggregate import MULTICALL3, change_returns
from vmargin.chain.faults.exchange import Request
from vmargin.chain.faults.registry import Effect, on_result

QUANTITIES = ("eth_blockNumber", "eth_chainId", "eth_getBalance", "eth_getTransactionCount")
_NUMBERED = (*QUANTITIES, "eth_getBlockByHash", "eth_getBlockByNumber", "eth_getLogs")
_FIELDS = ("number", "timestamp", "gasLimit", "gasUsed", "blockNumber", "logIndex", "transactionIndex")
_DATA = ("eth_call", "eth_getCode", "eth_getStorageAt")
_CHAIN_ID = bytes.fromhex("3408e470")


def _quantities(result: Any, change: Callable[[str], Any]) -> Any:
    """Change a quantity, or those in a block or in logs."""
    if isinstance(result, str):
        return change(result)
    if isinstance(result, list):
        return [_quantities(item, change) for item in result]
    return result | {name: change(result[name]) for name in _FIELDS if isinstance(result.get(name), str)}


@on_result(Effect.NOTICEABLE, *_NUMBERED)
def leading_zeros(result: Any, request: Request) -> Any:
    """Write quantities with zeros before them, which JSON-RPC forbids."""
    return _quantities(result, lambda text: "0x00" + text[2:])


@on_result(Effect.NOTICEABLE, *_NUMBERED)
def decimal_quantity(result: Any, request: Request) -> Any:
    """Write quantities as JSON's numbers."""
    return _quantities(result, lambda text: int(text, 16))


@on_result(Effect.NOTICEABLE, *_NUMBERED)
def negative_quantity(result: Any, request: Request) -> Any:
    """Write quantities with a minus, which Python's `int(…, 16)` reads without complaint."""
    return _quantities(result, lambda text: "-" + text)


@on_result(Effect.NOTICEABLE, *_NUMBERED)
def wide_quantity(result: Any, request: Request) -> Any:
    """Write quantities that do not fit into 256 bits."""
    return _quantities(result, lambda text: "0x1" + text[2:].zfill(64))


@on_result(Effect.NOTICEABLE, *_NUMBERED, *_DATA)
def upper_case(result: Any, request: Request) -> Any:
    """Write hexadecimal in upper case, the x of 0x included."""
    return _quantities(result, str.upper)


@on_result(Effect.NOTICEABLE, *_DATA)
def odd_hex(result: Any, request: Request) -> Any:
    """Leave out the last digit of data."""
    return result[:-1]


@on_result(Effect.NOTICEABLE, *_DATA)
def no_prefix(result: Any, request: Request) -> Any:
    """Leave out the 0x of data."""
    return result[2:]


def _on_returns(function: Callable[[bytes], bytes]) -> Callable[..., Any]:
    """Make a function from a result and its request of one of what a call returned."""

    @functools.wraps(function, assigned=("__name__", "__doc__", "__module__"))
    def change(result: Any, request: Request) -> Any:
        return change_returns(result, request, lambda to, data, returned: function(returned))

    del change.__wrapped__
    return change


@on_result(Effect.NOTICEABLE, "eth_call", "eth_getStorageAt")
@_on_returns
def long_return(returned: bytes) -> bytes:
    """Return a word more than the types have; of each call, where Multicall3 makes many."""
    return returned + bytes(32)


@on_result(Effect.NOTICEABLE, "eth_call", "eth_getStorageAt")
@_on_returns
def short_return(returned: bytes) -> bytes:
    """Return a byte less than the types have."""
    return returned[:-1]


@on_result(Effect.NOTICEABLE, "eth_call", "eth_getStorageAt")
@_on_returns
def empty_return(returned: bytes) -> bytes:
    """Return nothing."""
    return b""


@on_result(Effect.NOTICEABLE, "eth_call")
@_on_returns
def dirty_padding(returned: bytes) -> bytes:
    """Set the highest bit of the first word, where an address, a small integer or an offset has padding.

    Of a uint256 or a bytes32 it makes another value.
    """
    return bytes([returned[0] | 0x80]) + returned[1:] if returned else returned


@on_result(Effect.CREDIBLE, "eth_call")
@_on_returns
def lying_call(returned: bytes) -> bytes:
    """Return another value: the lowest bit of the last word is flipped."""
    return returned[:-1] + bytes([returned[-1] ^ 1]) if returned else returned


@on_result(Effect.CREDIBLE, "eth_getStorageAt")
def lying_storage(result: Any, request: Request) -> Any:
    """Give another word of storage."""
    return f"0x{int(result, 16) ^ 1:064x}"


@on_result(Effect.CREDIBLE, "eth_getBalance")
def lying_balance(result: Any, request: Request) -> Any:
    """Give another balance."""
    return hex(int(result, 16) ^ 1)


@on_result(Effect.CREDIBLE, "eth_getTransactionCount")
def lying_nonce(result: Any, request: Request) -> Any:
    """Give another nonce."""
    return hex(int(result, 16) ^ 1)


@on_result(Effect.CREDIBLE, "eth_getCode")
def lying_code(result: Any, request: Request) -> Any:
    """Give other code: one more byte, or one where there is none."""
    return result + "00"


@on_result(Effect.NOTICEABLE, "eth_chainId", "net_version", "eth_call")
def other_chain(result: Any, request: Request, chain_id: int = 0xBAD) -> Any:
    """Say that this is another chain, also by way of Multicall3."""
    if request["method"] == "eth_call":
        word = chain_id.to_bytes(32, "big")
        return change_returns(
            result,
            request,
            lambda to, data, returned: word if (to, data) == (MULTICALL3, _CHAIN_ID) else returned,
            sentinels=True,
        )
    return hex(chain_id) if request["method"] == "eth_chainId" else str(chain_id)
