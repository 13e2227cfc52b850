"""A node cannot end our process: brackets within brackets are refused before they are read."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest

from vmargin.chain.rpc import nesting

ATTACKS = {
    "lists": b"[" * 100_000 + b"]" * 100_000,
    "never closed": b"[" * 100_000,
    "objects": b'{"a":' * 100_000,
    "not innermost": b"[1," * 100_000 + b"1" + b"]" * 100_000,
    "between flat ones": b"[{}," * 100_000,
}


@pytest.fixture
def unlimited() -> Iterator[None]:
    """As an import of py_ecc leaves it."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(100_000)
    yield
    sys.setrecursionlimit(before)


@pytest.mark.usefixtures("unlimited")
@pytest.mark.parametrize("attack", ATTACKS)
def test_what_is_nested_too_deep_is_refused(attack: str) -> None:
    with pytest.raises(ValueError, match="nested more than 64 deep"):
        nesting.checked(ATTACKS[attack])


@pytest.mark.usefixtures("unlimited")
def test_what_nodes_send_is_not() -> None:
    batch = [{"id": i, "result": {"logs": [{"topics": ["0x"] * 4}], "data": '[{[\\"['}} for i in range(300)]
    deep = b"[" * 50 + json.dumps(batch).encode() + b"]" * 50
    for raw in (b"{}", json.dumps(batch).encode(), deep):
        assert nesting.checked(raw) == raw


def test_the_danger_is_real() -> None:
    """Without the check this ends the interpreter; if it no longer does, the check has no reason any more."""
    program = "import json, py_ecc; json.loads(b'[' * 100_000)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert done.returncode < 0
    assert b"Error" not in done.stderr
