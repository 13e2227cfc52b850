"""A web3 provider for one node that believes nothing: ids, shapes, sizes and times are checked."""

from __future__ import annotations

import ipaddress
import itertools
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from web3._utils.encoding import Web3JsonEncoder
from web3.providers.rpc import HTTPProvider
from web3.types import RPCEndpoint, RPCResponse

from vmargin import __version__
from vmargin.chain.errors import BadAnswer, TooMuch, Unreachable
from vmargin.chain.rpc import nesting
from vmargin.chain.rpc.classify import Action, Fault, fault_of_error, fault_of_status
from vmargin.chain.rpc.transport import Response, TooLarge, Transport, TransportError
from vmargin.errors import UsageError


class StrictProvider(HTTPProvider):
    """JSON-RPC over HTTP with one node.

    Parameters
    ----------
    url
        Of the node; it and the keys in it are never shown.
    position
        From 1 on, among the nodes that the user gave.
    timeout
        Seconds for an exchange, to the last byte of the answer.
    headers
        To send along, such as a key; they are never shown either.
    """

    def __init__(
        self, url: str, *, position: int = 1, timeout: float = 10.0, headers: Mapping[str, str] | None = None
    ) -> None:
        self.label = label(url, position)
        super().__init__(url, exception_retry_configuration=None)
        self._secrets = _secrets(url, headers or {})
        agent = {"User-Agent": f"vmargin/{__version__}"}
        self._transport = Transport(url, timeout=timeout, headers={**agent, **(headers or {})})
        self._ids = itertools.count(1)

    def ask(self, method: str, params: Sequence[Any]) -> Any:
        """Make one request: its result, or a :class:`Fault` as a value."""
        number = next(self._ids)
        reply = self._post(_request(number, method, params), method)
        return reply if isinstance(reply, Fault) else self._read(reply, reply.answer, number, method)

    def ask_many(self, requests: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        """Make one batch: for each request its result or a :class:`Fault`, in the order of the requests."""
        numbers = [next(self._ids) for _ in requests]
        payload = [_request(n, method, params) for n, (method, params) in zip(numbers, requests, strict=True)]
        reply = self._post(payload, "a batch")
        found = reply if isinstance(reply, Fault) else self._by_id(reply, set(numbers))
        if isinstance(reply, Fault) or isinstance(found, Fault):
            return [found] * len(requests)
        lacking = self._bad("the batch lacks this answer", whole=True)
        return [
            self._read(reply, found[n], n, method) if n in found else lacking
            for n, (method, _) in zip(numbers, requests, strict=True)
        ]

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        """Make one request, as web3 asks for it."""
        return {"jsonrpc": "2.0", "id": 0, "result": _raised(self.ask(method, params))}

    def make_batch_request(self, batch_requests: list[tuple[RPCEndpoint, Any]]) -> list[RPCResponse]:
        """Make one batch, as web3 asks for it: the first failure in it is raised."""
        return [
            {"jsonrpc": "2.0", "id": at, "result": _raised(answer)}
            for at, answer in enumerate(self.ask_many(batch_requests))
        ]

    def words(self, text: Any) -> str:
        """Make a node's own words fit to be shown: short, in one line, without our keys."""
        shown = str(text)
        for secret in self._secrets:
            shown = shown.replace(secret, "…")
        shown = " ".join("".join(c if c.isprintable() else " " for c in shown).split())
        return shown if len(shown) <= 300 else shown[:280] + "…"

    def close(self) -> None:
        """Close the connections that are open."""
        self._transport.close()

    def __repr__(self) -> str:
        return f"<{self.label}>"

    __str__ = __repr__

    def _post(self, payload: Any, what: str) -> _Reply | Fault:
        """Exchange JSON; a failure of the exchange is a :class:`Fault`."""
        try:
            body = json.dumps(payload, cls=Web3JsonEncoder, separators=(",", ":"), allow_nan=False).encode()
        except (TypeError, ValueError) as error:
            raise UsageError(f"the parameters of {what} cannot be sent: {error}") from None
        try:
            response = self._transport.post(body)
        except TooLarge as error:
            return Fault(TooMuch(0, str(error), node=self.label), Action.NEXT, whole=True)
        except TransportError as error:
            return Fault(Unreachable(str(error), node=self.label), Action.RETRY, whole=True)
        try:
            answer = json.loads(
                nesting.checked(response.body).decode(),
                parse_constant=_no_constant,
                object_pairs_hook=_members,
            )
        except (ValueError, RecursionError):
            if 200 <= response.status < 300:
                return self._bad("an answer that is no JSON", whole=True)
            return self._failed(response, response.body[:300].decode(errors="replace"))
        reply = _Reply(answer, response)
        return (
            reply if 200 <= response.status < 300 or reply.refusals else self._failed(response, _said(answer))
        )

    def _by_id(self, reply: _Reply, numbers: set[int]) -> dict[int, Any] | Fault:
        """Sort a batch's answers by id; one that nobody asked for shows that the node mixes things up."""
        answer = reply.answer
        if isinstance(answer, dict) and answer.get("error") is not None:
            return replace(self._refused(reply, answer["error"], ""), whole=True)
        if not isinstance(answer, list):
            return self._bad("an answer to a batch that is no list", whole=True)
        found: dict[int, Any] = {}
        for item in answer:
            number = item.get("id") if isinstance(item, dict) else None
            if type(number) is not int or number not in numbers:
                return self._bad(
                    f"an answer with the id {self.words(repr(number))}, which nobody asked", whole=True
                )
            if number in found:
                return self._bad(f"two answers with the id {number}", whole=True)
            found[number] = item
        return found

    def _read(self, reply: _Reply, answer: Any, number: int, method: str) -> Any:
        """Take the result out of an answer to the request of this number."""
        if not isinstance(answer, dict):
            return self._bad("an answer that is no object")
        identity, error = answer.get("id"), answer.get("error")
        if (type(identity) is not int or identity != number) and not (identity is None and error is not None):
            return self._bad(f"an answer with the id {self.words(repr(identity))} to the request {number}")
        if error is not None:
            if answer.get("result") is not None:
                return self._bad("an answer with both a result and an error")
            return self._refused(reply, error, method)
        if "result" not in answer:
            return self._bad("an answer with neither a result nor an error")
        return answer["result"]

    def _refused(self, reply: _Reply, error: Any, method: str) -> Fault:
        status, wait = reply.response.status, reply.response.retry_after
        return fault_of_error(method, error, self.label, self.words, status=status, wait=wait)

    def _failed(self, response: Response, text: str) -> Fault:
        return fault_of_status(response.status, text, response.retry_after, self.label, self.words)

    def _bad(self, what: str, *, whole: bool = False) -> Fault:
        return Fault(BadAnswer(what, node=self.label), Action.RETRY, whole=whole)


class _Reply(NamedTuple):
    """JSON, and what it came in."""

    answer: Any
    response: Response

    @property
    def refusals(self) -> bool:
        """Whether it consists of JSON-RPC's errors: all that an HTTP status of failure may carry."""
        items = self.answer if isinstance(self.answer, list) else [self.answer]
        return bool(items) and all(
            isinstance(item, dict) and isinstance(item.get("error"), dict) and "code" in item["error"]
            for item in items
        )


def label(url: str, position: int) -> str:
    """Name a node without its key: its position and the end of its host's name."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if not host or parts.scheme not in ("http", "https"):
        raise UsageError(f"the address of node {position} is none: write it as in  http://127.0.0.1:8545")
    end = ".".join(host.rstrip(".").split(".")[-2:])
    if _is_local(host):
        end = f"[{host}]" if ":" in host else host
        end += f":{port or {'http': 80, 'https': 443}[parts.scheme]}"
    return f"node {position} ({end})"


def _is_local(host: str) -> bool:
    """Whether the name is an address, or one without dots."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return "." not in host.rstrip(".")
    return True


def _secrets(url: str, headers: Mapping[str, str]) -> tuple[str, ...]:
    """Whatever of an address may be a key, longest first."""
    parts = urlsplit(url)
    found = [url, parts.netloc, parts.username, parts.password, parts.path, parts.query, *headers.values()]
    found += [word for value in headers.values() for word in value.split()]
    found += re.split(r"[/.]", parts.path) + [value for _, value in parse_qsl(parts.query)]
    found += (parts.hostname or "").split(".")[:-2]
    found += [unquote(one) for one in found if one]
    return tuple(sorted({one for one in found if one and len(one) >= 6}, key=len, reverse=True))


def _request(number: int, method: str, params: Sequence[Any]) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params or []}


def _raised(answer: Any) -> Any:
    if isinstance(answer, Fault):
        raise answer.error
    return answer


def _said(answer: Any) -> str:
    """What a body says that is JSON, but no answer."""
    error = answer.get("error", answer) if isinstance(answer, dict) else answer
    text = error.get("message") if isinstance(error, dict) else error
    return text if isinstance(text, str) else ""


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _members(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    pairs = list(pairs)
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member twice")
    return members
