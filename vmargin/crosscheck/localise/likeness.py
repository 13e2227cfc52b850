"""How alike a line of Python and a line of Solidity are: by the names, numbers and operators on them."""

from __future__ import annotations

import functools
import linecache
import re

from vmargin.solidity.sites import Site

_WORD = re.compile(
    r"[A-Za-z_$][\w$]*|0x[0-9a-fA-F]+|\d[\d_]*(?:e\d+)?|\*\*|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%<>?^&|~]"
)
_IDLE = frozenset(
    [
        "return",
        "if",
        "else",
        "elif",
        "for",
        "in",
        "range",
        "and",
        "or",
        "not",
        "int",
        "bool",
        "uint",
        "uint256",
        "int256",
        "wuint256",
        "wint256",
        "uint128",
        "int128",
        "uint64",
        "let",
        "unchecked",
        "memory",
        "assembly",
        "Limits",
        "terms",
        "self",
        "unsafe",
        "while",
        "revert",
        "raise",
        "require",
    ]
)
_OPERATORS = {
    "add": "+", "sub": "-", "mul": "*", "div": "/", "sdiv": "/", "mod": "%", "smod": "%", "shl": "<<",
    "shr": ">>", "sar": ">>", "lt": "<", "gt": ">", "slt": "<", "sgt": ">", "eq": "==", "and_": "&",
    "and": "&", "or_": "|", "or": "|", "xor": "^", "not_": "~", "not": "~", "exp": "**",
}  # fmt: skip


def alike(mirror: str, contract: str) -> float:
    """From 0 to 1."""
    one, other = _words(mirror.partition("#")[0]), _words(code_of(contract))
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


def in_order(mirror: str, contract: str) -> bool:
    """Whether two lines have the same names in the same order; one of them may go on on the next line."""
    one, other = (
        [w for w in _WORD.findall(line) if w.isidentifier() and w not in _IDLE and w not in _OPERATORS]
        for line in (mirror.partition("#")[0], code_of(contract))
    )
    shared = set(one) & set(other)
    first, second = [w for w in one if w in shared], [w for w in other if w in shared]
    return _is_within(first, second) or _is_within(second, first)


def _is_within(some: list[str], all_of: list[str]) -> bool:
    rest = iter(all_of)
    return all(word in rest for word in some)


def same_name(function: str, other: str) -> bool:
    """Whether a function of the contract has the name of one of the mirror, which may have a suffix."""
    name, bare = function.strip("_"), other.rpartition(".")[2].strip("_")
    return bool(name) and (name == bare or bare.startswith(f"{name}_"))


def identifiers(line: str) -> frozenset[str]:
    """The names on a line."""
    return frozenset(word for word in _words(line) if word.isidentifier())


def code_of(line: str) -> str:
    """A line of Solidity without its comment."""
    return line.partition("//")[0]


def source_of(site: Site) -> str:
    """A line of the mirror."""
    return linecache.getline(site.file, site.line)


@functools.lru_cache(maxsize=4096)
def _words(line: str) -> frozenset[str]:
    found = set()
    for written in _WORD.findall(line):
        word = _OPERATORS.get(written, written)
        if word not in _IDLE:
            found.add(word.strip("_") or word)
    return frozenset(found)
