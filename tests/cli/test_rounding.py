"""`vmargin rounding` as a user meets it: the table, the JSON, its exit codes, and what it refuses."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable

import pytest

Here = Callable[..., subprocess.CompletedProcess[str]]
SHARES = "vmargin.fixedpoint.morpho_blue.shares_math_lib"
AAVE = "vmargin.fixedpoint.aave_v3.wad_ray_math"


def test_a_table_says_where_it_rounds_whom_it_favours_and_by_how_much(here: Here) -> None:
    done = here("rounding", "--mirror", f"{SHARES}:toSharesUp", "--favours", "protocol", "--bound", "0..1",
                "--cases", 400)  # fmt: skip
    assert done.returncode == 0
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[0].startswith(f"{SHARES}.toSharesUp: 400 cases (200 drawn, then searched, seed 0)")
    (row,) = [line for line in lines if line.startswith("shares_math_lib.py:28:12")]
    assert row.endswith("protocol  no, proven")
    assert any(line.startswith("result: largest error found 0.99") for line in lines)
    assert "  bound kept; at most 99.99% of it used" in lines


def test_json_has_what_a_program_needs(here: Here) -> None:
    command = ("rounding", "--mirror", f"{SHARES}:toAssetsDown", "--favours", "protocol",
               "--range", "shares=1..1e24", "--range", "totalAssets=0..1e30",
               "--range", "totalShares=0..1e36", "--cases", 300, "--seed", "7", "--json")  # fmt: skip
    done = here(*command)
    told = json.loads(done.stdout)
    assert told["schema"] == "vmargin/rounding/1"
    assert told["seed"] == "7"
    assert told["sites"][0]["favours"] == "account"
    shares, assets, supply = (int(n) for n in told["errors"][0]["largest"]["case"])
    assert 1 <= shares <= 10**24
    assert assets <= 10**30
    assert supply <= 10**36
    assert here(*command).stdout == done.stdout


def test_an_error_beyond_the_bound_is_exit_code_1(here: Here) -> None:
    done = here("rounding", "--mirror", f"{AAVE}:wadMul", "--bound", "1/3", "--cases", 200)
    assert done.returncode == 1
    assert "bound broken" in done.stdout
    done = here("rounding", "--mirror", f"{AAVE}:wadMul", "--bound", "-1/2..1/2", "--cases", 200)
    assert done.returncode == 0


def test_a_kernel_that_approximates_is_looked_into_when_asked(here: Here) -> None:
    mirror = "vmargin.fixedpoint.morpho_blue.math_lib:wTaylorCompounded"
    options = ("--range", "x=0..1e12", "--range", "n=0..1e6", "--cases", 60)
    whole = here("rounding", "--mirror", mirror, *options).stdout
    inner = here("rounding", "--mirror", mirror, "--inside", *options).stdout
    assert whole.count("wTaylorCompounded(x, n)") == 1
    assert inner.count("x * y / d") == 2


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--mirror", f"{SHARES}:nothing"), "has no function 'nothing'"),
        (("--mirror", "vmargin.crosscheck.subject:load"), "no kernel"),
        (("--mirror", f"{SHARES}:toSharesUp", "--favours", "me"), "protocol or account"),
        (("--mirror", f"{SHARES}:toSharesUp", "--range", "shares"), "write NAME="),
        (("--mirror", f"{SHARES}:toSharesUp", "--range", "assets=5"), "write NAME=1..1e30"),
        (("--mirror", f"{SHARES}:toSharesUp", "--range", "assets=a..b"), "a"),
        (("--mirror", f"{SHARES}:toSharesUp", "--bound", "much"), "write 1, 1/2 or -1..0"),
        (("--mirror", f"{SHARES}:toSharesUp", "--cases", "0"), "give 1 or more"),
    ],
)
def test_a_wrong_usage_is_exit_code_2(here: Here, options: tuple[str, ...], says: str) -> None:
    done = here("rounding", *options)
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stdout == ""
