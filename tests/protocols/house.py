"""A clearing house on a devnet, with users, positions and prices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from tests.house.world import BITCOIN, DAY, ETHER, SPOTS, WAD, instrument, policy
from vmargin import artifacts
from vmargin.chain.devnet import Devnet
from vmargin.margin.house.policies import policy_id
from vmargin.margin.house.surface_nodes import packed
from vmargin.margin.instruments import CALL, FUTURE, PERP, PUT, SPOT
from vmargin.margin.types import Policy
from vmargin.protocols.deployment import Deployment
from vmargin.protocols.reference.contracts import errors, functions
from vmargin.protocols.reference.deploy import deploy, described
from vmargin.protocols.reference.protocol import Reference
from vmargin.solidity.bytecode import load_artifact

FEED = "contracts/build/RoundsFeed.json"


class House(NamedTuple):
    """What was deployed, and who holds something there."""

    chain: Devnet
    protocol: Reference
    accounts: list[str]
    policy: Policy

    def do(self, contract: str, function: str, *arguments: Any, sender: str | None = None) -> None:
        to = self.protocol.deployment.address(contract.lower())
        self.chain.send(to, functions(contract)[function], arguments, sender=sender, errors=errors())

    @property
    def deployment(self) -> Deployment:
        return self.protocol.deployment

    def price(self, underlying: int, price: int) -> None:
        """A new round of an underlying's feed."""
        feed = self.protocol.deployment.extras[f"spot{underlying}"]
        number = self.chain.at().call(feed, "latest()(uint80)")[0] + 1
        now = self.chain.at().timestamp
        self.chain.send(feed, "write(uint80,int256,uint256)", (number, price // 10**10, now))

    def marks(self, marked: Sequence[tuple[int, int]]) -> None:
        """Post forwards, those of a date with its volatilities."""
        now = self.chain.at().timestamp
        nodes = packed([(WAD, 6 * 10**7), (10**6 * WAD, 7 * 10**7)])
        posted = [
            (of, price, 2 * 10**16, 10_000, now, nodes if of >> 176 & 255 == FUTURE else [])
            for of, price in marked
        ]
        self.do("Feeds", "post", posted)


def build(chain: Devnet) -> House:
    """A house with four accounts that hold all kinds of instruments, two of them much."""
    asset = chain.deploy(artifacts.load("TestDollar"))
    owner = chain.accounts[0]
    first_block = chain.at().number + 1
    addresses = deploy(chain, asset=asset, owner=owner)
    feeds = {f"spot{underlying}": chain.deploy(load_artifact(FEED), (8,)) for underlying in SPOTS}
    deployment = described(chain.at(), {"asset": asset, **addresses}, first_block)
    house = House(chain, Reference(deployment.with_extras(feeds)), [], policy())
    for underlying, spot in SPOTS.items():
        house.price(underlying, spot)
        feed = feeds[f"spot{underlying}"]
        house.do("Feeds", "list", underlying, feed, 30 * DAY, 29 * DAY, 10_000, 5_000)
        if underlying:
            house.do("Feeds", "setFreshness", underlying, 30 * DAY, 29 * DAY, 5_000)
    house.do("Feeds", "setPoster", owner, True)
    house.do("Ledger", "setVenue", owner, True)
    house.do("Policies", "register", house.policy)
    id_ = policy_id(house.policy)
    house.do("Ledger", "allowPolicy", id_, True)
    for number, user in enumerate(chain.accounts[1:5]):
        house.do("Ledger", "open", id_, sender=user)
        account = 16 + number
        house.accounts.append(str(account))
        house.do("Ledger", "allowVenue", account, owner, True, sender=user)
        deposit = (1_000_000, 1_000_000, 90_000, 2_000_000)[number] * 10**6
        chain.send(asset, "mint(address,uint256)", (user, deposit))
        chain.send(asset, "approve(address,uint256)", (addresses["ledger"], deposit), sender=user)
        house.do("Ledger", "deposit", account, deposit, sender=user)

    expiry = (chain.at().timestamp // DAY + 30) * DAY
    perps = {u: instrument(u, PERP) for u in (BITCOIN, ETHER)}
    call = instrument(BITCOIN, CALL, expiry, 65_000 * WAD)
    put = instrument(ETHER, PUT, expiry, 2_800 * WAD)
    futures = {u: instrument(u, FUTURE, expiry) for u in (BITCOIN, ETHER)}
    house.marks([(named[u], SPOTS[u]) for named in (perps, futures) for u in named])
    trades = [
        (16, 17, perps[BITCOIN], 3 * WAD, SPOTS[BITCOIN]),
        (18, 19, perps[ETHER], 100 * WAD, SPOTS[ETHER]),
        (17, 16, call, 5 * WAD, 3_000 * WAD),
        (19, 17, put, 20 * WAD, 120 * WAD),
        (16, 19, futures[ETHER], 10 * WAD, SPOTS[ETHER]),
        (17, 19, instrument(BITCOIN, SPOT), WAD, SPOTS[BITCOIN]),
    ]
    for trade in trades:
        house.do("Ledger", "trade", *trade)
    return house
