"""The fork table: every entry against a second source, and no block given to a fork that it is not of."""

from __future__ import annotations

import re
from importlib import import_module

import pytest
import rlp
from ethereum.fork_criteria import ByBlockNumber, ByTimestamp

from vmargin.chain.errors import Unprovable
from vmargin.chain.forks import FORKS, SCHEDULES, fork_of, named
from vmargin.chain.header import Header
from vmargin.errors import UsageError

MAINNET, SEPOLIA, HOODI, HOLESKY, DEVNET = 1, 11155111, 560048, 17000, 31337


def header(fields: int, *, number: int = 10, timestamp: int = 0, difficulty: int = 0) -> Header:
    def integer(value: int) -> bytes:
        return value.to_bytes((value.bit_length() + 7) // 8, "big")

    hashes = [bytes([position]) * 32 for position in range(1, 9)]
    first = [hashes[0], hashes[1], bytes(20), hashes[2], hashes[3], hashes[4], bytes(256)]
    middle = [
        integer(difficulty),
        integer(number),
        integer(30_000_000),
        b"",
        integer(timestamp),
        b"",
        hashes[5],
    ]
    last = [bytes(8), b"\x07", hashes[6], b"", b"", hashes[7], hashes[0], hashes[1], b"\x01"]
    return Header.decode(rlp.encode((first + middle + last)[:fields]))


def test_mainnet_is_as_the_specification_has_it() -> None:
    for fork in FORKS.values():
        criteria = import_module(f"ethereum.forks.{fork.name}").FORK_CRITERIA
        schedule = SCHEDULES[MAINNET]
        if fork.name == "paris":
            assert criteria == ByBlockNumber(15537394)
            assert schedule.numbers["gray_glacier"] < 15537394
        elif fork.name in schedule.numbers:
            assert criteria == ByBlockNumber(schedule.numbers[fork.name])
        else:
            assert criteria == ByTimestamp(schedule.timestamps[fork.name])


def test_blob_prices_are_those_of_the_specification() -> None:
    for fork in FORKS.values():
        if not fork.since("cancun"):
            assert fork.blobs is None
            continue
        gas = import_module(f"ethereum.forks.{fork.name}.vm.gas")
        rules = import_module(f"ethereum.forks.{fork.name}.fork")
        assert fork.blobs == (
            int(gas.TARGET_BLOB_GAS_PER_BLOCK) >> 17,
            int(rules.MAX_BLOB_GAS_PER_BLOCK) >> 17,
            int(gas.BLOB_BASE_FEE_UPDATE_FRACTION),
        )


GENESIS = {MAINNET: 1606824023, SEPOLIA: 1655733600, HOODI: 1742213400, HOLESKY: 1695902400}
"""Of the beacon chains; an epoch is 32 slots of 12 seconds."""
EPOCHS = {
    MAINNET: {"shanghai": 194048, "cancun": 269568, "prague": 364032, "osaka": 411392},
    SEPOLIA: {"shanghai": 56832, "cancun": 132608, "prague": 222464, "osaka": 272640},
    HOODI: {"prague": 2048, "osaka": 50688},
    HOLESKY: {"shanghai": 256, "cancun": 29696, "prague": 115968, "osaka": 165120},
}
"""As the consensus layer's configurations have them."""


@pytest.mark.parametrize("chain", EPOCHS)
def test_times_are_the_epochs_of_the_beacon_chain(chain: int) -> None:
    for fork, epoch in EPOCHS[chain].items():
        assert SCHEDULES[chain].timestamps[fork] == GENESIS[chain] + epoch * 32 * 12


@pytest.mark.parametrize("fork", ["shanghai", "cancun", "prague", "osaka", "bpo1", "bpo2"])
def test_times_are_those_in_the_specifications_own_words(fork: str) -> None:
    words = import_module(f"ethereum.forks.{fork}").__doc__ or ""
    chains = {"Mainnet": MAINNET, "Sepolia": SEPOLIA, "Hoodi": HOODI, "Holesky": HOLESKY}
    rows = re.findall(r"\| (\w+) +\| `(\d+)` .* `? *([\d,]+)`? +\|", words)
    told = {
        chains[name]: (int(at), int(epoch.replace(",", ""))) for name, at, epoch in rows if name in chains
    }
    assert MAINNET in told and SEPOLIA in told
    for chain, (timestamp, epoch) in told.items():
        assert SCHEDULES[chain].timestamps[fork] == timestamp == GENESIS[chain] + epoch * 32 * 12


def test_sepolia_ends_with_amsterdam() -> None:
    assert SCHEDULES[SEPOLIA].known_until == GENESIS[SEPOLIA] + 353024 * 32 * 12


@pytest.mark.parametrize("chain", SCHEDULES)
def test_each_fork_begins_with_its_first_block(chain: int) -> None:
    schedule = SCHEDULES[chain]
    begun = "frontier" if "frontier" in schedule.numbers else "london"
    for name, first in schedule.numbers.items():
        for number, expected in ((first - 1, begun), (first, name), (first + 1, name)):
            if number >= 0:
                block = header(FORKS[expected].header_length, number=number, difficulty=9)
                assert fork_of(chain, block).name == expected
        begun = name
    begun = "paris"
    for name, at in schedule.timestamps.items():
        for timestamp, expected in ((at - 1, begun), (at, name), (at + 1, name)):
            if timestamp >= 0:
                block = header(FORKS[expected].header_length, number=20_000_000, timestamp=timestamp)
                assert fork_of(chain, block).name == expected
        begun = name


def test_a_header_with_other_fields_is_of_no_fork_here() -> None:
    at = SCHEDULES[MAINNET].timestamps["bpo2"]
    assert fork_of(MAINNET, header(21, timestamp=at)) is FORKS["bpo2"]
    for fields in (15, 16, 17, 20, 23):
        with pytest.raises(Unprovable, match=f"has {fields} fields"):
            fork_of(MAINNET, header(fields, timestamp=at))
    with pytest.raises(Unprovable, match="has 23 fields"):
        fork_of(DEVNET, header(23), "osaka")
    with pytest.raises(Unprovable, match="difficulty 5"):
        fork_of(DEVNET, header(21, difficulty=5), "osaka")


def test_past_its_knowledge_the_table_says_so() -> None:
    for chain, schedule in SCHEDULES.items():
        last = header(21, timestamp=schedule.known_until - 1)
        beyond = header(21, timestamp=schedule.known_until)
        assert fork_of(chain, last) is FORKS["bpo2"]
        with pytest.raises(Unprovable, match=r"fork table too old.*--fork osaka"):
            fork_of(chain, beyond)
        assert fork_of(chain, beyond, "bpo2") is FORKS["bpo2"]


def test_other_chains_need_a_name() -> None:
    with pytest.raises(Unprovable, match="chain 31337 is not in the fork table"):
        fork_of(DEVNET, header(21))
    assert fork_of(DEVNET, header(21), "osaka") is FORKS["osaka"]
    assert fork_of(DEVNET, header(15), "Spurious-Dragon") is FORKS["spurious_dragon"]
    for chain in (10, 8453, 42161, 324, 56):
        with pytest.raises(Unprovable, match="not run by Ethereum's rules"):
            fork_of(chain, header(21), "prague")


def test_a_block_beyond_64_bits_is_none_of_ethereum() -> None:
    for block in (header(21, number=1 << 64), header(21, timestamp=1 << 64)):
        with pytest.raises(Unprovable, match="take 64 bits"):
            fork_of(DEVNET, block, "osaka")
    with pytest.raises(Unprovable, match="take 64 bits"):
        fork_of(1 << 64, header(21), "osaka")


def test_names_as_others_write_them() -> None:
    assert named("spuriousdragon") is FORKS["spurious_dragon"]
    assert named("petersburg") is FORKS["constantinople"]
    with pytest.raises(UsageError, match="there are frontier, homestead"):
        named("latest")
