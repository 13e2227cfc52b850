"""`vmargin conform` as a user meets it: a process, its exit code, and what it says."""

from __future__ import annotations

import gzip
import json
import lzma
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VECTORS = ROOT / "tests" / "vectors" / "derive_math.json.xz"
WITHOUT_NUMBA = "import sys; sys.modules['numba'] = None; from vmargin.cli import main; sys.exit(main())"


def vmargin(*arguments, start=("-m", "vmargin"), **options):
    command = [sys.executable, *start, *map(str, arguments)]
    done = subprocess.run(
        command, cwd=ROOT, text=True, capture_output=True, timeout=300, check=False, **options
    )
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture(scope="session")
def sample():
    """A few vectors of functions of each shape."""
    vectors = json.loads(lzma.decompress(VECTORS.read_bytes()))
    picked = ("exp", "ln", "black76", "toSubId", "fromSubId")
    return {"_meta": vectors["_meta"], **{name: vectors[name][:4] for name in picked}}


@pytest.fixture
def write(tmp_path):
    """Write a vector file, from a document or from raw bytes."""

    def write(content, name="vectors.json"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return path

    return write


def test_all_vectors_hold_in_both_readings():
    done = vmargin("conform", "derive-math", VECTORS)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert len(lines) == 18
    assert all(line.endswith("0 mismatches (checked 0, native 0)") for line in lines)
    assert lines[0].split()[:3] == ["exp", "2000", "cases"]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress])
def test_compression_is_recognised_by_content(write, sample, pack):
    done = vmargin("conform", "derive-math", write(pack(json.dumps(sample).encode())))
    assert (done.returncode, done.stderr, len(done.stdout.splitlines())) == (0, "", 5)


def test_the_readings_that_ran_are_told(write, sample):
    done = vmargin("conform", "derive-math", write(sample), "--json", start=("-c", WITHOUT_NUMBA))
    assert done.returncode == 0
    assert "native reading was not run" in done.stderr
    report = json.loads(done.stdout)
    assert [f["mismatches"] for f in report["functions"]] == [{"checked": 0}] * 5


CHANGES = {
    "a digit": ("exp", 1, {"out": "135305999368893231588"}),
    "a value for a revert": ("ln", 0, {"out": "0"}),
    "a revert for a value": ("exp", 0, {"revert": "ExpOverflow()"}),
    "another revert": ("ln", 0, {"revert": "LnNegativeUndefined()"}),
    "a longer list": ("fromSubId", 2, {"out": ["1", "2", True, "3"]}),
    "a number for a flag": ("fromSubId", 2, {"out": ["1", "2", "1"]}),
    "a negative result": ("exp", 0, {"out": "-1"}),
    "one part of three": ("black76", 3, {"out": ["0", "0", "1"]}),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_vector_is_found_and_shown_whole(here, write, sample, change):
    function, index, outcome = CHANGES[change]
    case = {"in": sample[function][index]["in"], **outcome}
    was = {key: value for key, value in sample[function][index].items() if key != "in"}
    cases = [*sample[function][:index], case, *sample[function][index + 1 :]]
    path = write(sample | {function: cases})
    done = here("conform", "derive-math", path)
    assert (done.returncode, done.stderr) == (1, "")
    first = done.stdout.splitlines().index(f"first mismatch: {function}[{index}], checked reading")
    assert done.stdout.splitlines()[first + 1 :] == [
        f"  in        {json.dumps(case['in'])}",
        f"  expected  {json.dumps(outcome)}",
        f"  got       {json.dumps(was)}",
    ]
    lines = {line.split()[0]: line for line in done.stdout.splitlines()[:first]}
    assert lines[function].endswith("2 mismatches (checked 1, native 1)")
    assert sum(line.endswith(" 0 mismatches (checked 0, native 0)") for line in lines.values()) == 4


def test_json_report_of_a_mismatch(write):
    path = write({"exp": [{"in": ["0"], "out": "1"}, {"in": ["1"], "out": "2"}]})
    done = vmargin("conform", "derive-math", path, "--json")
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert (report["suite"], report["cases"], report["mismatches"]) == ("derive-math", 2, 4)
    assert report["functions"][0]["firstMismatch"] == {
        "function": "exp",
        "case": 0,
        "reading": "checked",
        "in": ["0"],
        "expected": {"out": "1"},
        "got": {"out": "999999999999999999"},
    }


def exp(case):
    return {"exp": [{"in": ["0"], "out": "999999999999999999"}, case]}


BAD_FILES = {
    "no JSON": (b'{"exp": [', "malformed JSON at line 1, column 10"),
    "no UTF-8": (b'{"\xff": []}', "no UTF-8 at byte 2"),
    "no number": (b'{"exp": NaN}', "NaN is no number of JSON"),
    "a key twice": (b'{"exp": [], "exp": []}', 'the key "exp" occurs twice'),
    "a number too long": (b'{"exp": ' + b"1" * 5000 + b"}", "malformed JSON"),
    "too deep": (b"[" * 100_000, "nested too deeply"),
    "damaged xz": (lzma.compress(b"{}")[:-4], "the compressed data are damaged"),
    "damaged gzip": (gzip.compress(b"{}")[:-9], "the compressed data are damaged"),
    "no object": ([], "the top level is [], expected an object"),
    "no case": ({"_meta": {}, "exp": []}, "there is no case in it"),
    "an unknown function": ({"expp": []}, '"expp" is no function of this suite, which has exp, ln'),
    "no list": ({"exp": {}}, "exp: {} is no list of cases"),
    "no case object": (exp(["0", "1"]), 'exp[1]: ["0", "1"] is no object'),
    "no outcome": (exp({"in": ["0"]}), "exp[1]: expected the keys in and out, or in and revert; there"),
    "two outcomes": (
        exp({"in": ["0"], "out": "1", "revert": "Overflow()"}),
        'there are "in", "out", "revert"',
    ),
    "another key": (exp({"in": ["0"], "output": "1"}), 'there are "in", "output"'),
    "arguments of no list": (exp({"in": "0", "out": "1"}), 'exp[1].in: "0" is no list of 1 values: x'),
    "too many arguments": (exp({"in": ["0", "0"], "out": "1"}), "is no list of 1 values: x"),
    "a JSON number": (
        exp({"in": [0], "out": "1"}),
        "exp[1].in.x: 0 is no integer: expected a decimal string",
    ),
    "a leading zero": (exp({"in": ["01"], "out": "1"}), 'exp[1].in.x: "01" is no integer in canonical form'),
    "minus zero": (exp({"in": ["-0"], "out": "1"}), '"-0" is no integer in canonical form'),
    "a blank": (exp({"in": ["1\n"], "out": "1"}), "is no integer in canonical form"),
    "other digits": (exp({"in": ["\u0661"], "out": "1"}), "is no integer in canonical form"),
    "out of range": (exp({"in": [str(2**255)], "out": "1"}), "is out of the range of int256"),
    "far out of range": (exp({"in": ["9" * 5000], "out": "1"}), "99... is out of the range of int256"),
    "a negative unsigned": (
        {"sqrt": [{"in": ["-1"], "out": "1"}]},
        'sqrt[0].in.x: "-1" is out of the range of uint256',
    ),
    "a result of no integer": (exp({"in": ["0"], "out": "1e3"}), 'exp[1].out: "1e3" is no integer'),
    "a result of null": (exp({"in": ["0"], "out": None}), "exp[1].out: null is no integer"),
    "a revert of no name": (exp({"in": ["0"], "revert": {}}), "exp[1].revert: {} is no name of a revert"),
    "a row too short": (
        {"black76": [{"in": [["0", "0"]], "out": []}]},
        'black76[0].in.b76: ["0", "0"] is no list of 5',
    ),
    "a flag of text": (
        {"toSubId": [{"in": ["1", "0", "true"], "out": "1"}]},
        'toSubId[0].in.isCall: "true" is no flag',
    ),
}


@pytest.mark.parametrize("flaw", BAD_FILES)
def test_a_bad_file_is_refused_with_its_place(here, write, flaw):
    content, message = BAD_FILES[flaw]
    path = write(content)
    done = here("conform", "derive-math", path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"vmargin: {path}: ")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_bad_file_ends_the_process_with_2(write):
    done = vmargin("conform", "derive-math", write(b"{"))
    assert (done.returncode, done.stdout) == (2, "")
    assert "malformed JSON at line 1, column 2" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "the following arguments are required"),
        (("conform",), "the following arguments are required"),
        (("conform", "nonsense", VECTORS), "invalid choice: 'nonsense'"),
        (("conform", "derive-math", ROOT / "nowhere.json"), "cannot be read: No such file"),
        (("conform", "derive-math", ROOT), "cannot be read: Is a directory"),
    ],
)
def test_wrong_usage(arguments, message):
    done = vmargin(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


def test_help_and_version():
    assert "derive-math" in vmargin("conform", "--help").stdout
    assert vmargin("--version").stdout.startswith("vmargin ")


def test_progress_is_for_a_terminal_only(write, sample):
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "vmargin", "conform", "derive-math", write(sample)]
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "200"}
    done = subprocess.run(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=theirs, env=environment, check=True
    )
    os.close(theirs)
    assert b"4 cases" in os.read(ours, 1 << 16)
    os.close(ours)
    assert len(done.stdout.splitlines()) == 5


def test_a_reader_that_leaves_early_is_no_error(write, sample):
    path = write(sample)
    shell = f"{sys.executable} -m vmargin conform derive-math {path} | :; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", shell], cwd=ROOT, text=True, capture_output=True, check=True)
    assert (done.stdout, done.stderr) == ("141\n", "")


def test_what_goes_wrong_inside_is_told_without_a_traceback(write):
    broken = (
        "import sys; from vmargin.crosscheck import derive_math; derive_math.FUNCTIONS = None\n"
        "from vmargin.cli import main; sys.exit(main())"
    )
    path = write({"exp": []})
    done = vmargin("conform", "derive-math", path, start=("-c", broken))
    assert (done.returncode, done.stdout) == (70, "")
    assert "vmargin: internal error: TypeError" in done.stderr
