"""Where a protocol's contracts are: a TOML file with roles, addresses and code hashes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from vmargin.errors import UsageError, VmarginError

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}\Z")
_HASH = re.compile(r"0x[0-9a-f]{64}\Z")


class CodeChanged(VmarginError):
    """A contract's code is not the one that the deployment was written for."""


@dataclass(frozen=True)
class Place:
    """Where one contract is, and the hash of its code where it is known."""

    address: str
    code_hash: str | None = None
    implementation: str | None = None
    """Of a proxy (EIP-1967), whose code it runs."""


@dataclass(frozen=True)
class Deployment:
    """The contracts of one protocol on one chain, by role."""

    protocol: str
    chain_id: int
    contracts: Mapping[str, Place]
    first_block: int = 0
    extras: Mapping[str, Any] = field(default_factory=dict)

    def address(self, role: str) -> str:
        """Where the contract of a role is."""
        try:
            return self.contracts[role].address
        except KeyError:
            raise UsageError(
                f"the deployment of {self.protocol} on chain {self.chain_id} names no {role}: it has "
                + (", ".join(self.contracts) or "no contracts")
            ) from None

    def with_extras(self, extras: Mapping[str, Any]) -> Deployment:
        """The same with more that is good to know."""
        return replace(self, extras={**self.extras, **extras})

    @classmethod
    def load(cls, path: Path) -> Deployment:
        """Read a deployment file, or say what is wrong in it and where."""
        try:
            given = tomllib.loads(path.read_text())
        except FileNotFoundError:
            raise UsageError(f"there is no deployment file {path}") from None
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise UsageError(f"{path} is no deployment file: {error}") from None
        return cls.read(given, str(path))

    @classmethod
    def read(cls, given: Mapping[str, Any], where: str) -> Deployment:
        """Read the form that :meth:`to_toml` writes."""
        unknown = sorted(set(given) - {"protocol", "chain_id", "first_block", "contracts", "extras"})
        if unknown:
            raise UsageError(f"{where}: {', '.join(unknown)}: no part of a deployment file")
        protocol, chain_id = given.get("protocol"), given.get("chain_id")
        first_block, extras = given.get("first_block", 0), given.get("extras", {})
        if not isinstance(protocol, str) or not protocol:
            raise UsageError(f"{where}: `protocol` is {protocol!r}: it takes a protocol's name")
        for name, number in (("chain_id", chain_id), ("first_block", first_block)):
            if type(number) is not int or number < 0:
                raise UsageError(f"{where}: `{name}` is {number!r}: it takes a number")
        contracts = given.get("contracts")
        if not isinstance(contracts, dict) or not contracts or not isinstance(extras, dict):
            raise UsageError(f"{where}: `contracts` is a table of roles, `extras` a table: see the docs")
        places = {role: _place(place, f"{where}: contracts.{role}") for role, place in contracts.items()}
        return cls(protocol, int(str(chain_id)), places, int(first_block), extras)

    def to_toml(self) -> str:
        """The file's text."""
        lines = [
            f'protocol = "{self.protocol}"',
            f"chain_id = {self.chain_id}",
            f"first_block = {self.first_block}",
            "",
            "[contracts]",
        ]
        for role, place in self.contracts.items():
            known = (("code_hash", place.code_hash), ("implementation", place.implementation))
            more = "".join(f', {name} = "{value}"' for name, value in known if value)
            lines.append(f'{role} = {{ address = "{place.address}"{more} }}')
        if self.extras:
            lines += ["", "[extras]", *(f"{name} = {_toml(value)}" for name, value in self.extras.items())]
        return "\n".join(lines) + "\n"


def _place(given: Any, where: str) -> Place:
    table = {"address": given} if isinstance(given, str) else given
    known = {"address", "code_hash", "implementation"}
    if not isinstance(table, dict) or not set(table) <= known or "address" not in table:
        raise UsageError(
            f"{where} is {given!r}: it takes an address, or a table with address and, where they are known, "
            "code_hash and implementation"
        )
    address, code_hash, implementation = (table.get(n) for n in ("address", "code_hash", "implementation"))
    for one in (address,) if implementation is None else (address, implementation):
        if not isinstance(one, str) or not _ADDRESS.match(one):
            raise UsageError(f"{where}: {one!r} is no address: 0x and 40 hex digits")
    if code_hash is not None and (not isinstance(code_hash, str) or not _HASH.match(code_hash)):
        raise UsageError(f"{where}: {code_hash!r} is no code hash: 0x and 64 lower-case hex digits")
    return Place(str(address).lower(), code_hash, implementation and str(implementation).lower())


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str) and '"' not in value and "\\" not in value and value.isprintable():
        return f'"{value}"'
    raise UsageError(f"{value!r} has no place in a deployment file: extras are numbers, flags and plain text")
