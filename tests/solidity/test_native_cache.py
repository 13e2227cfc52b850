"""Compiled kernels on disk: never stale, never half-written, and quick to load again."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.solidity.kernel_modules import PREAMBLE

SCALES = PREAMBLE + "\n\n@kernel\ndef scale(x: uint256) -> uint256:\n    return x * {factor}\n"
CALLS = (
    PREAMBLE
    + "from scales import scale\n\n\n@kernel\ndef call(x: uint256) -> uint256:\n    return scale(x) + 1\n"
)
ASK = """
import sys
from calls import call
print([int(v) for v in call.batch([10, 20]).values()], "numba" in sys.modules)
"""


def run(source: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a process of its own, with kernels from `folder` and a cache beside them."""
    paths = [str(folder), str(Path(__file__).parents[2])]
    settings = {"PYTHONPATH": os.pathsep.join(paths), "VMARGIN_CACHE": str(folder / "cache"), **environment}
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(source)],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "scales.py").write_text(SCALES.format(factor=3))
    (tmp_path / "calls.py").write_text(CALLS)
    return tmp_path


def objects(folder: Path) -> list[Path]:
    return sorted((folder / "cache").rglob("*.o"))


def test_editing_a_callee_in_another_file_changes_the_native_answer(folder: Path) -> None:
    assert run(ASK, folder).stdout == "[31, 61] True\n"
    source = folder / "scales.py"
    before = source.stat()
    source.write_text(SCALES.format(factor=7))
    os.utime(source, ns=(before.st_atime_ns, before.st_mtime_ns))  # same size, same time: only the text tells
    assert run(ASK, folder, PYTHONDONTWRITEBYTECODE="1", PYTHONPYCACHEPREFIX=str(folder / "pyc")).stdout == (
        "[71, 141] True\n"
    )


def test_a_constant_imported_from_a_third_file_is_part_of_the_key(folder: Path) -> None:
    (folder / "numbers_used.py").write_text("from vmargin.solidity.integers import uint256\nN = uint256(5)\n")
    (folder / "scales.py").write_text(
        SCALES.format(factor="N").replace("\n\n@", "from numbers_used import N\n\n@")
    )
    assert run(ASK, folder).stdout == "[51, 101] True\n"
    (folder / "numbers_used.py").write_text(
        "from vmargin.solidity.integers import uint256\nN = uint256(50)\n"
    )
    assert run(ASK, folder).stdout == "[501, 1001] True\n"


def test_a_struct_from_a_third_file_is_part_of_the_key(folder: Path) -> None:
    struct = PREAMBLE + "\n\nclass {}(NamedTuple):\n"
    (folder / "inner.py").write_text(struct.format("Inner") + "    first: uint64\n    second: uint64\n")
    outer = "from inner import Inner\n" + struct.format("Outer") + "    inner: Inner\n"
    (folder / "outer.py").write_text(outer)
    body = "\n\n@kernel\ndef call(x: Outer) -> uint64:\n    return x.inner.first\n"
    (folder / "calls.py").write_text(PREAMBLE + "from outer import Outer\n" + body)
    ask = "from calls import call\nprint([int(v) for v in call.batch([((3, 4),)]).values()])"
    assert run(ask, folder).stdout == "[3]\n"
    (folder / "inner.py").write_text(struct.format("Inner") + "    second: uint64\n    first: uint64\n")
    assert run(ask, folder).stdout == "[4]\n"


def test_the_struct_of_an_array_is_part_of_the_key(folder: Path) -> None:
    struct = PREAMBLE + "\n\nclass Pair(NamedTuple):\n    {}: uint64\n    {}: uint64\n"
    (folder / "pair.py").write_text(struct.format("first", "second"))
    body = "\n\n@kernel\ndef call(x: Words[Pair]) -> uint64:\n    return x[0].first\n"
    (folder / "calls.py").write_text(PREAMBLE + "from pair import Pair\n" + body)
    ask = "from calls import *\nprint([int(v) for v in call.batch(Words(Pair, [(3, 4)])).values()])"
    assert run(ask, folder).stdout == "[3]\n"
    (folder / "pair.py").write_text(struct.format("second", "first"))
    assert run(ask, folder).stdout == "[4]\n"


def test_a_second_process_loads_without_numba(folder: Path) -> None:
    assert run(ASK, folder).stdout == "[31, 61] True\n"
    assert run(ASK, folder).stdout == "[31, 61] False\n"


@pytest.mark.parametrize("damage", [b"", b"x" * 40, None])
def test_a_damaged_object_file_is_compiled_again(folder: Path, damage: bytes | None) -> None:
    run(ASK, folder)
    (file,) = objects(folder)
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]) if damage is None else damage)
    assert run(ASK, folder).stdout == "[31, 61] True\n"
    assert file.read_bytes()[:32] != (damage or b"")[:32]
    assert run(ASK, folder).stdout == "[31, 61] False\n"


def test_processes_that_compile_at_once_leave_a_whole_file(folder: Path) -> None:
    paths = os.pathsep.join([str(folder), str(Path(__file__).parents[2])])
    settings = {**os.environ, "PYTHONPATH": paths, "VMARGIN_CACHE": str(folder / "cache")}
    command = [sys.executable, "-c", ASK]
    running = [subprocess.Popen(command, env=settings, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    answers = [process.communicate(timeout=120)[0] for process in running]
    assert {answer[:8] for answer in answers} == {"[31, 61]"}
    assert len(objects(folder)) == 1
    assert [p.name for p in objects(folder)[0].parent.iterdir()] == [objects(folder)[0].name]
    assert run(ASK, folder).stdout == "[31, 61] False\n"


def test_a_cache_that_cannot_be_written_costs_only_time(folder: Path) -> None:
    (folder / "file").write_text("")
    assert run(ASK, folder, VMARGIN_CACHE=str(folder / "file")).stdout == "[31, 61] True\n"


def test_importing_vmargin_loads_neither_numba_nor_numpy(folder: Path) -> None:
    done = run(
        """
        import sys
        import vmargin, vmargin.solidity, vmargin.fixedpoint.derive.black76
        print([m for m in ("numba", "llvmlite", "numpy", "web3", "flint", "eth_abi") if m in sys.modules])
        """,
        folder,
    )
    assert done.stdout == "[]\n", done.stderr


def test_without_numba_a_batch_is_right_and_says_once_that_it_is_slow(folder: Path) -> None:
    done = run(
        """
        import sys
        class Absent:
            def find_spec(self, name, path=None, target=None):
                if name.partition(".")[0] in ("numba", "llvmlite"):
                    raise ModuleNotFoundError(name)
        sys.meta_path.insert(0, Absent())
        from calls import call
        from scales import scale
        print(list(call.batch([10, 2**255]).outcomes()))
        print(list(call.batch([11]).outcomes()), list(scale.batch([1]).outcomes()))
        """,
        folder,
    )
    assert done.stdout == "[uint256(31), Panic(0x11)]\n[uint256(34)] [uint256(3)]\n", done.stderr
    assert done.stderr.count("numba is not installed: pip install 'vmargin[native]'") == 1
    assert "hundred times slower" in done.stderr


def test_a_kernel_outside_the_subset_is_refused_before_it_is_compiled(folder: Path) -> None:
    (folder / "scales.py").write_text(SCALES.format(factor="max(x, x)"))
    done = run(ASK, folder)
    assert done.returncode != 0
    assert "scales.py" in done.stderr and "max" in done.stderr
