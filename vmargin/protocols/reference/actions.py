"""What a liquidator sends: the call that puts an account up, or the bid for it."""

from __future__ import annotations

from typing import Any

from vmargin.chain.errors import BadReturn, Unprovable
from vmargin.chain.view import BlockView, Call
from vmargin.margin.house.auctions import hasLapsed
from vmargin.margin.house.bidding import Auction, plan
from vmargin.margin.limits import WAD
from vmargin.margin.types import Portfolio
from vmargin.protocols.base import Action
from vmargin.protocols.deployment import Deployment
from vmargin.protocols.reference.contracts import errors, functions
from vmargin.protocols.reference.reader import typed
from vmargin.protocols.reference.state import Inputs
from vmargin.solidity.integers import uint256
from vmargin.solidity.reverts import Halt, Revert


def liquidate(
    view: BlockView,
    deployment: Deployment,
    account: str,
    inputs: Inputs,
    liquidator: str,
    *,
    most: int = int(WAD),
    slack_bps: int = 0,
) -> Action:
    """What comes next in the liquidation of an account that lacks maintenance margin.

    Parameters
    ----------
    most
        The largest fraction of the account that is wanted, of 10^18.
    slack_bps
        By how much payment and reward may turn out worse than at this block.

    Raises
    ------
    Revert
        As the contract would, where no bid is admissible.
    """
    to = deployment.address("liquidation")
    auction = _auction(view, deployment, int(account))
    elapsed = uint256(view.timestamp) - uint256(auction.startedAt)
    if auction.startedAt == 0 or hasLapsed(elapsed, uint256(auction.length)):
        data = functions("Liquidation")["start"].calldata((int(account),))
        return Action(to, data, what=f"put account {account} up")
    members = _members(view, deployment.address("ledger"), int(account))
    bid = plan(
        int(account), int(liquidator), auction, *inputs, members=members, most=most, slackBps=slack_bps
    )
    what = f"take {int(bid.sale.fraction)}e-18 of account {account}, reward {int(bid.sale.reward)}"
    return Action(to, bid.calldata, what=what)


def _auction(view: BlockView, deployment: Deployment, account: int) -> Auction:
    """That of the account's scope, and its terms."""
    of = deployment.address("liquidation")
    terms = ("startBps", "length", "insuranceBps", "backstopBps")
    calls = [Call(of, functions("Liquidation")["startedAt"], (account,))]
    calls += [Call(of, functions("Liquidation")[name]) for name in terms]
    return Auction(*(_required(outcome)[0] for outcome in view.calls(calls, errors=errors())))


def _members(view: BlockView, ledger: str, account: int) -> list[Portfolio]:
    """What each of the accounts has that are margined together."""
    (scope,) = view.calls([Call(ledger, functions("Ledger")["scopeOf"], (account,))], errors=errors())
    accounts, _ = _required(scope)
    calls = [Call(ledger, functions("Ledger")["portfolioOf"], (member,)) for member in accounts]
    return [typed(Portfolio, _required(own)[0]) for own in view.calls(calls, errors=errors())]


def _required(outcome: Any) -> Any:
    """What a call returned."""
    if isinstance(outcome, Revert | Halt | BadReturn | Unprovable):
        raise outcome
    return outcome
