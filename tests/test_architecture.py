"""The arrows of docs/architecture.md: which room may import which."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "vmargin"
MAY_IMPORT = {
    "errors": set(),
    "cache": set(),
    "solidity": {"errors", "cache"},
    "fixedpoint": {"errors", "solidity"},
    "margin": {"errors", "solidity", "fixedpoint"},
    "protocols": {"errors", "solidity", "fixedpoint", "margin", "chain", "artifacts"},
    "artifacts": {"errors"},
    "chain": {"errors", "cache", "solidity", "artifacts"},
    "testing": {"errors", "solidity", "chain", "margin", "protocols", "crosscheck", "artifacts"},
    "crosscheck": {"errors", "cache", "solidity", "fixedpoint", "margin", "chain", "protocols", "artifacts"},
    "report": {"errors", "crosscheck"},
    "cli": {
        "errors",
        "solidity",
        "fixedpoint",
        "margin",
        "crosscheck",
        "chain",
        "protocols",
        "artifacts",
        "report",
    },
    "__main__": {"cli"},
    "__init__": set(),
}
"""By room, the rooms that it may import besides itself."""


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield f"{node.module}.{node.names[0].name}"
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_imports_follow_the_arrows() -> None:
    wrong = []
    for path in PACKAGE.rglob("*.py"):
        for name in imports(path):
            parts = name.split(".")
            if parts[0] == "vmargin" and parts[1] not in {room(path), *MAY_IMPORT[room(path)]}:
                if parts[1] != "__version__":
                    wrong.append(f"{path.relative_to(PACKAGE)} imports {name}")
    assert not wrong


def test_every_room_is_in_the_picture() -> None:
    rooms = {room(path) for path in PACKAGE.rglob("*.py")}
    assert rooms == set(MAY_IMPORT)


def test_files_say_what_they_are_for() -> None:
    silent = [
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert not silent


OF_NO_FILE = {"aggregator", "bidding", "errors", "losses", "mirror", "ownable"}
"""Of the house: what others' contracts do, what callers compute, and the errors under their own name."""


def test_every_solidity_file_has_its_mirror_and_no_mirror_is_without() -> None:
    contracts = PACKAGE.parent / "contracts" / "src"
    for sources, mirrors, unmirrored, beside in (
        (contracts / "margin", PACKAGE / "margin", {"memory_arrays"}, set()),
        (contracts / "house", PACKAGE / "margin/house", {"house_errors"}, OF_NO_FILE),
    ):
        files = {re.sub("(?<=[a-z])(?=[A-Z])", "_", path.stem).lower() for path in sources.glob("*.sol")}
        modules = {path.stem for path in mirrors.glob("*.py")} - {"__init__"}
        assert files - unmirrored == modules - beside
