"""Copies to vmargin/artifacts what contracts/src compiles to, less what only tests need: `make artifacts`."""

from __future__ import annotations

import json
from pathlib import Path

from vmargin.artifacts import KEYS

BUILD = Path(__file__).parent / "build"
SHIPPED = Path(__file__).parents[1] / "vmargin" / "artifacts"


def shipped(built: str) -> str:
    """The text to ship of the text that the compiler's driver wrote."""
    artifact = json.loads(built)
    return json.dumps({key: artifact[key] for key in KEYS}, separators=(",", ":")) + "\n"


def wanted() -> dict[str, str]:
    """By file name, the text of each contract of contracts/src."""
    texts = {path.name: path.read_text() for path in sorted(BUILD.glob("*.json"))}
    ours = {name: text for name, text in texts.items() if json.loads(text)["source"].startswith("src/")}
    return {name: shipped(text) for name, text in ours.items()}


if __name__ == "__main__":
    for path in SHIPPED.glob("*.json"):
        path.unlink()
    for name, text in wanted().items():
        (SHIPPED / name).write_text(text)
        print(f"artifacts: {name}, {len(text)} bytes")
