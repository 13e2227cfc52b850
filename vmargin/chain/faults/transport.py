"""Transport: connections that fail, HTTP statuses, answers that come late or never."""

from __future__ import annotations

import email.utils
import time

from vmargin.chain.faults.exchange import Delivery, Exchange
from vmargin.chain.faults.registry import Effect, on_exchange


@on_exchange(Effect.NOTICEABLE)
def refused(exchange: Exchange) -> None:
    """Refuse every connection, until the fault is cleared.

    With `after`, the first POST that is struck is reset, and connections are refused from then on; since a
    refused connection asks nothing, `methods`, `where` and `times` choose only that POST.
    """
    exchange.delivery = Delivery.RESET
    exchange.deaf = True


@on_exchange(Effect.NOTICEABLE)
def reset(exchange: Exchange) -> None:
    """Reset the connection instead of answering."""
    exchange.delivery = Delivery.RESET


@on_exchange(Effect.NOTICEABLE)
def cut(exchange: Exchange) -> None:
    """End the connection after half of the body that was announced."""
    exchange.delivery = Delivery.CUT


@on_exchange(Effect.NOTICEABLE)
def slow(exchange: Exchange, seconds: float = 60.0) -> None:
    """Answer rightly, but only after so many seconds."""
    exchange.over.wait(seconds)


@on_exchange(Effect.NOTICEABLE)
def slow_drip(exchange: Exchange, pause: float = 0.05) -> None:
    """Send the body byte by byte: each is in time, the whole never is."""
    exchange.delivery, exchange.pause = Delivery.DRIP_BODY, pause


@on_exchange(Effect.NOTICEABLE)
def slow_drip_of_headers(exchange: Exchange, pause: float = 0.05) -> None:
    """Send everything byte by byte, HTTP's own headers included."""
    exchange.delivery, exchange.pause = Delivery.DRIP, pause


def _status(exchange: Exchange, status: int, text: str, **headers: str) -> None:
    exchange.status = status
    exchange.headers = {"Content-Type": "text/plain"} | {k.replace("_", "-"): v for k, v in headers.items()}
    exchange.body = text.encode()


@on_exchange(Effect.NOTICEABLE)
def http_429(exchange: Exchange) -> None:
    """Answer "too many requests" and do not say for how long."""
    _status(exchange, 429, "Too Many Requests")


@on_exchange(Effect.NOTICEABLE)
def http_429_with_retry_after(exchange: Exchange, seconds: float = 1) -> None:
    """Answer "too many requests" with a `Retry-After` in seconds."""
    _status(exchange, 429, "Too Many Requests", Retry_After=str(seconds))


@on_exchange(Effect.NOTICEABLE)
def http_429_with_a_date(exchange: Exchange, seconds: float = 1) -> None:
    """Answer "too many requests" with a `Retry-After` that is a date, which HTTP also allows."""
    date = email.utils.formatdate(time.time() + seconds, usegmt=True)
    _status(exchange, 429, "Too Many Requests", Retry_After=date)


@on_exchange(Effect.NOTICEABLE)
def http_429_with_nonsense(exchange: Exchange) -> None:
    """Answer "too many requests" with a `Retry-After` that is neither seconds nor a date."""
    _status(exchange, 429, "Too Many Requests", Retry_After="later, -1 or so")


@on_exchange(Effect.HARMLESS)
def http_413(exchange: Exchange, size: int = 10) -> None:
    """Answer "payload too large" to a batch of more requests than `size`."""
    if len(exchange.requests) > size:
        _status(exchange, 413, "Payload Too Large")


@on_exchange(Effect.NOTICEABLE)
def http_500(exchange: Exchange) -> None:
    """Answer "internal server error"."""
    _status(exchange, 500, "Internal Server Error")


@on_exchange(Effect.NOTICEABLE)
def http_502(exchange: Exchange) -> None:
    """Answer "bad gateway", as a load balancer does whose node has gone."""
    _status(exchange, 502, "Bad Gateway")


@on_exchange(Effect.NOTICEABLE)
def http_503(exchange: Exchange) -> None:
    """Answer "service unavailable"."""
    _status(exchange, 503, "Service Unavailable")


@on_exchange(Effect.NOTICEABLE)
def http_401(exchange: Exchange) -> None:
    """Answer "unauthorized", and repeat the path, which often holds a key."""
    _status(exchange, 401, "Unauthorized: /v3/0123456789abcdef is no key of ours")


@on_exchange(Effect.NOTICEABLE)
def http_redirect(exchange: Exchange) -> None:
    """Redirect to the same place, for ever."""
    _status(exchange, 307, "Temporary Redirect", Location="/")
