"""Documents as an audit writes them, with every part there is, and texts that a hostile contract chooses."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

from vmargin.crosscheck.coverage import coverage
from vmargin.crosscheck.rounding import rounding
from vmargin.fixedpoint.solmate.fixed_point_math_lib import mulDivUp

HOSTILE = '<script>alert("1")</script><img src=x onerror=alert(1)>&quot;\u202e\x00\x1b[31m'
HASH = "0x" + "ab" * 32
ADDRESS = "0x" + "Cd" * 20
BIG = 2**256 - 1


def difference(**changes: Any) -> dict[str, Any]:
    """A difference that is found to the line."""
    found = {
        "counterexample": {
            "schema": "vmargin/counterexample/1",
            "mirror": "vmargin.fixedpoint.solmate.fixed_point_math_lib:mulDivUp",
            "signature": "mulDivUp(uint256,uint256,uint256)(uint256)",
            "arguments": [
                {"name": "x", "type": "uint256", "value": str(2**128 - 1)},
                {"name": "y", "type": "uint256", "value": str(10**18)},
                {"name": "denominator", "type": "uint256", "value": str(BIG)},
            ],
            "mirrored": {"values": ["1"]},
            "original": {"values": ["0"]},
            "target": {"contract": "Math", "codeHash": HASH},
            "seed": "0",
            "tried": 1204,
        },
        "divergence": {"kind": "result", "sentence": "the contract gives 0 where the mirror gives 1"},
        "operands": [str((2**128 - 1) * 10**18), str(BIG)],
        "mirror": {
            "place": "vmargin/fixedpoint/solmate/fixed_point_math_lib.py:53 mulDivUp",
            "result": "1",
            "lines": [
                {"line": 52, "text": "        revert()"},
                {
                    "line": 53,
                    "text": "    return add(gt(x * y % denominator, 0), x * y / denominator)",
                    "hit": True,
                },
            ],
        },
        "contract": {
            "place": "solmate/src/utils/FixedPointMathLib.sol:64 mulDivUp, pc 1042 DIV",
            "result": "0",
            "lines": [
                {
                    "line": 63,
                    "text": "            // If x * y modulo the denominator is strictly greater than 0,",
                },
                {
                    "line": 64,
                    "text": "            z := add(gt(mul(x, y), not(0)), div(mul(x, y), denominator))",
                    "hit": True,
                },
            ],
        },
        "files": [
            "counterexamples/mulDivUp.json",
            "counterexamples/test_mulDivUp.py",
            "counterexamples/mulDivUp.t.sol",
        ],
    }
    return {**copy.deepcopy(found), **changes}


@cache
def _parts() -> tuple[dict[str, Any], dict[str, Any]]:
    return (
        rounding(mulDivUp, favours="protocol", bound=1, cases=200).as_json(),
        coverage(mulDivUp, cases=200).as_json(),
    )


def audited(**changes: Any) -> dict[str, Any]:
    """A whole document."""
    measured, covered = copy.deepcopy(_parts())
    first = difference()
    flip = {
        "schema": "vmargin/flips/1", "protocol": "reference", "account": "16", "of": "1.spot",
        "what": "spot of underlying 1 alone", "decimals": 18, "now": str(60_000 * 10**18),
        "standing": "healthy",
        "from": str(48_000 * 10**18), "to": str(72_000 * 10**18), "proven": True, "undecided": "0",
        "here": {"from": str(55_000 * 10**18), "to": str(72_000 * 10**18), "standing": "healthy"},
        "below": [{"from": str(48_000 * 10**18), "to": str(55_000 * 10**18 - 1), "standing": "liquidatable"}],
        "above": [],
    }  # fmt: skip
    still = {**flip, "of": "time", "what": "the block's time", "decimals": 0, "now": "1700000000",
             "from": "1700000000", "to": "1702592000", "below": []}  # fmt: skip
    found = {
        "schema": "vmargin/audit/1",
        "title": "Fixed point, before release 7",
        "verdict": "differs",
        "counts": {
            "comparisons": 10_340, "differing": 2, "functions": 1, "functionsDiffering": 1, "accounts": 341,
            "accountsDiffering": 1, "accountsUnknown": 1, "violations": 1, "warnings": 0,
        },
        "checked": {
            "versions": {"vmargin": "1.0", "Python": "3.12.1", "pyrevm": "0.3.7"},
            "seed": "0",
            "chain": {
                "chainId": 1, "block": 23_456_789, "blockHash": HASH, "timestamp": 1_755_555_555,
                "pin": "hash",
                "anchor": f"hash:{HASH}",
            },
            "contracts": [
                {"role": "engine", "address": ADDRESS, "codeHash": HASH, "implementation": ADDRESS},
                {"role": "ledger", "address": ADDRESS, "codeHash": HASH, "implementation": None},
            ],
        },
        "functions": [
            {
                "name": "mulDivUp",
                "mirror": first["counterexample"]["mirror"],
                "mirrorHash": HASH,
                "signature": first["counterexample"]["signature"],
                "target": {"contract": "Math", "source": "src/Math.sol", "codeHash": HASH},
                "comparisons": 10_000,
                "differing": 1,
                "fuzzed": {
                    "schema": "vmargin/fuzz/1", "seed": "0", "cases": 10_000, "ended": "cases",
                    "endings": {"value": 7911, "Empty": 2089}, "differing": 1,
                },
                "differences": [first],
                "coverage": covered,
                "rounding": measured,
            }
        ],
        "accounts": {
            "schema": "vmargin/crosscheck/1", "protocol": "reference", "compared": 341, "equal": 339,
            "differs": 1, "unknown": 1, "notListed": 339,
            "accounts": [
                {
                    "account": "16",
                    "status": "differs",
                    "differences": [
                        {
                            "figure": "initialRequirement",
                            "mirror": "37952840613589441322184",
                            "contract": "37949045709018539468238",
                            "difference": "3794904570901853946",
                        }
                    ],
                },
                {"account": "17", "status": "unknown", "reason": "the contract halts: out of gas"},
            ],
            "decimals": {"initialRequirement": 18},
            "located": {"16": {k: first[k] for k in ("divergence", "operands", "mirror", "contract")}},
            "files": {"16": ["counterexamples/account_16.json", "counterexamples/test_account_16.py"]},
        },
        "flips": [flip, still],
        "lint": [
            {"rule": "code-hash", "level": "ok", "what": "the engine is as recorded", "evidence": {}},
            {
                "rule": "initial-above-maintenance",
                "level": "violation",
                "what": "policy 3 asks less initially than for maintenance",
                "evidence": {"initial": str(9 * 10**16), "maintenance": str(10**17)},
            },
        ],
        "notDone": [{"part": "rounding", "of": "fee", "reason": "the mirror is no kernel"}],
        "again": ["export ETH_RPC_URL=…", "vmargin audit plan.toml --out again"],
    }  # fmt: skip
    return {**found, **changes}


def agreeing() -> dict[str, Any]:
    """A document without a difference."""
    found = audited(verdict="equal", lint=[], notDone=[])
    found["functions"][0]["differences"] = []
    found["counts"] |= {
        "differing": 0,
        "functionsDiffering": 0,
        "accountsDiffering": 0,
        "accountsUnknown": 0,
        "violations": 0,
    }
    found["accounts"] |= {"accounts": [], "located": {}, "differs": 0, "unknown": 0, "files": {}}
    return found


def hostile() -> dict[str, Any]:
    """A document in which every text that others choose is markup."""
    found = audited(title=HOSTILE)
    one = found["functions"][0]["differences"][0]
    one["counterexample"]["original"] = {"revert": {"error": f"Error({HOSTILE})", "data": "0x08c379a0"}}
    one["counterexample"]["mirrored"] = {"failure": HOSTILE}
    one["counterexample"]["arguments"][0] |= {"name": HOSTILE, "type": "string", "value": HOSTILE}
    one["divergence"]["sentence"] = HOSTILE
    one["contract"]["lines"][1]["text"] = HOSTILE
    one["contract"]["place"] = HOSTILE
    del one["contract"]["result"], one["mirror"]["result"]
    found["functions"][0]["target"] = {"contract": HOSTILE, "source": HOSTILE}
    found["functions"][0]["name"] = HOSTILE
    found["accounts"]["accounts"][1]["reason"] = HOSTILE
    found["accounts"]["accounts"][0]["account"] = HOSTILE
    found["lint"][1] |= {"what": HOSTILE, "rule": HOSTILE, "evidence": {HOSTILE: HOSTILE}}
    found["notDone"][0]["reason"] = HOSTILE
    found["checked"]["contracts"][0]["role"] = HOSTILE
    return found
