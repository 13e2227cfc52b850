"""Nothing may hang: what does is reported with the place where it stands."""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

T = TypeVar("T")

PATIENCE = 60.0
"""Seconds; far more than anything here takes, for a machine that is busy with other things."""


def together(actions: Mapping[str, Callable[[], T]], patience: float = PATIENCE) -> dict[str, T]:
    """Do things at the same time, and give what each of them returned; raise what one of them raised.

    Raises
    ------
    AssertionError
        If one does not end: with its stack.
    """
    returned: dict[str, T] = {}
    raised: dict[str, BaseException] = {}

    def run(name: str, action: Callable[[], T]) -> None:
        try:
            returned[name] = action()
        except BaseException as error:  # noqa: BLE001, it is raised again below
            raised[name] = error

    threads = {
        name: threading.Thread(target=run, args=(name, action), daemon=True)
        for name, action in actions.items()
    }
    deadline = time.monotonic() + patience
    for thread in threads.values():
        thread.start()
    for name, thread in threads.items():
        thread.join(max(0.0, deadline - time.monotonic()))
        if thread.is_alive():
            frame = sys._current_frames().get(thread.ident or 0)
            raise AssertionError(f"{name} hangs at\n" + "".join(traceback.format_stack(frame)[-8:]))
    for name, error in raised.items():
        error.add_note(f"in {name}")
        raise error
    return returned


def watched(action: Callable[[], Any], patience: float = PATIENCE) -> Any:
    """Do one thing so."""
    return together({"it": action}, patience)["it"]
