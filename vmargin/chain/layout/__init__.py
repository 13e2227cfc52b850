"""Contract storage by the names of its variables."""

from vmargin.chain.layout.paths import Location, StorageLayout

__all__ = ["Location", "StorageLayout"]
