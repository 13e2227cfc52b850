"""What a node may do to an exchange, and that none of it passes for an answer."""

from __future__ import annotations

import email.utils
import gzip
import json
import logging
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.chain.raw_server import RawServer, Reply, answer, http, ok, refusal
from vmargin.chain.errors import BadAnswer, RateLimited, Refused, TooMuch, Unavailable, Unreachable
from vmargin.chain.rpc import transport
from vmargin.chain.rpc.classify import Action, Fault
from vmargin.chain.rpc.provider import StrictProvider, label
from vmargin.errors import UsageError

TWO = [("eth_a", []), ("eth_b", [])]


@contextmanager
def provider(reply: Callable[[Any], Reply], **options: Any) -> Iterator[StrictProvider]:
    with RawServer(reply) as server:
        provider = StrictProvider(server.url, **options)
        try:
            yield provider
        finally:
            provider.close()


def test_a_plain_answer() -> None:
    with provider(lambda asked: ok(answer(asked, asked["params"]))) as node:
        assert node.ask("eth_a", [1, "0x", None]) == [1, "0x", None]
        assert node.make_request("eth_a", [2])["result"] == [2]  # type: ignore[arg-type]


def test_null_is_a_result() -> None:
    with provider(lambda asked: ok(answer(asked, None) | {"error": None})) as node:
        assert node.ask("eth_a", []) is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda a: a | {"id": a["id"] + 1},
        lambda a: a | {"id": str(a["id"])},
        lambda a: a | {"id": float(a["id"])},
        lambda a: a | {"id": True},
        lambda a: a | {"id": None},
        lambda a: {"jsonrpc": "2.0", "result": "0x1"},
        lambda a: {"jsonrpc": "2.0", "id": a["id"]},
        lambda a: a | {"error": {"code": 3, "message": "execution reverted"}},
        lambda a: [a],
        lambda a: [],
        lambda a: "0x1",
        lambda a: None,
        lambda a: {
            "jsonrpc": "2.0",
            "id": a["id"] + 1,
            "error": {"code": 3, "message": "execution reverted"},
        },
        lambda a: {"jsonrpc": "2.0", "id": a["id"], "error": [3]},
    ],
)
def test_answers_that_are_none(spoil: Callable[[Any], Any]) -> None:
    with provider(lambda asked: ok(spoil(answer(asked, "0x1")))) as node:
        fault = node.ask("eth_call", [])
    assert isinstance(fault, Fault) and isinstance(fault.error, BadAnswer) and fault.action is Action.RETRY


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b'{"jsonrpc":"2.0","id":1,"result":NaN}',
        b'{"jsonrpc":"2.0","id":1,"result":-Infinity}',
        b'{"jsonrpc":"2.0","id":1,"result":"0x1","result":"0x2"}',
        b'{"jsonrpc":"2.0","id":1,"result":{"a":1,"a":1}}',
        b'{"jsonrpc":"2.0","id":1,"result":"0x1"',
        b'{"jsonrpc":"2.0","id":1,"result":"0x1"}{}',
        b"{'id':1}",
        b"<html>Welcome</html>",
        b'\xef\xbb\xbf{"jsonrpc":"2.0","id":1,"result":"0x1"}',
        b'{"jsonrpc":"2.0","id":1,"result":"\xff"}',
        '{"jsonrpc":"2.0","id":1,"result":"0x1"}'.encode("utf-16"),
        b'{"jsonrpc":"2.0","id":1,"result":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"jsonrpc":"2.0","id":1,"result":' + b"9" * 10_000 + b"}",
    ],
)
def test_bodies_that_are_no_json(body: bytes) -> None:
    with provider(lambda _: http(body)) as node:
        fault = node.ask("eth_a", [])
    assert isinstance(fault.error, BadAnswer) and "JSON" in str(fault.error)


def both(asked: Any) -> list[dict[str, Any]]:
    return [answer(one, one["method"]) for one in asked]


def test_batches() -> None:
    with provider(lambda asked: ok(both(asked)[::-1])) as node:
        assert node.ask_many(TWO) == ["eth_a", "eth_b"]
        assert [a["result"] for a in node.make_batch_request(TWO)] == ["eth_a", "eth_b"]  # type: ignore[arg-type]


def test_an_error_within_a_batch_is_of_its_request() -> None:
    with provider(
        lambda asked: ok([answer(asked[0], 1), refusal(asked[1], -32000, "header not found")])
    ) as node:
        one, other = node.ask_many(TWO)
        assert one == 1 and isinstance(other.error, Unavailable) and not other.whole
        with pytest.raises(Unavailable, match="header not found"):
            node.make_batch_request(TWO)  # type: ignore[arg-type]


def test_a_short_batch_lacks_what_it_lacks() -> None:
    with provider(lambda asked: ok(both(asked)[1:])) as node:
        one, other = node.ask_many(TWO)
    assert isinstance(one.error, BadAnswer) and one.whole
    assert other == "eth_b"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda a: [a[0], a[0]],
        lambda a: [*a, a[0]],
        lambda a: [*a, a[0] | {"id": 99}],
        lambda a: [a[0] | {"id": a[1]["id"] + 1}, a[1]],
        lambda a: [a[0] | {"id": True}, a[1]],
        lambda a: [a[0], None],
        lambda a: a[0],
        lambda a: {"0": a[0], "1": a[1]},
        lambda a: None,
    ],
)
def test_batches_that_are_none(spoil: Callable[[Any], Any]) -> None:
    with provider(lambda asked: ok(spoil(both(asked)))) as node:
        for fault in node.ask_many(TWO):
            assert isinstance(fault.error, BadAnswer) and fault.whole


def test_a_refused_batch() -> None:
    refused = {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "batch too large"}}
    with provider(lambda _: ok(refused)) as node:
        for fault in node.ask_many(TWO):
            assert isinstance(fault.error, TooMuch) and fault.whole


@pytest.mark.parametrize(
    ("status", "body", "kind", "says"),
    [
        (429, b"", RateLimited, "HTTP 429"),
        (429, b'{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"no"}}', RateLimited, "no"),
        (503, b"<html>", Unreachable, "HTTP 503"),
        (500, b'{"jsonrpc":"2.0","id":1,"result":"0x1"}', Unreachable, "HTTP 500"),
        (
            500,
            b'{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"header not found"}}',
            Unavailable,
            "header",
        ),
        (413, b"", TooMuch, "413"),
        (400, b'{"message":"no such network"}', Refused, "no such network"),
        (401, b'{"error":"invalid project id"}', Unreachable, "invalid project id; check the key"),
        (404, b"<html>", Unreachable, "check the path"),
        (301, b"", Unreachable, "redirects"),
    ],
)
def test_http_statuses(status: int, body: bytes, kind: type[Exception], says: str) -> None:
    with provider(lambda _: http(body, status, {"Location": "http://127.0.0.1:1/"})) as node:
        fault = node.ask("eth_a", [])
    assert type(fault.error) is kind and says in str(fault.error)


def test_retry_after_in_seconds_and_as_a_date() -> None:
    dates = iter(["7", email.utils.formatdate(time.time() + 100, usegmt=True), "soon", "-5"])
    with provider(lambda _: http(b"", 429, {"Retry-After": next(dates)})) as node:
        waits = [node.ask("eth_a", []).wait for _ in range(4)]
    assert waits[0] == 7.0 and 50 < waits[1] <= 100 and waits[2:] == [None, None]


def test_a_reset_and_a_body_cut_short() -> None:
    cut = http(b'{"jsonrpc":"2.0"', headers={"Content-Length": "100", "Connection": "close"})
    for reply, says in ((None, "reset|closed"), (cut, "within the answer")):
        with provider(lambda _, reply=reply: reply) as node:
            fault = node.ask("eth_a", [])
        assert isinstance(fault.error, Unreachable) and fault.action is Action.RETRY
        with pytest.raises(Unreachable, match=says):
            raise fault.error


def dripping(head: bytes, body: bytes) -> Iterator[bytes]:
    """A byte now and then: each comes in time, all of them do not."""
    yield head
    for at in range(len(body)):
        time.sleep(0.05)
        yield body[at : at + 1]


@pytest.mark.parametrize(
    "split",
    [
        lambda whole: (whole[:-10], whole[-10:]),
        lambda whole: (whole[:3], whole[3:13]),
        lambda whole: (whole.replace(b"Content-Length", b"X").partition(b"\r\n\r\n")[0], b"\r\n" * 5),
        lambda whole: (b"HTTP/1.1 200 Said\r\nTransfer-Encoding: chunked\r\n\r\n", b"1;aaaaaaaaaaaa"),
    ],
    ids=["body", "status", "headers", "chunk"],
)
def test_what_drips_is_cut_off(split: Callable[[bytes], tuple[bytes, bytes]]) -> None:
    whole = ok({"jsonrpc": "2.0", "id": 1, "result": "0x1"})
    with provider(lambda _: dripping(*split(whole)), timeout=0.2) as node:
        fault = node.ask("eth_a", [])
    assert isinstance(fault.error, Unreachable) and "within 0.2 s" in str(fault.error)


def test_a_body_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "MAX_BODY", 1 << 20)
    bomb = gzip.compress(bytes(4 << 20))
    zipped = http(bomb, headers={"Content-Encoding": "gzip"})

    def endless(_: Any) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 Said\r\n\r\n"
        while True:
            yield bytes(1 << 16)

    for reply in (endless, lambda _: zipped):
        with provider(reply) as node:
            fault = node.ask("eth_a", [])
        assert isinstance(fault.error, TooMuch)


def test_compressed_answers_are_read() -> None:
    def reply(asked: Any) -> bytes:
        body = gzip.compress(json.dumps(answer(asked, "0x1")).encode())
        return http(body, headers={"Content-Encoding": "gzip"})

    with provider(reply) as node:
        assert node.ask("eth_a", []) == "0x1"


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://mainnet.example.org/v3/0123456789abcdef", "node 1 (example.org)"),
        (
            "https://user:secretword@0123456789abcdef.rpc.example.org:8443/?key=0123456789abcdef",
            "node 1 (example.org)",
        ),
        ("http://localhost:8545", "node 1 (localhost:8545)"),
        ("http://geth:8545/", "node 1 (geth:8545)"),
        ("http://127.0.0.1/0123456789abcdef", "node 1 (127.0.0.1:80)"),
        ("https://[::1]:8545", "node 1 ([::1]:8545)"),
        ("https://example.org./x", "node 1 (example.org)"),
    ],
)
def test_labels(url: str, name: str) -> None:
    assert label(url, 1) == name


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org/0123456789abcdef",
        "ws://example.org/0123456789abcdef",
        "http://",
        "http://x:port/0123456789abcdef",
    ],
)
def test_addresses_that_are_none_are_not_shown(url: str) -> None:
    with pytest.raises(UsageError, match="address of node 3") as caught:
        label(url, 3)
    assert "0123456789abcdef" not in str(caught.value)


def test_no_key_is_ever_shown(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither in a message nor in a traceback nor in a log, even if the server repeats it."""
    caplog.set_level(logging.DEBUG)
    keys = ("0123456789abcdef", "secretword", "headersecret", "with/slash", "pass+word")
    path = "/v3/0123456789abcdef/pass%2Bword?key=with%2Fslash"
    texts = [f"invalid key {key}" for key in keys] + [f"no route {path}"]
    odd = b"HTTP/1.1 200 Said\r\nA b: c\r\nContent-Length: 2\r\n\r\n{}"
    replies = [
        *(ok({"id": None, "error": {"code": -32000, "message": text}}) for text in texts),
        *(http(text.encode(), 403) for text in texts),
        ok({"id": "0123456789abcdef", "result": 1}),
        http(b"0123456789abcdef"),
        odd,
        b"0123456789abcdef\r\n\r\n",
        None,
    ]
    remaining = iter(replies)
    errors = []
    with RawServer(lambda _: next(remaining)) as server:
        url = server.url.replace("http://", "http://user:secretword@") + path
        node = StrictProvider(url, headers={"X-Key": "Bearer headersecret"})
        for _ in replies:
            with pytest.raises(Exception) as caught:  # noqa: PT011
                node.make_request("eth_a", [])  # type: ignore[arg-type]
            errors.append(caught.value)
        node.close()
    errors.append(StrictProvider("http://user:secretword@127.0.0.1:1" + path).ask("eth_a", []).error)
    errors.append(StrictProvider("http://0123456789abcdef.rpc.invalid/").ask("eth_a", []).error)
    captured = capsys.readouterr()
    shown = "".join("".join(traceback.format_exception(error)) for error in errors)
    shown += repr(node) + str(node) + captured.out + captured.err
    shown += "".join(record.getMessage() for record in caplog.records)
    for key in (*keys, "with%2Fslash", "pass%2Bword"):
        assert key not in shown.replace("".join(traceback.format_stack()), "")
    assert "invalid key …" in shown


def test_words_of_a_node_fit_in_one_line() -> None:
    text = "one\ntwo\x1b[31m\ud800 " + "x" * 1000
    with provider(lambda asked: ok(refusal(asked, -32000, text))) as node:
        message = str(node.ask("eth_a", []).error)
    assert message.isprintable() and len(message) < 400 and "one two" in message


def test_threads_do_not_mix_up_answers() -> None:
    def run(at: int) -> None:
        for step in range(25):
            wrong.extend([] if node.ask("eth_a", [at, step]) == [at, step] else [(at, step)])

    wrong: list[Any] = []
    with provider(lambda asked: ok(answer(asked, asked["params"]))) as node:
        threads = [threading.Thread(target=run, args=(at,)) for at in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not wrong


def test_a_proxy_is_not_asked_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with provider(lambda asked: ok(answer(asked, 1))) as node:
        assert node.ask("eth_a", []) == 1
    away = StrictProvider("http://192.0.2.1:8545", timeout=5.0)
    assert "connection refused" in str(away.ask("eth_a", []).error)  # by the proxy
    away.close()


@pytest.mark.parametrize("value", [float("nan"), object(), {1: object()}])
def test_parameters_that_cannot_be_sent(value: Any) -> None:
    with (
        provider(lambda asked: ok(answer(asked, 1))) as node,
        pytest.raises(UsageError, match="eth_a cannot be sent"),
    ):
        node.ask("eth_a", [value])
