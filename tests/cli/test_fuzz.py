"""`vmargin fuzz` as a user meets it: what it prints and saves, and that it runs again what it saved."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import BUILD, World

Run = Callable[..., subprocess.CompletedProcess[str]]

ARTIFACT = BUILD / "SolmateFixedPointMathLibHarness.json"
SIGNATURE = "mulWadDown(uint256,uint256)(uint256)"
RIGHT = "vmargin.fixedpoint.solmate.fixed_point_math_lib:mulWadDown"
MIRRORS = """\
import time
from pathlib import Path
from random import Random

from vmargin.solidity.reverts import Empty

WAD = 10**18


def mul_wad(x, y):
    z = x * y
    if x != 0 and z // x != y:
        raise Empty
    return z // WAD


def up(x, y):
    if x * y >= 2**256:
        raise Empty
    return -(-x * y // WAD)


calls = 0


def slow_up(x, y):
    global calls
    calls += 1
    if calls == 300:
        Path("begun").touch()
    if calls > 300:
        time.sleep(0.01)
    return up(x, y)


def balance(holder):
    return 2**255 if holder == "0x" + "ab" * 20 else int(holder == "0x" + "00" * 19 + "07")


def nobody(holder):
    return 0


def holders(source: Random):
    return (source.choice(["0x" + "ab" * 20, "0x" + "00" * 19 + "07", "0x" + "00" * 20]),)


def thousands(source: Random):
    return source.randrange(5, 1000) * WAD, source.randrange(3, 1000)


def endless(x, y):
    Path("begun").touch()
    while x > 1:
        time.sleep(0.01)
    return 0
"""


VACUOUS = MIRRORS.replace("def mul_wad(", "def mulWadDown(")
UP = MIRRORS.replace("def up(", "def mulWadDown(").replace("return up(", "return mulWadDown(")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in (("mirrors", MIRRORS), ("vacuous", VACUOUS), ("up", UP)):
        (tmp_path / f"{name}.py").write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def fuzz(here: Run, mirror: str, *more: object) -> subprocess.CompletedProcess[str]:
    return here(
        "fuzz", "--mirror", mirror, "--artifact", ARTIFACT, "--signature", SIGNATURE, "--cases", 2000, *more
    )


def test_no_difference(here: Run, folder: Path) -> None:
    done = fuzz(here, RIGHT)
    assert done.returncode == 0
    first, second, third = done.stdout.splitlines()
    assert first == f"{SIGNATURE}: mirror {RIGHT}"
    assert second.startswith("2,000 cases compared, seed 0; the contract's endings: ")
    assert third == "no difference"
    assert list(folder.glob("counterexamples*")) == []


def test_a_difference_is_shown_saved_and_run_again(here: Run, folder: Path) -> None:
    done = fuzz(here, "vacuous.py:mulWadDown")
    assert done.returncode == 1
    shown = done.stdout
    assert "100 differ, where the search ended; the smallest:" in shown
    assert f"  x        = 2\n  y        = {2**255}  (0x8{'0' * 63})\n" in shown
    assert f"  mirror     {2**256 // 10**18}\n  contract   reverts with Empty, data 0x\n" in shown
    assert "  contract  solmate/src/utils/FixedPointMathLib.sol:44 mulDivDown\n" in shown
    assert shown.endswith("again: vmargin fuzz --replay counterexamples/mulWadDown.json\n")
    assert "saved as counterexamples/mulWadDown.json" in done.stderr

    again = here("fuzz", "--replay", "counterexamples/mulWadDown.json")
    assert again.returncode == 1
    assert "mirror and contract still differ" in again.stdout
    assert "reverts with Empty" in again.stdout
    mended = here("fuzz", "--replay", "counterexamples/mulWadDown.json", "--mirror", RIGHT)
    assert mended.returncode == 0
    assert "mirror and contract do the same now" in mended.stdout


def test_other_code_is_told(here: Run, folder: Path) -> None:
    fuzz(here, "up.py:mulWadDown", "--save", "found.json")
    kept = json.loads(Path("found.json").read_text())
    kept["target"]["codeHash"] = "0x" + "00" * 32
    Path("found.json").write_text(json.dumps(kept))
    done = here("fuzz", "--replay", "found.json")
    assert done.returncode == 1
    assert "found on code 0x0000" in done.stderr


def test_json(here: Run, folder: Path) -> None:
    done = fuzz(
        here, "up.py:mulWadDown", "--json", "--save", "kept/up.json", "--seed", "seven", "--enough", 0
    )
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert (found["schema"], found["seed"], found["cases"], found["ended"]) == (
        "vmargin/fuzz/1", "seven", 2000, "cases",
    )  # fmt: skip
    assert found["differing"] > 100
    assert [a["value"] for a in found["counterexample"]["arguments"]] == ["1", "1"]
    assert found["counterexample"] == json.loads(Path("kept/up.json").read_text())
    assert found["counterexample"]["target"]["artifact"] == str(ARTIFACT)
    assert found["divergence"]["line"]["path"] == "solmate/src/utils/FixedPointMathLib.sol"
    again = json.loads(here("fuzz", "--replay", "kept/up.json", "--json").stdout)
    assert (again["schema"], again["differs"], again["sameCode"]) == ("vmargin/replay/1", True, True)
    assert again["counterexample"]["mirrored"] == {"values": ["1"]}
    assert fuzz(here, "up.py:mulWadDown", "--json", "--seed", "seven", "--enough", 0).stdout == done.stdout


def test_errors_that_the_abi_lacks_are_named(here: Run, folder: Path) -> None:
    """Solady's are in assembly: the kernel's module declares them, or the command line does."""
    given = (
        "--artifact",
        BUILD / "SoladyFixedPointMathLibHarness.json",
        "--signature",
        "sMulWad",
        "--cases",
        300,
    )
    kernel = here("fuzz", "--mirror", "vmargin.fixedpoint.solady.fixed_point:sMulWad", *given)
    assert kernel.returncode == 0
    assert " SMulWadFailed," in kernel.stdout
    assert " Unknown," in here("fuzz", "--mirror", "mirrors.py:mul_wad", *given).stdout
    named = here("fuzz", "--mirror", "mirrors.py:mul_wad", *given, "--errors", "SMulWadFailed()")
    assert " SMulWadFailed," in named.stdout


def test_arguments_of_a_constructor(here: Run, folder: Path) -> None:
    given = ("--artifact", BUILD / "Erc20.json", "--signature", "balanceOf", "--mirror", "mirrors.py:nobody")
    assert here("fuzz", *given, "--constructor", "Token, T, 18", "--cases", 50).returncode == 0
    assert here("fuzz", *given, "--constructor", "Token").returncode == 2
    assert here("fuzz", *given).returncode == 2


def test_a_users_own_inputs(here: Run, folder: Path) -> None:
    assert fuzz(here, "up.py:mulWadDown", "--strategy", "mirrors.py:thousands").returncode == 0
    assert fuzz(here, "up.py:mulWadDown", "--strategy", "mirrors.py:nowhere").returncode == 2


def test_a_deployed_contract_at_a_block(here: Run, folder: Path, world: World) -> None:
    given = (
        "--address",
        world.token,
        "--signature",
        "balanceOf(address)(uint256)",
        "--rpc-url",
        world.chain.url,
    )
    done = here(
        "fuzz", "--mirror", "mirrors.py:balance", *given, "--strategy", "mirrors.py:holders", "--cases", 200
    )
    assert done.returncode == 1
    assert "  mirror      1\n  contract    0\n" in done.stdout
    assert "chain 31337, block" in done.stderr
    kept = json.loads(Path("counterexamples/balanceOf.json").read_text())
    assert kept["target"]["blockHash"].startswith("0x")
    again = here("fuzz", "--replay", "counterexamples/balanceOf.json", "--rpc-url", world.chain.url)
    assert again.returncode == 1
    assert f"0x{kept['target']['blockHash'][2:]}" in again.stderr


def test_a_deployed_contract_with_its_artifact(here: Run, folder: Path, world: World) -> None:
    given = ("--address", world.token, "--artifact", BUILD / "Erc20.json", "--rpc-url", world.chain.url)
    done = here("fuzz", "--mirror", "mirrors.py:balance", *given, "--signature", "balanceOf", "--cases", 50)
    assert done.returncode == 0, done.stdout  # no draw is a holder
    assert here("fuzz", "--mirror", "mirrors.py:balance", *given, "--signature", "nothing").returncode == 2


def test_compiled_code_in_a_node(here: Run, folder: Path, world: World) -> None:
    done = fuzz(here, "up.py:mulWadDown", "--rpc-url", world.chain.url)
    assert done.returncode == 1
    assert "  x        = 1\n  y        = 1\n" in done.stdout
    kept = json.loads(Path("counterexamples/mulWadDown.json").read_text())
    assert kept["target"]["stateOverride"] is True
    assert here("fuzz", "--replay", "counterexamples/mulWadDown.json").returncode == 1


def interrupted(folder: Path, mirror: str, *more: str) -> subprocess.CompletedProcess[str]:
    """Press Ctrl-C once the mirror is at work."""
    start = (
        "import signal, sys; from vmargin.cli import main; "
        "signal.signal(signal.SIGINT, signal.default_int_handler); sys.exit(main())"
    )
    command = ["fuzz", "--mirror", mirror, "--artifact", str(ARTIFACT), "--signature", SIGNATURE, *more]
    running = subprocess.Popen(
        [sys.executable, "-c", start, *command],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    begun = folder / "begun"
    deadline = time.monotonic() + 60
    while not begun.exists() and running.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    shown, said = running.communicate(timeout=60)
    return subprocess.CompletedProcess(command, running.returncode, shown, said)


def test_interrupted_it_shows_and_saves_what_it_has(folder: Path) -> None:
    done = interrupted(folder, "mirrors.py:slow_up", "--enough", "0", "--cases", "1000000")
    assert done.returncode == 1, done.stderr
    assert ": interrupted; the contract's endings" in done.stdout
    assert "the smallest:" in done.stdout
    assert (folder / "counterexamples" / "mulWadDown.json").exists()


def test_a_mirror_that_does_not_end_can_be_interrupted(folder: Path) -> None:
    done = interrupted(folder, "mirrors.py:endless", "--strategy", "mirrors.py:thousands")
    assert done.returncode == 130
    assert "0 cases compared, seed 0: interrupted" in done.stdout
    assert "no difference so far\nit was at (" in done.stdout
    assert "000000000000000000, " in done.stdout


BOTH = ["--mirror", RIGHT, "--signature", SIGNATURE]
CODE = ["--artifact", ARTIFACT]


@pytest.mark.parametrize(
    ("arguments", "cure"),
    [
        (CODE, "name both sides"),
        (BOTH, "say where the contract is"),
        ([*CODE, "--signature", SIGNATURE, "--mirror", "math:nothing"], "has no function 'nothing'"),
        ([*CODE, "--signature", SIGNATURE, "--mirror", "nowhere.py:f"], "no file nowhere.py"),
        ([*CODE, "--signature", "mulWad(uint256)", "--mirror", RIGHT], "no function 'mulWad(uint256)'"),
        ([*BOTH, "--artifact", "none.json"], "no compiled contract at none.json"),
        ([*BOTH, *CODE, "--cases", "0"], "one case at least"),
        (["--replay", "none.json"], "none.json holds no counterexample"),
    ],
)
def test_wrong_usage(here: Run, folder: Path, arguments: list[object], cure: str) -> None:
    done = here("fuzz", *arguments)
    assert done.returncode == 2
    assert cure in done.stderr
    assert "Traceback" not in done.stderr
