"""Codes and proxies: what is on chain against what was recorded."""

from __future__ import annotations

from dataclasses import replace

import pytest
from eth_hash.auto import keccak

from tests.crosscheck.compare.conftest import BUILD
from tests.protocols.house import House
from vmargin.chain import proxies
from vmargin.chain.errors import BadReturn
from vmargin.chain.proxies import Proxy, read_proxies
from vmargin.crosscheck.lint.code import code_hashes
from vmargin.crosscheck.lint.code import proxies as judged_proxies
from vmargin.protocols.deployment import CodeChanged, Deployment, Place
from vmargin.protocols.reference.protocol import Reference

NOBODY = "0x" + "de" * 20


def test_each_code_that_is_as_recorded_is_ok(house: House):
    found = list(code_hashes(house.chain.at(), house.deployment))
    assert [finding.level for finding in found] == ["ok"] * len(house.deployment.contracts)


def test_another_code_is_a_violation_with_both_hashes(house: House):
    engine = house.deployment.address("engine")
    with house.chain.isolated() as chain:
        chain.rpc("anvil_setCode", engine, "0x" + chain.at().code(engine).hex() + "00")
        chain.mine()
        found = [f for f in code_hashes(chain.at(), house.deployment) if f.level != "ok"]
        hashed = "0x" + chain.at().code_hash(engine).hex()
    (finding,) = found
    assert (finding.rule, finding.level) == ("code-hash", "violation")
    assert finding.what.startswith("the engine at ")
    recorded = house.deployment.contracts["engine"].code_hash
    assert finding.evidence == {"address": engine, "recorded": recorded, "found": hashed}


def test_no_code_is_a_violation_and_no_hash_a_warning(house: House):
    places = {"gone": Place(NOBODY, "0x" + "ab" * 32), "new": Place(house.deployment.address("feeds"))}
    gone, new = code_hashes(house.chain.at(), replace(house.deployment, contracts=places))
    assert (gone.level, new.level) == ("violation", "warning")
    assert "there is no code where the gone at" in gone.what
    assert new.evidence["found"] == house.deployment.contracts["feeds"].code_hash


@pytest.fixture
def proxy(house: House):
    """A proxy of the feeds, in a chain of its own, and what its storage is changed with."""
    with house.chain.isolated() as chain:
        address = chain.deploy(BUILD / "Proxy1967.json", [house.deployment.address("feeds")])

        def judge(recorded: str | None = None, **slots: int) -> tuple[str, str]:
            for name, word in slots.items():
                slot = getattr(proxies, name)
                chain.rpc("anvil_setStorageAt", address, f"0x{slot:064x}", f"0x{word:064x}")
            chain.mine()
            place = Place(address, None, recorded)
            deployment = Deployment("reference", 31337, {"proxy": place})
            (finding,) = judged_proxies(chain.at(), deployment)
            assert finding.rule == "proxy-implementation"
            return finding.level, finding.what

        judge.chain, judge.address = chain, address
        yield judge


def test_slots_are_those_of_the_standard():
    for name in ("implementation", "beacon", "admin"):
        hashed = int.from_bytes(keccak(f"eip1967.proxy.{name}".encode()), "big")
        assert getattr(proxies, name.upper()) == hashed - 1


def test_a_proxy_runs_what_was_recorded(house: House, proxy):
    feeds, ledger = (house.deployment.address(role) for role in ("feeds", "ledger"))
    assert proxy(feeds)[0] == "ok"
    level, what = proxy(ledger)
    assert level == "violation"
    assert "runs the code of" in what
    assert proxy(feeds, IMPLEMENTATION=int(ledger, 16))[0] == "violation"
    assert proxy(ledger)[0] == "ok"
    assert proxy(NOBODY, IMPLEMENTATION=int(NOBODY, 16)) == (
        "violation",
        f"the proxy at {_sum(proxy.address)} runs {_sum(NOBODY)}, where there is no code",
    )


def test_a_proxy_of_which_nobody_wrote_is_a_warning(proxy):
    level, what = proxy()
    assert level == "warning"
    assert "was not recorded: it can be changed unseen" in what


def test_what_was_a_proxy_and_is_none(house: House, proxy):
    assert proxy(house.deployment.address("feeds"), IMPLEMENTATION=0) == (
        "violation",
        f"the proxy at {_sum(proxy.address)} was recorded as a proxy, and its slots are empty",
    )
    assert proxy()[0] == "ok"


def test_a_beacon_is_asked(house: House, proxy):
    feeds = house.deployment.address("feeds")
    # PUSH20 feeds, MSTORE at 0, RETURN 32 bytes
    proxy.chain.rpc("anvil_setCode", NOBODY, f"0x73{feeds[2:]}5f5260205ff3")
    assert proxy(feeds, IMPLEMENTATION=0, BEACON=int(NOBODY, 16), ADMIN=5)[0] == "ok"
    (found,) = read_proxies(proxy.chain.at(), [proxy.address])
    assert found == Proxy(feeds, NOBODY, f"0x{5:040x}")
    proxy.chain.rpc("anvil_setCode", NOBODY, "0x5f5ffd")
    level, what = proxy(feeds)
    assert level == "violation"
    assert "names no implementation: Empty" in what


def test_a_slot_that_holds_no_address_is_a_violation(house: House, proxy):
    level, what = proxy(house.deployment.address("feeds"), IMPLEMENTATION=1 << 200)
    assert level == "violation"
    assert "which is no address" in what
    with pytest.raises(BadReturn, match="which is no address"):
        read_proxies(proxy.chain.at(), [proxy.address])


def test_a_view_on_which_a_proxy_runs_something_else_is_refused(house: House, proxy):
    """By `verify`, before any account is read."""
    for role, right in (("feeds", True), ("ledger", False)):
        place = Place(proxy.address, None, house.deployment.address(role))
        protocol = Reference(Deployment("reference", 31337, {"engine": place}))
        if right:
            protocol.verify(proxy.chain.at())
        else:
            with pytest.raises(CodeChanged, match=r"the engine of reference at .* runs the code of"):
                protocol.verify(proxy.chain.at())


def _sum(address: str) -> str:
    from vmargin.chain.wire import checksummed

    return checksummed(address)
