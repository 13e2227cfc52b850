"""Targets in nodes: a deployed contract at a block, and code that the node is asked to assume."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.chain.raw_server import RawServer, forward, ok, refusal
from tests.crosscheck.fuzz import mirrors
from tests.crosscheck.fuzz.mirrors import BUILD
from vmargin.chain.anchors import HashAnchor
from vmargin.chain.connection import Connection
from vmargin.chain.devnet import Devnet, devnet
from vmargin.chain.errors import BadReturn, Unsupported
from vmargin.chain.live.overridden import OverriddenView
from vmargin.chain.proven import ProvenView
from vmargin.crosscheck.fuzz import fuzz
from vmargin.crosscheck.node_target import NodeTarget
from vmargin.crosscheck.subject import LocalTarget, Subject
from vmargin.errors import UsageError
from vmargin.fixedpoint.solmate import fixed_point_math_lib
from vmargin.solidity.reverts import Empty, Halt

ARTIFACT = BUILD / "SolmateFixedPointMathLibHarness.json"
SIGNATURE = "mulDivDown(uint256,uint256,uint256)(uint256)"
BALANCE = "balanceOf(address)(uint256)"


@pytest.fixture(scope="module")
def chain() -> Iterator[Devnet]:
    with devnet() as chain:
        yield chain


@pytest.fixture(scope="module")
def deployed(chain: Devnet) -> str:
    return chain.deploy(ARTIFACT)


@pytest.fixture(params=["deployed", "assumed"])
def target(request: pytest.FixtureRequest, chain: Devnet, deployed: str) -> NodeTarget:
    if request.param == "deployed":
        return NodeTarget(chain.at("latest"), deployed, SIGNATURE)
    return NodeTarget.of_artifact(chain.at("latest"), ARTIFACT, "mulDivDown")


def test_a_node_does_what_the_local_evm_does(target: NodeTarget) -> None:
    local = LocalTarget(ARTIFACT, "mulDivDown")
    cases = list(Subject(fixed_point_math_lib.mulDivDown, local).inputs.seeded(400, "n"))
    assert target.runs(cases) == [local.run(case) for case in cases]
    assert target.run((1, 2, 0)) == Empty()
    assert target.code == local.code


def test_no_alarm_and_what_differs_is_found(target: NodeTarget) -> None:
    equal = fuzz(Subject(fixed_point_math_lib.mulDivDown, target), cases=1_000)
    assert (equal.cases, equal.differing) == (1_000, 0)
    found = fuzz(Subject(mirrors.rounds_half_up, target), cases=1_000)
    assert found.counterexample is not None
    assert found.counterexample.case == (1, 1, 2)


def test_a_run_is_followed(target: NodeTarget) -> None:
    steps = target.trace((6, 7, 4))
    assert [(s.operands, s.result) for s in steps if s.opcode == "DIV"][-1] == ((42, 4), 10)


def test_it_says_what_it_is(chain: Devnet, deployed: str, target: NodeTarget) -> None:
    told = target.as_json()
    local = LocalTarget(ARTIFACT, "mulDivDown").as_json()
    assert told["codeHash"] == local["codeHash"]
    assert (told["chainId"], told["blockHash"]) == (31337, f"0x{target.view.hash.hex()}")
    assert told.get("address", "").lower() == ("" if "stateOverride" in told else deployed)


def test_an_abi_gives_names_and_errors(chain: Devnet) -> None:
    artifact = BUILD / "InputShapes.json"
    address = chain.deploy(artifact)
    target = NodeTarget(chain.at("latest"), address, "value", artifact=artifact)
    assert [p.name for p in target.function.inputs] == ["legs"]
    leg = (1, 1, False)
    assert target.run(((leg, (2, 3, True)),)) == (-5,)
    assert str(target.run(((leg,) * 5,))) == "TooMany(5)"
    with pytest.raises(UsageError, match=r"no one function 'values': name one of echo"):
        NodeTarget(chain.at("latest"), address, "values", artifact=artifact)
    with pytest.raises(UsageError, match="no one function 'value'"):
        NodeTarget(chain.at("latest"), address, "value")


def test_on_a_proven_view(chain: Devnet, deployed: str) -> None:
    live = chain.at("latest")
    target = NodeTarget(ProvenView(live, HashAnchor(live.hash), fork=chain.hardfork), deployed, SIGNATURE)
    found = fuzz(Subject(mirrors.rounds_half_up, target), cases=100, tries=300)
    assert found.counterexample is not None
    assert found.counterexample.target["anchor"] is not None


def test_the_block_stays_the_one_it_is(chain: Devnet) -> None:
    token = chain.deploy(BUILD / "Erc20.json", ["Token", "T", 18])
    holder = "0x" + "ab" * 20
    before = NodeTarget(chain.at("latest"), token, BALANCE)
    chain.send(token, "mint(address,uint256)", [holder, 5])
    after = NodeTarget(chain.at("latest"), token, BALANCE)
    assert (before.run((holder,)), after.run((holder,))) == ((0,), (5,))


def test_where_nothing_is_or_something_else_it_says_so(chain: Devnet, deployed: str) -> None:
    with pytest.raises(UsageError, match="there is no contract at"):
        NodeTarget(chain.at("latest"), "0x" + "12" * 20, SIGNATURE)
    other = NodeTarget(chain.at("latest"), deployed, "mulWadDown(uint256,uint256)(uint256,uint256)")
    with pytest.raises(BadReturn, match=r"returned 32 bytes that are no \(uint256, uint256\)"):
        other.run((10**18, 10**18))


def test_a_contract_with_storage_is_to_be_deployed(chain: Devnet) -> None:
    with pytest.raises(UsageError, match=r"Erc20 has storage \(.*deploy it, and name its address"):
        NodeTarget.of_artifact(
            chain.at("latest"), BUILD / "Erc20.json", "balanceOf", constructor=["Token", "T", 18]
        )


def test_a_halt_is_an_outcome(chain: Devnet) -> None:
    target = NodeTarget.of_artifact(chain.at("latest"), BUILD / "BalancerLogExpMathHarness.json", "log")
    assert isinstance(target.run((1, 0)), Halt)


def passes_on(url: str, takes_overrides: bool) -> Any:
    """A node that passes over the third parameter of `eth_call`, or refuses it; for the rest a real one."""

    def reply(asked: Any) -> bytes:
        many = asked if isinstance(asked, list) else [asked]
        answers = []
        for one in many:
            if one["method"] == "eth_call" and len(one["params"]) > 2:
                if not takes_overrides:
                    answers.append(refusal(one, -32602, "too many arguments, want at most 2"))
                    continue
                answers.append(forward(url, {**one, "params": one["params"][:2]}))
            else:
                answers.append(forward(url, one))
        return ok(answers if isinstance(asked, list) else answers[0])

    return reply


@pytest.mark.parametrize("takes_overrides", [True, False])
def test_a_node_without_overrides_is_not_believed(chain: Devnet, takes_overrides: bool) -> None:
    with RawServer(passes_on(chain.url, takes_overrides)) as server, Connection(server.url) as connection:
        view = connection.at("latest")
        with pytest.raises(Unsupported, match="run the code in the local EVM instead"):
            NodeTarget.of_artifact(view, ARTIFACT, "mulDivDown")


def test_of_several_nodes_one_that_takes_overrides_is_asked(chain: Devnet) -> None:
    with RawServer(passes_on(chain.url, False)) as server, Connection([server.url, chain.url]) as connection:
        target = NodeTarget.of_artifact(connection.at("latest"), ARTIFACT, "mulDivDown")
        assert target.runs([(6, 7, 4), (1, 1, 0)]) == [(10,), Empty()]


def test_all_but_the_code_is_the_chains(chain: Devnet, deployed: str) -> None:
    live = chain.at("latest")
    elsewhere, owner = "0x" + "34" * 20, chain.accounts[0]
    view = OverriddenView(live, {elsewhere: live.code(deployed)})
    assert view.call(elsewhere, SIGNATURE, [6, 7, 4]) == (10,)
    assert view.code(elsewhere) == live.code(deployed)
    assert live.code(elsewhere) == b""
    assert view.code(deployed) == live.code(deployed)
    assert view.balance(owner) == live.balance(owner)
    assert view.nonce(owner) == live.nonce(owner)
    assert view.storage(deployed, 0) == live.storage(deployed, 0)
    assert view.ask_headers([live.number - 1]) == live.ask_headers([live.number - 1])
    assert view.logs(trust_node=True) == live.logs(trust_node=True)
    assert view.ask_receipts(live.header) == live.ask_receipts(live.header)
    assert view.provenance == live.provenance
