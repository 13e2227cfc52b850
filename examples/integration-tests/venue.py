"""A venue of the reference clearing house with two traders, on whatever chain the tests run."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from vmargin import artifacts
from vmargin.margin import dials
from vmargin.margin.house.policies import policy_id
from vmargin.margin.instruments import PERP, pack
from vmargin.margin.types import Cover, Policy, Shock, Terms
from vmargin.protocols.base import Protocol
from vmargin.protocols.deployment import Deployment
from vmargin.protocols.reference.contracts import errors, functions
from vmargin.protocols.reference.deploy import deploy, described
from vmargin.protocols.registry import open_deployment
from vmargin.testing import Deployed

FEED = Path(__file__).parent / "contracts" / "PriceFeed.json"
WAD, DOLLAR, DAY = 10**18, 10**6, 86_400
CASH, ETHER = 0, 1
ETHER_PERP = pack(ETHER, 0, PERP, 0)

TERMS = Terms(
    schema=dials.SCHEMA,
    repricing=dials.FULL,
    grouping=dials.ACCOUNT,
    aggregate=dials.WORST,
    combine=dials.SUM,
    tailNumerator=0,
    tailDenominator=0,
    creditBps=5_000,
    initialBps=12_000,
    maintenanceBps=10_000,
    maxPositions=16,
    termPowerBps=0,
    termFloor=0,
    shortOptionBps=0,
    confidenceBps=0,
    depegBps=0,
    pegThreshold=0,
    matrixSize=0,
)
POLICY = Policy(
    TERMS,
    covers=(Cover(ETHER, 0, 0, 0, 5_000 * WAD, 0),),
    shocks=(Shock(-2_000, 0), Shock(2_000, 0)),
    weightsBps=(10_000, 10_000),
    correlationsBps=(),
)


class Venue(NamedTuple):
    """What was deployed, and what drives it."""

    chain: Any
    house: Protocol[Any]
    feed: Deployed

    @property
    def deployment(self) -> Deployment:
        """Where the contracts are."""
        return self.house.deployment

    def price(self, dollars: int) -> None:
        """Say what ether is worth: a new round of the feed, and a new mark of the perpetual."""
        self.feed.send("set", [dollars * 10**8])
        mark = (ETHER_PERP, dollars * WAD, 0, 10_000, self.chain.at().timestamp, [])
        do(self.chain, self.deployment, "Feeds", "post", [mark])


def do(chain: Any, deployment: Deployment, contract: str, function: str, *arguments: Any) -> None:
    """Send to one of the house's contracts."""
    to = deployment.address(contract.lower())
    chain.send(to, functions(contract)[function], arguments, errors=errors())


def open_venue(chain: Any) -> Venue:
    """Deploy a house in which one person is long of 10 ether at 3,000 dollars (16), and short of it (17)."""
    owner = chain.accounts[0]
    asset = Deployed.put(chain, artifacts.load("TestDollar"))
    first_block = chain.at().number
    addresses = deploy(chain, asset=asset.address, owner=owner)
    deployment = described(chain.at(), {"asset": asset.address, **addresses}, first_block)
    feeds = {CASH: Deployed.put(chain, FEED, [10**8]), ETHER: Deployed.put(chain, FEED, [3_000 * 10**8])}
    for underlying, feed in feeds.items():
        do(chain, deployment, "Feeds", "list", underlying, feed.address, DAY, DAY, 10_000, 10_000)
    do(chain, deployment, "Feeds", "setFreshness", ETHER, DAY, DAY, 10_000)
    do(chain, deployment, "Feeds", "setPoster", owner, True)
    do(chain, deployment, "Policies", "register", POLICY)
    do(chain, deployment, "Ledger", "allowPolicy", policy_id(POLICY), True)
    do(chain, deployment, "Ledger", "setVenue", owner, True)
    venue = Venue(chain, open_deployment(deployment), feeds[ETHER])
    venue.price(3_000)
    asset.send("mint", [owner, 40_000 * DOLLAR])
    asset.send("approve", [deployment.address("ledger"), 40_000 * DOLLAR])
    for account in (16, 17):
        do(chain, deployment, "Ledger", "open", policy_id(POLICY))
        do(chain, deployment, "Ledger", "allowVenue", account, owner, True)
        do(chain, deployment, "Ledger", "deposit", account, 20_000 * DOLLAR)
    do(chain, deployment, "Ledger", "trade", 16, 17, ETHER_PERP, 10 * WAD, 3_000 * WAD)
    return venue
