from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from vmargin.errors import UsageError
from vmargin.protocols.deployment import Deployment, Place

LEDGER = "0x" + "1a" * 20
GIVEN: dict[str, Any] = {
    "protocol": "reference",
    "chain_id": 31337,
    "first_block": 7,
    "contracts": {"ledger": {"address": LEDGER, "code_hash": "0x" + "ab" * 32}, "engine": "0x" + "2B" * 20},
    "extras": {"decimals": 6, "name": "USD coin", "paused": False},
}


def test_a_deployment_is_written_and_read(tmp_path: Path) -> None:
    deployment = Deployment.read(GIVEN, "here")
    assert deployment.contracts["engine"] == Place("0x" + "2b" * 20, None)
    assert deployment.address("ledger") == LEDGER

    path = tmp_path / "deployment.toml"
    path.write_text(deployment.to_toml())
    assert Deployment.load(path) == deployment


def test_what_a_proxy_runs_is_written_and_read() -> None:
    proxy = {"address": LEDGER, "implementation": "0x" + "2B" * 20}
    deployment = Deployment.read({**GIVEN, "contracts": {"ledger": proxy}}, "here")
    assert deployment.contracts["ledger"] == Place(LEDGER, None, "0x" + "2b" * 20)
    assert Deployment.read(tomllib.loads(deployment.to_toml()), "there") == deployment
    with pytest.raises(UsageError, match="'0x2b' is no address"):
        Deployment.read({**GIVEN, "contracts": {"ledger": {**proxy, "implementation": "0x2b"}}}, "here")


def test_a_role_that_is_missing_is_named_with_those_that_are_there() -> None:
    with pytest.raises(UsageError, match="names no pools: it has ledger, engine"):
        Deployment.read(GIVEN, "here").address("pools")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"protocol": 5}, "`protocol` is 5"),
        ({"chain_id": "1"}, "`chain_id` is '1'"),
        ({"chain_id": True}, "`chain_id` is True"),
        ({"first_block": -1}, "`first_block` is -1"),
        ({"contracts": {}}, "`contracts` is a table of roles"),
        ({"contracts": {"ledger": "0x12"}}, "contracts.ledger: '0x12' is no address"),
        ({"contracts": {"ledger": {"code_hash": "0x"}}}, "takes an address, or a table"),
        ({"contracts": {"ledger": {"address": LEDGER, "code_hash": "0xAB"}}}, "'0xAB' is no code hash"),
        ({"colour": "red"}, "colour: no part of a deployment file"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(change: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match="here") as raised:
        Deployment.read({**GIVEN, **change}, "here")
    assert message in str(raised.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no deployment file"):
        Deployment.load(tmp_path / "absent.toml")
    (tmp_path / "bad.toml").write_bytes(b"\xff = [")
    with pytest.raises(UsageError, match=r"bad\.toml is no deployment file"):
        Deployment.load(tmp_path / "bad.toml")


def test_extras_that_toml_would_read_otherwise_are_refused() -> None:
    deployment = Deployment.read({**GIVEN, "extras": {"name": 'a "quoted" one'}}, "here")
    with pytest.raises(UsageError, match="no place in a deployment file"):
        deployment.to_toml()
