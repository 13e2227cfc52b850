"""OpenZeppelin's Ownable2Step, whose checks come before those of the contracts that inherit it."""

from vmargin.margin.house.mirror import NOBODY, Chain, OwnableUnauthorizedAccount, Owned
from vmargin.solidity.reverts import CustomError

OwnableInvalidOwner = CustomError("OwnableInvalidOwner(address)")


class Ownable2Step(Owned):
    """An owner, and the one who may become it by saying so."""

    def __init__(self, chain: Chain, address: str, owner: str) -> None:
        if owner == NOBODY:
            raise OwnableInvalidOwner(owner)
        super().__init__(chain, address, owner)
        self.pendingOwner = NOBODY

    def transferOwnership(self, sender: str, owner: str) -> None:
        """Name the next owner, who becomes it by `acceptOwnership`."""
        self.onlyOwner(sender)
        self.pendingOwner = owner

    def acceptOwnership(self, sender: str) -> None:
        """Become the owner."""
        if sender != self.pendingOwner:
            raise OwnableUnauthorizedAccount(sender)
        self.owner, self.pendingOwner = sender, NOBODY

    def renounceOwnership(self, sender: str) -> None:
        """Leave it without an owner."""
        self.onlyOwner(sender)
        self.owner, self.pendingOwner = NOBODY, NOBODY
