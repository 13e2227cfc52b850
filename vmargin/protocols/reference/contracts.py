"""The house's contracts as compiled: their functions, and the errors that any of them may revert with."""

from __future__ import annotations

import functools

from vmargin import artifacts
from vmargin.solidity.abi import Function, Parameter

CONTRACTS = ("Ledger", "Engine", "Feeds", "Policies", "Liquidation", "Pools")
"""In the order in which they are deployed; a deployment's roles are their names in lower case."""


@functools.cache
def functions(contract: str) -> dict[str, Function]:
    """The functions of a contract by name."""
    entries = artifacts.load(contract)["abi"]
    return {entry["name"]: Function(entry) for entry in entries if entry["type"] == "function"}


@functools.cache
def errors() -> tuple[str, ...]:
    """Signatures of the custom errors of all contracts, since one reverts with what another said."""
    found = {
        f"{entry['name']}({','.join(Parameter.read(p).type for p in entry['inputs'])})"
        for contract in CONTRACTS
        for entry in artifacts.load(contract)["abi"]
        if entry["type"] == "error"
    }
    return tuple(sorted(found))
