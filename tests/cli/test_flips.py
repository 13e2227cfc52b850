"""`vmargin flips` and `vmargin decisions` as a user meets them."""

from __future__ import annotations

import json
import sys

import pytest

from tests.house.world import ETHER
from tests.protocols.house import House, build
from vmargin.chain.devnet import devnet
from vmargin.margin.instruments import PERP

EXAMPLE = (
    "flips",
    "reference",
    "--portfolio",
    "examples/margin/portfolio.json",
    "--policy",
    "examples/margin/policy.json",
)


@pytest.fixture(scope="module")
def house():
    with devnet() as chain:
        yield build(chain)


@pytest.fixture
def flips(house: House, here, tmp_path):
    path = tmp_path / "deployment.toml"
    path.write_text(house.deployment.to_toml())

    def flips(*arguments: str):
        return here("flips", "reference", *arguments, "--deployment", path, "--rpc-url", house.chain.url)

    return flips


def test_the_engine_itself_changes_its_verdict_from_one_integer_to_the_next(house: House, flips) -> None:
    """Found on the state that was read; then each price is posted, and the deployed contracts are asked."""
    done = flips("18", "--price", f"{ETHER}.perp", "--from", "50%", "--json")
    assert done.returncode == 0
    assert f"block {house.chain.at().number}" in done.stderr
    answer = json.loads(done.stdout)
    assert answer["provenance"]["block"] == house.chain.at().number
    (found,) = answer["flips"]
    assert found["proven"] is True
    assert found["undecided"] == "0"
    assert found["standing"] == "healthy"
    (below,) = found["below"]
    assert below["standing"] == "liquidatable"
    mark = ETHER << 224 | PERP << 176
    for part, standing in ((found["here"], "healthy"), (below, "liquidatable")):
        for end in ("from", "to"):
            with house.chain.isolated() as chain:
                house._replace(chain=chain).marks([(mark, int(part[end]))])
                view = chain.at()
                (answer,) = house.protocol.onchain(view, ["18"])
                health = answer["value"] - answer["haircut"] - answer["maintenanceRequirement"]
                assert (health < 0) is (standing == "liquidatable")
    assert int(below["to"]) + 1 == int(found["here"]["from"])


def test_nearest_first_for_a_person(house: House, flips) -> None:
    lines = flips("18", "--price", str(ETHER), "--from", "50%").stdout.splitlines()
    assert (
        lines[0]
        == f"account 18, {ETHER}: spot of underlying {ETHER}, and its marks and forwards in proportion"
    )
    assert lines[1].split()[-1] == "HEALTHY"
    assert lines[3].startswith("  below")
    assert lines[3].endswith("LIQUIDATABLE")
    assert lines[-2].strip() == "proven for each integer of the range"


def test_time_passes(house: House, flips) -> None:
    done = flips("16", "17", "--until", "40d", "--json")
    found = json.loads(done.stdout)["flips"]
    assert [one["account"] for one in found] == ["16", "17"]
    assert {one["of"] for one in found} == {"time"}
    (state,) = house.protocol.read(house.chain.at(), ["16"])
    assert found[0]["now"] == str(house.protocol.time(state))
    assert int(found[0]["to"]) == int(found[0]["now"]) + 40 * 86_400


def test_the_contracts_themselves_are_asked_at_later_times(house: House, flips) -> None:
    """Of accounts that hold until prices are too old: the first second at which the engine reverts."""
    done = flips("16", "--until", "60d", "--reread", "--json")
    (found,) = json.loads(done.stdout)["flips"]
    assert found["proven"] is False
    (above,) = found["above"]
    assert above["standing"] == "unknown"
    assert "Stale" in above["reason"]
    first = int(above["from"])
    for time, answers in ((first - 1, True), (first, False)):
        with house.chain.isolated() as chain:
            chain.warp(time)
            chain.mine()
            assert chain.at().timestamp == time
            (answer,) = house.protocol.onchain(chain.at(), ["16"])
            assert isinstance(answer, dict) is answers
    assert flips("16", "--reread").returncode == 2


def test_from_files_every_price_that_there_is(here) -> None:
    found = json.loads(here(*EXAMPLE, "--json").stdout)
    assert "provenance" not in found
    names = [one["of"] for one in found["flips"]]
    assert names == ["1", "2", "1.spot", "2.spot", "1.perp", "2.perp", "2.1800000000", "cash"]


def test_an_account_of_which_nothing_is_known_is_said_so(house: House, flips) -> None:
    with house.chain.isolated() as chain:
        chain.warp(chain.at().timestamp + 40 * 86_400)
        chain.mine()
        done = flips("16")
    assert done.returncode == 1
    assert done.stdout.startswith("account 16: UNKNOWN (the engine reverts: ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--price", "3"], "depends on no price '3': there are 1, 2, 1.spot"),
        (["--price", "1", "--from", "half%"], "--from half%: write 50%, or the price itself"),
        (["--price", "1", "--from", "2e18", "--to", "1e18"], "a range from 2000000000000000000 to"),
        (["--until", "soon"], "--until soon: write 90, 12h, 30d"),
        (["--until", "1700000000"], "from 1797408000 to 1700000000"),
    ],
)
def test_wrong_usage_is_answered_with_the_right_one(here, words, said) -> None:
    done = here(*EXAMPLE, *words)
    assert done.returncode == 2
    assert said in done.stderr


KERNEL = '''
from vmargin.solidity.integers import uint256
from vmargin.solidity.kernel import kernel

BPS = uint256(10_000)


@kernel
def isCovered(amount: uint256, price: uint256, debt: uint256) -> bool:
    """A price in whole basis points of what is paid for."""
    return amount * (price / BPS) >= debt
'''


def test_decisions_that_integers_take_otherwise(here, tmp_path) -> None:
    path = tmp_path / "covered.py"
    path.write_text(KERNEL)
    words = ("decisions", "--mirror", f"{path}:isCovered", "--cases", "500", "--argument", "price")
    ranges = ("--range", "amount=1..1e6", "--range", "price=1e4..1e9", "--range", "debt=1..1e12")
    try:
        done = here(*words, *ranges)
        assert done.returncode == 1
        assert "integers say False" in done.stdout
        found = json.loads(here(*words, *ranges, "--json").stdout)
    finally:
        sys.modules.pop("covered", None)
    (site,) = found["sites"]
    assert site["comparison"] == ">="
    amount, price, debt = map(int, site["nearest"][0]["arguments"])
    assert amount * (price // 10_000) < debt <= amount * price / 10_000
    refused = here(*words, "--range", "price=5")
    assert refused.returncode == 2
    assert "--range price=5: write NAME=1..1e30" in refused.stderr
