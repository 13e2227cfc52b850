"""A stateful contract in Python: its state beside that of others, at one time, and untouched by what reverts.

State is kept in attributes that are plain values, or dictionaries of such: words, tuples, NamedTuples, texts.
A function that reads `msg.sender` in Solidity takes it as its first argument, `sender`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from vmargin.solidity.integers import uint256
from vmargin.solidity.reverts import CustomError, Revert

R = TypeVar("R")

NOBODY = "0x" + "00" * 20
"""The zero address."""

OwnableUnauthorizedAccount = CustomError("OwnableUnauthorizedAccount(address)")


class Chain:
    """The block's time, and the mirrors that one transaction may change together."""

    def __init__(self, time: int) -> None:
        self.time = uint256(time)
        self.mirrors: list[Mirror] = []

    def transact(self, function: Callable[..., R], *arguments: Any) -> R:
        """Call a mirror's method; where it reverts, all mirrors are as before."""
        before = [(mirror, mirror.state()) for mirror in self.mirrors]
        try:
            return function(*arguments)
        except Revert:
            for mirror, state in before:
                mirror.restore(state)
            raise


class Mirror:
    """One contract at its address."""

    def __init__(self, chain: Chain, address: str) -> None:
        self.chain = chain
        self.address = address
        chain.mirrors.append(self)

    def state(self) -> dict[str, Any]:
        """A copy that later calls do not change."""
        return {name: dict(v) if isinstance(v, dict) else v for name, v in vars(self).items()}

    def restore(self, state: dict[str, Any]) -> None:
        """Return to a state that was copied."""
        vars(self).clear()
        vars(self).update(state)


class Owned(Mirror):
    """A contract with an owner, OpenZeppelin's Ownable."""

    def __init__(self, chain: Chain, address: str, owner: str) -> None:
        super().__init__(chain, address)
        self.owner = owner

    def onlyOwner(self, sender: str) -> None:
        """Revert for anyone else."""
        if sender != self.owner:
            raise OwnableUnauthorizedAccount(sender)
