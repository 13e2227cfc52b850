"""Copies to vmargin/artifacts what contracts/src compiles to, less what only tests need: `make artifacts`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from vmargin.artifacts import KEYS

BUILD = Path(__file__).parent / "build"
SHIPPED = Path(__file__).parents[1] / "vmargin" / "artifacts"


def shipped(built: str) -> str:
    """The text to ship of the text that the compiler's driver wrote."""
    artifact = json.loads(built)
    return json.dumps({key: artifact[key] for key in KEYS}, separators=(",", ":")) + "\n"


def wanted() -> dict[str, str]:
    """By file name, the text of each contract of contracts/src that can be deployed."""
    texts = {path.name: path.read_text() for path in sorted(BUILD.glob("*.json"))}
    return {name: shipped(text) for name, text in texts.items() if is_shipped(json.loads(text))}


def is_shipped(artifact: dict[str, Any]) -> bool:
    """Whether it is ours and of use by itself, as internal libraries and interfaces are not."""
    callable_ = any(entry["type"] in ("function", "constructor") for entry in artifact["abi"])
    return artifact["source"].startswith("src/") and callable_ and artifact["bytecode"] != "0x"


if __name__ == "__main__":
    for path in SHIPPED.glob("*.json"):
        path.unlink()
    for name, text in wanted().items():
        (SHIPPED / name).write_text(text)
        print(f"artifacts: {name}, {len(text)} bytes")
