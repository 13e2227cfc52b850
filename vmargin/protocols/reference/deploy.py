"""Puts a clearing house on a chain, its contracts connected with each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from eth_hash.auto import keccak

from vmargin import artifacts
from vmargin.chain.view import BlockView
from vmargin.protocols.deployment import Deployment, Place
from vmargin.protocols.reference.contracts import errors, functions


class Sends(Protocol):
    """Whoever can put contracts on a chain and send to them: a Sender, or a development chain."""

    def deploy(
        self, artifact: Mapping[str, Any], arguments: Sequence[Any] = (), *, errors: Any = ()
    ) -> str: ...

    def send(self, to: str, function: Any, arguments: Sequence[Any] = (), *, errors: Any = ()) -> Any: ...


class AuctionTerms(NamedTuple):
    """How liquidation goes."""

    start_bps: int = 500
    """The discount at first, of the requirement that is released."""
    length: int = 1_200
    """Seconds until it is one half."""
    insurance_bps: int = 2_000
    """The insurance fund's share of the penalty."""
    backstop_bps: int = 1_000
    """What the insurance fund adds to a bid for an account that is worth nothing."""


def deploy(
    sender: Sends,
    *,
    asset: str,
    owner: str,
    terms: AuctionTerms = AuctionTerms(),  # noqa: B008  # immutable
    tell: Callable[[str], None] = lambda _: None,
) -> dict[str, str]:
    """Deploy all contracts and connect them: their addresses by role.

    Parameters
    ----------
    sender
        Who pays.  It must be the owner, who alone may connect the ledger.
    asset
        The ERC-20 that cash is held in, of 18 decimals at most.
    owner
        Of ledger and feeds.
    terms
        Of the auctions.
    tell
        Takes a line about what is being done.
    """
    found: dict[str, str] = {}

    def put(contract: str, *arguments: Any) -> str:
        tell(f"deploying {contract}")
        address = sender.deploy(artifacts.load(contract), arguments, errors=errors())
        found[contract.lower()] = address
        return address

    def do(contract: str, function: str, *arguments: Any) -> None:
        tell(f"{contract}.{function}")
        to = found[contract.lower()]
        sender.send(to, functions(contract)[function], arguments, errors=errors())

    ledger = put("Ledger", asset, owner)
    feeds = put("Feeds", owner)
    policies = put("Policies")
    engine = put("Engine", ledger, feeds, policies)
    liquidation = put("Liquidation", ledger, engine, *terms)
    pools = put("Pools", ledger, engine, feeds, policies, liquidation)
    put("MarginView")
    do("Ledger", "connect", engine, feeds)
    for module in (liquidation, pools):
        do("Ledger", "setModule", module, True)
    return found


def described(view: BlockView, addresses: Mapping[str, str], first_block: int) -> Deployment:
    """The deployment file's content for contracts that are on chain."""
    places = {}
    for role, address in addresses.items():
        code = view.code(address)
        places[role] = Place(address, "0x" + bytes(keccak(code)).hex())
    return Deployment("reference", view.chain_id, places, first_block)
