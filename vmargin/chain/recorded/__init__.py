"""Views that are recorded to one file, and answer from it with no node at all."""

from vmargin.chain.recorded.views import RecordedAnchor, RecordedView, RecordingView, load, record

__all__ = ["RecordedAnchor", "RecordedView", "RecordingView", "load", "record"]
