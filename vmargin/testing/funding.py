"""One test at a time for one account: two that send as it would take each other's place in its queue."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: keep such tests in one process there
    fcntl = None  # type: ignore[assignment]


@contextmanager
def alone(account: str) -> Iterator[None]:
    """Hold an account for this process, as long as the block lasts; others wait."""
    if fcntl is None:
        yield
        return
    lock = Path(tempfile.gettempdir()) / f"vmargin-{os.getuid()}-{account}.lock"
    with lock.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # and the system lets go of it, however the process ends
        yield
