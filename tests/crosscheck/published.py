"""The published cases, and how others are made of them."""

from __future__ import annotations

import json
import lzma
from copy import deepcopy
from decimal import Decimal
from pathlib import Path

VECTORS = Path(__file__).parents[1] / "vectors" / "risk_cases.json.xz"
PUBLISHED = json.loads(lzma.decompress(VECTORS.read_bytes()), parse_float=Decimal)["cases"]
BY_ID = {case["id"]: case for case in PUBLISHED}


def case(kind, given, expected, check=None, needs="margin", **others):
    texts = {"capability": "pricing", "tolerance_note": "", "source": "", "status": "", "id": kind}
    check = check or {"mode": "exact", "value": "0"}
    return texts | others | {
        "kind": kind, "needs": needs, "input": given, "expected": expected, "check": check
    }  # fmt: skip


def changed(original, name, place, value, suffix):
    """A copy of a case with one value of its `expected` or `input` changed."""
    copy = deepcopy(original) | {"id": f"{original['id']} {suffix}"}
    at = copy[name]
    for key in place[:-1]:
        at = at[key]
    at[place[-1]] = value
    return copy
