"""What nodes say when they refuse, and what it has to be taken for."""

from __future__ import annotations

from typing import Any

import pytest

from vmargin.chain.errors import (
    BadAnswer,
    RateLimited,
    Refused,
    TooMuch,
    Unavailable,
    Unreachable,
    Unsupported,
)
from vmargin.chain.rpc.classify import Action, fault_of_error, fault_of_status
from vmargin.solidity.reverts import Empty, Error, Halt, Panic, Revert, Unknown

RETRY, NEXT, RAISE = Action
CALL, LOGS, PROOF, BALANCE = "eth_call", "eth_getLogs", "eth_getProof", "eth_getBalance"

REASON = Error("SafeMath: subtraction overflow")
REASON_DATA = "0x" + REASON.data.hex()
PANIC_DATA = "0x" + Panic(0x11).data.hex()

REFUSALS: list[tuple[str, str, int, str, type[Exception], Action]] = [
    # go-ethereum and its kin
    ("geth", CALL, -32000, "header not found", Unavailable, RETRY),
    ("geth", CALL, -32000, "header for hash not found", Unavailable, RETRY),
    ("geth", CALL, -32000, "hash is not currently canonical", Unavailable, NEXT),
    ("geth", BALANCE, -39001, "Unknown block", Unavailable, RETRY),
    ("geth", BALANCE, -32000, "finalized block not found", Unavailable, RETRY),
    ("geth", CALL, -32000,
     f"missing trie node {'ab' * 32} (path ) state 0x{'ab' * 32} is not available", Unavailable, NEXT),
    ("geth", CALL, -32000, "required historical state unavailable (reexec=128)", Unavailable, NEXT),
    ("geth", PROOF, -32000, "historical state not available in path scheme yet", Unavailable, NEXT),
    ("geth", LOGS, 4444, "pruned history unavailable", Unavailable, NEXT),
    ("geth", CALL, -32000, "execution aborted (timeout = 5s)", TooMuch, NEXT),
    ("geth", LOGS, -32000, "exceed maximum block range: 5000", TooMuch, NEXT),
    ("geth", LOGS, -32002, "request timed out", TooMuch, NEXT),
    ("geth", CALL, -32003, "response too large", TooMuch, NEXT),
    ("geth", BALANCE, -32600, "batch too large", TooMuch, NEXT),
    ("geth", LOGS, -32000,
     "exceed max addresses or topics per search position: too many addresses", TooMuch, NEXT),
    ("geth", "eth_foo", -32601, "the method eth_foo does not exist/is not available", Unsupported, NEXT),
    ("geth", BALANCE, -32602,
     "invalid argument 1: json: cannot unmarshal object into Go value of type string", Refused, NEXT),
    ("geth", CALL, -32000,
     "insufficient funds for gas * price + value: address 0x00 have 0 want 1", Refused, RAISE),
    ("geth", CALL, -32000, "intrinsic gas too low: have 100, want 21000 (supplied gas 100)", Refused, RAISE),
    # others that follow Ethereum
    ("erigon", BALANCE, -32603, "hash 0d30 is not currently canonical", Unavailable, NEXT),
    ("erigon", CALL, -32000, "block 0x0d30 not found", Unavailable, RETRY),
    ("erigon", CALL, -32000, "history has been pruned for this block", Unavailable, NEXT),
    ("erigon", PROOF, -32000,
     "requested block is too old, block must be within 100000 blocks of the head block number",
     Unavailable, NEXT),
    ("erigon", CALL, -32000, "old data not available due to pruning", Unavailable, NEXT),
    ("erigon", PROOF, -32000, "proofs are available only for the 'latest' block", Unavailable, NEXT),
    ("nethermind", CALL, -32001, "Header not found", Unavailable, RETRY),
    ("nethermind", CALL, -32002, "No state available for block 0xabcd", Unavailable, NEXT),
    ("nethermind", CALL, -32016, "Request timed out", TooMuch, NEXT),
    ("nethermind", "eth_foo", -32601, "The method 'eth_foo' is not supported.", Unsupported, NEXT),
    ("besu", BALANCE, -32000, "World state unavailable", Unavailable, NEXT),
    ("besu", BALANCE, -32000, "Block not found", Unavailable, RETRY),
    ("besu", LOGS, -32005, "Requested range exceeds maximum range limit", TooMuch, NEXT),
    ("besu", "eth_foo", -32601, "Method not found", Unsupported, NEXT),
    ("besu", "eth_foo", -32604, "Method not enabled", Unsupported, NEXT),
    ("reth", PROOF, -32602, "distance to target block exceeds maximum proof window", Unavailable, NEXT),
    ("reth", CALL, -32000, "state at block #100 is pruned", Unavailable, NEXT),
    ("reth", BALANCE, -32001, "block not found: hash 0xabcd", Unavailable, RETRY),
    ("reth", BALANCE, -32001, "block not found: canonical hash 0xabcd", Unavailable, RETRY),
    ("reth", LOGS, -32602, "query exceeds max block range 100000", TooMuch, NEXT),
    ("reth", LOGS, -32602, "query exceeds max results 20000, retry with the range 100-163", TooMuch, NEXT),
    ("reth", LOGS, -32602, "block range extends beyond current head block", Unavailable, RETRY),
    ("anvil", CALL, -32001, "Resource not found", Unavailable, RETRY),
    ("anvil", CALL, -32602,
     "BlockOutOfRangeError: block height is 5 but requested was 1000", Unavailable, RETRY),
    ("anvil", "eth_foo", -32601, "Method not found", Unsupported, NEXT),
    ("hardhat", "eth_foo", -32004, "Method eth_foo is not supported", Unsupported, NEXT),
    ("hardhat", CALL, -32602, "Received invalid block tag 1000. Latest block number is 5", Refused, NEXT),
    ("avalanche", CALL, -32000, "cannot query unfinalized data", Unavailable, RETRY),
    ("nitro", CALL, -32000, "upgrade your node: service currently unavailable", Refused, RETRY),
    # providers
    ("alchemy", LOGS, -32602,
     ("Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range "
     "and no limit on the response size, or you can request any block range with a cap of 10K logs. "
     "Based on your parameters, this block range should work: [0x0, 0xd043b8]"), TooMuch, NEXT),
    ("alchemy", LOGS, -32600,
     ("You can make eth_getLogs requests with up to a 500 block range. Based on your parameters, "
     "this block range should work: [0x123c9b2, 0x123cba5]"), TooMuch, NEXT),
    ("alchemy", CALL, 429,
     ("Your app has exceeded its compute units per second capacity. If you have retries enabled, "
     "you can safely ignore this message."), RateLimited, RETRY),
    ("alchemy", CALL, 429,
     "Monthly capacity limit exceeded. Visit the dashboard to upgrade your scaling policy",
     RateLimited, NEXT),
    ("alchemy", CALL, -32000, "Unable to complete request at this time.", Refused, RETRY),
    ("alchemy", CALL, -32600, "Must be authenticated!", Refused, NEXT),
    ("infura", LOGS, -32005,
     "query returned more than 10000 results. Try with this block range [0xBDE5F8, 0x102DBCC].",
     TooMuch, NEXT),
    ("infura", LOGS, -32602, "range 1000000 exceeds limit of 10000", TooMuch, NEXT),
    ("infura", LOGS, -32005, "query timeout exceeded", TooMuch, NEXT),
    ("infura", CALL, -32005, "daily request count exceeded, request rate limited", RateLimited, NEXT),
    ("infura", CALL, -32005, "project ID request rate exceeded", RateLimited, RETRY),
    ("infura", CALL, -32002, "project ID does not have access to archive state", Unavailable, NEXT),
    ("quicknode", LOGS, -32614, "eth_getLogs is limited to a 10,000 range", TooMuch, NEXT),
    ("quicknode", CALL, -32007,
     "50/second request limit reached - reduce calls per second or upgrade your account", RateLimited, RETRY),
    ("quicknode", BALANCE, -32612,
     "Custom trace or archive requests need an upgrade of the plan", Unavailable, NEXT),
    ("ankr", LOGS, -32600, "block range is too wide", TooMuch, NEXT),
    ("drpc", LOGS, 35, "ranges over 10000 blocks are not supported on freetier", TooMuch, NEXT),
    ("drpc", BALANCE, 31, "Batch of more than 3 requests are not allowed on free tier", TooMuch, NEXT),
    ("drpc", BALANCE, 19, "Temporary internal error. Please retry", Refused, RETRY),
    ("publicnode", CALL, -32701, "Archive requests require a personal token", Unavailable, NEXT),
    ("polygon", LOGS, -32000, "block range exceeds configured limit", TooMuch, NEXT),
    ("zksync", LOGS, -32602,
     "Query returned more than 10000 results. Try with this block range [0x1, 0x2].", TooMuch, NEXT),
    ("bnb", LOGS, -32005, "limit exceeded", RateLimited, RETRY),
    ("cloudflare", CALL, -32046, "Cannot fulfill request", Refused, RETRY),
    ("gateway", BALANCE, -32000, "context deadline exceeded", Unreachable, RETRY),
    ("gateway", LOGS, -32000, "upstream request timeout", TooMuch, NEXT),
    # by code alone
    ("any", CALL, -32005, "", RateLimited, RETRY),
    ("any", CALL, -32001, "", Unavailable, RETRY),
    ("any", CALL, -32601, "", Unsupported, NEXT),
    ("any", CALL, -32602, "", Refused, NEXT),
    ("any", CALL, -32603, "", Refused, RETRY),
    ("any", CALL, -32000, "", Refused, RETRY),
]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "code", "text", "kind", "action"),
    [row[1:] for row in REFUSALS],
    ids=lambda value: str(value)[:24],
)
def test_refusals(method: str, code: int, text: str, kind: type[Exception], action: Action) -> None:
    fault = fault_of_error(method, {"code": code, "message": text}, "node 1", str)
    assert (type(fault.error), fault.action) == (kind, action)
    assert isinstance(fault.error, (RateLimited, Unreachable)) or fault.error.code == code
    assert text in str(fault.error) and str(code) in str(fault.error)


NESTED = {"message": "Error: reverted", "data": "0x"}
GANACHE = {"hash": None, "result": REASON_DATA, "reason": "SafeMath: subtraction overflow"}
VM = "VM Exception while processing transaction:"
PARITY = "VM execution error."
STATIC = "state change during static call"

OUTCOMES: list[tuple[str, int, str, Any, Exception]] = [
    ("geth", 3, "execution reverted: SafeMath: subtraction overflow", REASON_DATA, REASON),
    ("geth", 3, "execution reverted", PANIC_DATA, Panic(0x11)),
    ("geth", 3, "execution reverted", "0x", Empty()),
    ("geth", 3, "execution reverted", "0x8baa579f", Unknown(bytes.fromhex("8baa579f"))),
    ("geth", -32000, "execution reverted", None, Empty()),
    ("geth", -32000, "out of gas", None, Halt("out of gas")),
    ("geth", -32000, "invalid opcode: INVALID", None, Halt("invalid opcode")),
    ("geth", -32000, "invalid opcode: opcode 0x2f not defined", None, Halt("invalid opcode")),
    ("geth", -32000, "stack underflow (0 <=> 2)", None, Halt("stack underflow")),
    ("geth", -32000, "stack limit reached 1024 (1023)", None, Halt("stack overflow")),
    ("geth", -32000, "invalid jump destination", None, Halt("invalid jump")),
    ("geth", -32000, "write protection", None, Halt(STATIC)),
    ("geth", -32000, "return data out of bounds", None, Halt("out of offset")),
    ("geth", -32000, "gas uint64 overflow", None, Halt("out of gas")),
    ("geth", -32000, "max call depth exceeded", None, Halt("call too deep")),
    ("besu", -32000, "Execution reverted", PANIC_DATA, Panic(0x11)),
    ("besu", -32000, "INVALID_OPERATION", None, Halt("invalid opcode")),
    ("besu", -32000, "INSUFFICIENT_STACK_ITEMS", None, Halt("stack underflow")),
    ("parity", -32015, PARITY, f"Reverted {REASON_DATA}", REASON),
    ("parity", -32015, PARITY, "Reverted 0x", Empty()),
    ("parity", -32015, PARITY, "Bad instruction fe", Halt("invalid opcode")),
    ("parity", -32015, PARITY, "Bad jump destination 0", Halt("invalid jump")),
    ("parity", -32015, PARITY, "Out of gas", Halt("out of gas")),
    ("nethermind", -32015, PARITY, "revert", Empty()),
    ("nethermind", -32015, "execution reverted", PANIC_DATA, Panic(0x11)),
    ("nethermind", -32015, PARITY, "StackUnderflow", Halt("stack underflow")),
    ("nethermind", -32015, PARITY, "StaticCallViolation", Halt(STATIC)),
    ("reth", -32003, "EVM error: InvalidFEOpcode", None, Halt("invalid opcode")),
    ("reth", -32003, "out of gas: gas required exceeds: 50000000", None, Halt("out of gas")),
    ("anvil", -32603, "EVM error OutOfOffset", None, Halt("out of offset")),
    ("anvil", -32603, "EVM error NotActivated", None, Halt("invalid opcode")),
    ("anvil", -32603, "EVM error MemoryLimitOOG", None, Halt("out of gas")),
    ("anvil", -32603, "EVM error CallNotAllowedInsideStatic", None, Halt("call not allowed inside static")),
    ("hardhat", 3, f"{VM} reverted with panic code 0x11", PANIC_DATA, Panic(0x11)),
    ("hardhat", -32603, "Error: Transaction reverted without a reason string", NESTED, Empty()),
    ("hardhat", -32603, f"Error: {VM} invalid opcode", None, Halt("invalid opcode")),
    ("hardhat", -32603, "Error: Transaction ran out of gas", None, Halt("out of gas")),
    ("ganache", -32000, f"{VM} revert SafeMath: subtraction overflow", GANACHE, REASON),
    # a contract chooses the words of its own reason
    ("geth", 3, "execution reverted: limit exceeded, out of gas", "0x", Empty()),
    ("geth", -32000, "execution reverted: header not found", None, Empty()),
]


@pytest.mark.parametrize(("code", "text", "data", "outcome"), [row[1:] for row in OUTCOMES])
def test_outcomes_of_calls(code: int, text: str, data: Any, outcome: Exception) -> None:
    error = {"code": code, "message": text, "data": data}
    fault = fault_of_error(CALL, error, "node 1", str)
    assert (fault.error, fault.action) == (outcome, RAISE)
    assert not isinstance(fault_of_error(LOGS, error, "node 1", str).error, (Revert, Halt))


def test_revert_data_that_are_none() -> None:
    fault = fault_of_error(CALL, {"code": 3, "message": "execution reverted", "data": "0xabc"}, "node 1", str)
    assert (type(fault.error), fault.action) == (BadAnswer, RETRY)


STATUSES: list[tuple[int, float | None, type[Exception], Action]] = [
    (301, None, Unreachable, NEXT),
    (400, None, Refused, NEXT),
    (401, None, Unreachable, NEXT),
    (403, None, Unreachable, NEXT),
    (404, None, Unreachable, NEXT),
    (408, None, Unreachable, RETRY),
    (413, None, TooMuch, NEXT),
    (429, None, RateLimited, RETRY),
    (429, 3.0, RateLimited, RETRY),
    (500, None, Unreachable, RETRY),
    (502, None, Unreachable, RETRY),
    (503, 3.0, RateLimited, RETRY),
    (504, None, Unreachable, RETRY),
    (524, None, Unreachable, RETRY),
]


@pytest.mark.parametrize(("status", "wait", "kind", "action"), STATUSES)
def test_http_statuses(status: int, wait: float | None, kind: type[Exception], action: Action) -> None:
    fault = fault_of_status(status, "<html>no</html>", wait, "node 1", str)
    assert (type(fault.error), fault.action, fault.wait, fault.whole) == (kind, action, wait, True)
    assert "html" not in str(fault.error)


def test_the_status_speaks_where_the_words_do_not() -> None:
    def fault(status: int, code: int, text: str) -> Any:
        return fault_of_error(CALL, {"code": code, "message": text}, "node 1", str, status=status, wait=7.0)

    assert isinstance(fault(429, -32000, "no").error, RateLimited) and fault(429, -32000, "no").wait == 7.0
    assert isinstance(fault(403, 0, "blocked").error, Unreachable)
    assert isinstance(fault(400, -32000, "header not found").error, Unavailable)
    assert fault(500, 3, "execution reverted").error == Empty()


def test_a_back_off_in_the_body() -> None:
    error = {
        "code": -32005,
        "message": "project ID request rate exceeded",
        "data": {"rate": {"backoff_seconds": 30}},
    }
    assert fault_of_error(BALANCE, error, "node 1", str).wait == 30.0


@pytest.mark.parametrize("error", ["limit exceeded", 7, [], {"code": "x", "message": 5}, {"message": None}])
def test_errors_of_no_shape(error: Any) -> None:
    fault = fault_of_error(BALANCE, error, "node 1", str)
    assert fault.action is RETRY
    assert isinstance(fault.error, (BadAnswer, Refused))
