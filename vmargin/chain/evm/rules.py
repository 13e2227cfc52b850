"""The modules of the specification that hold a fork's rules: our copy, with one function made faster."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import fields
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from threading import Lock
from typing import Any

from vmargin.chain.evm.opcodes import jump_destinations
from vmargin.chain.forks import Fork
from vmargin.errors import MissingExtra

_loaded: dict[str, Rules] = {}
_loading = Lock()
_DEEPEST = 12_288
"""Frames that the specification needs for 1,024 calls within calls.

It imports py_ecc, which allows 100,000 for the whole process, more than the stack has room for: nested JSON
would end it.
"""


def rules_of(fork: Fork) -> Rules:
    """Load the modules of a fork, once."""
    with _loading:
        if fork.name not in _loaded:
            before = sys.getrecursionlimit()
            _loaded[fork.name] = Rules(fork)
            sys.setrecursionlimit(max(before, _DEEPEST))
        return _loaded[fork.name]


class Rules:
    """A fork's modules; those of all forks are laid out alike."""

    def __init__(self, fork: Fork) -> None:
        try:
            from ethereum_types import bytes as data
            from ethereum_types import numeric

            package = _copy(f"ethereum.forks.{fork.name}", f"_vmargin_{fork.name}")
        except ImportError:
            raise MissingExtra("ethereum-execution", "proven", "running calls on proven state") from None
        self.fork = fork
        self.data: Any = data
        self.numeric: Any = numeric
        self.vm = _module(package, "vm")
        self.interpreter = _module(package, "vm.interpreter")
        self.interpreter.get_valid_jump_destinations = _jumps(numeric.Uint)
        self.state = _module(package, "state")
        self.trie = _module(package, "trie")
        self.types = _module(package, "fork_types")
        self.prepare_message = _module(package, "utils.message").prepare_message
        transactions = _module(package, "transactions")
        self.transaction: Any = getattr(transactions, "LegacyTransaction", None) or transactions.Transaction

    def record(self, kind: Any, **values: Any) -> Any:
        """Make one of the specification's records, which have grown from fork to fork."""
        return kind(**{field.name: values[field.name] for field in fields(kind)})


def _module(package: str, name: str) -> Any:
    return import_module(f"{package}.{name}")


def _copy(package: str, name: str) -> str:
    """Load a package again under a name of ours, so that what is changed in it changes nothing elsewhere."""
    found = find_spec(package)
    if found is None or found.origin is None:
        raise ImportError(package)
    spec = spec_from_file_location(
        name, found.origin, submodule_search_locations=found.submodule_search_locations
    )
    if spec is None or spec.loader is None:
        raise ImportError(package)
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return name


def _jumps(integer: Any) -> Callable[[bytes], frozenset[Any]]:
    """Find where jumps may land once for each code; the specification does so in every frame."""

    @lru_cache(maxsize=256)
    def destinations(code: bytes) -> frozenset[Any]:
        return frozenset(map(integer, jump_destinations(code)))

    return destinations
