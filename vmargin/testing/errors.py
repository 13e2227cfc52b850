"""What goes wrong in tests of chains, beside what goes wrong with chains."""

from __future__ import annotations

from vmargin.chain.errors import ChainError
from vmargin.errors import VmarginError


class WaitedTooLong(ChainError):
    """What a test waited for did not come in its time."""


class NotFunded(VmarginError):
    """A test may not send here: it does not say so, or its key holds too little."""
