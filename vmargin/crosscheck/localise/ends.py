"""Which returned words differ, and what gave them on either side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from vmargin.crosscheck.localise.contract_run import ContractRun
from vmargin.crosscheck.localise.mirror_run import MirrorRun
from vmargin.crosscheck.outcome import Failure
from vmargin.errors import VmarginError
from vmargin.solidity.abi import Coder, Parameter
from vmargin.solidity.steps.opcodes import MASK


class Ends(NamedTuple):
    """What two runs returned, as far as it is not the same."""

    nodes: tuple[int, ...] = ()
    """Steps that gave words that only the contract returned."""
    makers: tuple[int, ...] = ()
    """Operations that gave words that only the mirror returned."""
    pairs: tuple[tuple[int, int], ...] = ()
    """The contract's word and the mirror's, where both returned one."""


def ends_of(mirror: MirrorRun, contract: ContractRun, outputs: Sequence[Parameter]) -> Ends:
    """Compare what two runs returned; where one returned nothing, all words of the other are in question."""
    returned = contract.steps.first.returned if not contract.reverted else None
    data = returned.data if returned is not None else b""
    mine = [int.from_bytes(data[at : at + 32], "big") for at in range(0, len(data), 32)]
    theirs = _encoded(mirror, outputs)
    nodes: list[int] = []
    words: list[int] = []
    pairs: list[tuple[int, int]] = []
    for at in range(max(len(mine), len(theirs))):
        here = mine[at] if at < len(mine) else None
        there = theirs[at] if at < len(theirs) else None
        if here == there:
            continue
        if here is not None and returned is not None:
            nodes += [node for node in returned.nodes_at(32 * at) if node >= 0]
        if there is not None:
            words.append(there)
        if here is not None and there is not None:
            pairs.append((here, there))
    makers = {leaf.word: leaf.maker for leaf in mirror.leaves if leaf.maker >= 0}
    numbers = [makers[word] for word in words if word in makers]
    return Ends(tuple(dict.fromkeys(nodes)), tuple(dict.fromkeys(numbers)), tuple(dict.fromkeys(pairs)))


def _encoded(mirror: MirrorRun, outputs: Sequence[Parameter]) -> list[int]:
    outcome = mirror.outcome
    if isinstance(outcome, tuple) and not isinstance(outcome, Failure):
        try:
            data = Coder(tuple(outputs)).encode(outcome)
        except VmarginError:
            return [leaf.word & MASK for leaf in mirror.leaves]
        return [int.from_bytes(data[at : at + 32], "big") for at in range(0, len(data), 32)]
    return []
