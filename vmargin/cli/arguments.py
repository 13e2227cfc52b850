"""Arguments of a contract's function on the command line, where a negative number is no option."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

GRAMMAR = """\
arguments:
  integers      1000, 1_000, 0x3e8, 1e18, -5
  true, false   and 0x… for bytes and addresses; text as it is
  arrays        [1, 2], with quotation marks around text in them
  structs       (1, 0xab)

exit code: 0 it returned, 1 it reverted or halted, 2 wrong usage,
           3 the chain could not be read with certainty, 4 the block is stale, or no longer part of the chain
"""
"""How the arguments of a function are written, for the help of a command that takes them."""

_MARKED = re.compile(r"-[0-9]| ")
_MARK = " "
"""Put before what argparse would take for an option, and is none.  Words that begin so get one more."""


class CommandParser(argparse.ArgumentParser):
    """A parser that knows a negative number from an option, and lets options stand between arguments."""

    rest: str | None = None
    """The destination that takes further arguments, also those that come after an option."""

    def parse_known_args(  # type: ignore[override]  # the overload that argparse itself calls
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        words = list(args or ())
        end = words.index("--") if "--" in words else len(words)
        marked = [_MARK + word if _MARKED.match(word) else word for word in words[:end]]
        marked += [_MARK + word if word.startswith(("-", _MARK)) else word for word in words[end + 1 :]]
        found, extra = super().parse_known_args(marked, namespace)
        if self.rest is not None:
            late = [word for word in extra if not word.startswith("-")]
            extra = [word for word in extra if word.startswith("-")]
            setattr(found, self.rest, [*getattr(found, self.rest), *late])
        for name, value in vars(found).items():
            setattr(found, name, _unmarked(value))
        return found, [_unmarked(word) for word in extra]


def add_call_options(command: argparse.ArgumentParser) -> None:
    """Add the options that say how an answer is read and printed."""
    command.add_argument(
        "--errors",
        action="append",
        default=[],
        metavar="ERROR",
        help="a custom error that it may revert with: 'InsufficientBalance(address,uint256)'",
    )
    command.add_argument("--json", action="store_true", help="print JSON, integers as decimal strings")


def _unmarked(value: Any) -> Any:
    if isinstance(value, str):
        return value.removeprefix(_MARK)
    if isinstance(value, Path):
        return Path(str(value).removeprefix(_MARK))
    return [_unmarked(item) for item in value] if isinstance(value, list) else value
