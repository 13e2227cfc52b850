"""`vmargin conform risk` as a user meets it: its table, its exit codes, its JSON."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest

VECTORS = Path(__file__).parents[1] / "vectors" / "risk_cases.json.xz"
CASES = json.loads(lzma.decompress(VECTORS.read_bytes()))["cases"]
BY_ID = {case["id"]: case for case in CASES}


@pytest.fixture
def write(tmp_path):
    def write(*cases):
        path = tmp_path / "cases.json"
        path.write_text(json.dumps({"meta": {"cases": len(cases)}, "cases": cases}))
        return path

    return write


def test_the_published_numbers_hold(here):
    done = here("conform", "risk", VECTORS)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].split("  ")[0] == "kind"
    rows = {line.split()[0]: line.split()[1:] for line in lines[1:22]}
    assert rows["simm_equity_delta"] == ["41", "41", "-", "-", "-", "-"]
    assert lines[22].split() == ["all", "kinds", "120", "96", "-", "7", "-", "17"]
    assert [line.split(":")[0] for line in lines[23:]] == [
        "not yet, needs the room protocols/derive_v2",
        "not yet, needs the room risk",
    ]


def test_a_failure_is_shown_and_ends_with_1(here, write):
    good = BY_ID["span_mcmillan_covered_write"]
    wrong = good | {"id": "wrong", "expected": good["expected"] | {"scan_risk": 6621, "net": [0.5] * 16}}
    unknown = good | {"id": "unknown", "kind": "pin_risk"}
    done = here("conform", "risk", write(good, wrong, unknown))
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines()[-9:] == [
        "all kinds      3       1       1            -                1        -",
        "failed: wrong (span_scan)",
        "  net[0]: got -460, want 0.5 (exact)",
        "  net[1]: got 610, want 0.5 (exact)",
        "  net[2]: got 690, want 0.5 (exact)",
        "  net[3]: got 1600, want 0.5 (exact)",
        "  net[4]: got -2060, want 0.5 (exact)",
        "  and 12 more",
        "not expressible: unknown (pin_risk): unknown kind",
    ]


def test_what_has_no_answer_is_no_failure(here, write):
    done = here("conform", "risk", write(BY_ID["haug_00"] | {"kind": "pin_risk"}, BY_ID["pof_1043_17"]))
    assert done.returncode == 0


def test_json(here, write):
    good = BY_ID["waterfall_textbook"]
    wrong = good | {"id": "wrong", "expected": {"shortfall": "1/3"}}
    done = here("conform", "risk", write(good, wrong, BY_ID["pof_1043_17"]), "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["results"] == [
        {"id": "waterfall_textbook", "kind": "waterfall_layers", "verdict": "passed"},
        {
            "id": "wrong",
            "kind": "waterfall_layers",
            "verdict": "failed",
            "differences": [{"where": "shortfall", "got": "0", "want": "1/3", "check": "exact"}],
        },
        {
            "id": "pof_1043_17",
            "kind": "kupiec_pof",
            "verdict": "not yet",
            "reason": "needs the room risk",
        },
    ]
    assert json.loads(done.stdout)["verdicts"]["failed"] == 1


def test_a_bad_file_ends_with_2_and_prints_nothing_else(here, write):
    bad = BY_ID["haug_00"] | {"check": {"mode": "near", "value": "1"}}
    path = write(BY_ID["haug_01"], bad)
    done = here("conform", "risk", path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f'vmargin: {path}: cases[1].check.mode: "near" is none of exact')
