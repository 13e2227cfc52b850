"""Arguments of a contract's function are told from options, wherever both stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from vmargin.cli import parser
from vmargin.cli.arguments import CommandParser


@pytest.fixture
def command():
    command = CommandParser()
    command.rest = "arguments"
    command.add_argument("first")
    command.add_argument("arguments", nargs="*")
    command.add_argument("--url", action="append", default=[])
    command.add_argument("--file", type=Path)
    command.add_argument("--json", action="store_true")
    command.add_argument("-s", "--short", type=int)
    return command


@pytest.mark.parametrize(
    "words",
    [
        ["a", "-1", "2", "-1e18", "-0x1f", "--url", "u"],
        ["--url", "u", "a", "-1", "2", "-1e18", "-0x1f"],
        ["a", "--url", "u", "-1", "2", "-1e18", "-0x1f"],
        ["a", "-1", "2", "--url", "u", "-1e18", "-0x1f"],
        ["a", "-1", "--url", "u", "2", "-1e18", "--", "-0x1f"],
        ["--url", "u", "--", "a", "-1", "2", "-1e18", "-0x1f"],
    ],
)
def test_negative_numbers_are_arguments(command, words):
    found = command.parse_args(words)
    assert (found.first, found.arguments, found.url) == ("a", ["-1", "2", "-1e18", "-0x1f"], ["u"])


def test_options_take_negative_numbers_too(command):
    found = command.parse_args(["a", "--short", "-5", "--url", "-7"])
    assert (found.short, found.url, found.arguments) == (-5, ["-7"], [])


def test_blanks_are_kept(command):
    found = command.parse_args([" a", " -1", "--url", " ", "  b", "--file", " -2"])
    assert (found.first, found.arguments, found.url, found.file) == (" a", [" -1", "  b"], [" "], Path(" -2"))


def test_what_comes_after_two_dashes_is_no_option(command):
    found = command.parse_args(["a", "--json", "--", "--json", "-x", "--"])
    assert (found.arguments, found.json) == (["--json", "-x", "--"], True)


def test_other_options_are_refused(command, capsys):
    for words in (["a", "-x"], ["a", "1", "--none", "2"]):
        with pytest.raises(SystemExit):
            command.parse_args(words)
        assert "unrecognized arguments: -" in capsys.readouterr().err


def test_every_command_has_such_a_parser():
    found = parser().parse_args(["devnet", "--port", "0", "--", "--base-fee", "0"])
    assert found.options == ["--base-fee", "0"]
    found = parser().parse_args(["conform", "--", "derive-math", "-file"])
    assert (found.suite, found.file) == ("derive-math", Path("-file"))


def test_options_stand_anywhere(world, here):
    words = ["succeed(uint256,int64,bool)(uint256,int64,bool)", "1", "-2", "true"]
    url, json_option = ["--rpc-url", world.chain.url], ["--block", "latest"]
    ways = [
        ["read", *url, world.shapes, *words, *json_option],
        ["read", *json_option, world.shapes, *url, *words],
        ["read", world.shapes, words[0], *url, "1", *json_option, "-2", "true"],
        ["read", *url, *json_option, "--", world.shapes, *words],
        ["read", *url, world.shapes, words[0], "1", "--", "-2", "true"],
        ["read", world.shapes, words[0], *url, "1", "--", "-2", "true"],
    ]
    for way in ways:
        done = here(*way)
        assert (done.returncode, done.stdout) == (0, "1\n-2\ntrue\n"), way
    done = here("read", world.shapes, "text(string)(string)", *url, "--", "-foo")
    assert done.stdout == '"-foo"\n'
