"""What is shipped is what the sources compile to, and what the lock files pin is what is said to run."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

from vmargin import artifacts
from vmargin.chain.devnet import anvil
from vmargin.errors import UsageError

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def ship() -> ModuleType:
    specification = importlib.util.spec_from_file_location("ship", ROOT / "contracts" / "ship.py")
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_shipped_contracts_are_what_the_sources_compile_to(ship: ModuleType) -> None:
    compiled = ship.wanted()
    assert sorted(compiled) == [f"{name}.json" for name in artifacts.contracts()]
    changed = [name for name, text in compiled.items() if artifacts.text(name) != text]
    assert not changed, "run `make artifacts`"


def test_every_contract_that_can_be_deployed_is_shipped_and_nothing_else() -> None:
    """Abstract contracts, interfaces and libraries of internal functions are part of those that can."""
    contract = re.compile(r"^contract (\w+)", re.MULTILINE)
    sources = [path.read_text() for path in (ROOT / "contracts/src").rglob("*.sol")]
    assert sorted(name for text in sources for name in contract.findall(text)) == artifacts.contracts()


def test_every_contract_fits_on_chain() -> None:
    sizes = {name: len(artifacts.load(name)["deployedBytecode"]) // 2 - 1 for name in artifacts.contracts()}
    assert not {name: size for name, size in sizes.items() if size > 24_576}


def test_an_artifact_holds_what_a_deployment_needs() -> None:
    artifact = artifacts.load("Multicall3")
    assert tuple(artifact) == artifacts.KEYS
    assert artifact["settings"]["evmVersion"] == "paris"
    assert artifact["deployedBytecode"].removeprefix("0x") in artifact["bytecode"]


def test_an_unknown_contract_is_named_beside_those_there_are() -> None:
    with pytest.raises(
        UsageError, match=r"no compiled contract 'Multicall4' is shipped: there are .*, Multicall3, "
    ):
        artifacts.load("Multicall4")


def test_lock_files_pin_by_hash_the_version_that_is_said_to_run() -> None:
    platforms = artifacts.names("anvil")
    assert "linux-amd64" in platforms
    for platform in platforms:
        name = f"@foundry-rs/anvil-{platform}"
        assert json.loads(artifacts.text(f"anvil/{platform}/package.json"))["dependencies"] == {
            name: anvil.VERSION
        }
        packages = json.loads(artifacts.text(f"anvil/{platform}/package-lock.json"))["packages"]
        assert set(packages) == {"", f"node_modules/{name}"}
        assert packages[f"node_modules/{name}"]["version"] == anvil.VERSION
        assert packages[f"node_modules/{name}"]["integrity"].startswith("sha512-")


def test_tests_run_the_anvil_that_users_fetch() -> None:
    tests = json.loads((ROOT / "contracts/package-lock.json").read_text())["packages"]
    for platform in artifacts.names("anvil"):
        name = f"node_modules/@foundry-rs/anvil-{platform}"
        users = json.loads(artifacts.text(f"anvil/{platform}/package-lock.json"))["packages"]
        assert tests[name]["integrity"] == users[name]["integrity"]


def test_the_wheel_holds_what_is_shipped(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    folder = ROOT / "vmargin" / "artifacts"
    shipped = {str(path.relative_to(ROOT)) for path in folder.rglob("*.json")}
    assert len(shipped) >= 3
    with zipfile.ZipFile(wheel) as archive:
        assert shipped <= set(archive.namelist())
