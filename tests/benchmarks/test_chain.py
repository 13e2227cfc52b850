"""The chain's benchmarks: peers read the same, and the README says what was measured of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from benchmarks import chain, chain_tables, readme
from benchmarks.chain import Ground
from benchmarks.timing import Times, require_agreement


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    with chain.ground(40) as ground:
        yield ground
        close_package()


def close_package() -> None:
    """Close what the package keeps open in its event loop."""
    from multicall import utils

    loop = utils.get_event_loop()
    for web3 in utils.async_w3s.values():
        loop.run_until_complete(web3.provider.disconnect())
    loop.close()


def test_peers_read_the_same(ground: Ground) -> None:
    require_agreement(chain.balance_peers(ground, 40, 10))
    require_agreement(chain.heavy_peers(ground, 40, 15))
    rows = [(one,) for one in ground.holders[:3]]
    require_agreement(chain.proven_peers(ground, ground.token, chain.BALANCE, rows))


def test_the_best_batch_is_one_of_those_measured(ground: Ground) -> None:
    assert chain.best_batch(ground, 40, 1, [10, 40]) in (10, 40)


def test_the_heavy_view_is_work(ground: Ground) -> None:
    transaction = {"to": ground.heavy, "data": chain.Function.parse(chain.WORK).calldata((1, 400)).hex()}
    gas = int(ground.chain.rpc("eth_estimateGas", transaction), 16) - 21_000
    assert gas == pytest.approx(100_000, rel=0.3)


def test_targets_are_ratios_of_the_best_rounds() -> None:
    (target,) = chain.heavy(Times({chain.OURS: [3.0, 2.0], "batches of 50": [1.0, 8.0]})).targets
    assert (target.measured, target.reached) == (2.0, False)
    loop, package = chain.balances(
        Times({chain.OURS: [2.0, 1.0], chain.LOOP_PEER: [50.0, 60.0], chain.PACKAGE: [1.0, 3.0]})
    ).targets
    assert (loop.measured, loop.reached) == (0.02, True)
    assert (package.measured, package.reached) == (1.0, True)
    (proven,) = chain.proven("f", Times({"plain call": [1.0], "proven call": [3.1]})).targets
    assert not proven.reached


def kept() -> list[dict[str, Any]]:
    return [target for entry in chain_tables.load()["reads"] for target in entry["targets"]]


def test_the_readme_shows_the_run_that_is_kept() -> None:
    shown = readme.section(readme.README.read_text(), chain_tables.NAME)
    assert shown == chain_tables.markdown(chain_tables.load())


def test_the_verdicts_kept_follow_from_the_figures_kept() -> None:
    assert [(target["quantity"], target["limit"]) for target in kept()] == [
        ("vmargin / web3's loop", 0.05),
        ("vmargin / multicall", 1),
        ("vmargin / the best batches", 1.2),
        ("proven / plain", 3),
        ("proven / plain", 3),
    ]
    for target in kept():
        assert target["sense"] == "at most"
        assert target["reached"] == (target["measured"] <= target["limit"])
