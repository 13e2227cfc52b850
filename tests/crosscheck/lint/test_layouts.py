"""Two versions of a contract as the compiler lays them out: what collides is found, and nothing else."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from tests.crosscheck.lint.versions import layouts
from vmargin.crosscheck.lint.layouts import Versions, storage_layout
from vmargin.errors import UsageError

BUILD = Path(__file__).parents[3] / "contracts" / "build"

S = "struct S { uint64 a; uint64 b; } "
GAP = " uint256[48] __gap; uint256 last;"

FINE = {
    "the same": ("uint256 x; address y;", "uint256 x; address y;"),
    "appended": ("uint256 x; address y;", "uint256 x; address y; mapping(uint256 => int8) z;"),
    "appended within a word": ("uint256 x; uint8 y;", "uint256 x; uint8 y; uint8 z;"),
    "taken from a gap": (
        "uint256 x;" + GAP,
        "uint256 x; uint256 y; uint256[47] __gap; uint256 last;",
    ),
    "a gap used up": ("uint256[1] __gap; uint256 last;", "address y; uint256 last;"),
    "a constant, an immutable": ("uint256 x;", "uint256 constant C = 1; uint256 immutable I = 2; uint256 x;"),
    "a member appended in a mapping": (
        S + "mapping(uint256 => S) s; uint256 x;",
        "struct S { uint64 a; uint64 b; uint256 c; } mapping(uint256 => S) s; uint256 x;",
    ),
    "a member appended in spare bytes of elements": (
        S + "S[] s; S[3] t; uint256 x;",
        "struct S { uint64 a; uint64 b; uint128 c; } S[] s; S[3] t; uint256 x;",
    ),
    "a struct by another name": (S + "S[] s;", "struct T { uint64 a; uint64 b; } T[] s;"),
    "a struct of itself": (
        "struct T { uint32 v; T[] children; } T t;",
        "struct T { uint32 v; T[] children; } T t; uint256 more;",
    ),
    "the last array longer": ("uint256 x; uint256[2] y;", "uint256 x; uint256[3] y;"),
}
"""By what has changed, a former version and a later one that finds all that it stored."""

WRONG = {
    "inserted": (
        ("uint256 x; address y;", "uint256 z; uint256 x; address y;"),
        {
            "z is inserted where x was",
            "x has moved from slot 0 to slot 1",
            "y has moved from slot 1 to slot 2",
        },
    ),
    "exchanged": (
        ("uint256 x; uint256 y;", "uint256 y; uint256 x;"),
        {"x has moved from slot 0 to slot 1", "y has moved from slot 1 to slot 0"},
    ),
    "moved within a word": (
        ("uint8 x; uint8 y;", "uint8 x; uint16 z; uint8 y;"),
        {"z is inserted where y was", "y has moved from slot 0, byte 1 to slot 0, byte 3"},
    ),
    "inserted into the midst of a word": (
        ("uint8 x; uint128 y;", "uint8 x; uint8 a; uint8 b; uint128 y;"),
        {"a is inserted where y was", "b is inserted where y was", "y has moved from slot 0, byte 1"},
    ),
    "retyped": (("uint256 x;", "int256 x;"), {"x was uint256 and is int256"}),
    "shrunk": (("uint256 x;", "uint128 x;"), {"x was uint256 and is uint128, of other bytes"}),
    "grown": (
        ("uint8 x; address y;", "uint128 x; address y;"),
        {"x was uint8 and is uint128", "y has moved"},
    ),
    "a flag to a number": (("bool x;", "uint8 x;"), {"x was bool and is uint8"}),
    "a value to a mapping": (
        ("uint256 x;", "mapping(uint256 => uint256) x;"),
        {"x was uint256 and is mapping"},
    ),
    "keys": (
        ("mapping(uint8 => uint256) x;", "mapping(uint16 => uint256) x;"),
        {"the keys of x were uint8 and are uint16"},
    ),
    "values": (
        ("mapping(uint8 => mapping(uint8 => int256)) x;", "mapping(uint8 => mapping(uint8 => uint256)) x;"),
        {"x[…][…] was int256 and is uint256"},
    ),
    "text": (("string x;", "bytes x;"), {"x was string and is bytes"}),
    "an array's length": (("uint256[3] x;", "uint256[2] x;"), {"x has shrunk from 3 to 2 elements"}),
    "an array's elements": (
        ("uint64[] x;", "uint128[] x;"),
        {"the elements of x had 8 bytes and have 16: all but the first move"},
    ),
    "an array to a dynamic one": (("uint256[2] x;", "uint256[] x;"), {"x was uint256[2] and is uint256[]"}),
    "a member inserted": (
        (
            S + "mapping(uint256 => S) s;",
            "struct S { uint64 c; uint64 a; uint64 b; } mapping(uint256 => S) s;",
        ),
        {"s[…].c is inserted where s[…].a was", "s[…].a has moved from slot 0 to", "s[…].b has moved"},
    ),
    "a member retyped": (
        (S + "S[2] s;", "struct S { int64 a; uint64 b; } S[2] s;"),
        {"s[…].a was uint64 and is int64"},
    ),
    "a member appended to elements": (
        (S + "S[] s;", "struct S { uint64 a; uint64 b; uint256 c; } S[] s;"),
        {"the elements of s had 32 bytes and have 64: all but the first move"},
    ),
    "a member appended before another variable": (
        (S + "S s; uint256 x;", "struct S { uint64 a; uint64 b; uint256 c; } S s; uint256 x;"),
        {"x has moved from slot 1 to slot 2"},
    ),
    "a gap that was not made shorter": (
        ("uint256 x;" + GAP, "uint256 x; uint256 y; uint256[48] __gap; uint256 last;"),
        {"last has moved from slot 49 to slot 50"},
    ),
    "a gap made too short": (
        ("uint256 x;" + GAP, "uint256 x; uint256 y; uint256[40] __gap; uint256 last;"),
        {"last has moved from slot 49 to slot 42"},
    ),
    "replaced": (("uint256 x; uint256 z;", "address y; uint256 z;"), {"y is where x was, as something else"}),
}
"""By what has changed, two versions and what is found."""

UNUSUAL = {
    "renamed": (("uint256 x; uint8 y;", "uint256 z; uint8 y;"), {"x is called z now"}),
    "removed": (("uint256 x; uint8 y;", "uint256 x;"), {"y is gone: what it held stays"}),
    "another contract": (("address x;", "address payable x;"), {"x was address and is address payable"}),
    "kept free": (("uint256 x; uint256 y;", "uint256[1] __gap; uint256 y;"), {"x is gone"}),
}
"""What loses nothing, and is worth a look."""


@pytest.fixture(scope="module")
def compiled() -> dict[str, Any]:
    pairs = {**FINE, **{name: pair for name, (pair, _) in (WRONG | UNUSUAL).items()}}
    bodies = {f"{name} {at}": body for name, pair in pairs.items() for at, body in enumerate(pair)}
    return layouts(bodies)


def found(compiled: dict[str, Any], name: str) -> list[tuple[str, str]]:
    versions = (compiled[f"{name} 0"], compiled[f"{name} 1"])
    return [(finding.level, finding.what) for finding in storage_layout({"it": versions})]


@pytest.mark.parametrize("name", FINE)
def test_what_leaves_everything_in_its_place_is_let_be(compiled, name: str):
    assert found(compiled, name) == [("ok", "it: the later version finds what the former has stored")]


@pytest.mark.parametrize("name", WRONG)
def test_what_collides_is_a_violation_and_named(compiled, name: str):
    wanted = WRONG[name][1]
    got = found(compiled, name)
    assert {level for level, _ in got} == {"violation"}
    assert len(got) == len(wanted)
    for text in wanted:
        assert any(what.startswith(f"it: {text}") for _, what in got), got


@pytest.mark.parametrize("name", UNUSUAL)
def test_what_loses_nothing_and_is_unusual_is_a_warning(compiled, name: str):
    warning, ok = found(compiled, name)
    (text,) = UNUSUAL[name][1]
    assert warning[0] == "warning"
    assert warning[1].startswith(f"it: {text}")
    assert ok[0] == "ok"


def test_every_way_in_which_solidity_lays_out_storage_is_read():
    """Compared with itself nothing is found; with any one variable elsewhere or of another kind, that."""
    layout = json.loads((BUILD / "Layouts.json").read_text())["storageLayout"]
    assert not list(Versions(layout, layout).problems())
    for at, entry in enumerate(layout["storage"]):
        later = copy.deepcopy(layout)
        later["storage"][at]["slot"] = "1000"
        problems = list(Versions(layout, later).problems())
        assert [problem.what for problem in problems if problem.level == "violation"]
        assert all(entry["label"] in problem.what for problem in problems)
        assert problems[0].former == {**problems[0].former, "name": entry["label"], "slot": entry["slot"]}
        assert problems[0].later["slot"] == "1000"

        later = copy.deepcopy(layout)
        later["types"]["t_other"] = {"encoding": "inplace", "label": "other", "numberOfBytes": "32"}
        later["storage"][at]["type"] = "t_other"
        problems = list(Versions(layout, later).problems())
        assert problems[0].what.startswith(entry["label"])
        assert problems[0].later["type"] == "other"


def test_the_house_itself_against_its_own_files(tmp_path: Path):
    path = BUILD / "Ledger.json"
    (ok,) = storage_layout({"ledger": (path, str(path))})
    assert ok.level == "ok"
    assert ok.evidence["variables"] == ok.evidence["later"] > 15


def test_what_is_no_layout_is_refused(tmp_path: Path):
    (tmp_path / "other.json").write_text("[]")
    for other in ({}, {"storage": 5, "types": {}}, tmp_path / "absent.json", tmp_path / "other.json"):
        with pytest.raises(UsageError, match="storage layout"):
            list(storage_layout({"it": (BUILD / "Ledger.json", other)}))
    (none,) = storage_layout({})
    assert none.level == "not applicable"
