"""The one-line assertions: silent where all is equal, and in full about what is not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.protocols.house import House, build
from vmargin.chain.devnet import devnet
from vmargin.crosscheck.derive_math import FUNCTIONS
from vmargin.errors import UsageError
from vmargin.protocols.base import Margin
from vmargin.protocols.reference.protocol import Reference
from vmargin.protocols.reference.state import ReferenceState
from vmargin.solidity import kernel, uint256
from vmargin.solidity.reverts import Panic
from vmargin.testing import assert_matches_onchain, conformance


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with devnet() as chain:
        yield build(chain)


class OneWeiMore(Reference):
    """A mirror that asks one account for a wei too much, and reverts for another."""

    @classmethod
    def margin(cls, state: ReferenceState) -> Margin:
        margin = super().margin(state)
        if state.account == "17":
            more = {"maintenanceRequirement": margin.figures["maintenanceRequirement"] + 1}
            return replace(margin, answer={**margin.figures, **more})
        if state.account == "18":
            return replace(margin, answer=Panic(0x12))
        return margin


def test_a_true_mirror_passes(house: House) -> None:
    view = house.chain.at()
    assert assert_matches_onchain(house.protocol, view).equal == 4
    assert assert_matches_onchain(house.deployment, view, [16, "017"]).equal == 2
    house.do("Feeds", "setPoster", house.chain.accounts[0], False)
    with house.chain.isolated() as later:
        later.warp(later.at().timestamp + 40 * 86_400)  # all prices are too old, for both
        assert assert_matches_onchain(house.protocol, later.at()).equal == 4


def test_a_failure_names_account_figure_both_integers_and_block(house: House) -> None:
    view = house.chain.at()
    (margin,) = (house.protocol.margin(state) for state in house.protocol.read(view, ["17"]))
    true = int(margin.figures["maintenanceRequirement"])
    with pytest.raises(AssertionError) as raised:
        assert_matches_onchain(OneWeiMore(house.deployment), view)
    told = str(raised.value)
    assert told.startswith(
        f"2 of 4 accounts are not equal, of reference at chain 31337, block {view.number} (0x"
    )
    figure = f"    mirror    {true + 1}\n    contract  {true}\n    differ by +1"
    assert f"  account 17: maintenanceRequirement\n{figure}" in told
    assert "  account 18\n    mirror    revert: " in told
    assert "Panic(0x12)" in told
    assert "account 16" not in told


def test_no_account_is_no_agreement(house: House) -> None:
    with pytest.raises(AssertionError, match="no account was compared: there is none of reference at chain"):
        assert_matches_onchain(house.protocol, house.chain.at(), [])
    with pytest.raises(UsageError, match="'sixteen' is no account"):
        assert_matches_onchain(house.protocol, house.chain.at(), ["sixteen"])


@kernel
def half(x: uint256) -> uint256:
    return x / 2


@kernel
def inverse(x: uint256) -> uint256:
    return 10**18 / x


VECTORS = {
    "half": [{"in": ["7"], "out": "3"}, {"in": ["0"], "out": "0"}],
    "inverse": [{"in": ["3"], "out": "333333333333333333"}, {"in": ["0"], "revert": "Panic(0x12)"}],
}
KERNELS = {"half": half, "inverse": inverse}


def vectors(folder: Path, document: object) -> Path:
    path = folder / "vectors.json"
    path.write_text(json.dumps(document))
    return path


def test_kernels_conform(tmp_path: Path) -> None:
    path = vectors(tmp_path, VECTORS)
    assert [f.cases for f in conformance(KERNELS, path).functions] == [2, 2]
    assert [f.function for f in conformance(KERNELS, str(path), only="half").functions] == ["half"]


def test_kernels_that_do_not_conform_are_named_with_their_first_mismatch(tmp_path: Path) -> None:
    wrong = {"half": [{"in": ["8"], "out": "4"}, {"in": ["7"], "out": "4"}], "inverse": VECTORS["inverse"]}
    path = vectors(tmp_path, wrong)
    with pytest.raises(AssertionError) as raised:
        conformance(KERNELS, path)
    told = str(raised.value)
    assert "first mismatch: half[1], checked reading\n" in told
    assert 'in        ["7"]\n  expected  {"out": "4"}\n  got       {"out": "3"}' in told
    assert "inverse" not in told
    assert conformance(KERNELS, path, only=["inverse"]).mismatches == 0


def test_what_is_not_in_the_file_is_an_error_and_no_pass(tmp_path: Path) -> None:
    path = vectors(tmp_path, {**VECTORS, "inverse": []})
    with pytest.raises(UsageError, match="there is no case of inverse, double in it"):
        conformance(KERNELS, path, only=["inverse", "half", "double"])
    with pytest.raises(UsageError, match='"half" is no function of this suite'):
        conformance({"inverse": inverse}, path)


def test_a_file_that_is_shared_is_read_as_the_command_reads_it() -> None:
    path = Path(__file__).parents[1] / "vectors" / "derive_math.json.xz"
    report = conformance(FUNCTIONS, path, only="toSubId")
    assert report.functions[0].cases > 0
