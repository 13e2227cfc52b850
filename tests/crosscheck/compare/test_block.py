"""The accounts of a block: in chunks, in order, in bounded memory, whatever one of them does."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.crosscheck import patched
from tests.crosscheck.compare.shares import Shares, deployed
from tests.crosscheck.compare.test_account import RoundsUp
from tests.protocols.house import House
from vmargin.chain.anchors import HashAnchor
from vmargin.chain.devnet import Devnet
from vmargin.chain.errors import ChainError
from vmargin.chain.proven import ProvenView
from vmargin.chain.recorded import load, record
from vmargin.crosscheck.compare import Comparison, Status, compare
from vmargin.crosscheck.compare.block import LISTED
from vmargin.errors import UsageError
from vmargin.protocols.registry import ProtocolBroken


def statuses(comparison: Comparison) -> dict[str, str]:
    return {one.account: one.status.value for one in comparison.accounts}


def test_every_account_of_the_house_is_equal(house: House, tmp_path):
    comparison = compare(house.protocol, house.chain.at())
    assert statuses(comparison) == dict.fromkeys(house.accounts, "equal")
    assert comparison.agrees


def test_live_recorded_and_proven_alike(house: House, shapes: str, tmp_path):
    protocol = deployed(shapes, house.chain.chain_id, kind=RoundsUp)
    live = house.chain.at()
    recording = record(live)
    proven = ProvenView(record(live), HashAnchor(live.hash), fork=house.chain.hardfork)
    accounts = ["7/2", "8/2", "7/0", "0/1"]
    found = [compare(protocol, view, accounts) for view in (recording, proven)]
    recording.save(tmp_path / "live.json.xz")
    proven.source.save(tmp_path / "proven.json.xz", reader=proven)
    replayed = [load(tmp_path / f"{name}.json.xz") for name in ("live", "proven")]
    found += [compare(protocol, view, accounts) for view in replayed]
    for comparison in found:
        assert list(statuses(comparison).values()) == ["differs", "equal", "differs", "unknown"]
        assert comparison.accounts == found[0].accounts
        assert comparison.provenance.hash == "0x" + live.hash.hex()
    assert [c.provenance.anchor is None for c in found] == [True, False, True, False]
    more = compare(protocol, replayed[0], ["9/2", "8/2"])
    assert statuses(more) == {"9/2": "unknown", "8/2": "equal"}
    assert "does not hold" in more.accounts[0].reason


def test_where_the_contract_reverts_so_does_the_mirror(house: House):
    with house.chain.isolated() as chain:
        chain.warp(chain.at().timestamp + 40 * 86_400)
        chain.mine()
        comparison = compare(house.protocol, chain.at())
    assert statuses(comparison) == dict.fromkeys(house.accounts, "equal")
    assert all("Stale" in one.contract["revert"]["error"] for one in comparison.accounts)


def test_an_engine_whose_code_has_changed_differs_where_it_shows(house: House):
    """One basis point of the share of gains or losses: account 17 is worst where nothing of it counts."""

    def some(chain: Devnet) -> bool:
        return compare(house.protocol, chain.at()).equal == 1

    with patched.engine(house, some) as chain:
        comparison = compare(house.protocol, chain.at())
        answers = house.protocol.onchain(chain.at(), house.accounts)
    equal = [a for a, status in statuses(comparison).items() if status == "equal"]
    assert (comparison.equal, comparison.differs, comparison.unknown) == (len(equal), 3, 0)
    for one, answer in zip(comparison.accounts, answers, strict=True):
        assert bool(one.differences) == (one.account not in equal)
        for difference in one.differences:
            name, _, at = difference.figure.removesuffix("]").partition("[")
            assert difference.contract == (answer[name][int(at)] if at else answer[name])
            assert difference.mirror != difference.contract
    table = list(comparison.lines())
    assert table[0].split() == [
        "account",
        "outcome",
        "figure",
        "mirror",
        "contract",
        "mirror",
        "-",
        "contract",
    ]
    for one in comparison.accounts:
        row = next(line.split() for line in table if line.startswith(one.account))
        assert row[1] == one.status.value
        if one.differences:
            first = one.differences[0]
            assert row[2:] == [first.figure, *map(str, (first.mirror, first.contract, first.by))]
    assert table[-1] == "4 accounts compared: 1 equal, 3 differ, 0 unknown"
    assert not comparison.agrees


def test_an_engine_that_reverts_instead_differs_by_the_revert(house: House):
    def reverts(chain: Devnet) -> bool:
        (answer,) = house.protocol.onchain(chain.at(), ["16"])
        return isinstance(answer, Exception)

    with patched.engine(house, reverts, into=bytes.fromhex("610000")) as chain:
        comparison = compare(house.protocol, chain.at(), ["16"])
    (one,) = comparison.accounts
    assert one.status is Status.DIFFERS
    assert "figures" in one.mirror
    assert one.contract["revert"]["data"].startswith("0x")
    rows = [line for line in comparison.lines() if "the contract reverts with" in line]
    assert len(rows) == 1


@pytest.mark.parametrize("chunk", [1, 3, 64])
def test_one_account_that_cannot_be_read_takes_no_other_with_it(house: House, shapes: str, chunk: int):
    accounts = [f"{n}/3" for n in range(20)]
    accounts[5], accounts[13] = "0/2", "0/1"
    comparison = compare(deployed(shapes, house.chain.chain_id), house.chain.at(), accounts, chunk=chunk)
    assert [one.account for one in comparison.accounts] == accounts
    assert (comparison.equal, comparison.differs, comparison.unknown) == (18, 0, 2)
    assert not comparison.agrees


def test_more_accounts_than_are_listed_are_counted(house: House, shapes: str):
    """And taken as they are needed: no more than a chunk is read ahead of what is told."""
    taken, told = 0, 0
    total = 2 * LISTED + 300

    def accounts() -> Iterator[str]:
        nonlocal taken
        for n in range(1, total + 1):
            taken += 1
            assert taken - told <= 500
            yield f"{n}/2"

    def tell(done: int, unequal: int) -> None:
        nonlocal told
        assert done == told + 1
        told = done
        assert unequal == done // 2 + done % 2

    protocol = deployed(shapes, house.chain.chain_id, kind=RoundsUp)
    comparison = compare(protocol, house.chain.at(), accounts(), chunk=500, tell=tell)
    assert (comparison.compared, comparison.differs) == (total, total // 2)
    assert len(comparison.accounts) == 2 * LISTED
    assert comparison.as_json()["notListed"] == 300
    bare = compare(protocol, house.chain.at(), ["1/2", "2/2"], list_equal=False)
    assert [one.account for one in bare.accounts] == ["1/2"]


def test_json_is_read_back_and_deterministic(house: House, shapes: str):
    protocol = deployed(shapes, house.chain.chain_id, kind=RoundsUp)
    view = house.chain.at()
    accounts = ["7/2", "8/2", "7/0", "0/1", "0/2"]
    first, second = (compare(protocol, view, accounts) for _ in range(2))
    assert json.dumps(first.as_json()) == json.dumps(second.as_json())
    assert Comparison.from_json(json.loads(json.dumps(first.as_json()))) == first
    assert list(Comparison.from_json(first.as_json()).lines()) == list(first.lines())
    for wrong in ({}, {**first.as_json(), "equal": "many"}, {**first.as_json(), "accounts": [{}]}):
        with pytest.raises(UsageError, match="no comparison"):
            Comparison.from_json(wrong)


def test_accounts_are_brought_into_their_one_spelling(house: House, shapes: str):
    comparison = compare(deployed(shapes, house.chain.chain_id), house.chain.at(), ["007/02"])
    assert statuses(comparison) == {"7/2": "equal"}
    with pytest.raises(UsageError, match="is no account of shares"):
        compare(deployed(shapes, house.chain.chain_id), house.chain.at(), ["seven"])


def test_no_account_is_no_agreement(house: House, shapes: str):
    comparison = compare(deployed(shapes, house.chain.chain_id), house.chain.at())
    assert comparison.compared == 0
    assert not comparison.agrees
    assert list(comparison.lines()) == ["no account was compared: there is none"]


def test_a_block_that_cannot_be_read_is_an_error_and_no_unknown_account(house: House, shapes: str):
    with house.chain.isolated() as chain:
        chain.mine()
        view = house.chain.connection(patience=0.1).at()
    with pytest.raises(ChainError):
        compare(deployed(shapes, house.chain.chain_id), view, ["1/1"])


def test_states_of_other_accounts_are_refused(house: House, shapes: str):
    class Shuffles(Shares):
        def read(self, view, accounts):
            return super().read(view, accounts)[::-1]

    with pytest.raises(ProtocolBroken, match="was asked about 1/2, 2/2 and gives states of 2/2, 1/2"):
        compare(deployed(shapes, house.chain.chain_id, kind=Shuffles), house.chain.at(), ["1/2", "2/2"])
