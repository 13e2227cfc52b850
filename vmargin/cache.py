"""Where vmargin keeps what it can make or fetch again."""

from __future__ import annotations

import os
from pathlib import Path


def cache_root() -> Path:
    """``VMARGIN_CACHE``, else the user's cache folder."""
    given = os.environ.get("VMARGIN_CACHE")
    if given:
        return Path(given)
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "vmargin"
