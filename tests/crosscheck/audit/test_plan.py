"""A plan is read whole or refused with what is wrong in it; what is kept of it reads as the same."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmargin.chain.view import BlockView
from vmargin.crosscheck.audit.keep import kept, to_toml
from vmargin.crosscheck.audit.plan import ChainPlan, FunctionPlan, Plan, ProtocolPlan
from vmargin.errors import UsageError

FUNCTION = {"mirror": "a.b:f", "artifact": "F.json", "signature": "f(uint256)(uint256)"}
PROTOCOL = {"name": "reference", "deployment": "d.toml", "all": True}


def read(**given: Any) -> Plan:
    return Plan.read(given, "plan.toml", Path("here"), "plan")


def test_a_plan_says_what_there_is_to_do() -> None:
    plan = read(
        title="T", seed=7, cases=5, function=[{**FUNCTION, "bound": {"a": "3/2"}}, {**FUNCTION, "name": "g"}],
        protocol=PROTOCOL, chain={"block": 12, "proven": True, "anchor": "hash:0x00"},
    )  # fmt: skip
    assert plan.title == "T" and plan.seed == "7" and plan.cases == 5
    assert [one.name for one in plan.functions] == ["f", "g"]
    assert plan.functions[0].bound == {"a": Fraction(3, 2)}
    assert plan.chain == ChainPlan(block="12", proven=True, anchor="hash:0x00")
    assert plan.protocol == ProtocolPlan("reference", "d.toml")
    assert plan.reads_a_chain and plan.path("x") == Path("here/x")
    assert not read(function=[FUNCTION]).reads_a_chain


def test_names_are_of_their_own() -> None:
    plan = read(function=[FUNCTION, FUNCTION, {**FUNCTION, "signature": "g(uint256)"}])
    assert [one.name for one in plan.functions] == ["f", "f 2", "g"]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "names nothing to compare"),
        ({"function": [FUNCTION], "sees": 1}, "sees: no part of a plan"),
        ({"function": [{**FUNCTION, "sees": 1}]}, "sees: no part of a plan"),
        ({"function": [{"mirror": "a:b", "artifact": "F"}]}, "`signature` is missing"),
        ({"function": [{**FUNCTION, "address": "0x", "constructor": "1"}]}, "takes no `constructor`"),
        (
            {"function": [{k: v for k, v in FUNCTION.items() if k != "artifact"}]},
            "`artifact`, or its `address`",
        ),
        ({"function": FUNCTION}, "it takes list"),
        ({"function": ["f"]}, "takes tables"),
        ({"function": [FUNCTION], "cases": "many"}, "it takes int"),
        ({"function": [FUNCTION], "cases": True}, "it takes int"),
        ({"function": [FUNCTION], "cases": 0}, "1 at least"),
        ({"function": [{**FUNCTION, "bound": "x"}]}, "`bound` is 'x'"),
        ({"function": [{**FUNCTION, "bound": -1}]}, "`bound` is -1"),
        ({"protocol": {"name": "reference", "all": True}}, "`deployment` or an `address`"),
        ({"protocol": {"name": "reference", "deployment": "d"}}, "name `accounts`"),
        ({"protocol": {**PROTOCOL, "accounts": ["1"]}}, "name `accounts`"),
    ],
)
def test_what_is_wrong_is_said(given: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError, match=re.escape(says)):
        read(**given)


def test_a_file_that_is_no_plan(tmp_path: Path) -> None:
    for text, says in ((None, "there is no plan"), ("= 3", "is no plan")):
        if text is not None:
            (tmp_path / "plan.toml").write_text(text)
        with pytest.raises(UsageError, match=says):
            Plan.load(tmp_path / "plan.toml")


TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
PLANS = st.builds(
    Plan,
    title=TEXTS,
    seed=TEXTS,
    cases=st.integers(1, 10**9),
    functions=st.tuples(
        st.builds(
            FunctionPlan,
            mirror=TEXTS,
            signature=TEXTS,
            artifact=TEXTS,
            name=TEXTS,
            constructor=TEXTS,
            errors=st.lists(TEXTS).map(tuple),
            sources=st.lists(TEXTS).map(tuple),
            favours=st.none() | TEXTS | st.dictionaries(TEXTS, TEXTS, min_size=1),
            bound=st.none() | st.fractions(0) | st.dictionaries(TEXTS, st.fractions(0), min_size=1),
        )
    ),
    protocol=st.none()
    | st.builds(
        ProtocolPlan,
        name=TEXTS,
        address=TEXTS,
        accounts=st.lists(TEXTS, min_size=1).map(tuple),
        artifacts=st.lists(TEXTS).map(tuple),
        sources=st.lists(TEXTS).map(tuple),
        located=st.integers(0, 9),
        flip_accounts=st.integers(0, 9),
        days=st.integers(0, 99),
        price_range=st.fractions(0, 1),
    ),
    chain=st.builds(
        ChainPlan, block=st.none() | TEXTS, proven=st.booleans(), chain_id=st.none() | st.integers(1)
    ),
)


@given(PLANS)
def test_what_is_written_reads_as_the_same(plan: Plan) -> None:
    again = Plan.read(tomllib.loads(to_toml(plan)), "plan", plan.folder, "")
    assert again == plan


def test_a_kept_plan_has_its_files_beside_it(faulty: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("def mulDivUp(x, y, d):\n    return -(-x * y // d)\n")
    function = FunctionPlan("mine.py:mulDivUp", "mulDivUp", artifact=str(faulty), name="mulDivUp")
    plan = Plan("T", functions=(function,), folder=tmp_path)
    files = kept(plan, None)
    assert set(files) >= {"plan.toml", "inputs/1/mine.py", f"inputs/1/{faulty.name}"}
    for path, content in files.items():
        (tmp_path / "kept" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "kept" / path).write_bytes(content)
    again = Plan.load(tmp_path / "kept" / "plan.toml")
    (one,) = again.functions
    assert again.path(one.mirror.partition(":")[0]).read_bytes() == (tmp_path / "mine.py").read_bytes()
    assert str(tmp_path) not in (tmp_path / "kept" / "plan.toml").read_text()
    assert replace(one, mirror=function.mirror, artifact=function.artifact, sources=()) == function


def test_an_anchor_that_may_hold_a_key_is_not_kept() -> None:
    function = FunctionPlan("a:b", "f()", address="0x00")
    secret = ChainPlan(proven=True, anchor="verified-rpc:https://host/key")
    plan = Plan("T", functions=(function,), chain=secret)
    view = cast("BlockView", SimpleNamespace(number=7, chain_id=1))
    assert b"key" not in kept(plan, view)["plan.toml"]
    plan = replace(plan, chain=ChainPlan(proven=True, anchor="hash:0x00"))
    assert b'anchor = "hash:0x00"' in kept(plan, view)["plan.toml"]
