"""Over an account, too, mirror and contract part at a line of each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.crosscheck.audit.contracts import BUILD
from tests.crosscheck.compare.shares import DIVIDE, Shares, deployed
from vmargin.chain.devnet import Devnet, devnet
from vmargin.chain.view import Call
from vmargin.crosscheck.audit.accounts import audit_accounts
from vmargin.crosscheck.audit.plan import Plan, ProtocolPlan
from vmargin.solidity.integers import uint256
from vmargin.solidity.kernel import kernel


@kernel
def share(x: uint256, y: uint256) -> uint256:
    """Rounded up, as the contract does not."""
    return (x + y - 1) / y


class Up(Shares):
    """A mirror that is wrong."""

    @classmethod
    def answer(cls, state: Any) -> dict[str, int]:
        return {"share": int(share(state.x, state.y))}

    def question(self, account: str) -> Call:
        x, y = map(int, account.split("/"))
        return Call(self.deployment.address("shapes"), DIVIDE, (x, y))


class Silent(Up):
    """One that does not say which call it asks."""

    question = Shares.question


@pytest.fixture(scope="module")
def chain() -> Iterator[Devnet]:
    with devnet() as chain:
        yield chain


def audited(chain: Devnet, kind: type[Shares], *artifacts: str) -> Any:
    shapes = chain.deploy(BUILD / "RevertShapes.json")
    found = ProtocolPlan("shares", "d.toml", accounts=("6/2", "7/2"), artifacts=artifacts, flip_accounts=0)
    protocol = deployed(shapes, chain.at().chain_id, kind=kind)
    return audit_accounts(
        Plan("T", protocol=found, folder=BUILD.parent), protocol, chain.at(), lambda _: None
    )


def test_both_lines_are_found(chain: Devnet) -> None:
    found = audited(chain, Up, "build")
    assert found.comparison["equal"] == found.comparison["differs"] == 1
    where = found.located["7/2"]
    assert where["mirror"]["place"].startswith("tests/crosscheck/audit/test_parting.py:")
    assert [n["text"].strip() for n in where["mirror"]["lines"] if n.get("hit")] == ["return (x + y - 1) / y"]
    assert "RevertShapes.sol" in where["contract"]["place"]
    assert any("x / y" in n["text"] for n in where["contract"]["lines"] if n.get("hit"))
    assert [code.name for code in found.codes] == ["RevertShapes"]


def test_without_artifacts_there_is_a_program_counter(chain: Devnet) -> None:
    where = audited(chain, Up).located["7/2"]
    assert where["contract"]["lines"] == [] and where["contract"]["otherwise"]
    assert "pc " in where["contract"]["place"]
    assert where["mirror"]["lines"]


def test_what_cannot_be_located_is_named(chain: Devnet) -> None:
    found = audited(chain, Silent, "build")
    assert found.located == {} and found.comparison["differs"] == 1
    assert "localise" in {one.part for one in found.not_done}


def test_its_artifacts_are_kept(chain: Devnet, tmp_path: Path) -> None:
    from vmargin.crosscheck.audit.keep import ARTIFACTS, SOURCES, kept_codes

    files = kept_codes(audited(chain, Up, "build").codes)
    assert f"{ARTIFACTS}/RevertShapes.json" in files
    assert any(path.startswith(SOURCES) and path.endswith("RevertShapes.sol") for path in files)
