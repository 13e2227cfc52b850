"""What the checker reports: one finding per broken rule, with its place and its cure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from vmargin.errors import DoesNotCompile

RULES = {
    # The function as a whole.
    "source": "write the kernel as a `def` in a file",
    "decorator": "decorate with `@kernel` or `@kernel(truth=…)` and nothing else",
    "parameters": "use plain parameters: no defaults, no `*`, no `/`, no keyword-only ones",
    "annotation": "annotate with a word, bool, int, a NamedTuple of words and bools, Words[T] or Scratch[T]",
    "closure": "move the kernel and what it names to the module's level",
    "hidden": "give each kernel a name of its own: overloads take a suffix that says what is added",
    "missing-return": "end every path in `return` or `raise`",
    # Statements.
    "statement": "use assignment, if, for over range, break, continue, return, raise and pass only",
    "while": "bound the loop: `for _ in range(256): … break`",
    "loop": "loop as in `for i in range(n):` over plain ints or unsigned words, with a literal step",
    "raise": 'raise `Empty()`, `Error("text")`, `Panic(0x11)` or a module-level CustomError of words',
    "assignment": "assign to one name, to a tuple of names, or to an element of a Scratch array",
    "read-only": "write to a `Scratch[T]` parameter only",
    "changed-type": "use another name: a local keeps one type",
    "unassigned": "assign it on every path before it is read",
    "unreachable": "remove it",
    # Names and calls.
    "expression": "use names, literals, operators, calls of kernels and conversions only",
    "constant": "use integers, True and False only; a string stands in `raise Error(…)` only",
    "name": "name a parameter, a local, a module-level constant or a kernel",
    "global": "use module-level words, bools and ints below 2^63 in magnitude, imported by bare name",
    "builtin": "call a kernel that does it; of Python's builtins there are only `range` and `len`",
    "call": "call kernels, conversions, NamedTuples and opcodes by bare name",
    "arguments": "pass each argument once, by position",
    "not-a-kernel": "decorate the function with `@kernel`",
    "recursion": "unroll it into a bounded loop",
    "field": "read a field that the NamedTuple declares",
    "array": "index it, take its `len`, or pass it to a kernel",
    "index": "index with a plain int or an unsigned word",
    "tuple": "declare a NamedTuple; a bare tuple stands only in `a, b = b, a`",
    # Types.
    "implicit-conversion": "convert it explicitly",
    "conversion": "convert words and plain ints only; change sign and width in two steps",
    "counter-width": "convert a counter to 64 bits or more, and from there",
    "mixed-sign": "convert one of them explicitly",
    "mixed-wrapping": "convert at the edge of the unchecked block",
    "counter": "convert the counter: `uint256(i)`",
    "counter-arithmetic": "use + - * on counters, and // % by a literal above 0; compute with words",
    "bool": "write `uint256(1) if b else uint256(0)`; bools take and, or, not, == and !=",
    "operator": "use + - * / % ** ~ & | ^ << >> and comparisons; division is `/`, it truncates",
    "unary-minus": "convert to a signed type first",
    "literal": "use a literal that fits the type of the word beside it, or convert the word",
    "literal-size": "make it a module-level word: `WAD = uint256(10**18)`",
    "amount": "use an unsigned word or a literal of at least 0 on the right of a shift or a power",
    "condition": "compare it: `x != 0`",
    "arms": "give both arms one type",
    "chained-comparison": "join two comparisons by `and`",
    "comparison": "compare words with words, counters with counters, bools with bools by == and !=",
}
"""Every rule by its code, with its usual cure."""


class Finding(NamedTuple):
    """A broken rule of docs/kernels.md."""

    code: str
    file: str
    line: int
    column: int
    message: str
    cure: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.code}: {self.message}; cure: {self.cure}"


class NotAKernel(DoesNotCompile):
    """A function outside of the subset; `findings` says where and why."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(map(str, self.findings)))
