"""Prices as contracts see them, and beside each what a careful operator would mind about it."""

from vmargin.chain.oracles.cautions import (
    Caution,
    FutureTimestamp,
    GracePeriod,
    LowConfidence,
    NonPositive,
    RoundIncomplete,
    SequencerDown,
    SequencerUnknown,
    StalePrice,
)
from vmargin.chain.oracles.chainlink import ChainlinkFeed, SequencerFeed
from vmargin.chain.oracles.plain import PlainFeed
from vmargin.chain.oracles.pyth import PythFeed
from vmargin.chain.oracles.reading import Feed, Price, read_price, read_prices

__all__ = [
    "Caution",
    "ChainlinkFeed",
    "Feed",
    "FutureTimestamp",
    "GracePeriod",
    "LowConfidence",
    "NonPositive",
    "PlainFeed",
    "Price",
    "PythFeed",
    "RoundIncomplete",
    "SequencerDown",
    "SequencerFeed",
    "SequencerUnknown",
    "StalePrice",
    "read_price",
    "read_prices",
]
