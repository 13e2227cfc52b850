"""The cash asset of the tests: the mirror of contracts/harness/chain/Erc20.sol."""

from __future__ import annotations

from vmargin.margin.house.mirror import Chain, Mirror
from vmargin.solidity.integers import uint256
from vmargin.solidity.reverts import CustomError

InsufficientBalance = CustomError("InsufficientBalance(address,uint256,uint256)")
InsufficientAllowance = CustomError("InsufficientAllowance(address,address,uint256,uint256)")


class Token(Mirror):
    def __init__(self, chain: Chain, address: str, name: str, symbol: str, decimals: uint256) -> None:
        super().__init__(chain, address)
        self.decimals = decimals
        self.balances: dict[str, uint256] = {}
        self.allowances: dict[tuple[str, str], uint256] = {}

    def balanceOf(self, account: str) -> uint256:
        return self.balances.get(account, uint256(0))

    def mint(self, to: str, value: uint256) -> None:
        self.balances[to] = self.balanceOf(to) + value

    def approve(self, sender: str, spender: str, value: uint256) -> bool:
        self.allowances[sender, spender] = value
        return True

    def transfer(self, sender: str, to: str, value: uint256) -> bool:
        self._move(sender, to, value)
        return True

    def transferFrom(self, sender: str, owner: str, to: str, value: uint256) -> bool:
        allowed = self.allowances.get((owner, sender), uint256(0))
        if allowed < value:
            raise InsufficientAllowance(owner, sender, allowed, value)
        self.allowances[owner, sender] = allowed - value
        self._move(owner, to, value)
        return True

    def _move(self, owner: str, to: str, value: uint256) -> None:
        balance = self.balanceOf(owner)
        if balance < value:
            raise InsufficientBalance(owner, balance, value)
        self.balances[owner] = balance - value
        self.balances[to] = self.balanceOf(to) + value
