"""Nodes that misbehave on demand: to see what a program that reads a chain does then.

>>> from vmargin.chain.faults import FAULTS
>>> FAULTS["wrong_id"].summary
'Answer under an id that was not asked.'
"""

from vmargin.chain.faults import blocks, envelope, events, proofs, refusals, transport, values
from vmargin.chain.faults.invented import InventedChain
from vmargin.chain.faults.invented_state import InventedAccount
from vmargin.chain.faults.node import FaultyNode, Injection, Seen
from vmargin.chain.faults.registry import FAULTS, Effect, Fault, fault_named
from vmargin.chain.faults.upstream import Upstream

__all__ = [
    "FAULTS",
    "GROUPS",
    "Effect",
    "Fault",
    "FaultyNode",
    "Injection",
    "InventedAccount",
    "InventedChain",
    "Seen",
    "Upstream",
    "fault_named",
]
GROUPS = tuple(
    module.__name__.rpartition(".")[2]
    for module in (transport, envelope, refusals, blocks, values, events, proofs)
)
"""The modules that faults are in, from the outside of an answer to its inside."""
