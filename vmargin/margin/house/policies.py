"""Margin rules, each addressed by the hash of its encoding: the mirror of Policies.sol."""

from __future__ import annotations

from typing import Any, get_type_hints

from vmargin.margin.house.errors import PolicyTooLarge, PolicyUnknown
from vmargin.margin.house.mirror import Chain, Mirror
from vmargin.margin.policy_checks import requireKeepable
from vmargin.margin.types import Cover, Policy, Shock, Terms
from vmargin.solidity.abi import Coder, Parameter
from vmargin.solidity.arrays import Words
from vmargin.solidity.integers import int256, uint256

SIZE = 24_575


def _struct(struct: type[Any]) -> str:
    return f"({','.join(kind.__name__ for kind in get_type_hints(struct).values())})"


TYPE = f"({_struct(Terms)},{_struct(Cover)}[],{_struct(Shock)}[],uint256[],int256[])"
"""Of a policy, as signatures have it."""

_CODER = Coder((Parameter("policy", TYPE, "struct Policy"),))


def encode(policy: Policy) -> bytes:
    """`abi.encode(policy)`."""
    return _CODER.encode(((policy),))


def decode(data: bytes) -> Policy:
    """Read what `encode` gives; whatever else there is raises :class:`~vmargin.solidity.abi.Undecodable`."""
    ((terms, covers, shocks, weightsBps, correlationsBps),) = _CODER.decode(data)
    return Policy(
        Terms(*map(uint256, terms)),
        tuple(Cover(*map(uint256, cover)) for cover in covers),
        tuple(Shock(*map(int256, shock)) for shock in shocks),
        tuple(map(uint256, weightsBps)),
        tuple(map(int256, correlationsBps)),
    )


def policy_id(policy: Policy) -> bytes:
    """The address of a policy."""
    return _hash(encode(policy))


def _hash(encoded: bytes) -> bytes:
    from eth_hash.auto import keccak

    return bytes(keccak(encoded))


class Policies(Mirror):
    """Anyone may register a policy; nobody can change one."""

    def __init__(self, chain: Chain, address: str) -> None:
        super().__init__(chain, address)
        self.kept: dict[bytes, Policy] = {}

    def register(self, policy: Policy) -> bytes:
        """Check a policy and keep it. One that is known already is left as it is."""
        encoded = encode(policy)
        id_ = _hash(encoded)
        if id_ in self.kept:
            return id_
        requireKeepable(
            policy.terms,
            Words(Cover, policy.covers),
            Words(Shock, policy.shocks),
            Words(uint256, policy.weightsBps),
            Words(int256, policy.correlationsBps),
        )
        if len(encoded) > SIZE:
            raise PolicyTooLarge(len(encoded), SIZE)
        self.kept[id_] = decode(encoded)
        return id_

    def get(self, policy: bytes) -> Policy:
        """The policy at an address."""
        kept = self.kept.get(policy)
        if kept is None:
            raise PolicyUnknown(policy)
        return kept
