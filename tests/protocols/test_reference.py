"""The reference protocol on a deployed house: mirror and contract say the same, on every kind of view."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.world import BITCOIN, DAY, ETHER, WAD
from tests.protocols.house import House, build
from vmargin.chain.anchors import HashAnchor
from vmargin.chain.devnet import Devnet
from vmargin.chain.proven import ProvenView
from vmargin.chain.recorded import load, record
from vmargin.chain.view import BlockView
from vmargin.errors import UsageError
from vmargin.margin.house.policies import policy_id
from vmargin.protocols.base import Action
from vmargin.protocols.deployment import CodeChanged
from vmargin.protocols.reference.contracts import functions
from vmargin.protocols.reference.state import ReferenceState
from vmargin.protocols.verdict import HEALTHY, LIQUIDATABLE, Standing
from vmargin.solidity.reverts import Custom


@pytest.fixture(scope="module")
def house(chain: Devnet) -> House:
    return build(chain)


@pytest.fixture
def now(house: House) -> Iterator[House]:
    with house.chain.isolated() as chain:
        yield house._replace(chain=chain)


@pytest.fixture(params=["live", "recorded", "proven"])
def view(request: pytest.FixtureRequest, house: House, tmp_path: Path) -> BlockView:
    live = house.chain.at()
    if request.param == "proven":
        return ProvenView(live, HashAnchor(live.hash), fork=house.chain.hardfork)
    if request.param == "live":
        return live
    recording = record(live)
    house.protocol.onchain(recording, house.accounts)
    house.protocol.read(recording, list(house.protocol.discover(recording)))
    recording.save(tmp_path / "view.json", reader=recording)
    return load(tmp_path / "view.json")


def test_mirror_and_contract_say_the_same_of_every_account(house: House, view: BlockView) -> None:
    accounts = list(house.protocol.discover(view))
    assert accounts == house.accounts
    margins = [house.protocol.margin(state) for state in house.protocol.read(view, accounts)]
    assert [margin.answer for margin in margins] == house.protocol.onchain(view, accounts)
    assert all(margin.verdict == HEALTHY for margin in margins)
    assert all(margin.figures["initialRequirement"] for margin in margins)


def test_a_crash_makes_an_account_liquidatable(now: House) -> None:
    now.price(ETHER, 2_450 * WAD)
    now.marks([(ETHER << 224 | 1 << 176, 2_450 * WAD)])
    view = now.chain.at()
    margins = {state.account: now.protocol.margin(state) for state in now.protocol.read(view, now.accounts)}
    assert [margin.answer for margin in margins.values()] == now.protocol.onchain(view, now.accounts)
    assert margins["18"].verdict == LIQUIDATABLE
    assert margins["18"].details["maintenanceHealth"] < 0
    assert margins["16"].verdict == HEALTHY


def test_what_the_engine_refuses_is_unknown(now: House) -> None:
    now.chain.warp(now.chain.at().timestamp + 40 * DAY)
    now.chain.mine()
    view = now.chain.at()
    (state,) = now.protocol.read(view, ["16"])
    margin = now.protocol.margin(state)
    assert margin.verdict.standing is Standing.UNKNOWN
    assert isinstance(margin.answer, Custom)
    assert [margin.answer] == now.protocol.onchain(view, ["16"])
    assert margin.answer.signature.partition("(")[0] in margin.verdict.reason
    assert ReferenceState.from_json(json.loads(json.dumps(state.as_json()))) == state


def test_low_confidence_is_a_warning_beside_the_verdict(now: House) -> None:
    now.chain.warp(now.chain.at().timestamp + 29 * DAY + DAY // 2)
    now.chain.mine()
    for underlying in (0, BITCOIN):
        now.price(underlying, 1 * WAD if underlying == 0 else 60_000 * WAD)
    (state,) = now.protocol.read(now.chain.at(), ["18"])
    margin = now.protocol.margin(state)
    assert [warning.code for warning in margin.warnings] == ["low-confidence"]
    assert [margin.answer] == now.protocol.onchain(now.chain.at(), ["18"])


def test_a_state_is_read_as_it_is_written_and_judged_the_same(house: House) -> None:
    for state in house.protocol.read(house.chain.at(), house.accounts):
        again = ReferenceState.from_json(json.loads(json.dumps(state.as_json())))
        assert again == state
        assert hash(again) == hash(state)
        assert house.protocol.margin(again) == house.protocol.margin(state)


def test_what_if_puts_the_named_systems_side_by_side(house: House) -> None:
    (state,) = house.protocol.read(house.chain.at(), ["16"])
    rows = {row.name: row for row in house.protocol.what_if(state)}
    assert list(rows) == ["policy", "isolated", "cross", "portfolio", "greeks", "shortfall"]
    required = {name: row.required for name, row in rows.items()}
    assert None not in required.values()
    assert (
        required["portfolio"]
        == required["policy"]
        == house.protocol.margin(state).figures["initialRequirement"]
    )
    assert required["isolated"] >= required["cross"]
    assert required["portfolio"] >= required["shortfall"]
    assert rows["cross"].saving == required["isolated"] - required["cross"]


@pytest.mark.parametrize("text", ["", "0x10", "-1", "sixteen", "1" * 79])
def test_an_account_is_a_number(text: str, house: House) -> None:
    with pytest.raises(UsageError, match="a number, as in 16"):
        house.protocol.parse_account(text)
    assert house.protocol.parse_account("016") == "16"


def test_another_chain_is_refused(house: House) -> None:
    from dataclasses import replace

    elsewhere = type(house.protocol)(replace(house.deployment, chain_id=1))
    with pytest.raises(UsageError, match="is on chain 1, the view is of chain 31337"):
        elsewhere.read(house.chain.at(), ["16"])


def test_other_code_than_the_deployment_was_written_for_is_refused(now: House) -> None:
    now.protocol.verify(now.chain.at())
    feeds = now.deployment.address("feeds")
    now.chain.set_code(feeds, b"\x00")
    with pytest.raises(CodeChanged, match=f"the feeds of reference at {feeds} has code of hash 0xbc36789e"):
        now.protocol.verify(now.chain.at())


def send(house: House, action: Action, sender: str) -> None:
    key = house.chain.rpc(
        "eth_sendTransaction", {"from": sender, "to": action.to, "data": "0x" + action.data.hex()}
    )
    while (receipt := house.chain.rpc("eth_getTransactionReceipt", key)) is None:
        time.sleep(0.01)
    assert receipt["status"] == "0x1"


def liquidated(house: House, account: str, liquidator: str) -> None:
    """Put up and taken in part, after which it is healthy and there is nothing more to do."""
    keeper = house.chain.accounts[int(liquidator) - 15]
    house.chain.rpc("anvil_setBlockTimestampInterval", 1)
    healths, done = [], []
    while True:
        view = house.chain.at()
        (state,) = house.protocol.read(view, [account])
        margin = house.protocol.margin(state)
        healths.append(margin.details["initialHealth"])
        actions = house.protocol.liquidate(view, state, liquidator, slack_bps=10)
        if not actions:
            break
        (action,) = actions
        done.append(action.what)
        send(house, action, keeper)
    house.chain.rpc("anvil_removeBlockTimestampInterval")
    assert done[0].startswith(f"put account {account} up")
    assert all(what.startswith("take ") for what in done[1:])
    assert len(done) == 2
    assert margin.verdict == HEALTHY
    assert max(healths[:-1]) < 0
    assert healths[-1] > max(healths[:-1]) // 100, "the discount of a second later may leave a little"


def test_a_liquidator_sends_what_the_protocol_says_until_the_account_is_healthy(now: House) -> None:
    now.price(ETHER, 2_450 * WAD)
    now.marks([(ETHER << 224 | 1 << 176, 2_450 * WAD)])
    liquidated(now, "18", "17")


def sizes(house: House, account: int) -> dict[int, int]:
    ledger = house.deployment.address("ledger")
    (portfolio,) = house.chain.at().call(ledger, functions("Ledger")["portfolioOf"], (account,))
    return dict(portfolio[1])


def test_a_pool_is_liquidated_as_one(now: House) -> None:
    """16 and 18 are margined together; what 16 could spare has been withdrawn before the crash."""
    contribution = 1_000 * WAD
    now.do("Pools", "create", policy_id(now.policy))
    for account in (16, 18):
        now.do("Pools", "invite", 1, account, True, contribution)
        owner = now.chain.accounts[account - 15]
        now.do("Pools", "enter", 1, account, contribution, sender=owner)
    (state,) = now.protocol.read(now.chain.at(), ["16"])
    spare = now.protocol.margin(state).details["initialHealth"] // 10**12 - 10**9
    now.do("Ledger", "withdraw", 16, spare, now.chain.accounts[1], sender=now.chain.accounts[1])

    now.price(ETHER, 2_450 * WAD)
    now.marks([(ETHER << 224 | 1 << 176, 2_450 * WAD)])
    assert [state.inputs for state in now.protocol.read(now.chain.at(), ["16"])] == [
        state.inputs for state in now.protocol.read(now.chain.at(), ["18"])
    ]
    before = {account: sizes(now, account) for account in (16, 18)}
    liquidated(now, "18", "17")
    for account, held in before.items():
        after = sizes(now, account)
        assert held.keys() == after.keys()
        assert all(abs(after[what]) < abs(size) for what, size in held.items()), "every member has sold"
