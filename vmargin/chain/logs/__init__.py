"""Following the logs of a chain, through reorgs, restarts and nodes that fail."""

from vmargin.chain.logs.cursor import LogCursor
from vmargin.chain.logs.store import Checkpoint, Step

__all__ = ["Checkpoint", "LogCursor", "Step"]
