"""Proxies of EIP-1967: whose code they run, and who may change that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from vmargin.chain import wire
from vmargin.chain.errors import BadReturn
from vmargin.chain.view import BlockView
from vmargin.solidity.reverts import Halt, Revert

IMPLEMENTATION = 0x360894A13BA1A3210667C828492DB98DCA3E2076CC3735A920A3CA505D382BBC
BEACON = 0xA3F0AD74E5423AEBFD80D3EF4346578335A9A72AEAEE59FF6CB3582B35133D50
ADMIN = 0xB53127684A568B3173AE13B9F8A6016E243E63B6E8EE1178D6A717850B5D6103


class Proxy(NamedTuple):
    """What a contract's slots of EIP-1967 hold; None where there is nothing."""

    implementation: str | None
    """Whose code runs: as its slot says, or else as its beacon does."""
    beacon: str | None
    admin: str | None

    def __bool__(self) -> bool:
        return self.implementation is not None


def read_proxies(view: BlockView, addresses: Sequence[str]) -> list[Proxy]:
    """Read the slots of contracts, and ask beacons.

    Raises
    ------
    BadReturn
        If a slot holds something else than an address, or a beacon names none.
    """
    if not addresses:
        return []
    slots = (IMPLEMENTATION, BEACON, ADMIN)
    words = iter(view.storages([(address, slot) for address in addresses for slot in slots]))
    found = [Proxy(*(_address(next(words), address, slot) for slot in slots)) for address in addresses]
    beacons = {proxy.beacon for proxy in found if proxy.beacon and not proxy.implementation}
    named = {beacon: _implementation(view, beacon) for beacon in sorted(beacons)}
    return [
        proxy._replace(implementation=proxy.implementation or named.get(proxy.beacon or ""))
        for proxy in found
    ]


def _implementation(view: BlockView, beacon: str) -> str:
    try:
        return str(view.call(beacon, "implementation()(address)")[0])
    except (Revert, Halt) as outcome:
        raise BadReturn(f"the beacon {wire.checksummed(beacon)} names no implementation: {outcome}") from None


def _address(word: int, of: str, slot: int) -> str | None:
    if word >> 160:
        raise BadReturn(f"slot {slot:#x} of {wire.checksummed(of)} holds {word:#066x}, which is no address")
    return f"0x{word:040x}" if word else None
