"""Oracles that say a number and nothing else: ``price()``, ``latestAnswer()``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vmargin.chain import wire
from vmargin.chain.oracles.cautions import NonPositive
from vmargin.chain.oracles.reading import Feed, Price, check_decimals
from vmargin.chain.view import Call
from vmargin.errors import UsageError
from vmargin.solidity.abi import Function


@dataclass(frozen=True)
class PlainFeed(Feed):
    """A function without arguments that returns a price, of which it does not say how old it is."""

    address: str
    decimals: int
    """Nothing on the chain tells it: 36 for an oracle of Morpho whose two tokens have equal decimals."""
    function: str = "price()(uint256)"

    def __post_init__(self) -> None:
        object.__setattr__(self, "address", wire.given_address(self.address))
        check_decimals(self.decimals)
        function = Function.parse(self.function)
        if function.inputs or len(function.outputs) != 1 or "int" not in function.outputs[0].type:
            raise UsageError(f"{self.function!r} reads no price: write it as in  price()(uint256)")

    def questions(self) -> tuple[Call, ...]:
        return (Call(self.address, self.function),)

    def price(self, answers: Sequence[tuple[Any, ...]], block_time: int) -> Price:
        ((raw,),) = answers
        return Price(raw, -self.decimals, None, self, warnings=(NonPositive(raw),) if raw <= 0 else ())
