"""A venue for each test that asks for one."""

from __future__ import annotations

import pytest

from venue import Venue, open_venue


@pytest.fixture
def venue(vm_chain) -> Venue:
    """On a devnet; with --vm-rpc-url on that chain, where only tests marked `vm_funded` may send."""
    return open_venue(vm_chain)
