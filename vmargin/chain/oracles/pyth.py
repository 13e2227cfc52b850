"""Pyth: a price with its confidence, as it was last posted to the chain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vmargin.chain import wire
from vmargin.chain.oracles.cautions import Caution, LowConfidence, NonPositive
from vmargin.chain.oracles.reading import Feed, Price, judged_by_age
from vmargin.chain.view import Call
from vmargin.errors import UsageError

_PRICE = "getPriceUnsafe(bytes32)((int64,uint64,int32,uint256))"


@dataclass(frozen=True)
class PythFeed(Feed):
    """A price by its id in Pyth's contract, which holds many.

    Other functions of the contract give the same price, or revert by its age: here that is judged beside it.
    """

    address: str
    price_id: bytes
    max_age_s: int | None = None
    """How old a price may grow.  None: its age is not judged."""
    max_confidence_bp: int | None = None
    """How wide the interval may be to either side, in ten-thousandths of the price.  None: not judged."""

    errors = ("PriceFeedNotFound()",)

    def __post_init__(self) -> None:
        object.__setattr__(self, "address", wire.given_address(self.address))
        if len(self.price_id) != 32:
            raise UsageError(f"{self.price_id!r} is no id of a price: it takes 32 bytes")

    def questions(self) -> tuple[Call, ...]:
        return (Call(self.address, _PRICE, (self.price_id,)),)

    def price(self, answers: Sequence[tuple[Any, ...]], block_time: int) -> Price:
        (((raw, confidence, exponent, published_at),),) = answers
        warnings: list[Caution] = []
        if raw <= 0:
            warnings.append(NonPositive(raw))
        most = self.max_confidence_bp
        if most is not None and confidence * 10_000 > abs(raw) * most:
            warnings.append(LowConfidence(confidence, raw, most))
        warnings += judged_by_age(published_at, block_time, self.max_age_s)
        return Price(raw, exponent, published_at, self, warnings=tuple(warnings), confidence=confidence)

    def __str__(self) -> str:
        return f"{Feed.__str__(self)} {wire.to_data(self.price_id)}"
