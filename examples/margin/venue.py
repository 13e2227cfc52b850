"""Makes a venue of the house: a market in ether, a policy, and two accounts that have traded."""

from pathlib import Path

from vmargin.chain.connection import Connection
from vmargin.chain.sender import Sender
from vmargin.margin.house.policies import policy_id
from vmargin.margin.instruments import PERP, pack
from vmargin.protocols.deployment import Deployment
from vmargin.protocols.reference.contracts import errors, functions
from vmargin.protocols.reference.files import load_inputs
from vmargin.solidity.bytecode import load_artifact

ETHER, WAD = 2, 10**18
HERE = Path(__file__).parent
connection = Connection.from_environment()
owner = Sender(connection, origin="0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266")
deployment = Deployment.load(Path("deployment.toml"))
now = connection.at().timestamp


def do(contract, function, *arguments):
    """Send to a contract of the house."""
    to = deployment.address(contract.lower())
    owner.send(to, functions(contract)[function], arguments, errors=errors())


for underlying, dollars in (0, 1), (ETHER, 3_000):  # 0 is the cash asset
    feed = owner.deploy(load_artifact("contracts/build/AggregatorFeed.json"), [8])
    owner.send(feed, "set((uint80,int256,uint256,uint256,uint80))", [(1, dollars * 10**8, now, now, 1)])
    do("Feeds", "list", underlying, feed, 86_400, 86_400, 10_000, 10_000)
perp = pack(ETHER, 0, PERP, 0)
do("Feeds", "setFreshness", ETHER, 86_400, 86_400, 10_000)
do("Feeds", "setPoster", owner.address, True)
do("Feeds", "post", [(perp, 3_000 * WAD, 0, 10_000, now, [])])

policy = load_inputs(HERE / "portfolio.json", HERE / "policy.json").policy
do("Policies", "register", policy)
do("Ledger", "allowPolicy", policy_id(policy), True)
do("Ledger", "setVenue", owner.address, True)
asset, ledger = deployment.address("asset"), deployment.address("ledger")
owner.send(asset, "mint(address,uint256)", [owner.address, 40_000 * 10**6])
owner.send(asset, "approve(address,uint256)", [ledger, 40_000 * 10**6])
for account in 16, 17:  # one person has both, which a venue would not allow
    do("Ledger", "open", policy_id(policy))
    do("Ledger", "allowVenue", account, owner.address, True)
    do("Ledger", "deposit", account, 20_000 * 10**6)
do("Ledger", "trade", 16, 17, perp, 10 * WAD, 3_000 * WAD)
