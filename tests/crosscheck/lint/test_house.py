"""The rules of the house on a chain: silent where it is right, and not where it was made wrong."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterable

import pytest

from tests.crosscheck import patched
from tests.crosscheck.compare.conftest import BUILD
from tests.house.world import BITCOIN, DAY, ETHER, SPOTS, WAD, instrument, policy
from tests.protocols.house import House
from vmargin.chain.devnet import Devnet
from vmargin.chain.layout import StorageLayout
from vmargin.crosscheck.lint import RULES, lint, rules_of
from vmargin.errors import UsageError, VmarginError
from vmargin.margin import dials
from vmargin.margin.house.policies import policy_id
from vmargin.margin.house.surface_nodes import packed
from vmargin.margin.instruments import FUTURE, SPOT
from vmargin.margin.types import Policy
from vmargin.protocols.finding import Finding
from vmargin.protocols.reference.lint import engine, shocks
from vmargin.protocols.reference.lint.use import policies_in_use

OWN = (
    "effective-scenarios",
    "initial-above-maintenance",
    "symmetric-scenarios",
    "monotone-in-shock",
    "monotone-in-size",
    "conservative-discount",
    "events-match-getters",
)


def test_every_rule_has_its_word_and_the_house_keeps_all_but_symmetry(house: House):
    found = lint(house.protocol, house.chain.at())
    assert tuple(rules_of(house.protocol)) == (*RULES, *OWN)
    assert {finding.rule for finding in found} == set(rules_of(house.protocol))
    assert [f.rule for f in found if f.level not in ("ok", "not applicable")] == ["symmetric-scenarios"]
    assert [f.rule for f in found if f.level == "not applicable"] == ["storage-layout"]
    again = lint(house.protocol, house.chain.at(), house.accounts)
    assert json.dumps([f.as_json() for f in found]) == json.dumps([f.as_json() for f in again])


def test_a_rule_that_cannot_be_checked_is_no_rule_that_is_kept(house: House):
    """Before the house was whole there is no engine to ask."""
    found = lint(house.protocol, house.chain.at(house.deployment.first_block), ["16"])
    unchecked = {f.rule: f for f in found if f.rule in OWN}
    assert {f.level for f in unchecked.values()} == {"warning"}
    assert all(f.what.startswith("could not be checked: ") for f in unchecked.values())
    with pytest.raises(UsageError, match="is no account"):
        lint(house.protocol, house.chain.at(), ["sixteen"])


def test_a_house_without_accounts_has_nothing_to_show(house: House):
    assert {f.level for f in lint(house.protocol, house.chain.at(), []) if f.rule in OWN} == {
        "not applicable"
    }


def engine_where(house: House, check: Callable[[Devnet], Iterable[Finding]], of: str, into: str):
    """The engine with a part of its code changed so that a check finds a violation."""

    def shows(chain: Devnet) -> bool:
        with contextlib.suppress(VmarginError):
            return any(finding.level == "violation" for finding in check(chain))
        return False

    return patched.engine(house, shows, of=bytes.fromhex(of), into=bytes.fromhex(into))


def test_an_engine_that_requires_less_at_first_is_found(house: House, by):
    """The divisor of one of the factors is changed from 10^4 to 2^16 - 1."""

    def is_lower(chain: Devnet) -> bool:
        (answer,) = house.protocol.onchain(chain.at(), ["16"])
        if isinstance(answer, Exception):
            return False
        return answer["initialRequirement"] < answer["maintenanceRequirement"]

    with patched.engine(house, is_lower, into=bytes.fromhex("61ffff")) as chain:
        found = by("initial-above-maintenance", chain)
        (first, *_) = house.protocol.onchain(chain.at(), house.accounts)
    wrong = [f for f in found if f.level == "violation"]
    assert [f.evidence["account"] for f in wrong] == house.accounts
    assert wrong[0].evidence["initial"] == str(first["initialRequirement"])
    assert wrong[0].evidence["maintenance"] == str(first["maintenanceRequirement"])
    assert int(wrong[0].evidence["initial"]) < int(wrong[0].evidence["maintenance"])


def test_an_engine_whose_requirement_falls_with_size_is_found(house: House, by):
    """The sign of a size is read the wrong way round where its magnitude is taken: SLT becomes SGT."""
    used = policies_in_use(house.chain.at(), house.deployment, house.accounts)

    def check(chain: Devnet) -> list[Finding]:
        return list(engine.monotone_in_size(chain.at(), house.deployment, used))

    assert [f.level for f in check(house.chain)] == ["ok"]
    with engine_where(house, check, "811215", "811315") as chain:
        wrong = [f for f in by("monotone-in-size", chain) if f.level == "violation"]
    assert wrong
    for finding in wrong:
        either = ("initialRequirement", "maintenanceRequirement")
        ((less, more),) = (map(int, finding.evidence[level]) for level in either if level in finding.evidence)
        small, large = map(int, finding.evidence["sizes"])
        assert large == 2 * small
        assert more < less


def test_an_engine_that_values_what_is_owed_below_what_is_owned_is_found(house: House, by):
    used = policies_in_use(house.chain.at(), house.deployment, house.accounts)

    def check(chain: Devnet) -> list[Finding]:
        return list(engine.conservative_discount(chain.at(), house.deployment, used))

    with engine_where(house, check, "510151", "510351") as chain:
        wrong = [f for f in by("conservative-discount", chain) if f.level == "violation"]
    assert wrong
    for finding in wrong:
        assert int(finding.evidence["owned"]) + int(finding.evidence["owed"]) > 0


def test_a_discount_above_one_is_a_warning(house: House, by):
    """As a rate below zero makes it."""
    assert all(f.level == "ok" for f in by("conservative-discount"))
    view = house.chain.at()
    expiry = (view.timestamp // DAY + 30) * DAY
    nodes = packed([(WAD, 6 * 10**7), (10**6 * WAD, 7 * 10**7)])
    with house.chain.isolated() as chain:
        posted = [
            (instrument(u, FUTURE, expiry), SPOTS[u], -(10**17), 10_000, view.timestamp + 1, nodes)
            for u in (BITCOIN, ETHER)
        ]
        house.chain.warp(view.timestamp + 2)
        house.do("Feeds", "post", posted)
        wrong = [f for f in by("conservative-discount", chain) if f.level != "ok"]
    assert {f.level for f in wrong} == {"warning"}
    assert len(wrong) == 2  # the options; a future is not discounted
    assert all(int(f.evidence["discount"]) > WAD and int(f.evidence["rate"]) == -(10**17) for f in wrong)


def choose(house: House, rule: Policy, account: int = 17) -> None:
    """Let an account have another policy, as its owner would."""
    house.do("Policies", "register", rule)
    house.do("Ledger", "allowPolicy", policy_id(rule), True)
    house.do("Ledger", "choosePolicy", account, policy_id(rule), sender=house.chain.accounts[account - 15])


@pytest.mark.parametrize(
    ("scenarios", "terms", "level", "change"),
    [
        ([(200, -5_000)], {}, "violation", "twice the spot shocks"),
        ([(-2_000, 3_000), (2_000, 3_000)], {}, "warning", "twice the volatility shocks"),
        (
            [(-2_000, 0), (-1_000, 0), (-500, 0)],
            {"aggregate": dials.SHORTFALL, "tailNumerator": 2, "tailDenominator": 3},
            "warning",
            "the opposite of each shock beside it",
        ),
    ],
)
def test_a_policy_that_requires_less_for_more_shock_is_found(house, by, scenarios, terms, level, change):
    """One scenario in which volatility outdoes spot; scenarios in which it always rises; a mean over more."""
    with house.chain.isolated() as chain:
        choose(house, policy(scenarios, **terms))
        found = by("monotone-in-shock", chain)
    wrong = [f for f in found if f.level != "ok"]
    assert any(f.level == level and f.evidence["change"] == change for f in wrong), found
    for finding in wrong:
        assert int(finding.evidence["changed"]) < int(finding.evidence["requirement"])
        assert finding.evidence["policy"] == f"0x{policy_id(policy(scenarios, **terms)).hex()}"


def test_more_shock_is_compared_for_what_is_held_and_its_opposite(house: House):
    (use,) = policies_in_use(house.chain.at(), house.deployment, house.accounts)
    (finding,) = shocks.findings(use)
    assert finding.level == "ok"
    assert finding.evidence["instruments"] == 6
    assert finding.evidence["compared"] == 6 * 2 * 5


def test_events_tell_what_the_getters_say(house: House, by):
    """After more of what a house does: withdrawals, funding, interest, roles, a pool."""
    users = house.chain.accounts
    with house.chain.isolated() as chain:
        house.do("Ledger", "withdraw", 16, 10**9, users[1], sender=users[1])
        house.do("Ledger", "setDelegate", 17, users[5], True, sender=users[2])
        house.do("Ledger", "allowVenue", 18, users[0], False, sender=users[3])
        house.do("Ledger", "setBorrowRate", 10**19)
        house.do("Ledger", "setModule", users[0], True)
        house.do("Ledger", "pokeFunding", instrument(BITCOIN, 1))
        house.do("Ledger", "join", [16, 17], policy_id(house.policy), 10)
        chain.warp(chain.at().timestamp + 4_000)
        house.do("Ledger", "settle", 16)
        house.do("Ledger", "move", 16, 17, [(instrument(BITCOIN, SPOT), WAD)], 5)
        house.do("Ledger", "move", 17, 16, [(instrument(BITCOIN, SPOT), WAD)], 0)  # 16 has none, then
        house.do("Ledger", "part", [17])
        (finding,) = by("events-match-getters", chain)
    assert finding.level == "ok", finding
    assert finding.evidence["compared"] > 50


@pytest.mark.parametrize(
    ("path", "change", "getter"),
    [
        ("purseOf[16]", lambda word: word ^ 1, "purseOf(16)"),
        ("holdingOf[17][{perp}]", lambda word: word ^ 1 << 20, "holdingOf(17, {perp})"),
        ("policyOf[18]", lambda word: word ^ 1, "policyOf(18)"),
        ("ownerOf[19]", lambda word: 5, "ownerOf(19)"),
        ("depositsOf[16]", lambda word: word + 1, "depositsOf(16)"),
        ("poolOf[16]", lambda word: 1, "poolOf(16)"),
        ("nextAccount", lambda word: word + 1, "nextAccount()"),
        ("borrowing", lambda word: word + 1, "borrowing()"),
        ("isVenue[{owner}]", lambda word: 0, "isVenue({owner})"),
    ],
)
def test_a_ledger_that_says_something_else_than_its_events_is_found(house, by, path, change, getter):
    """What no event told was written into its storage."""
    names = {"perp": instrument(BITCOIN, 1), "owner": house.chain.accounts[0]}
    ledger = house.deployment.address("ledger")
    where = StorageLayout(BUILD / "Ledger.json").locate(path.format(**names))
    with house.chain.isolated() as chain:
        word = change(chain.at().storage(ledger, where.slot))
        chain.rpc("anvil_setStorageAt", ledger, f"0x{where.slot:064x}", f"0x{word:064x}")
        chain.mine()
        found = by("events-match-getters", chain)
    wrong = {f.evidence["getter"]: f for f in found if "getter" in f.evidence}
    assert getter.format(**names) in wrong
    assert all(f.level == "violation" for f in found)
    finding = wrong[getter.format(**names)]
    assert finding.evidence["said"] != finding.evidence["told"]


def test_a_policy_that_is_not_what_its_address_says_is_found(house: House, by):
    """The code that holds it is another policy's."""
    id_ = policy_id(house.policy)
    layout = StorageLayout(BUILD / "Policies.json")
    policies = house.deployment.address("policies")
    pointer = layout.read(house.chain.at(), policies, f"pointers[0x{id_.hex()}]")
    with house.chain.isolated() as chain:
        code = chain.at().code(pointer)
        other = code.replace((12_000).to_bytes(32, "big"), (12_001).to_bytes(32, "big"))
        assert other != code
        chain.rpc("anvil_setCode", pointer, "0x" + other.hex())
        chain.mine()
        found = by("events-match-getters", chain)
    (getter,) = [f for f in found if "getter" in f.evidence and f.evidence["getter"].startswith("get(")]
    assert getter.level == "violation"
