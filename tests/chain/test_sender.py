"""Transactions of a sender: rehearsed, signed, handed over once, waited for, and what it says of failures."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator

import pytest

from vmargin.chain.connection import Connection
from vmargin.chain.devnet import Devnet, devnet
from vmargin.chain.errors import NotMined, Refused, WrongChain
from vmargin.chain.faults import FaultyNode
from vmargin.chain.sender import ORDER, Sender
from vmargin.errors import UsageError
from vmargin.solidity.bytecode import load_artifact
from vmargin.solidity.reverts import Custom

MINT, TRANSFER = "mint(address,uint256)", "transfer(address,uint256)"
SHORT = "InsufficientBalance(address,uint256,uint256)"
SEND = "eth_sendRawTransaction"
HELD = "eth_sendTransaction"

pytestmark = pytest.mark.usefixtures("quick_retries")


@pytest.fixture(scope="module")
def token(chain: Devnet, build) -> str:
    return chain.deploy(build / "Erc20.json", ["Token", "T", 18])


@pytest.fixture
def node(chain: Devnet) -> Iterator[FaultyNode]:
    with FaultyNode(chain.url) as node:
        yield node


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vmargin.chain.sender.POLL", 0.02)


@pytest.fixture(params=["signed", "held by the node"])
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


def made(chain: Devnet, url: str, kind: str, number: int = 3, **options) -> Sender:
    given = {"key": chain.keys[number]} if kind == "signed" else {"origin": chain.accounts[number]}
    return Sender(Connection(url, timeout=2), **given, **options)


def nonce(chain: Devnet, number: int = 3) -> int:
    return int(chain.rpc("eth_getTransactionCount", chain.accounts[number], "pending"), 16)


def balance(chain: Devnet, token: str, holder: str) -> int:
    return chain.at().call(token, "balanceOf(address)(uint256)", [holder])[0]


def sends(node: FaultyNode) -> list[str]:
    return [seen.method for seen in node.requests if seen.method in (SEND, HELD)]


def test_both_kinds_of_account_deploy_and_send(chain, build, kind):
    sender = made(chain, chain.url, kind)
    assert sender.address == chain.accounts[3]
    before = nonce(chain)
    token = sender.deploy(load_artifact(build / "Erc20.json"), ["Token", "T", 18])
    receipt = sender.send(token, MINT, [sender.address, 7])
    assert receipt["from"] == sender.address
    assert receipt["to"] == token
    assert balance(chain, token, sender.address) == 7
    assert nonce(chain) == before + 2


def test_a_signature_names_the_chain(chain, token):
    receipt = made(chain, chain.url, "signed").send(token, MINT, [chain.accounts[3], 1])
    sent = chain.rpc("eth_getTransactionByHash", receipt["transactionHash"])
    assert int(sent["chainId"], 16) == chain.chain_id
    assert int(sent["type"], 16) == 2
    estimate = int(
        chain.rpc("eth_estimateGas", {"from": sent["from"], "to": token, "data": sent["input"]}), 16
    )
    assert int(sent["gas"], 16) >= estimate


def test_what_reverts_in_rehearsal_is_not_sent(chain, token, node, kind):
    sender = made(chain, node.url, kind, number=5)
    before = nonce(chain, 5)
    with pytest.raises(Custom) as caught:
        sender.send(token, TRANSFER, [chain.accounts[0], 1], errors=[SHORT])
    assert caught.value == Custom(SHORT, (chain.accounts[5], 0, 1))
    assert nonce(chain, 5) == before
    assert sends(node) == []


@pytest.mark.parametrize("fault", ["reset", "cut", "http_502", "wrong_id"])
def test_a_lost_answer_does_not_send_twice(chain, token, node, fault):
    """The node has taken it (or, as for a reset, has not): the same bytes go there again, never others."""
    sender = made(chain, node.url, "signed")
    before, had = nonce(chain), balance(chain, token, chain.accounts[9])
    node.inject(fault, methods=[SEND], times=1)
    receipt = sender.send(token, MINT, [chain.accounts[9], 5])
    assert receipt["status"] == "0x1"
    assert nonce(chain) == before + 1
    assert balance(chain, token, chain.accounts[9]) == had + 5
    raw = {seen.params[0] for seen in node.requests if seen.method == SEND}
    assert len(raw) == 1
    assert len(sends(node)) > 1


def test_a_lost_answer_while_the_transaction_still_waits(token_of):
    """The node knows it, but has not mined it: it says so to the second attempt, and that is no failure."""
    chain, token = token_of
    with FaultyNode(chain.url) as node:
        node.inject("cut", methods=[SEND], times=1)
        receipt = made(chain, node.url, "signed").send(token, MINT, [chain.accounts[9], 5])
        assert receipt["status"] == "0x1"
        assert len(sends(node)) > 1
        assert balance(chain, token, chain.accounts[9]) == 5


@pytest.fixture(scope="module")
def token_of(build) -> Iterator[tuple[Devnet, str]]:
    """A chain with a block each second, and a token there."""
    with devnet(block_time=1) as chain:
        yield chain, chain.deploy(build / "Erc20.json", ["Token", "T", 18])


def test_where_no_answer_comes_the_hash_is_told(chain, token, node):
    sender = made(chain, node.url, "signed")
    node.inject("cut", methods=[SEND])
    with pytest.raises(NotMined, match=r"whether transaction 0x[0-9a-f]{64} \(nonce \d+ of 0x") as caught:
        sender.send(token, MINT, [chain.accounts[3], 5])
    # the answers were lost, not the transaction: it can be looked up by what was said
    key = str(caught.value).partition("transaction ")[2][:66]
    assert chain.rpc("eth_getTransactionReceipt", key)["status"] == "0x1"


def test_a_node_that_falls_silent_after_it_was_sent(chain, token, node, kind):
    sender = made(chain, node.url, kind)
    node.inject("reset", methods=["eth_getTransactionReceipt"])
    with pytest.raises(NotMined, match="look it up before sending it anew") as caught:
        sender.send(token, MINT, [chain.accounts[3], 5])
    key = str(caught.value).partition("transaction ")[2][:66]
    assert chain.rpc("eth_getTransactionReceipt", key)["status"] == "0x1"


def test_a_held_accounts_lost_answer_is_in_doubt_and_not_repeated(chain, token, node):
    sender = made(chain, node.url, HELD)
    before = nonce(chain)
    node.inject("cut", methods=[HELD])
    with pytest.raises(NotMined, match=f"a transaction with nonce {before} of {sender.address}"):
        sender.send(token, MINT, [chain.accounts[3], 5])
    assert sends(node) == [HELD]
    assert nonce(chain) == before + 1


def test_who_cannot_pay_is_refused_once(chain, token, node):
    sender = Sender(Connection(node.url), key="0x" + "11" * 32)
    with pytest.raises(Refused, match=r"(?i)insufficient funds"):
        sender.send(token, MINT, [sender.address, 5])
    assert sends(node) == [SEND]
    assert int(chain.rpc("eth_getTransactionCount", sender.address, "pending"), 16) == 0


@pytest.mark.parametrize("message", ["intrinsic gas too low", "max fee per gas less than block base fee"])
def test_what_a_node_refuses_is_raised_as_it_is(chain, token, node, kind, message):
    node.inject("error_in_200", methods=[SEND, HELD], code=-32003, message=message)
    with pytest.raises(Refused, match=message):
        made(chain, node.url, kind).send(token, MINT, [chain.accounts[3], 5])
    assert len(sends(node)) == 1


def test_a_nonce_that_another_has_used_is_refused(chain, token, node):
    """Not taken for a transaction of its own that was mined before."""
    sender = made(chain, node.url, "signed")
    node.inject("error_in_200", methods=[SEND], code=-32003, message="nonce too low")
    with pytest.raises(Refused, match="nonce too low"):
        sender.send(token, MINT, [chain.accounts[3], 5])


def test_what_is_not_mined_in_time_is_named(build, kind):
    with devnet(block_time=3600) as chain:
        sender = made(chain, chain.url, kind, patience=0.3)
        with pytest.raises(NotMined, match=r"is in no block after 0\.3 s; it may still be mined") as caught:
            sender.deploy(load_artifact(build / "Erc20.json"), ["Token", "T", 18])
        key = str(caught.value).partition("transaction ")[2][:66]
        assert "(nonce 0 of " in str(caught.value)
        assert chain.rpc("eth_getTransactionByHash", key)["from"] == sender.address
        chain.mine()
        assert chain.rpc("eth_getTransactionReceipt", key)["status"] == "0x1"


@pytest.mark.parametrize("missing", ["status", "transactionHash"])
def test_a_receipt_that_is_none(chain, token, missing):
    """Said to be in doubt; never taken for success."""

    class Lame(Connection):
        def request(self, method, params, **options):
            answer = super().request(method, params, **options)
            if method == "eth_getTransactionReceipt" and answer:
                del answer[missing]
            return answer

    with pytest.raises(NotMined):
        Sender(Lame(chain.url), key=chain.keys[3]).send(token, MINT, [chain.accounts[3], 5])


def test_another_chain_than_wanted_is_sent_nothing(chain, token, node, kind):
    before = nonce(chain)
    given = {"key": chain.keys[3]} if kind == "signed" else {"origin": chain.accounts[3]}
    sender = Sender(Connection(node.url, chain_id=1, patience=1), **given)
    with pytest.raises(WrongChain, match="is on chain 31337, not 1"):
        sender.send(token, MINT, [chain.accounts[3], 5])
    assert {seen.method for seen in node.requests} == {"eth_chainId"}
    assert nonce(chain) == before


WRONG = [
    "11" * 32,
    "0x" + "11" * 31,
    "0x" + "1g" * 32,
    "0x" + "00" * 32,
    f"0x{ORDER:064x}",
    f"0x{'11' * 32}\n",
]


@pytest.mark.parametrize("key", WRONG)
def test_what_is_no_key_is_refused_and_not_shown(chain, key):
    with pytest.raises(UsageError, match="64 hexadecimal digits") as caught:
        Sender(Connection(chain.url), key=key)
    said = "".join(traceback.format_exception(caught.value))
    assert key.strip() not in said
    assert key.strip().removeprefix("0x") not in said


def test_a_sender_has_one_of_the_two(chain):
    connection = Connection(chain.url)
    for given in ({}, {"key": chain.keys[0], "origin": chain.accounts[0]}):
        with pytest.raises(UsageError, match="either a private key or an account") as caught:
            Sender(connection, **given)
        assert chain.keys[0] not in str(caught.value)
    with pytest.raises(UsageError, match="is no address"):
        Sender(connection, origin="0x1234")
    highest = Sender(connection, key=f"0x{ORDER - 1:064x}")
    assert len(highest.address) == 42


def test_a_key_is_nowhere_to_be_seen(chain, token, node, caplog):
    """Not in logs, texts, errors, nor in what the node is told."""
    key = chain.keys[3]
    secret = key.removeprefix("0x")
    shown = []
    with caplog.at_level(logging.DEBUG):
        sender = made(chain, node.url, "signed")
        sender.send(token, MINT, [chain.accounts[3], 5])
        node.inject("cut", methods=[SEND])
        with pytest.raises(NotMined) as caught:
            sender.send(token, MINT, [chain.accounts[3], 5])
        shown += traceback.format_exception(caught.value)
    shown += [repr(sender), str(sender), f"{sender}", repr(vars(sender)), caplog.text]
    shown += [repr(seen) for seen in node.requests]
    for text in shown:
        assert secret not in text.lower()
        assert str(int(secret, 16)) not in text
        assert repr(bytes.fromhex(secret)) not in text
