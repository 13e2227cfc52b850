"""The program under test: it watches a clearing house, and says which accounts it would liquidate."""

from __future__ import annotations

from vmargin.chain.connection import Connection
from vmargin.protocols.deployment import Deployment
from vmargin.protocols.registry import open_deployment
from vmargin.protocols.verdict import LIQUIDATABLE
from vmargin.solidity import kernel, uint256

WAD = uint256(10**18)


def liquidatable(url: str, deployment: Deployment) -> list[str]:
    """Look at the latest block of a node."""
    with Connection(url, patience=5) as connection:
        return liquidatable_at(connection.at("latest"), deployment)


def liquidatable_at(view, deployment: Deployment) -> list[str]:
    """Look at a block."""
    house = open_deployment(deployment)
    states = house.read(view, list(house.discover(view)))
    return [state.account for state in states if house.margin(state).verdict == LIQUIDATABLE]


@kernel
def fee(amount: uint256, rate: uint256) -> uint256:
    """What the keeper charges: never less than its rate."""
    return (amount * rate + WAD - 1) / WAD
