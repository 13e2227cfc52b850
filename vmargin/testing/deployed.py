"""A contract that a test has deployed: its address, and its functions by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vmargin.errors import UsageError
from vmargin.solidity.abi import Function, Parameter
from vmargin.solidity.bytecode import load_artifact
from vmargin.solidity.reverts import CustomError

if TYPE_CHECKING:
    from vmargin.chain.devnet import Devnet
    from vmargin.testing.remote import RemoteChain


class Deployed:
    """What `vm_deploy` returns.

    Parameters
    ----------
    chain
        Where it is.
    address
        Of the contract.
    abi
        As the compiler wrote it.
    errors
        Custom errors that the ABI lacks.
    """

    def __init__(
        self,
        chain: Devnet | RemoteChain,
        address: str,
        abi: Iterable[Mapping[str, Any]],
        errors: Iterable[CustomError | str] = (),
    ) -> None:
        self.chain = chain
        self.address = address
        self.abi = list(abi)
        self.errors: tuple[CustomError | str, ...] = (*declared(self.abi), *errors)
        self._functions = [Function(entry) for entry in self.abi if entry["type"] == "function"]

    @classmethod
    def put(
        cls,
        chain: Devnet | RemoteChain,
        contract: Mapping[str, Any] | Path | str,
        arguments: Sequence[Any] = (),
        *,
        sender: str | None = None,
        value: int = 0,
        errors: Iterable[CustomError | str] = (),
    ) -> Deployed:
        """Deploy a compiled contract.

        Parameters
        ----------
        chain
            Where to.
        contract
            What a compiler wrote, of Foundry's or Hardhat's form or ours, or its path.
        arguments
            Of the constructor.
        sender, value
            Who pays, by default the chain's first account, and how much wei goes along.
        errors
            Custom errors that may occur and that the ABI lacks.
        """
        artifact = contract if isinstance(contract, Mapping) else load_artifact(contract)
        if "abi" not in artifact or "bytecode" not in artifact:
            raise UsageError(f"no compiled contract: of abi and bytecode it has {_listed(artifact)}")
        known = (*declared(artifact["abi"]), *errors)
        address = chain.deploy(artifact, arguments, sender=sender, value=value, errors=known)
        return cls(chain, address, artifact["abi"], errors)

    def function(self, name: str) -> Function:
        """Find a function by its name, or by its signature where the name is overloaded."""
        found = [f for f in self._functions if name in (f.name, f.signature)]
        if len(found) == 1:
            return found[0]
        known = ", ".join(sorted(f.signature for f in found or self._functions)) or "none"
        raise UsageError(f"{'several functions' if found else 'no function'} {name!r}: there are {known}")

    def call(
        self,
        function: str,
        arguments: Sequence[Any] = (),
        *,
        block: str | int | bytes = "latest",
        **options: Any,
    ) -> tuple[Any, ...]:
        """Call a function: its results in a tuple, or a revert; options are those of a view's `call`."""
        view = self.chain.at(block)
        return view.call(self.address, self.function(function), arguments, errors=self.errors, **options)

    def send(
        self, function: str, arguments: Sequence[Any] = (), *, sender: str | None = None, value: int = 0
    ) -> dict[str, Any]:
        """Call a function in a transaction and return its receipt, or raise the revert that it would be."""
        return self.chain.send(
            self.address, self.function(function), arguments, sender=sender, value=value, errors=self.errors
        )

    def __repr__(self) -> str:
        return f"<contract at {self.address} on chain {self.chain.chain_id}>"


def declared(abi: Iterable[Mapping[str, Any]]) -> list[str]:
    """Signatures of the custom errors that an ABI lists."""
    return [
        f"{entry['name']}({','.join(Parameter.read(p).type for p in entry['inputs'])})"
        for entry in abi
        if entry["type"] == "error"
    ]


def _listed(artifact: Mapping[str, Any]) -> str:
    return " and ".join(key for key in ("abi", "bytecode") if key in artifact) or "neither"
