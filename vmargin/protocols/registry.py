"""Protocols by name: ours and those that other packages add by the entry point ``vmargin.protocols``."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import Any

from vmargin.errors import UsageError, VmarginError
from vmargin.protocols.base import Protocol
from vmargin.protocols.deployment import Deployment

GROUP = "vmargin.protocols"


class ProtocolBroken(VmarginError):
    """A package promises a protocol and does not deliver it."""


def names() -> list[str]:
    """Every protocol that is installed."""
    return sorted(_found())


def protocol(name: str) -> type[Protocol[Any]]:
    """The class of a protocol."""
    found = _found()
    if name not in found:
        raise UsageError(f"no protocol {name!r} is installed: there are {', '.join(sorted(found)) or 'none'}")
    try:
        loaded = found[name].load()
    except (ImportError, AttributeError) as error:
        raise ProtocolBroken(
            f"the protocol {name} of {_source(found[name])} does not load: {error}"
        ) from error
    if not (isinstance(loaded, type) and issubclass(loaded, Protocol)):
        raise ProtocolBroken(
            f"the protocol {name} of {_source(found[name])} is {loaded!r}, no subclass of "
            "vmargin.protocols.base.Protocol"
        )
    return loaded


def open_deployment(deployment: Deployment) -> Protocol[Any]:
    """The protocol of a deployment, ready to be asked."""
    return protocol(deployment.protocol)(deployment)


def _found() -> dict[str, EntryPoint]:
    found: dict[str, EntryPoint] = {}
    for entry in entry_points(group=GROUP):
        if entry.name in found and found[entry.name].value != entry.value:
            raise ProtocolBroken(
                f"two packages have a protocol {entry.name}: "
                f"{_source(found[entry.name])} and {_source(entry)}"
            )
        found[entry.name] = entry
    return found


def _source(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist else entry.value
