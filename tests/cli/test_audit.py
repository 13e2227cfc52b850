"""The command writes one folder that can be handed over, and run again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import World
from tests.crosscheck import patched
from tests.crosscheck.audit.contracts import RIGHT, compiled, with_fault
from tests.protocols.house import House, build
from tests.report.schema_check import problems
from vmargin.chain.devnet import devnet
from vmargin.crosscheck.compare import compare
from vmargin.protocols.registry import open_deployment
from vmargin.solidity.reverts import Revert

Here = Callable[..., "subprocess.CompletedProcess[str]"]
MIRROR = "vmargin.fixedpoint.solmate.fixed_point_math_lib:mulDivUp"
FUNCTION = ("audit", "--mirror", MIRROR, "--signature", "mulDivUp(uint256,uint256,uint256)(uint256)")
FEW = ("--cases", "300", "--rounding-cases", "100")


@pytest.fixture(scope="module")
def faulty() -> Path:
    return with_fault()[0]


def test_a_function_of_an_artifact(here: Here, faulty: Path, tmp_path: Path) -> None:
    out = tmp_path / "audit"
    done = here(*FUNCTION, *FEW, "--artifact", faulty, "--out", out)
    assert done.returncode == 1
    assert done.stdout.startswith("Mirror and contract differ on ")
    assert str(out / "report.html") in done.stderr
    document = json.loads((out / "report.json").read_bytes())
    assert list(problems(json.loads((out / "report.schema.json").read_text()), document)) == []
    for file in document["functions"][0]["differences"][0]["files"]:
        assert (out / file).is_file(), file
    for file in out.rglob("*"):
        assert not file.is_file() or file.suffix == ".xz" or str(tmp_path) not in file.read_text()


def test_the_folder_runs_itself_again(here: Here, faulty: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    (tmp_path / "mine.py").write_text("def up(x, y, denominator):\n    return -(-x * y // denominator)\n")
    mirror = ("audit", "--mirror", f"{tmp_path / 'mine.py'}:up", "--signature", "mulDivUp", *FEW)
    assert here(*mirror, "--artifact", faulty, "--title", "T", "--out", first).returncode == 1
    (tmp_path / "mine.py").unlink()
    assert here("audit", first / "plan.toml", "--out", second).returncode == 1
    assert (second / "report.json").read_bytes() == (first / "report.json").read_bytes()
    assert (second / "report.html").read_bytes() == (first / "report.html").read_bytes()
    into_itself = here("audit", first / "plan.toml", "--out", first)
    assert into_itself.returncode == 2 and "name another folder" in into_itself.stderr
    assert (first / "inputs" / "1" / "mine.py").is_file()
    again = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "counterexamples"],
        cwd=second, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert again.returncode == 1 and "1 failed" in again.stdout


def test_equal_code(here: Here, tmp_path: Path) -> None:
    done = here(*FUNCTION, *FEW, "--artifact", RIGHT, "--out", tmp_path / "audit")
    assert done.returncode == 0
    assert done.stdout.startswith("Mirror and contract agree on all ")
    assert not (tmp_path / "audit" / "counterexamples").exists()


def test_an_earlier_report_is_replaced_and_nothing_else(here: Here, faulty: Path, tmp_path: Path) -> None:
    out = tmp_path / "audit"
    assert here(*FUNCTION, *FEW, "--artifact", faulty, "--out", out).returncode == 1
    assert here(*FUNCTION, *FEW, "--artifact", RIGHT, "--out", out).returncode == 0
    assert not (out / "counterexamples").exists()
    other = tmp_path / "other"
    other.mkdir()
    (other / "notes.txt").write_text("mine")
    refused = here(*FUNCTION, *FEW, "--artifact", RIGHT, "--out", other)
    assert refused.returncode == 2 and "is not empty" in refused.stderr
    assert [file.name for file in other.iterdir()] == ["notes.txt"]


def test_a_function_at_an_address(here: Here, faulty: Path, world: World, tmp_path: Path) -> None:
    address = world.chain.deploy(faulty)
    chain = ("--rpc-url", world.chain.url, "--block", str(world.chain.at().number))
    out = tmp_path / "audit"
    done = here(*FUNCTION, *FEW, "--address", address, *chain, "--out", out)
    assert done.returncode == 1, done.stderr
    document = json.loads((out / "report.json").read_bytes())
    assert list(problems(json.loads((out / "report.schema.json").read_text()), document)) == []
    assert document["checked"]["contracts"][0]["address"].lower() == address.lower()
    assert document["checked"]["chain"]["block"] == world.chain.at().number
    # what was recorded is enough to run the counterexample with no node
    environment = {k: v for k, v in os.environ.items() if "RPC" not in k}
    again = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "counterexamples"],
        cwd=out, capture_output=True, text=True, timeout=60, check=False, env=environment,
    )  # fmt: skip
    assert again.returncode == 1 and "mirror: 1" in again.stdout, again.stdout
    # the search itself is not recorded
    assert sum(file.stat().st_size for file in (out / "views").iterdir()) < 20_000


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with devnet(hardfork="prague") as chain:
        yield build(chain)


def test_accounts_of_a_protocol(here: Here, house: House, tmp_path: Path) -> None:
    (tmp_path / "deployment.toml").write_text(house.deployment.to_toml())
    block = ("--block", str(house.chain.at().number), "--rpc-url", house.chain.url)
    where = ("--deployment", tmp_path / "deployment.toml", *block)
    done = here("audit", "reference", "--all", *where, "--out", tmp_path / "equal")
    assert done.returncode == 0, done.stdout + done.stderr
    document = json.loads((tmp_path / "equal" / "report.json").read_bytes())
    assert document["accounts"]["equal"] == len(house.accounts) == document["counts"]["comparisons"]
    assert {finding["level"] for finding in document["lint"]} <= {"ok", "warning", "not applicable"}
    assert {flip["account"] for flip in document["flips"]} == set(house.accounts)
    assert {c["role"] for c in document["checked"]["contracts"]} == set(house.deployment.contracts)


def test_accounts_that_differ(here: Here, house: House, tmp_path: Path) -> None:
    """An engine with one constant changed: found, listed, and run again with no node."""
    (tmp_path / "deployment.toml").write_text(house.deployment.to_toml())
    out = tmp_path / "audit"
    account = house.accounts[0]
    protocol = f'name = "reference"\ndeployment = "deployment.toml"\naccounts = ["{account}"]\n'
    plan = tmp_path / "plan.toml"

    def differs(chain: object) -> bool:
        view = house.chain.at()
        return compare(open_deployment(house.deployment), view, [account]).differs > 0

    with patched.engine(house, differs) as chain:
        plan.write_text(f"[protocol]\n{protocol}flip_accounts = 0\n[chain]\nblock = {chain.at().number}\n")
        assert here("audit", plan, "--rpc-url", chain.url, "--out", out).returncode == 1
        document = json.loads((out / "report.json").read_bytes())
        assert list(problems(json.loads((out / "report.schema.json").read_text()), document)) == []
        assert document["counts"]["violations"] >= 1  # the code is not the one that was recorded
        assert list(document["accounts"]["located"]) == [account]
        for where in document["accounts"]["located"].values():
            sides = {side: where[side]["operands"][1] for side in ("mirror", "contract")}
            assert sides == {"mirror": "10000", "contract": "10001"}
        files = document["accounts"]["files"][account]
        solidity = next(name for name in files if name.endswith(".t.sol"))
        stem = Path(solidity).name.removesuffix(".t.sol")
        test = compiled((out / solidity).read_text())[f"{stem}_Counterexample"]
        place = chain.deploy(test)
        with pytest.raises(Revert, match="other bytes than the mirror's"):
            chain.at().call(place, f"test_{stem}()()")
    again = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "counterexamples"],
        cwd=out, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert again.returncode == 1 and "1 failed" in again.stdout and "Requirement" in again.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "what is to be audited?"),
        (("--mirror", MIRROR), "`signature` is missing"),
        (("reference", "--mirror", MIRROR), "write a plan for both"),
        (("reference", "--all", "--signature", "f()"), "--signature is of a function"),
        (("reference",), "name accounts"),
        (("plan.toml", "--seed", "3"), "leave out --seed"),
        (("plan.toml",), "there is no plan"),
        (
            ("--mirror", MIRROR, "--signature", "mulDivUp", "--artifact", RIGHT, "--rpc-url", "http://x"),
            "no chain",
        ),
    ],
)
def test_what_is_wrong_is_said(here: Here, words: tuple[object, ...], says: str, tmp_path: Path) -> None:
    done = here("audit", *words, "--out", tmp_path / "audit")
    assert done.returncode == 2 and says in done.stderr, done.stderr
