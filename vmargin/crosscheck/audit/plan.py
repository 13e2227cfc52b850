"""What an audit is to check: read from a file of TOML, or made of the options of a command."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path, PurePath
from typing import Any

from vmargin.errors import UsageError
from vmargin.solidity.abi import Function

CASES = 100_000
ROUNDING_CASES = 10_000


@dataclass(frozen=True)
class FunctionPlan:
    """A mirror and the contract's function that it is to be held against."""

    mirror: str
    """``package.module:function`` or ``path/to/file.py:function``."""
    signature: str
    artifact: str | None = None
    """Path of the compiled contract."""
    address: str | None = None
    """Where it is on the chain; the artifact is then of use for its names and source lines."""
    name: str = ""
    constructor: str = ""
    """Arguments to deploy with: ``0xab…, 5``."""
    errors: tuple[str, ...] = ()
    """Custom errors that the ABI lacks."""
    sources: tuple[str, ...] = ()
    """Folders that hold the Solidity sources; by default those around the artifact."""
    favours: Mapping[str, str] | str | None = None
    """Who gains where the result is larger, ``protocol`` or ``account``."""
    bound: Mapping[str, Fraction] | Fraction | None = None
    """How far off the exact value a result may be, in units of its last digit."""


@dataclass(frozen=True)
class ProtocolPlan:
    """Accounts of a deployed protocol."""

    name: str
    deployment: str | None = None
    """Path of a deployment file; else `address` is of the contract that says where the others are."""
    address: str | None = None
    accounts: tuple[str, ...] | None = None
    """None for all that there are."""
    artifacts: tuple[str, ...] = ()
    """Folders that hold what its contracts were compiled to."""
    sources: tuple[str, ...] = ()
    """Folders that hold their sources; by default those around the artifacts."""
    located: int = 1
    """For how many accounts that differ, from the first, it is asked where they part."""
    flip_accounts: int = 5
    """For how many accounts, from the first, it is asked where their verdict changes."""
    price_range: Fraction = Fraction(1, 5)
    """How far each price is moved for that, up and down."""
    days: int = 30
    """How far time is."""


@dataclass(frozen=True)
class ChainPlan:
    """Which block is read, and whom one believes; not which node is asked, whose address may be a secret."""

    chain_id: int | None = None
    block: str | None = None
    proven: bool = False
    anchor: str | None = None
    fork: str | None = None

    @property
    def secret(self) -> bool:
        """Whether the anchor is an address, which may hold a key: it is written down nowhere."""
        return self.anchor is not None and self.anchor.startswith("verified-rpc:")


@dataclass(frozen=True)
class Plan:
    """All that an audit does."""

    title: str
    seed: str = "0"
    cases: int = CASES
    """For each function."""
    rounding_cases: int = ROUNDING_CASES
    functions: tuple[FunctionPlan, ...] = ()
    protocol: ProtocolPlan | None = None
    chain: ChainPlan = field(default_factory=ChainPlan)
    folder: Path = field(default_factory=Path)
    """To which the paths are relative."""

    def __post_init__(self) -> None:
        if not self.functions and self.protocol is None:
            raise UsageError(f"the plan {self.title!r} names nothing to compare: a function or a protocol")
        if self.cases < 1 or self.rounding_cases < 1:
            raise UsageError(f"cases = {self.cases}, rounding_cases = {self.rounding_cases}: 1 at least")

    @property
    def reads_a_chain(self) -> bool:
        """Whether there is anything to ask a node."""
        return self.protocol is not None or any(f.address for f in self.functions)

    def path(self, text: str) -> Path:
        """Where a file of the plan is."""
        return self.folder / text

    @property
    def files(self) -> list[Path]:
        """Every file and folder that it names."""
        texts = [*(text for one in self.functions for text in (one.artifact, *one.sources))]
        texts += [str(file) for one in self.functions if (file := file_of(one.mirror)) is not None]
        if self.protocol is not None:
            texts += [self.protocol.deployment, *self.protocol.artifacts, *self.protocol.sources]
        return [self.path(text) for text in texts if text is not None]

    @classmethod
    def load(cls, path: Path) -> Plan:
        """Read a plan, or say what is wrong in it and where."""
        try:
            given = tomllib.loads(path.read_text())
        except FileNotFoundError:
            raise UsageError(f"there is no plan {path}") from None
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise UsageError(f"{path} is no plan: {error}") from None
        return cls.read(given, str(path), path.parent, path.stem)

    @classmethod
    def read(cls, given: Mapping[str, Any], where: str, folder: Path, title: str) -> Plan:
        """Read what a plan's file holds; its paths are relative to `folder`."""
        table = _Table(given, where)
        functions = [_function(_Table(t, f"{where}: function")) for t in table.tables("function")]
        protocol = table.table("protocol")
        chain = table.table("chain")
        plan = cls(
            title=table.text("title") or title,
            seed=str(table.take("seed", (str, int), "0")),
            cases=table.number("cases", CASES),
            rounding_cases=table.number("rounding_cases", ROUNDING_CASES),
            functions=named(functions),
            protocol=_protocol(_Table(protocol, f"{where}: protocol")) if protocol is not None else None,
            chain=_chain(_Table(chain, f"{where}: chain")) if chain is not None else ChainPlan(),
            folder=folder,
        )
        table.end()
        return plan


class _Table:
    """A table of the file, of which every key must be known."""

    def __init__(self, given: Mapping[str, Any], where: str) -> None:
        self._given = dict(given)
        self.where = where

    def take(self, key: str, kinds: type | tuple[type, ...], otherwise: Any = None) -> Any:
        value = self._given.pop(key, otherwise)
        if value is not otherwise and (
            not isinstance(value, kinds) or (isinstance(value, bool) and kinds is int)
        ):
            wanted = kinds if isinstance(kinds, tuple) else (kinds,)
            raise UsageError(
                f"{self.where}: `{key}` is {value!r}: it takes {' or '.join(k.__name__ for k in wanted)}"
            )
        return value

    def text(self, key: str) -> str | None:
        found: str | None = self.take(key, str)
        return found

    def required(self, key: str) -> str:
        found = self.text(key)
        if not found:
            raise UsageError(f"{self.where}: `{key}` is missing")
        return found

    def number(self, key: str, otherwise: int) -> int:
        found: int = self.take(key, int, otherwise)
        return found

    def texts(self, key: str) -> tuple[str, ...] | None:
        found = self.take(key, list)
        return (
            None
            if found is None
            else tuple(str(item).lower() if item in (True, False) else str(item) for item in found)
        )

    def table(self, key: str) -> Mapping[str, Any] | None:
        found: Mapping[str, Any] | None = self.take(key, dict)
        return found

    def tables(self, key: str) -> list[Mapping[str, Any]]:
        found = self.take(key, list, [])
        if not all(isinstance(item, dict) for item in found):
            raise UsageError(f"{self.where}: `{key}` takes tables: write [[{key}]]")
        return list(found)

    def end(self) -> None:
        if self._given:
            raise UsageError(f"{self.where}: {', '.join(sorted(self._given))}: no part of a plan")


def _function(table: _Table) -> FunctionPlan:
    plan = FunctionPlan(
        mirror=table.required("mirror"),
        signature=table.required("signature"),
        artifact=table.text("artifact"),
        address=table.text("address"),
        name=table.text("name") or "",
        constructor=table.text("constructor") or "",
        errors=table.texts("errors") or (),
        sources=table.texts("sources") or (),
        favours=table.take("favours", (str, dict)),
        bound=_bound(table.take("bound", (str, int, dict)), table.where),
    )
    table.end()
    if plan.artifact is None and plan.address is None:
        raise UsageError(f"{table.where} {plan.signature}: name its `artifact`, or its `address` on a chain")
    if plan.address is not None and plan.constructor:
        raise UsageError(f"{table.where} {plan.signature}: what is at an address takes no `constructor`")
    return plan


def _bound(given: Any, where: str) -> Mapping[str, Fraction] | Fraction | None:
    if given is None:
        return None
    if isinstance(given, dict):
        return {name: _fraction(value, where) for name, value in given.items()}
    return _fraction(given, where)


def _fraction(value: Any, where: str, key: str = "bound") -> Fraction:
    try:
        found = Fraction(value)
    except (ValueError, TypeError, ZeroDivisionError):
        raise UsageError(f'{where}: `{key}` is {value!r}: it takes a number, as in 1 or "3/2"') from None
    if isinstance(value, float) or found < 0:
        raise UsageError(f'{where}: `{key}` is {value!r}: it takes a number of at least 0, as in 1 or "3/2"')
    return found


def _protocol(table: _Table) -> ProtocolPlan:
    everything = table.take("all", bool, False)
    plan = ProtocolPlan(
        table.required("name"),
        table.text("deployment"),
        table.text("address"),
        table.texts("accounts"),
        table.texts("artifacts") or (),
        table.texts("sources") or (),
        table.number("located", ProtocolPlan.located),
        table.number("flip_accounts", ProtocolPlan.flip_accounts),
        _fraction(
            table.take("price_range", (str, int), ProtocolPlan.price_range), table.where, "price_range"
        ),
        table.number("days", ProtocolPlan.days),
    )
    table.end()
    if (plan.deployment is None) == (plan.address is None):
        raise UsageError(f"{table.where}: name its `deployment` or an `address`, one of them")
    if bool(plan.accounts) == everything:
        raise UsageError(f"{table.where}: name `accounts`, or write  all = true")
    return plan


def _chain(table: _Table) -> ChainPlan:
    block = table.take("block", (str, int))
    plan = ChainPlan(
        chain_id=table.take("chain_id", int),
        block=None if block is None else str(block),
        proven=table.take("proven", bool, False),
        anchor=table.text("anchor"),
        fork=table.text("fork"),
    )
    table.end()
    return plan


def named(functions: list[FunctionPlan]) -> tuple[FunctionPlan, ...]:
    """Give every function a name of its own: that of the contract's, with a number where it is not alone."""
    from dataclasses import replace

    seen: dict[str, int] = {}
    found = []
    for plan in functions:
        name = plan.name or plan.signature.partition("(")[0].strip()
        seen[name] = seen.get(name, 0) + 1
        found.append(replace(plan, name=name if seen[name] == 1 else f"{name} {seen[name]}"))
    return tuple(found)


def require_outputs(signature: str) -> None:
    """See that a signature says what is returned: of a function at an address nothing else does."""
    if not Function.parse(signature).outputs:
        raise UsageError(
            f"{signature!r} does not say what it returns: write it as in  balanceOf(address)(uint256)"
        )


def file_of(mirror: str) -> PurePath | None:
    """The file of a mirror that is named by one."""
    where = mirror.rpartition(":")[0]
    return PurePath(where) if where.endswith(".py") else None
