"""A plugin for pytest: one mutant stands in for its module, and the tests that could notice are run."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Iterator, Sequence
from typing import Any

import hypothesis
import pytest

from tests.differential.library import Library
from tests.mutation.mutants import MIRRORS, Mutant, named
from vmargin.solidity.kernel import Kernel

MUTANT = pytest.StashKey[Mutant]()


class Planter(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports the mutant under its module's name."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        return importlib.util.spec_from_loader(name, self) if name == self.mutant.module else None

    def exec_module(self, module: types.ModuleType) -> None:
        self.mutant.plant(module)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--mutant", required=True, help="the name of a mutant")


def pytest_configure(config: pytest.Config) -> None:
    mutant = config.stash[MUTANT] = named(config.getoption("--mutant"))
    for name in [name for name in sys.modules if name.startswith(MIRRORS)]:
        del sys.modules[name]  # imported to find the mutant
    sys.meta_path.insert(0, Planter(mutant))
    Library.native = False
    hypothesis.settings.register_profile("mutant", derandomize=True, database=None)
    hypothesis.settings.load_profile("mutant")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put first the tests of the changed kernel, then those of its callers; drop those of others."""
    concerned = _concerned(config.stash[MUTANT])
    ranks: dict[pytest.Item, int] = {}
    for item in items:
        values = item.callspec.params.values() if hasattr(item, "callspec") else ()
        functions = [value for value in values if isinstance(value, str)]
        known = [concerned.index(name) for name in functions if name in concerned]
        if known or not functions:
            ranks[item] = min(known, default=len(concerned))
    config.hook.pytest_deselected(items=[item for item in items if item not in ranks])
    items[:] = sorted(ranks, key=lambda item: ranks[item])


def _concerned(mutant: Mutant) -> list[str]:
    """The names, in mirrors and vectors, of the functions that come to what is changed; the nearest first."""
    from vmargin.crosscheck.derive_math import FUNCTIONS

    changed = vars(importlib.import_module(mutant.module))[mutant.owner]
    found = {
        name: len(kernel.reachable())
        for name, kernel in (*_kernels(), *FUNCTIONS.items())
        if any(_uses(each, changed) for each in kernel.reachable())
    }
    return sorted(found, key=lambda name: found[name])


def _uses(kernel: Kernel[..., Any], changed: object) -> bool:
    named_values = (kernel.body.__globals__.get(name) for name in kernel.body.__code__.co_names)
    return kernel is changed or any(value is changed for value in named_values)


def _kernels() -> Iterator[tuple[str, Kernel[..., Any]]]:
    for name in [name for name in sys.modules if name.startswith(MIRRORS)]:
        for value in vars(sys.modules[name]).values():
            if isinstance(value, Kernel):
                yield value.body.__name__, value
