"""The registry of faults: each has a name, says what it does, and what a careful client makes of it."""

from __future__ import annotations

import difflib
import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Any

from vmargin.chain.faults.exchange import Exchange, Reply
from vmargin.errors import UsageError


class Effect(Enum):
    """What the best of clients can make of a node that has this fault."""

    HARMLESS = "harmless"
    """Strange or unkind, but not wrong: the right value can still be had from this node."""
    NOTICEABLE = "noticeable"
    """No right value comes from this node, and its answers show that: another node, or an error."""
    CREDIBLE = "credible"
    """The answers are well formed and wrong: only a proof or a second opinion shows it."""


@dataclass(frozen=True)
class Fault:
    """A way to misbehave."""

    name: str
    group: str
    """The module that it is in: what part of an answer it falsifies."""
    effect: Effect
    methods: tuple[str, ...]
    """The methods that it strikes unless others are named; all methods if there are none."""
    act: Callable[..., None]
    """Called with the exchange and the options."""
    options: Mapping[str, inspect.Parameter]
    description: str

    @property
    def usage(self) -> tuple[str, ...]:
        """Its options, as they are written."""
        return tuple(
            name if option.default is option.empty else f"{name}={option.default!r}"
            for name, option in self.options.items()
        )

    @property
    def part(self) -> str:
        """What of an answer the fault is in, in words: the first of its module's."""
        documentation = inspect.getdoc(sys.modules[f"{__package__}.{self.group}"]) or ""
        return documentation.partition(":")[0]

    @property
    def summary(self) -> str:
        """First paragraph of the description."""
        return " ".join(self.description.partition("\n\n")[0].split())


_FAULTS: dict[str, Fault] = {}
FAULTS: Mapping[str, Fault] = MappingProxyType(_FAULTS)
"""By name, every fault there is."""


def fault_named(name: str) -> Fault:
    """Find a fault."""
    try:
        return FAULTS[name]
    except KeyError:
        alike = difflib.get_close_matches(name, FAULTS, n=3) or sorted(FAULTS)
        raise UsageError(f"there is no fault {name!r}: is it {' or '.join(alike)}?") from None


Change = Callable[..., Any]


def on_exchange(effect: Effect, *methods: str) -> Callable[[Change], Change]:
    """Register a function of an exchange as a fault."""

    def register(function: Change) -> Change:
        _register(function, function, 1, effect, methods)
        return function

    return register


def on_reply(effect: Effect, *methods: str) -> Callable[[Change], Change]:
    """Register a function of a reply and its request, called for every request that is struck."""

    def register(function: Change) -> Change:
        def act(exchange: Exchange, **options: Any) -> None:
            for position in exchange.hits:
                function(exchange.reply(position), exchange.requests[position], **options)

        _register(function, act, 2, effect, methods)
        return function

    return register


def on_result(effect: Effect, *methods: str) -> Callable[[Change], Change]:
    """Register a function from a result and its request to another result; errors stay as they are."""

    def register(function: Change) -> Change:
        def act(exchange: Exchange, **options: Any) -> None:
            for position in exchange.hits:
                reply = exchange.reply(position)
                if reply.get("result") is not None:
                    reply["result"] = function(reply["result"], exchange.requests[position], **options)

        _register(function, act, 2, effect, methods)
        return function

    return register


def fail(reply: Reply, code: int, message: str, data: Any = None) -> None:
    """Turn a reply into an error."""
    reply.pop("result", None)
    reply["error"] = {"code": code, "message": message} | ({} if data is None else {"data": data})


def _register(
    function: Change, act: Callable[..., None], given: int, effect: Effect, methods: tuple[str, ...]
) -> None:
    name = function.__name__
    description = inspect.getdoc(function)
    assert description and name not in _FAULTS, name
    options = dict(list(inspect.signature(function).parameters.items())[given:])
    group = function.__module__.rpartition(".")[2]
    _FAULTS[name] = Fault(name, group, effect, methods, act, MappingProxyType(options), description)
