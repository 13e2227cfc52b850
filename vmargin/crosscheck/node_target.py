"""A contract's function as nodes run it: at its address, or as code that a node is asked to assume."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from eth_hash.auto import keccak

from vmargin.chain import wire
from vmargin.chain.errors import ChainError
from vmargin.crosscheck.inputs import Case
from vmargin.crosscheck.outcome import Outcome
from vmargin.crosscheck.subject import LocalTarget
from vmargin.errors import UsageError
from vmargin.solidity.abi import Function, Parameter
from vmargin.solidity.bytecode import load_artifact
from vmargin.solidity.reverts import CustomError

if TYPE_CHECKING:
    from vmargin.chain.live import LiveView
    from vmargin.chain.view import BlockView
    from vmargin.solidity.steps import Steps

_ASSUMED = "0x000000000000000000000000000000006d697272"
"""Where the code of an artifact is put."""


class NodeTarget:
    """A view function of a contract at one block.

    Parameters
    ----------
    view
        The block.
    address
        The contract.
    signature
        With what it returns: ``"previewRedeem(uint256)(uint256)"``.
    errors
        Custom errors that it may revert with.
    artifact
        The contract as compiled, or the path of it, where one has it: for names, errors and source lines.
    """

    def __init__(
        self,
        view: BlockView,
        address: str,
        signature: str,
        *,
        errors: Iterable[CustomError | str] = (),
        artifact: str | Path | Mapping[str, Any] | None = None,
    ) -> None:
        self.view = view
        self.address = wire.given_address(address)
        if isinstance(artifact, str | Path):
            artifact = load_artifact(artifact)
        self.artifact: Mapping[str, Any] = artifact or {}
        self.enums: Mapping[str, int] = self.artifact.get("enums", {})
        self.function = _function(self.artifact.get("abi", ()), signature)
        self._errors = (*_declared(self.artifact.get("abi", ())), *errors)
        self._assumed = False
        self.code = view.code(self.address)
        if not self.code:
            raise UsageError(
                f"there is no contract at {wire.checksummed(self.address)} at block {view.number}: "
                "check the address, the chain and the block"
            )

    @classmethod
    def of_artifact(
        cls,
        view: LiveView,
        artifact: str | Path | Mapping[str, Any],
        signature: str,
        *,
        constructor: Sequence[Any] = (),
        errors: Iterable[CustomError | str] = (),
    ) -> Self:
        """Let a node run compiled code that is not on its chain, by a state override.

        The constructor is run here, for the code that it leaves; what it would store is not carried over.
        """
        from vmargin.chain.live.overridden import OverriddenView

        local = LocalTarget(artifact, signature, constructor=constructor, errors=errors)
        if stored := (local.artifact.get("storageLayout") or {}).get("storage"):
            raise UsageError(
                f"{local.artifact.get('name')} has storage ({', '.join(slot['label'] for slot in stored)}): "
                "deploy it, and name its address"
            )
        view_with = OverriddenView(view, {_ASSUMED: local.code})
        target = cls(view_with, _ASSUMED, signature, errors=errors, artifact=local.artifact)
        target._assumed = True
        return target

    def run(self, case: Case) -> Outcome:
        return self.runs([case])[0]

    def runs(self, cases: Sequence[Case]) -> list[Outcome]:
        """Call the function with each case, in few requests.

        Raises
        ------
        ChainError
            If one of them cannot be called, or does not return what its types say.
        """
        outcomes = self.view.calls([(self.address, self.function, c) for c in cases], errors=self._errors)
        answered: list[Outcome] = []
        for outcome in outcomes:
            if isinstance(outcome, ChainError):
                raise outcome
            answered.append(outcome)
        return answered

    def trace(self, case: Case) -> Steps:
        from vmargin.chain.evm.following import follow_call
        from vmargin.chain.questions import RawCall

        return follow_call(self.view, RawCall(self.address, self.function.calldata(case)))

    def as_json(self) -> dict[str, Any]:
        if self._assumed:
            found: dict[str, Any] = {"contract": self.artifact.get("name"), "stateOverride": True}
        else:
            found = {"address": wire.checksummed(self.address)}
        return {**found, "codeHash": wire.to_data(keccak(self.code)), **self.view.provenance.as_json()}


def _function(abi: Iterable[Mapping[str, Any]], signature: str) -> Function:
    """The function with its names, where an ABI has it."""
    parsed = Function.parse(signature) if "(" in signature else None
    listed = [Function(entry) for entry in abi if entry["type"] == "function"]
    wanted = [f for f in listed if signature == f.name or (parsed and parsed.signature == f.signature)]
    if len(wanted) == 1:
        return wanted[0]
    if parsed is None or listed:
        known = ", ".join(function.signature for function in wanted or listed)
        raise UsageError(f"no one function {signature!r}: name one of {known or 'a contract with an ABI'}")
    return parsed


def _declared(abi: Iterable[Mapping[str, Any]]) -> list[str]:
    """Signatures of the custom errors that an ABI lists."""
    errors = [entry for entry in abi if entry["type"] == "error"]
    return [f"{e['name']}({','.join(Parameter.read(p).type for p in e['inputs'])})" for e in errors]
