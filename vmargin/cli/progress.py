"""What is being done, shown to a person who waits for it."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Show what is being done, on stderr and only to a person."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.text import Text

    with Console(stderr=True).status("starting") as status:
        yield lambda line: status.update(Text(line))


@contextlib.contextmanager
def bar(unit: str, total: int | None) -> Iterator[Callable[[int, str], None]]:
    """Show how much is done, of how much where that is known, on stderr and only to a person.

    What this yields takes how much is done so far, and what to say beside it.
    """
    if not sys.stderr.isatty():
        yield lambda done, said: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(), TextColumn("{task.fields[counts]}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("", total=total, counts="")
        of = "" if total is None else f"/{total}"
        yield lambda done, said: shown.update(task, completed=done, counts=f"{done}{of} {unit} {said}")
