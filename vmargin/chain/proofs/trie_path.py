"""A walk down a trie that tells which nodes it used: a proof may hold no others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trie import HexaryTrie


class TriePath(HexaryTrie):  # type: ignore[misc]
    """A trie of decoded nodes, of which `hashes` and `nested` tell, in order, what the last `get` used."""

    __slots__ = ("hashes", "nested")

    def __init__(self, root: bytes, nodes: Mapping[bytes, list[Any]]) -> None:
        super().__init__(nodes, root)
        self.hashes: list[bytes] = []
        self.nested: list[list[Any]] = []

    def get_node(self, pointer: bytes | list[Any]) -> bytes | list[Any]:
        """Resolve what a node says of its child: a hash, the child itself, or nothing."""
        if not pointer:
            return b""
        if isinstance(pointer, list):
            self.nested.append(pointer)
            return pointer
        node: list[Any] = self.db[pointer]
        self.hashes.append(pointer)
        return node
