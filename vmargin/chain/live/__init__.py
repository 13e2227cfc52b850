"""A block as the nodes of a connection have it now."""

from vmargin.chain.live.view import LiveView

__all__ = ["LiveView"]
