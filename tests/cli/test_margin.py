"""`vmargin deploy` and `vmargin margin` as a user meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.protocols.house import House, build
from vmargin.chain.devnet import devnet
from vmargin.protocols.deployment import Deployment
from vmargin.protocols.json_form import as_json


@pytest.fixture(scope="module")
def house():
    with devnet() as chain:
        yield build(chain)


@pytest.fixture
def deployment(house: House, tmp_path: Path) -> str:
    path = tmp_path / "deployment.toml"
    path.write_text(house.deployment.to_toml())
    return str(path)


@pytest.fixture
def margin(house: House, deployment: str, here):
    def margin(*arguments: str):
        return here(
            "margin", "reference", *arguments, "--deployment", deployment, "--rpc-url", house.chain.url
        )

    return margin


def test_an_account_verdict_first(house, margin):
    done = margin("16")
    lines = done.stdout.splitlines()
    assert done.returncode == 0
    assert lines[0] == "account 16: HEALTHY"
    (state,) = house.protocol.read(house.chain.at(), ["16"])
    figures = house.protocol.margin(state).figures
    whole, fraction = divmod(figures["initialRequirement"], 10**18)
    assert any(line.split() == ["initialRequirement", f"{whole:,}.{fraction:018d}"] for line in lines)
    assert any(line.split() == ["maintenanceCall", "0." + 18 * "0"] for line in lines)
    assert "block" in done.stderr


def test_all_accounts_as_json_equal_to_the_contracts_answer(house, margin):
    done = margin("--all", "--json")
    found = json.loads(done.stdout)
    view = house.chain.at()
    assert [row["account"] for row in found["accounts"]] == house.accounts
    for row, answer in zip(found["accounts"], house.protocol.onchain(view, house.accounts), strict=True):
        assert row["schema"] == "vmargin/margin/1"
        assert row["standing"] == "healthy"
        assert row["figures"] == {
            name: [str(part) for part in value] if isinstance(value, tuple) else str(value)
            for name, value in answer.items()
        }
    assert found["provenance"]["blockHash"] == "0x" + view.hash.hex()


def test_the_engines_address_says_it_all(house, margin, here):
    words = ("margin", "reference", "--all", "--rpc-url", house.chain.url, "--address")
    assert here(*words, house.deployment.address("engine")).stdout == margin("--all").stdout
    refused = here(*words, house.deployment.address("asset"))
    assert refused.returncode == 2
    assert "is no engine of a reference house: ledger() gives Empty" in refused.stderr


def test_proven(house, margin):
    block = "0x" + house.chain.at().hash.hex()
    done = margin("17", "--proven", "--anchor", f"hash:{block}", "--fork", house.chain.hardfork, "--json")
    assert json.loads(done.stdout)["provenance"]["anchor"] == f"hash:{block}"


def test_what_if_side_by_side(margin):
    done = margin("16", "--what-if")
    rows = [line.split() for line in done.stdout.splitlines() if line.startswith("  ")]
    names = [row[0] for row in rows[rows.index(["rule", "initial", "requirement", "saving"]) + 1 :]]
    assert names == ["policy", "isolated", "cross", "portfolio", "greeks", "shortfall"]


def test_saved_states_need_no_chain(margin, here, tmp_path):
    first = margin("16", "18", "--json", "--save", str(tmp_path / "states.json"))
    second = here("margin", "reference", "--state", str(tmp_path / "states.json"), "--json")
    assert json.loads(second.stdout)["accounts"] == json.loads(first.stdout)["accounts"]


def test_a_portfolio_and_a_policy_from_files(house, here, tmp_path):
    (state,) = house.protocol.read(house.chain.at(), ["16"])
    portfolio, market, policy = state.inputs
    held = as_json(portfolio)
    call = next(p for p in held["positions"] if int(p["instrument"]) >> 176 & 255 == 4)
    id_ = int(call["instrument"])
    call["instrument"] = {
        "underlying": id_ >> 224,
        "kind": "call",
        "expiry": str(id_ >> 184 & (1 << 40) - 1),
        "strike": "65000e18",
    }
    (tmp_path / "portfolio.json").write_text(
        json.dumps({"schema": "vmargin/reference/portfolio/1", "portfolio": held, "market": as_json(market)})
    )
    (tmp_path / "policy.json").write_text(
        json.dumps({"schema": "vmargin/reference/policy/1", **as_json(policy)})
    )
    files = ("--portfolio", str(tmp_path / "portfolio.json"), "--policy", str(tmp_path / "policy.json"))
    done = here("margin", "reference", *files, "--json")
    (row,) = json.loads(done.stdout)["accounts"]
    assert row["figures"] == house.protocol.margin(state).as_json()["figures"]

    call["instrument"]["kind"] = "perp"
    (tmp_path / "portfolio.json").write_text(
        json.dumps({"schema": "vmargin/reference/portfolio/1", "portfolio": held, "market": as_json(market)})
    )
    refused = here("margin", "reference", *files)
    assert refused.returncode == 2
    assert "which is no instrument: InvalidInstrument" in refused.stderr


def test_an_unknown_verdict_is_said_and_shows_in_the_exit_code(house, deployment, here):
    with house.chain.isolated() as chain:
        chain.warp(chain.at().timestamp + 40 * 86_400)
        chain.mine()
        done = here("margin", "reference", "16", "--deployment", deployment, "--rpc-url", chain.url)
    assert done.returncode == 1
    assert done.stdout.startswith("account 16: UNKNOWN (the engine reverts: ")


def test_what_if_of_an_unknown_account_is_its_verdict(house, deployment, margin, here, tmp_path):
    """And the accounts beside it are judged all the same, in text and in JSON."""
    good, bad, both = (str(tmp_path / name) for name in ("good.json", "bad.json", "both.json"))
    margin("17", "--save", good)
    with house.chain.isolated() as chain:
        chain.warp(chain.at().timestamp + 40 * 86_400)
        chain.mine()
        where = ("--deployment", deployment, "--rpc-url", chain.url)
        done = here("margin", "reference", "16", "--what-if", "--save", bad, *where)
    assert done.returncode == 1
    assert done.stdout.startswith("account 16: UNKNOWN (the engine reverts: ")
    assert "requirement" not in done.stdout

    Path(both).write_text(json.dumps(json.loads(Path(bad).read_text()) + json.loads(Path(good).read_text())))
    words = ("margin", "reference", "--state", both, "--what-if")
    done = here(*words)
    assert done.returncode == 1
    text = done.stdout
    assert text.index("account 16: UNKNOWN") < text.index("account 17: HEALTHY") < text.index("  isolated ")
    done = here(*words, "--json")
    assert done.returncode == 1
    unknown, known = json.loads(done.stdout)["accounts"]
    assert unknown["standing"] == "unknown"
    assert "whatIf" not in unknown
    assert [row["rule"] for row in known["whatIf"]][:2] == ["policy", "isolated"]


def test_help_tells_every_exit_code(here):
    said = here("margin", "--help").stdout
    for code, meaning in (
        (0, "known"),
        (1, "one is not"),
        (2, "wrong usage"),
        (3, "certainty"),
        (4, "stale"),
    ):
        assert f"{code} " in said.partition("exit code:")[2].partition(meaning)[0]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["morpho", "1"], "no protocol 'morpho' is installed: there are reference"),
        (["reference"], "name accounts (a number, as in 16), or --all of them"),
        (["reference", "16"], "either --deployment FILE or --address ADDRESS"),
        (["reference", "--portfolio", "p.json"], "--portfolio and --policy go together"),
        (["reference", "16", "--state", "s.json"], "says all that there is to judge"),
        (["reference", "--state", "absent.json"], "absent.json holds no saved states"),
        (["reference", "--portfolio", "p", "--policy", "q"], "there is no file p"),
    ],
)
def test_wrong_usage_is_answered_with_the_right_one(house, here, words, said):
    done = here("margin", *words, "--rpc-url", house.chain.url)
    assert done.returncode == 2
    assert said in done.stderr


def test_a_house_is_deployed_by_a_key_and_described(here, tmp_path, monkeypatch):
    with devnet() as chain:
        monkeypatch.setenv("VMARGIN_PRIVATE_KEY", chain.keys[1])
        out = tmp_path / "deployment.toml"
        done = here("deploy", "reference", "--rpc-url", chain.url, "--out", str(out))
        assert done.returncode == 0, done.stderr
        deployment = Deployment.load(out)
        view = chain.at()
        assert deployment.chain_id == 31337
        for place in deployment.contracts.values():
            assert place.code_hash == "0x" + view.code_hash(place.address).hex()
        ledger = deployment.address("ledger")
        assert view.call(ledger, "owner()(address)") == (chain.accounts[1],)
        assert view.call(ledger, "engine()(address)") == (deployment.address("engine"),)
        assert view.call(ledger, "asset()(address)") == (deployment.address("asset"),)
        for module in ("liquidation", "pools"):
            assert view.call(ledger, "isModule(address)(bool)", [deployment.address(module)]) == (True,)
        assert deployment.first_block <= view.number

        again = here("deploy", "reference", "--rpc-url", chain.url, "--from", chain.accounts[2])
        assert again.stdout.startswith('protocol = "reference"\nchain_id = 31337\n')


def test_a_deployment_names_who_pays_and_what_cash_is(here, monkeypatch):
    monkeypatch.delenv("VMARGIN_PRIVATE_KEY", raising=False)
    with devnet(chain_id=10) as chain:
        words = ("deploy", "reference", "--rpc-url", chain.url)
        assert "nobody to pay" in here(*words).stderr
        assert "chain 10 is no development chain" in here(*words, "--from", chain.accounts[0]).stderr
        monkeypatch.setenv("VMARGIN_PRIVATE_KEY", "0x1234")
        refused = here(*words)
        assert refused.returncode == 2
        assert "0x1234" not in refused.stderr
