"""The command line: parse, call, print.  Data go to stdout, everything else to stderr."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from vmargin import __version__
from vmargin.cli import (
    audit,
    conform,
    crosscheck,
    decisions,
    deploy,
    devnet,
    flips,
    fuzz,
    margin,
    read,
    replay,
    rounding,
)
from vmargin.cli.arguments import CommandParser
from vmargin.errors import VmarginError

INTERNAL = 70
INTERRUPTED = 130
PIPE_CLOSED = 141

COMMANDS = (
    audit,
    conform,
    crosscheck,
    decisions,
    deploy,
    devnet,
    flips,
    fuzz,
    margin,
    read,
    replay,
    rounding,
)
"""Modules that each add one subcommand."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code; no traceback leaves it."""
    arguments = parser().parse_args(argv)
    try:
        code: int = arguments.run(arguments)
        sys.stdout.flush()
    except VmarginError as error:
        print(f"vmargin: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has gone; stdout must not fail once more when the interpreter closes it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    except Exception as error:
        if os.environ.get("VMARGIN_TRACEBACK"):
            raise
        print(f"vmargin: internal error: {type(error).__name__}: {error}", file=sys.stderr)
        print("vmargin: please report it, with what VMARGIN_TRACEBACK=1 shows", file=sys.stderr)
        return INTERNAL
    return code


def parser() -> argparse.ArgumentParser:
    """Build the parser of all commands."""
    top = argparse.ArgumentParser(prog="vmargin", description="The margin of an on-chain account, exactly.")
    top.add_argument("--version", action="version", version=f"vmargin {__version__}")
    commands = top.add_subparsers(metavar="COMMAND", required=True, parser_class=CommandParser)
    for command in COMMANDS:
        command.add(commands)
    return top
