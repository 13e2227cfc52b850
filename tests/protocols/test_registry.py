"""The registry against packages that are really there: folders with metadata on the path."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

PACKAGE = """
from vmargin.protocols.base import Protocol
class Ours(Protocol):
    name = "theirs"
not_one = 5
"""


@pytest.fixture
def installed(tmp_path: Path) -> Callable[..., str]:
    """What a fresh interpreter says with packages installed, each with an entry point of the given target."""

    def run(code: str, **packages: str) -> str:
        for package, target in packages.items():
            (tmp_path / f"{package}.py").write_text(PACKAGE)
            metadata = tmp_path / f"{package}-1.0.dist-info"
            metadata.mkdir()
            (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
            (metadata / "entry_points.txt").write_text(f"[vmargin.protocols]\ntheirs = {target}\n")
        program = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n" + code
        return (
            subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
            .stderr.strip()
            .rpartition("\n")[2]
            or "fine"
        )

    return run


USE = "from vmargin.protocols.registry import protocol; assert protocol('theirs').name == 'theirs'"


def test_a_protocol_of_another_package_is_found(installed: Callable[..., str]) -> None:
    assert installed(USE, one="one:Ours") == "fine"


def test_an_unknown_one_is_answered_with_those_that_are_there(installed: Callable[..., str]) -> None:
    said = installed("from vmargin.protocols.registry import protocol; protocol('none')", one="one:Ours")
    assert "no protocol 'none' is installed: there are" in said
    assert "theirs" in said


@pytest.mark.parametrize(
    ("target", "said"),
    [("one:Absent", "does not load"), ("absent:Ours", "does not load"), ("one:not_one", "no subclass")],
)
def test_a_broken_promise_names_its_package(installed: Callable[..., str], target: str, said: str) -> None:
    answer = installed(USE, one=target)
    assert "ProtocolBroken" in answer
    assert "of one" in answer
    assert said in answer


def test_two_packages_with_one_name_are_both_named(installed: Callable[..., str]) -> None:
    answer = installed(USE, one="one:Ours", two="two:Ours")
    assert "two packages have a protocol theirs: " in answer
