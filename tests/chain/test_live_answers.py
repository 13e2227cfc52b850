"""Answers that are none, in the form that a node gives them: no value is made of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.chain.raw_server import Proxy, RawServer, answer
from vmargin.chain.anchors import HashAnchor
from vmargin.chain.connection import Connection
from vmargin.chain.devnet import Devnet
from vmargin.chain.errors import BadAnswer, Unproven
from vmargin.chain.proven import ProvenView
from vmargin.chain.questions import ProofQuery, RawCall
from vmargin.solidity.reverts import Error, Panic

pytestmark = pytest.mark.usefixtures("quick_retries")

READER = "0x" + "11" * 20
RICH = "0x" + "44" * 20
OUTCOME = "0x" + "55" * 20


@pytest.fixture(scope="module", autouse=True)
def state(chain: Devnet) -> None:
    chain.set_storage(READER, 0, 5)


@pytest.mark.parametrize("said", ["0x", "0x5", "0x" + "00" * 31, "0x" + "00" * 33, 5, ["0x"], {}, True])
def test_words_are_words(chain: Devnet, said: Any) -> None:
    def change(asked: Any) -> Any:
        return answer(asked, said) if asked["method"] == "eth_getStorageAt" else None

    with RawServer(Proxy(chain.url, change)) as server:
        with Connection(server.url) as connection, pytest.raises(BadAnswer, match=r"node 1 \(127"):
            connection.at().storage(READER, 0)
        with Connection([server.url, chain.url]) as connection:
            assert connection.at().storage(READER, 0) == 5


@pytest.mark.parametrize(
    ("method", "said"),
    [
        ("eth_getBalance", "0x07"),
        ("eth_getBalance", 7),
        ("eth_getTransactionCount", "0x" + "f" * 17),
        ("eth_getCode", "0x0"),
        ("eth_call", "0x0"),
        ("eth_call", {"result": "0x"}),
        ("eth_getProof", []),
        ("eth_getProof", {"accountProof": [], "storageProof": []}),
        ("eth_getProof", {"accountProof": "0x", "storageProof": [{"key": "0x0", "proof": []}]}),
        ("eth_getProof", {"accountProof": [], "storageProof": [{"key": "0x1", "proof": []}]}),
        ("eth_getProof", {"accountProof": [], "storageProof": [{"key": "0x0", "proof": ["0x0"]}]}),
        ("eth_getBlockReceipts", {}),
        ("eth_getBlockReceipts", [7]),
    ],
)
def test_answers_of_no_shape(chain: Devnet, method: str, said: Any) -> None:
    view_opened = [False]

    def change(asked: Any) -> Any:
        return answer(asked, said) if view_opened[0] and asked["method"] == method else None

    with RawServer(Proxy(chain.url, change)) as server, Connection(server.url) as connection:
        view = connection.at()
        view_opened[0] = True
        with pytest.raises(BadAnswer):
            {
                "eth_getBalance": lambda: view.balance(RICH),
                "eth_getTransactionCount": lambda: view.nonce(RICH),
                "eth_getCode": lambda: view.code(RICH),
                "eth_call": lambda: view.call(READER, "f()(uint256)"),
                "eth_getProof": lambda: view.ask_proofs([ProofQuery(READER, (0,))]),
                "eth_getBlockReceipts": lambda: view.ask_receipts(view.header),
            }[method]()


def test_null_is_no_nodes_where_an_account_has_no_storage(chain: Devnet) -> None:
    def change(asked: Any) -> Any:
        if asked["method"] != "eth_getProof":
            return None
        proof = chain.rpc(asked["method"], *asked["params"])
        return answer(
            asked, proof | {"storageProof": [one | {"proof": None} for one in proof["storageProof"]]}
        )

    with RawServer(Proxy(chain.url, change)) as server, Connection(server.url) as connection:
        live = connection.at()
        view = ProvenView(live, HashAnchor(live.hash))
        assert view.storage("0x" + "ab" * 20, 0) == 0
        with pytest.raises(Unproven):
            view.storage(READER, 0)


def test_reverts_hold_their_data(chain: Devnet) -> None:
    for revert in (Error("no"), Panic(0x11)):
        data = revert.data
        code = b"".join(b"\x7f" + data[at : at + 32].ljust(32, b"\0") + b"\x60" + bytes([at]) + b"\x52"
                        for at in range(0, len(data), 32))  # fmt: skip
        with chain.isolated():
            chain.set_code(OUTCOME, code + b"\x60" + bytes([len(data)]) + b"\x5f\xfd")
            assert chain.at().ask_calls([RawCall(OUTCOME, b"")]) == [revert]
