"""Policies: their addresses, what is kept of them, and what is refused."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from tests.house.feed_pair import plain
from tests.margin.draws import drawn_terms
from vmargin.margin import dials
from vmargin.margin.house import policies
from vmargin.margin.house.mirror import Chain
from vmargin.margin.house.policies import Policies, decode, encode, policy_id
from vmargin.margin.types import Cover, Policy, Shock
from vmargin.solidity.abi import Undecodable
from vmargin.solidity.bytecode import Contract
from vmargin.solidity.integers import int256, uint256
from vmargin.solidity.reverts import Revert, selector


class Pair:
    """The contract and its model, which must agree."""

    def __init__(self) -> None:
        self.contract = Contract.deploy("contracts/build/Policies.json")
        self.model = Policies(Chain(1), self.contract.address)

    def do(self, name: str, argument: Any) -> Any:
        theirs = self.contract.outcome(name, (plain(argument) if name == "register" else argument,))
        try:
            mine: Any = (getattr(self.model, name)(argument),)
        except Revert as revert:
            mine = revert
        if isinstance(theirs, tuple) and name == "get":
            theirs = (decode(encode(theirs[0])),)
        assert type(theirs) is type(mine) and theirs == mine, f"{name}: {theirs!r}, not {mine!r}"
        return mine if isinstance(mine, Revert) else mine[0]


def typed(terms: Any, covers: Any, shocks: Any, weights: Any, correlations: Any) -> Policy:
    return Policy(
        type(terms)(*map(uint256, terms)),
        tuple(Cover(*map(uint256, cover)) for cover in covers),
        tuple(Shock(*map(int256, shock)) for shock in shocks),
        tuple(map(uint256, weights)),
        tuple(map(int256, correlations)),
    )


def drawn(random: Random, scenarios: int = 0, size: int = 0, **terms: int) -> Policy:
    """A policy that can be kept; `size` is of its matrix."""
    scenarios = scenarios or random.randint(1, 32)
    tables = random.randint(1, 3)
    terms.setdefault("maxPositions", random.randint(1, 4))
    if size:
        terms |= {"combine": dials.QUAD, "grouping": dials.UNDERLYING, "matrixSize": size}
    return typed(
        drawn_terms(random, scenarios, **terms),
        [
            (
                u,
                random.randrange(tables),
                random.randint(0, 10_000),
                random.getrandbits(111),
                5,
                random.randint(0, 9),
            )
            for u in sorted(random.sample(range(1, 90), random.randint(0, 5)))
        ],
        [(random.randint(-9_999, 2**15), random.randint(-10_000, 2**15)) for _ in range(tables * scenarios)],
        [random.randint(0, 2**15) for _ in range(scenarios)],
        [10_000 if k % (size + 1) == 0 else 100 for k in range(size * size)],
    )


def test_an_address_is_the_hash_of_the_encoding(long: bool) -> None:
    random = Random("policies")
    pair = Pair()
    for _ in range(1_000 if long else 60):
        policy = drawn(random, size=random.choice((0, 0, 1, 4)))
        address = pair.do("register", policy)
        assert address == policy_id(policy)
        (log,) = pair.contract.evm.logs
        assert log.topics[0][:4] == selector("Registered(bytes32,address)") and log.topics[1] == address
        code = pair.contract.evm.raw.get_code("0x" + log.data[-20:].hex())
        assert bytes(code).rstrip(b"\0") == (b"\0" + encode(policy)).rstrip(b"\0")
        assert pair.do("get", address) == policy


def test_registering_again_changes_nothing() -> None:
    pair = Pair()
    policy = drawn(Random(1))
    address = pair.do("register", policy)
    assert pair.do("register", policy) == address
    assert not pair.contract.evm.logs
    other = policy._replace(weightsBps=(*policy.weightsBps[:-1], policy.weightsBps[-1] ^ uint256(1)))
    assert pair.do("register", other) != address
    assert pair.do("get", address) == policy


def test_what_is_no_policy_is_refused() -> None:
    random = Random("refused")
    pair = Pair()
    policy = drawn(random, 3)
    for changed, error in (
        (policy._replace(terms=policy.terms._replace(schema=uint256(2))), "SchemaUnknown"),
        (policy._replace(shocks=()), "ShocksMismatch"),
        (policy._replace(correlationsBps=(int256(1),)), "MatrixSizeInvalid"),
        (drawn(random, 33), "ScenariosOutOfRange"),
        (drawn(random, 27, maxPositions=64, repricing=dials.FULL), "GasOutOfReach"),
        (drawn(random, 32, size=26), "PolicyTooLarge"),
    ):
        outcome = pair.do("register", changed)
        assert isinstance(outcome, Revert) and outcome.args[0].startswith(error)
        address = policy_id(changed)
        assert str(pair.do("get", address)).startswith("PolicyUnknown")


def test_the_largest_that_code_can_hold() -> None:
    policy = drawn(Random(5), 32, size=22)
    room = (policies.SIZE - len(encode(policy))) // 32
    cover = Cover(*map(uint256, (1_000, 0, 0, 0, 0, 0)))
    more = tuple(cover._replace(underlying=uint256(1_000 + i)) for i in range(room // 6))
    policy = policy._replace(covers=policy.covers + more)
    assert policies.SIZE - 6 * 32 < len(encode(policy)) <= policies.SIZE
    pair = Pair()
    assert pair.do("get", pair.do("register", policy)) == policy
    beyond = policy._replace(covers=(*policy.covers, cover._replace(underlying=uint256(2_000))))
    assert str(pair.do("register", beyond)).startswith("PolicyTooLarge")


def test_decoding_takes_nothing_but_what_encoding_gives() -> None:
    encoded = encode(drawn(Random(7)))
    for wrong in (
        b"",
        encoded[:-1],
        encoded[:-32],
        encoded + bytes(32),
        (64).to_bytes(32, "big") + encoded,
        bytes(31) + b"\x21" + encoded[32:],
    ):
        with pytest.raises(Undecodable):
            decode(wrong)
