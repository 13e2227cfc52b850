"""A chain behind one or more nodes: requests that fail over, retry and end in time."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Self

from vmargin.chain import wire
from vmargin.chain.errors import BadAnswer, Stale, Unavailable, WrongChain
from vmargin.chain.header import Header
from vmargin.chain.rpc.classify import Action, Fault
from vmargin.chain.rpc.exchange import TRIES, Admission, Diagnosis, Exchange, Question, pause
from vmargin.chain.rpc.node import Node
from vmargin.errors import UsageError, VmarginError

if TYPE_CHECKING:
    from web3 import Web3

    from vmargin.chain.live import LiveView

TAGS = ("latest", "safe", "finalized")

_SEEN = 60.0
"""Seconds for which a head that was seen is held against nodes that are behind it."""


class Connection:
    """Nodes of one chain.

    Parameters
    ----------
    urls
        Addresses of nodes, the preferred one first.
    chain_id
        The chain that they have to be on; by default the one that the first to answer is on.
    timeout
        Seconds for one exchange with one node.
    patience
        Seconds that may pass, retries and all, without an answer.
    max_lag
        Blocks that a node's head may be behind the best head seen; one further behind is left out.
    headers
        HTTP headers for every node.
    """

    def __init__(
        self,
        urls: str | Sequence[str],
        *,
        chain_id: int | None = None,
        timeout: float = 10.0,
        patience: float = 30.0,
        max_lag: int = 3,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        given = [urls] if isinstance(urls, str) else list(urls)
        if not given:
            raise UsageError("a connection takes the address of a node, such as  http://127.0.0.1:8545")
        self.nodes = tuple(
            Node(url, position, timeout=timeout, headers=headers) for position, url in enumerate(given, 1)
        )
        self.patience = patience
        self.max_lag = max_lag
        self._chain_id = chain_id
        self._heads: dict[str, tuple[int, float]] = {}
        self._lock = threading.Lock()
        self._web3: Web3 | None = None

    @classmethod
    def from_environment(cls, chain_id: int | None = None, **options: Any) -> Connection:
        """Connect to what ``RPC_URL_<chain id>``, ``ETH_RPC_URL`` or ``WEB3_PROVIDER_URI`` names.

        Each may hold several addresses with commas between them.
        """
        names = [f"RPC_URL_{chain_id}"] if chain_id is not None else []
        names += ["ETH_RPC_URL", "WEB3_PROVIDER_URI"]
        for name in names:
            if urls := [url.strip() for url in os.environ.get(name, "").split(",") if url.strip()]:
                return cls(urls, chain_id=chain_id, **options)
        raise UsageError(f"no node is named: set {' or '.join(names)}, or pass an address")

    @property
    def chain_id(self) -> int:
        """The chain that its nodes are on."""
        if self._chain_id is None:
            self.request("eth_chainId", [])  # whoever answers has been asked for it before
        assert self._chain_id is not None
        return self._chain_id

    def request(self, method: str, params: Sequence[Any], *, nodes: Sequence[Node] | None = None) -> Any:
        """Make a request of the first node that answers it.

        Raises
        ------
        ChainError
            If none does.
        Revert, Halt
            If it is a call that ends so.
        """
        answer = self.batch([(method, params)], nodes=nodes)[0]
        if isinstance(answer, VmarginError):
            raise answer
        return answer

    def batch(
        self, requests: Sequence[tuple[str, Sequence[Any]]], *, nodes: Sequence[Node] | None = None
    ) -> list[Any]:
        """Make many requests: for each the result, or as a value what :meth:`request` would raise."""
        return self.ask([Question(method, params) for method, params in requests], nodes=nodes)

    def ask(
        self,
        questions: Sequence[Question],
        *,
        nodes: Sequence[Node] | None = None,
        diagnose: Diagnosis | None = None,
    ) -> list[Any]:
        """Make many requests, and have each answer read where it can still be asked for again."""
        return self.exchange(questions, nodes=nodes, diagnose=diagnose).answers

    def exchange(
        self,
        questions: Sequence[Question],
        *,
        nodes: Sequence[Node] | None = None,
        admit: Admission | None = None,
        diagnose: Diagnosis | None = None,
        tries: int = TRIES,
    ) -> Exchange:
        """Put questions to nodes until each is settled."""
        exchange = Exchange(
            questions,
            self.candidates() if nodes is None else nodes,
            patience=self.patience,
            admit=admit or self.admit,
            diagnose=diagnose,
            tries=tries,
        )
        exchange.run()
        return exchange

    def header(self, block: int | bytes | str = "latest") -> Header:
        """Fetch a header by tag, number or hash; its fields are checked against its hash."""
        return self.locate(block)[0]

    def locate(self, block: int | bytes | str = "latest") -> tuple[Header, Node]:
        """Fetch a header, and say which node had it."""
        if isinstance(block, str) and block in TAGS:
            return self._newest(block)
        return self._found(self.exchange([header_question(block)]))

    def at(self, block: int | bytes | str = "latest") -> LiveView:
        """View the chain at a block: ``latest``, ``safe``, ``finalized``, a number or a hash."""
        from vmargin.chain.live import LiveView

        return LiveView.open(self, *self.locate(block))

    def candidates(self) -> list[Node]:
        """Nodes that keep up; all of them if none does."""
        return [node for node in self.nodes if not node.lags] or list(self.nodes)

    def admit(self, node: Node) -> Fault | None:
        """Ask a node for its chain, once, before anything that it says is used."""
        if node.chain_id is None:
            answer = node.ask([("eth_chainId", [])])[0]
            if isinstance(answer, Fault):
                return answer
            try:
                node.chain_id = wire.quantity(answer)
            except BadAnswer as error:
                return Fault(BadAnswer(f"eth_chainId: {error}", node=node.label), Action.RETRY)
        with self._lock:
            if self._chain_id is None:
                self._chain_id = node.chain_id
        if node.chain_id != self._chain_id:
            text = (
                f"is on chain {node.chain_id}, not {self._chain_id}; give the address of a node of that chain"
            )
            return Fault(WrongChain(text, node=node.label), Action.NEXT)
        return None

    @property
    def web3(self) -> Web3:
        """A web3 whose requests fail over as this connection's do, and whose errors are ours."""
        if self._web3 is None:
            from web3 import Web3

            from vmargin.chain.rpc.failover import FailoverProvider

            self._web3 = Web3(FailoverProvider(self))
            self._web3.middleware_onion.remove("validation")  # two more requests for each call
        return self._web3

    def forget(self) -> None:
        """Forget how far the chain was: it was set back on purpose, as a devnet can be."""
        with self._lock:
            self._heads.clear()

    def close(self) -> None:
        """Close every connection that is open."""
        for node in self.nodes:
            node.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<connection to {', '.join(node.label for node in self.nodes)}>"

    def _newest(self, tag: str) -> tuple[Header, Node]:
        """Compare what the nodes have at a tag, and leave out those that are behind."""
        headers = self._glance(tag)
        for turn in range(TRIES):
            if turn or not headers:
                time.sleep(pause(turn) if turn else 0.0)
                header, node = self._found(self.exchange([header_question(tag)], nodes=self.nodes))
                headers[node] = header
            newest = self._see(tag, max(header.number for header in headers.values()))
            if tag == "latest":
                for node, header in headers.items():
                    node.lags = header.number < newest - self.max_lag
            for node, header in headers.items():
                if header.number >= newest - self.max_lag:
                    return header, node
        raise Stale(
            f"{node.label}: its {tag} block is {header.number}, but there was a block {newest} before: "
            "it lags, or the chain was set back on purpose, in which case call forget() of the connection"
        )

    def _see(self, tag: str, number: int) -> int:
        """Remember a head for a while; the highest of late."""
        with self._lock:
            now = time.monotonic()
            seen, when = self._heads.get(tag, (0, 0.0))
            if number >= seen or now > when + _SEEN:
                self._heads[tag] = seen, when = number, now
            return seen

    def _glance(self, tag: str) -> dict[Node, Header]:
        """Ask each of several nodes once."""
        if len(self.nodes) == 1:
            return {}
        self.chain_id  # noqa: B018 - the first in order decides which chain it is, not the fastest
        now = time.monotonic()
        nodes = [node for node in self.nodes if max(node.failing_until, node.ready_at) <= now]

        def ask(node: Node) -> Any:
            return self.exchange([header_question(tag)], nodes=[node], tries=1).answers[0]

        with ThreadPoolExecutor(max(1, len(nodes))) as pool:
            found = dict(zip(nodes, pool.map(ask, nodes), strict=True))
        return {node: header for node, header in found.items() if isinstance(header, Header)}

    @staticmethod
    def _found(exchange: Exchange) -> tuple[Header, Node]:
        header, node = exchange.answers[0], exchange.served[0]
        if isinstance(header, VmarginError):
            raise header
        assert node is not None
        return header, node


def header_question(block: int | bytes | str) -> Question:
    """Ask for a header by tag, number or hash."""
    if isinstance(block, str) and block not in TAGS:
        try:
            block = wire.data(block, 32)
        except BadAnswer:
            raise UsageError(
                f"{block!r} is no block: it takes {', '.join(TAGS)}, a number, or a hash of 32 bytes"
            ) from None
    if isinstance(block, bytes) and len(block) != 32:
        raise UsageError(f"0x{block.hex()} is no hash of a block: it takes 32 bytes")
    if isinstance(block, int) and block < 0:
        raise UsageError(f"there is no block {block}")

    def read(answer: Any) -> Header:
        if answer is None:
            name = wire.to_data(block) if isinstance(block, bytes) else block
            raise Unavailable(-32001, f"there is no block {name}")
        header = Header.from_rpc(answer)
        if isinstance(block, bytes) and header.hash != block:
            raise BadAnswer(f"{header} is not the block 0x{block.hex()} that was asked for")
        if isinstance(block, int) and header.number != block:
            raise BadAnswer(f"{header} is not the block {block} that was asked for")
        return header

    if isinstance(block, bytes):
        return Question("eth_getBlockByHash", [wire.to_data(block), False], read)
    return Question(
        "eth_getBlockByNumber", [wire.to_quantity(block) if isinstance(block, int) else block, False], read
    )
