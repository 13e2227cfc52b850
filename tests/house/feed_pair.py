"""The feeds twice: contracts in an EVM, and their models; every call goes to both and must come out alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vmargin.margin.house.aggregator import RoundsFeed
from vmargin.margin.house.feeds import Feeds
from vmargin.margin.house.mirror import Chain
from vmargin.margin.instruments import CALL, FUTURE, PERP, PUT
from vmargin.solidity.bytecode import Contract, Evm
from vmargin.solidity.reverts import Revert, selector

OWNER = "0x" + "0a" * 20
POSTER = "0x" + "0b" * 20
OTHER = "0x" + "0c" * 20
NOW = 1_800_000_000
WAD = 10**18
DAY = 86_400
BTC, ETH = 1, 2
PHASE = 1 << 64

SENDS = {
    "list", "setPoster", "setFreshness", "setVolatilityTerms", "post", "transferOwnership", "acceptOwnership",
    "renounceOwnership",
}  # fmt: skip
"""Functions that read who sends."""
STRUCTS = {"market", "volatilityTermsOf"}
"""Functions that return one struct; others of several values return each."""


def plain(value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        return tuple(map(plain, value))
    if isinstance(value, bool | str | bytes):
        return value
    return int(value)


def instrument(underlying: int, kind: int, expiry: int = 0, strike: int = 0) -> int:
    return underlying << 224 | expiry << 184 | kind << 176 | strike


class Pair:
    """`do` calls a function on both sides and gives the one outcome."""

    def __init__(self, time: int = NOW) -> None:
        self.evm = Evm()
        self.chain = Chain(time)
        self.evm.time = time
        self.contract = Contract.deploy(
            "contracts/build/Feeds.json", (OWNER,), evm=self.evm, errors=("Error(string)",)
        )
        self.model = Feeds(self.chain, self.contract.address.lower(), OWNER)
        self.aggregators: list[tuple[Contract, RoundsFeed]] = []

    @property
    def now(self) -> int:
        return int(self.chain.time)

    def at(self, time: int) -> None:
        self.chain.time = type(self.chain.time)(time)
        self.evm.time = time

    def aggregator(self, decimals: int = 8) -> int:
        """Another feed; its number."""
        contract = Contract.deploy("contracts/build/RoundsFeed.json", (decimals,), evm=self.evm)
        self.aggregators.append((contract, RoundsFeed(self.chain, contract.address.lower(), decimals)))
        return len(self.aggregators) - 1

    def write(self, aggregator: int, round_: int, answer: int, updatedAt: int) -> None:
        contract, model = self.aggregators[aggregator]
        contract.call("write", (round_, answer, updatedAt))
        model.write(round_, answer, updatedAt)

    def list(self, underlying: int, aggregator: int, *terms: int, sender: str = OWNER) -> Any:
        contract, model = self.aggregators[aggregator]
        theirs = self.contract.outcome("list", (underlying, contract.address, *terms), sender=sender)
        return self.same(theirs, self.model.list, sender, underlying, model, *terms)

    def do(self, name: str, *arguments: Any, sender: str = OWNER) -> Any:
        theirs = self.contract.outcome(name, arguments, sender=sender)
        mine = (sender, *arguments) if name in SENDS else arguments
        return self.same(theirs, getattr(self.model, name), *mine, struct=name in STRUCTS)

    def same(self, theirs: Any, method: Callable[..., Any], *arguments: Any, struct: bool = False) -> Any:
        mine: Any
        try:
            result = self.chain.transact(method, *arguments)
        except Revert as revert:
            mine = revert
        else:
            several = isinstance(result, tuple) and not struct
            mine = () if result is None else plain(result) if several else (plain(result),)
        if isinstance(theirs, tuple):
            theirs = plain(theirs)
        assert type(theirs) is type(mine) and theirs == mine, (
            f"{method.__name__}{arguments}: {theirs!r}, not {mine!r}"
        )
        return mine[0] if isinstance(mine, tuple) and len(mine) == 1 else mine

    def event(self) -> bytes:
        """The first topic of the only event of the last call."""
        (log,) = self.evm.logs
        assert log.address == self.contract.address.lower()
        return log.topics[0][:4]


def topic(signature: str) -> bytes:
    return selector(signature)


def refused(outcome: Any, name: str, *values: Any) -> bool:
    """Whether it is the custom error with these operands."""
    return (
        isinstance(outcome, Revert)
        and outcome.args[0].partition("(")[0] == name
        and tuple(v if isinstance(v, str) else int(v) for v in outcome.args[1]) == values
    )


def listed(time: int = NOW) -> Pair:
    """The cash asset, BTC and ETH with their first rounds, and a poster."""
    pair = Pair(time)
    for underlying, (decimals, answer) in enumerate(((8, 10**8), (8, 60_000 * 10**8), (18, 3_000 * WAD))):
        number = pair.aggregator(decimals)
        pair.write(number, PHASE + 1, answer, time - 60)
        assert pair.list(underlying, number, 3600, 600, 9_900, 9_000) == ()
    pair.do("setPoster", POSTER, True)
    for underlying in (BTC, ETH):
        assert pair.do("setFreshness", underlying, 7200, 900, 5_000) == ()
    return pair


EXPIRY = NOW + 30 * DAY
SMILE = [(40_000 * WAD, 70_000_000), (60_000 * WAD, 50_000_000), (90_000 * WAD, 65_000_000)]
"""Volatilities of 70, 50 and 65 per cent."""
BTC_FUTURE = instrument(BTC, FUTURE, EXPIRY)
BTC_PERP = instrument(BTC, PERP)


def option(kind: int, strike: int, expiry: int = EXPIRY) -> int:
    assert kind in (CALL, PUT)
    return instrument(BTC, kind, expiry, strike * WAD)
