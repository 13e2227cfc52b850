"""Each rule of docs/kernels.md: the smallest kernel that breaks it is refused, its cured twin is not."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
import textwrap
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest

import vmargin.fixedpoint
from vmargin.errors import DoesNotCompile
from vmargin.solidity.arrays import Scratch, Words
from vmargin.solidity.checker import RULES, NotAKernel, check, infer, require
from vmargin.solidity.checker.__main__ import kernels, main, modules
from vmargin.solidity.integers import int256, uint64, uint256
from vmargin.solidity.kernel import Kernel

PRELUDE = """
from __future__ import annotations
import math
from typing import NamedTuple
from vmargin.solidity.arrays import Scratch, Words
from vmargin.solidity.assembly import byte, clz, gt, mulmod, sdiv
from vmargin.solidity.integers import *
from vmargin.solidity.integers import Word
from vmargin.solidity.kernel import kernel
from vmargin.solidity.reverts import CustomError, Empty, Error, Panic, Revert

WAD = uint256(10**18)
STEPS = 8
FLAG = True
HUGE = 2**63
RATIO = 0.5
LIST = [1, 2]
NOTHING = None
Bad = CustomError("Bad(uint256,int64,bool)")


class Pair(NamedTuple):
    first: uint256
    second: int256


class Nested(NamedTuple):
    pair: Pair
    flag: bool


class Texts(NamedTuple):
    text: str


@kernel
def double(x: uint256) -> uint256:
    return x + x


@kernel
def pair(x: uint256, y: int256) -> Pair:
    return Pair(x, y)


@kernel
def total(words: Words[uint256], n: int) -> uint256:
    result = uint256(0)
    for i in range(n):
        result += words[i]
    return result


@kernel
def fill(room: Scratch[uint256], x: uint256) -> uint256:
    room[0] = x
    return x


def python(x):
    return x


"""

_names = count()


def load(folder: Path, text: str) -> ModuleType:
    """Import a module that consists of the prelude and this text."""
    path = folder / f"case_{next(_names)}.py"
    path.write_text(PRELUDE + textwrap.dedent(text), encoding="utf-8")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module  # where NamedTuples look for the types of their fields
    spec.loader.exec_module(module)
    return module


class Case(NamedTuple):
    code: str
    broken: str
    cured: str


def _function(head: str, body: str) -> str:
    return f"@kernel\ndef f({head}:\n{textwrap.indent(textwrap.dedent(body).strip(), '    ')}\n"


def _uint(code: str, broken: str, cured: str) -> Case:
    """A case about a function of two unsigned words."""
    return _case("x: uint256, y: uint256) -> uint256", code, broken, cured)


def _case(head: str, code: str, broken: str, cured: str) -> Case:
    return Case(code, _function(head, broken), _function(head, cured))


def _both(code: str, broken: str, cured: str) -> Case:
    """A case in which the whole function is given."""
    return Case(code, textwrap.dedent(broken), textwrap.dedent(cured))


ARRAYS = "a: Words[uint256], s: Scratch[uint256], p: Pair, k: int256) -> uint256"
STRUCTS = "q: Words[Pair], s: Scratch[uint256]) -> uint256"
SIGNED = "x: uint256, y: int256) -> int256"
NARROW = "x: uint8, y: uint256) -> uint256"
WRAPPING = "x: wuint256, y: uint256) -> uint256"

CASES = [
    # The function as a whole.
    _both("decorator", """
        def other(g):
            return g
        @kernel
        @other
        def f(x: uint256) -> uint256:
            return x
        """, """
        @kernel
        def f(x: uint256) -> uint256:
            return x
        """),
    _both("parameters", "@kernel\ndef f(x: uint256 = WAD) -> uint256:\n    return x\n",
          "@kernel\ndef f(x: uint256) -> uint256:\n    return x\n"),
    _both("parameters", "@kernel\ndef f(*x: uint256) -> uint256:\n    return WAD\n",
          "@kernel\ndef f() -> uint256:\n    return WAD\n"),
    _both("parameters", "@kernel\ndef f(*, x: uint256) -> uint256:\n    return x\n",
          "@kernel\ndef f(x: uint256) -> uint256:\n    return x\n"),
    _both("parameters", "@kernel\ndef f(x: uint256, /) -> uint256:\n    return x\n",
          "@kernel\ndef f(x: uint256) -> uint256:\n    return x\n"),
    _both("annotation", "@kernel\ndef f(x) -> uint256:\n    return WAD\n",
          "@kernel\ndef f(x: uint256) -> uint256:\n    return WAD\n"),
    _both("annotation", "@kernel\ndef f(x: uint256):\n    return x\n",
          "@kernel\ndef f(x: uint256) -> uint256:\n    return x\n"),
    _both("annotation", "@kernel\ndef f(x: float) -> uint256:\n    return WAD\n",
          "@kernel\ndef f(x: bool) -> uint256:\n    return WAD\n"),
    _both("annotation", "@kernel\ndef f(x: Texts) -> uint256:\n    return WAD\n",
          "@kernel\ndef f(x: Nested) -> uint256:\n    return WAD\n"),
    _both("annotation", "@kernel\ndef f(x: Words[bool]) -> uint256:\n    return WAD\n",
          "@kernel\ndef f(x: Words[uint8]) -> uint256:\n    return WAD\n"),
    _both("annotation", "@kernel\ndef f(x: Words[Nested]) -> uint256:\n    return WAD\n",
          "@kernel\ndef f(x: Words[Pair]) -> uint256:\n    return WAD\n"),
    _both("annotation", "@kernel\ndef f(x: Words[Texts]) -> uint256:\n    return WAD\n",
          "@kernel\ndef f(x: Words[Pair]) -> uint256:\n    return WAD\n"),
    _both("annotation", "@kernel\ndef f(x: Scratch[Pair]) -> uint256:\n    return WAD\n",
          "@kernel\ndef f(x: Scratch[uint256], y: Scratch[int256]) -> uint256:\n    return WAD\n"),
    _both("annotation", "@kernel\ndef f(x: Word) -> uint256:\n    return WAD\n",
          "@kernel\ndef f(x: uint256) -> uint256:\n    return WAD\n"),
    _both("annotation", "@kernel\ndef f(x: Missing) -> uint256:\n    return WAD\n",
          "@kernel\ndef f(x: uint256) -> uint256:\n    return WAD\n"),
    _both("annotation", "@kernel\ndef f(x: uint256) -> tuple[uint256, uint256]:\n    raise Empty()\n",
          "@kernel\ndef f(x: uint256) -> Pair:\n    raise Empty()\n"),
    _both("annotation", "@kernel\ndef f(a: Words[uint256]) -> Words[uint256]:\n    raise Empty()\n",
          "@kernel\ndef f(a: Words[uint256]) -> uint256:\n    raise Empty()\n"),
    _uint("annotation", "z: float = x + y\nreturn z", "z: uint256 = x + y\nreturn z"),
    _both("closure", """
        def make(scale):
            @kernel
            def f(x: uint256) -> uint256:
                return x * scale
            return f
        f = make(uint256(2))
        """, """
        SCALE = uint256(2)
        def make():
            @kernel
            def f(x: uint256) -> uint256:
                return x * SCALE
            return f
        f = make()
        """),
    _uint("missing-return", "if x > y:\n    return x", "if x > y:\n    return x\nreturn y"),
    _uint("missing-return", "for _ in range(8):\n    return x",
          "for _ in range(8):\n    return x\nraise Empty()"),
    _uint("missing-return", "pass", "raise Empty()"),
    _uint("missing-return", "return", "return x"),
    # Statements.
    _uint("while", "while x < y:\n    x += y\nreturn x",
          "for _ in range(256):\n    if x >= y:\n        break\n    x += y\nreturn x"),
    _uint("statement", "try:\n    x += y\nexcept Revert:\n    x = y\nreturn x",
          "if y > uint256.max - x:\n    x = y\nelse:\n    x += y\nreturn x"),
    _uint("statement", "with WAD:\n    return x\nreturn y", "return x"),
    _uint("statement", "assert x > y\nreturn x", "if x <= y:\n    raise Panic(0x01)\nreturn x"),
    _uint("statement", "def g(): return x\nreturn x", "return x"),
    _uint("statement", "class G: pass\nreturn x", "return x"),
    _uint("statement", "global WAD\nreturn x", "return x"),
    _uint("statement", "import math\nreturn x", "return x"),
    _uint("statement", "match x:\n    case _:\n        pass\nreturn x", "return x"),
    _uint("statement", "del y\nreturn x", "return x"),
    _uint("statement", "x + y\nreturn x", "double(x)\nreturn x"),
    _uint("statement", "uint256(x)\nreturn x", "double(x)\nreturn x"),
    _uint("statement", '"""Doc."""\n"""Another."""\nreturn x', '"""Doc."""\nreturn x'),
    _case(ARRAYS, "loop", "for v in a:\n    return v\nreturn WAD",
          "for i in range(len(a)):\n    return a[i]\nreturn WAD"),
    _case(ARRAYS, "loop", "for i in range(k):\n    pass\nreturn WAD",
          "for i in range(uint256(k)):\n    pass\nreturn WAD"),
    _uint("loop", "for i in range(0, 8, STEPS - STEPS):\n    pass\nreturn x",
          "for i in range(8, 0, -1):\n    pass\nreturn x"),
    _uint("loop", "for i in range(8):\n    pass\nelse:\n    pass\nreturn x",
          "for i in range(8):\n    pass\nreturn x"),
    _uint("loop", "for i in range():\n    pass\nreturn x", "for i in range(1):\n    pass\nreturn x"),
    _uint("loop", "for i, j in range(3):\n    pass\nreturn x", "for i in range(3):\n    pass\nreturn x"),
    _uint("loop", "n = range(3)\nreturn x", "n = 3\nreturn x"),
    _uint("raise", "raise ValueError", "raise Empty()"),
    _uint("raise", "raise Empty", "raise Empty()"),
    _uint("raise", "raise Empty() from Panic(0x11)", "raise Empty()"),
    _uint("raise", "raise", "raise Empty()"),
    _uint("raise", "raise Revert()", "raise Empty()"),
    _uint("raise", "raise double(x)", 'raise Error("text")'),
    _uint("raise", "z = Empty()\nreturn x", "raise Empty()"),
    _uint("raise", "raise Error(WAD)", 'raise Error("text")'),
    _uint("raise", "raise Panic(x)", "raise Panic(0x11)"),
    _uint("arguments", "raise Empty(1)", "raise Empty()"),
    _uint("arguments", "raise Bad(x)", "raise Bad(x, int64(1), x == y)"),
    _uint("implicit-conversion", "raise Bad(x, 1, FLAG)", "raise Bad(x, int64(1), FLAG)"),
    _uint("implicit-conversion", "raise Bad(x, int256(y), FLAG)", "raise Bad(x, int64(int256(y)), FLAG)"),
    _uint("assignment", "x = y = WAD\nreturn x", "x = WAD\ny = WAD\nreturn x"),
    _uint("assignment", "z: uint256\nreturn x", "z: uint256 = x\nreturn z"),
    _case(ARRAYS, "assignment", "p.first = WAD\nreturn WAD", "p = Pair(WAD, p.second)\nreturn p.first"),
    _uint("assignment", "(a, b), c = x, y\nreturn x", "a, b = x, y\nreturn a"),
    _case(ARRAYS, "read-only", "a[0] = WAD\nreturn WAD", "s[0] = WAD\nreturn WAD"),
    _case(ARRAYS, "read-only", "a[0] += WAD\nreturn WAD", "s[0] += WAD\nreturn WAD"),
    _uint("changed-type", "z = 1\nz = x\nreturn z", "z = uint256(1)\nz = x\nreturn z"),
    _uint("changed-type", "if x > y:\n    z = x\nelse:\n    z = int256(y)\nreturn x",
          "if x > y:\n    z = int256(x)\nelse:\n    z = int256(y)\nreturn x"),
    _uint("changed-type", "x = x > y\nreturn y", "z = x > y\nreturn y"),
    _uint("changed-type", "for x in range(3):\n    pass\nreturn y", "for i in range(3):\n    pass\nreturn y"),
    _case(NARROW, "changed-type", "x += y\nreturn y", "x += uint8(y)\nreturn y"),
    _case("s: Scratch[uint8], y: uint256) -> uint256", "changed-type", "s[0] += y\nreturn y",
          "s[0] += uint8(y)\nreturn y"),
    _uint("unassigned", "if x > y:\n    z = x\nreturn z", "if x > y:\n    z = x\nelse:\n    z = y\nreturn z"),
    _uint("unassigned", "for i in range(3):\n    z = x\nreturn z",
          "z = x\nfor i in range(3):\n    z = y\nreturn z"),
    _uint("unassigned", "for i in range(3):\n    pass\nreturn uint256(i)",
          "for i in range(3):\n    return uint256(i)\nreturn x"),
    _uint("unassigned", "z += x\nreturn x", "z = y\nz += x\nreturn x"),
    _uint("unassigned", "WAD = WAD + x\nreturn WAD", "wad = WAD + x\nreturn wad"),
    _uint("unreachable", "return x\nreturn y", "return x"),
    _uint("unreachable", "for i in range(3):\n    break\n    x = y\nreturn x",
          "for i in range(3):\n    break\nreturn x"),
    _uint("unreachable", "if x > y:\n    return x\nelse:\n    raise Empty()\nreturn y",
          "if x > y:\n    return x\nelse:\n    raise Empty()"),
    # Names and calls.
    _uint("expression", "z = (lambda: x)\nreturn x", "z = x\nreturn z"),
    _uint("expression", "z = [i for i in range(3)]\nreturn x", "for i in range(3):\n    x += y\nreturn x"),
    _uint("expression", "z = f'{x}'\nreturn x", "return x"),
    _uint("expression", "z = {1: 2}\nreturn x", "return x"),
    _uint("expression", "z = {1, 2}\nreturn x", "return x"),
    _uint("expression", "z = [x, y]\nreturn x", "z, w = x, y\nreturn z"),
    _uint("expression", "if (z := x > y):\n    return x\nreturn y",
          "z = x > y\nif z:\n    return x\nreturn y"),
    _uint("expression", "z = yield\nreturn x", "return x"),
    _uint("constant", "z = 'text'\nreturn x", "return x"),
    _uint("constant", "return x + 1.5", "return x + 1"),
    _uint("constant", "z = None\nreturn x", "return x"),
    _uint("constant", "z = b''\nreturn x", "return x"),
    _uint("name", "return x + missing", "return x + y"),
    _uint("name", "z = double\nreturn x", "z = double(x)\nreturn x"),
    _uint("name", "return uint256", "return uint256.max"),
    _uint("global", "return x + HUGE", "return x + WAD"),
    _uint("global", "z = RATIO\nreturn x", "z = STEPS\nreturn x"),
    _uint("global", "z = LIST\nreturn x", "z = FLAG\nreturn x"),
    _uint("global", "z = NOTHING\nreturn x", "z = WAD\nreturn x"),
    _uint("global", "z = math.pi\nreturn x", "z = uint256.min\nreturn x"),
    _uint("global", "z = math\nreturn x", "return x"),
    _uint("builtin", "return max(x, y)", "return x if x > y else y"),
    _uint("builtin", "return abs(x)", "return x"),
    _uint("builtin", "return x + int(y)", "return x + y"),
    _uint("call", "return math.gcd(x, y)", "return double(x)"),
    _uint("call", "return x(y)", "return double(y)"),
    _uint("call", "return LIST(x)", "return double(x)"),
    _uint("call", "return Word(x)", "return uint256(x)"),
    _uint("call", "return uint256.truncate(3)", "return uint256(3)"),
    _uint("arguments", "return double(x=y)", "return double(y)"),
    _uint("arguments", "return double(x, y)", "return double(x)"),
    _uint("arguments", "return double(*x)", "return double(x)"),
    _uint("arguments", "return uint256(x, y)", "return uint256(x)"),
    _uint("arguments", "return clz(x, y)", "return clz(x)"),
    _uint("arguments", "return Pair(x).first", "return Pair(x, int256(y)).first"),
    _uint("not-a-kernel", "return python(x)", "return double(x)"),
    _both("recursion", "@kernel\ndef f(x: uint256) -> uint256:\n    return f(x / 2)\n",
          "@kernel\ndef f(x: uint256) -> uint256:\n    return double(x / 2)\n"),
    _both("recursion", """
        @kernel
        def f(x: uint256) -> uint256:
            return g(x)
        @kernel
        def g(x: uint256) -> uint256:
            return f(x)
        """, """
        @kernel
        def f(x: uint256) -> uint256:
            return g(x)
        @kernel
        def g(x: uint256) -> uint256:
            return x
        """),
    _case(ARRAYS, "field", "return p.third", "return p.first"),
    _uint("field", "return x.bits", "return x"),
    _uint("field", "return uint256.bits", "return uint256.max"),
    _uint("field", "return WAD.max", "return uint256.max"),
    _case(ARRAYS, "array", "return p[0]", "return p.first"),
    _uint("array", "return uint256(len(x))", "return x"),
    _case(ARRAYS, "array", "b = a\nreturn b[0]", "return a[0]"),
    _case("a: Words[uint256], b: Words[uint256], c: bool) -> uint256", "array", "return (a if c else b)[0]",
          "return a[0] if c else b[0]"),
    _case(ARRAYS, "index", "return a[k]", "return a[uint256(k)]"),
    _case(ARRAYS, "index", "return a[-1]", "return a[len(a) - 1]"),
    _case(ARRAYS, "index", "z = a[0:1]\nreturn WAD", "return a[0]"),
    _uint("tuple", "return x, y", "return x"),
    _uint("tuple", "z = (x, y)\nreturn x", "z, w = x, y\nreturn z"),
    _uint("tuple", "a, b = x\nreturn a", "a, b = y, x\nreturn a"),
    _uint("tuple", "a, b, c = pair(x, int256(y))\nreturn a", "a, b = pair(x, int256(y))\nreturn a"),
    # Types.
    _case(NARROW, "implicit-conversion", "return double(x)", "return double(uint256(x))"),
    _uint("implicit-conversion", "return double(1)", "return double(uint256(1))"),
    _uint("implicit-conversion", "return 0", "return uint256(0)"),
    _case(NARROW, "implicit-conversion", "return x", "return uint256(x)"),
    _uint("implicit-conversion", "return x > y", "return uint256(1) if x > y else uint256(0)"),
    _uint("implicit-conversion", "p = Pair(x, 0)\nreturn x", "p = Pair(x, int256(0))\nreturn x"),
    _uint("implicit-conversion", "z: int256 = x\nreturn x", "z: int256 = int256(x)\nreturn x"),
    _case(ARRAYS, "implicit-conversion", "s[0] = 1\nreturn WAD", "s[0] = uint256(1)\nreturn WAD"),
    _case(ARRAYS, "implicit-conversion", "return fill(a, WAD)", "return fill(s, WAD)"),
    _case("s: Scratch[uint128]) -> uint256", "implicit-conversion", "return total(s, 1)",
          "return uint256(s[0])"),
    _case(STRUCTS, "implicit-conversion", "return total(q, 1)", "return total(s, 1)"),
    _case(STRUCTS, "implicit-conversion", "s[0] = q[0]\nreturn WAD", "s[0] = q[0].first\nreturn WAD"),
    _case(STRUCTS, "read-only", "q[0] = Pair(WAD, int256(1))\nreturn WAD", "s[0] = WAD\nreturn WAD"),
    _case(STRUCTS, "assignment", "q[0].first = WAD\nreturn WAD", "s[0] = WAD\nreturn WAD"),
    _case(STRUCTS, "assignment", "q[0].first += WAD\nreturn WAD", "s[0] += WAD\nreturn WAD"),
    _case(STRUCTS, "field", "return q[0].third", "return q[0].first"),
    _case(STRUCTS, "field", "return q.first", "return q[0].first"),
    _case(STRUCTS, "array", "r = q\nreturn r[0].first", "r = q[0]\nreturn r.first"),
    _case(STRUCTS, "tuple", "a, b, c = q[0]\nreturn a", "a, b = q[0]\nreturn a"),
    _case(STRUCTS, "mixed-sign", "return q[0].first + q[0].second",
          "return q[0].first + uint256(q[0].second)"),
    _case(ARRAYS, "implicit-conversion", "return total(a, WAD)", "return total(a, len(a))"),
    _case(ARRAYS, "implicit-conversion", "return p", "return p.first"),
    _uint("conversion", "return x + uint256(int128(5))", "return x + uint256(int256(int128(5)))"),
    _case(ARRAYS, "conversion", "return uint256(p)", "return uint256(p.second)"),
    _uint("counter-width", "for i in range(3):\n    z = uint8(i)\nreturn x",
          "for i in range(3):\n    z = uint8(uint64(i))\nreturn x"),
    _case(SIGNED, "mixed-sign", "return x + y", "return int256(x) + y"),
    _case(SIGNED, "mixed-sign", "return y if x > y else -y", "return y if x > uint256(y) else -y"),
    _case(WRAPPING, "mixed-wrapping", "return x + y", "return uint256(x) + y"),
    _case(WRAPPING, "mixed-wrapping", "return y if x == y else WAD", "return y if uint256(x) == y else WAD"),
    _uint("counter", "for i in range(3):\n    x += i\nreturn x",
          "for i in range(3):\n    x += uint256(i)\nreturn x"),
    _uint("counter", "for i in range(3):\n    if x == i:\n        return x\nreturn y",
          "for i in range(3):\n    if x == uint256(i):\n        return x\nreturn y"),
    _uint("counter", "for i in range(3):\n    x = mulmod(x, y, i)\nreturn x",
          "for i in range(3):\n    x = mulmod(x, y, uint256(i))\nreturn x"),
    _uint("counter-arithmetic", "for i in range(3):\n    j = i << 2\nreturn x",
          "for i in range(3):\n    j = i * 4\nreturn x"),
    _uint("counter-arithmetic", "for i in range(3):\n    j = 7 // i\nreturn x",
          "for i in range(3):\n    j = i // 7\nreturn x"),
    _uint("counter-arithmetic", "for i in range(3):\n    j = -i\nreturn x",
          "for i in range(3):\n    j = 0 - i\nreturn x"),
    _uint("counter-arithmetic", "return x + 4 / 2", "return x + 4 // 2"),
    _uint("bool", "return x + (x > y)", "return x + (uint256(1) if x > y else uint256(0))"),
    _uint("bool", "return uint256(x > y)", "return gt(x, y)"),
    _uint("bool", "z = FLAG & FLAG\nreturn x", "z = FLAG and FLAG\nreturn x"),
    _uint("bool", "z = ~FLAG\nreturn x", "z = not FLAG\nreturn x"),
    _uint("bool", "return mulmod(x, y, FLAG)", "return mulmod(x, y, x)"),
    _uint("operator", "return x // y", "return x / y"),
    _uint("operator", "return x @ y", "return x * y"),
    _uint("operator", "return +x", "return x"),
    _uint("operator", "return x if x is y else y", "return x if x == y else y"),
    _uint("operator", "return x if x in y else y", "return x if x != y else y"),
    _case(ARRAYS, "operator", "return p + WAD", "return p.first + WAD"),
    _uint("unary-minus", "return -x", "return uint256(-int256(x))"),
    _case(NARROW, "literal", "return y * (x + 256)", "return y * (x + 255)"),
    _uint("literal", "return x + -1", "return x - 1"),
    _uint("literal", "return x + uint8(256)", "return x + uint8(255)"),
    _uint("literal", "return uint256(-1)", "return uint256.max"),
    _uint("literal", "return mulmod(x, y, -1)", "return mulmod(x, y, 1)"),
    _uint("literal-size", f"return x + {2**63}", f"return x + {2**63 - 1}"),
    _uint("literal-size", "return x + 2**63", "return x + 2**62"),
    _uint("literal-size", "return uint256(10**19)", "return WAD * 10"),
    _case("x: int256) -> int256",
          "literal-size", f"return x + (-{2**63 - 1} - 1)", f"return x + -{2**63 - 1}"),
    _case(SIGNED, "amount", "return y << int256(x)", "return y << x"),
    _uint("amount", "return x << -1", "return x >> 1"),
    _uint("amount", "return x ** int8(2)", "return x ** uint8(2)"),
    _uint("amount", "for i in range(3):\n    x = x << i\nreturn x",
          "for i in range(3):\n    x = x << uint256(i)\nreturn x"),
    _uint("amount", "return 1 << x", "return uint256(1) << x"),
    _uint("amount", "return 2**x", "return uint256(2)**x"),
    _uint("condition", "if x:\n    return x\nreturn y", "if x != 0:\n    return x\nreturn y"),
    _uint("condition", "return x if y else y", "return x if y > 0 else y"),
    _uint("condition", "return x if not y else y", "return x if not y == 0 else y"),
    _uint("condition", "return x if x > y and y else y", "return x if x > y and y != 0 else y"),
    _uint("condition", "for i in range(3):\n    if i:\n        return x\nreturn y",
          "for i in range(3):\n    if i != 0:\n        return x\nreturn y"),
    _case(NARROW, "arms", "return y + (x if x > 3 else y)", "return y + (uint256(x) if x > 3 else y)"),
    _uint("arms", "return x if x > y else 0", "return x if x > y else uint256(0)"),
    _uint("chained-comparison", "return x if 0 < x < y else y", "return x if 0 < x and x < y else y"),
    _uint("comparison", "return x if FLAG < FLAG else y", "return x if FLAG != FLAG else y"),
    _uint("bool", "return x if FLAG == x else y", "return x if FLAG == (x > y) else y"),
    _case(ARRAYS, "comparison", "return WAD if p == p else a[0]",
          "return WAD if p.first == p.first else a[0]"),
    _case(ARRAYS, "comparison", "return WAD if len(a) == FLAG else a[0]",
          "return WAD if len(a) == 1 else a[0]"),
]  # fmt: skip


@pytest.mark.parametrize(
    "case", CASES, ids=lambda case: f"{case.code}: {case.broken.splitlines()[-1].strip()}"
)
def test_a_broken_rule_is_found_and_its_cure_is_not(case: Case, tmp_path: Path) -> None:
    broken = load(tmp_path, case.broken)
    findings = check(broken.f)
    assert [finding.code for finding in findings] == [case.code], findings
    assert findings[0].message
    assert findings[0].cure
    cured = load(tmp_path, case.cured)
    assert check(cured.f) == []
    require(cured.f)


def test_every_rule_has_a_case() -> None:
    elsewhere = {"source", "hidden"}
    assert {case.code for case in CASES} | elsewhere == set(RULES)


def test_a_kernel_may_use_all_that_the_subset_has(tmp_path: Path) -> None:
    module = load(tmp_path, '''
        @kernel
        def f(x: uint256, y: int128, flag: bool, a: Words[uint64], s: Scratch[uint256], n: int) -> Nested:
            """Docstring."""
            if not flag or (x == 0 and n != 0):
                raise Bad(x, int64(y), flag)
            elif x > 10**18:
                raise Error("too large")
            limit: uint256 = (x * 3 + 1 - x % 7) ** 2 / WAD
            wide = (uint256(1) << x % 8) + uint256(2) ** a[0] + (~x & 0xFF | 1 ^ x >> 3)
            z = wuint256(x) * wuint256.max - 1
            signed = -int256(y) * -3
            first, second = pair(uint256(z), signed)
            first, limit = limit, first
            for i in range(0, len(a), 1):
                j = 2 * i + n // 2 - i % 3
                if i == j or i >= 100:
                    continue
                s[i] = x + a[i] + a[uint8(0)]
                s[i] *= 2
                if s[i] > wide:
                    break
            for _ in range(x % 5):
                first += uint256(STEPS) + STEPS
            same = flag == (x != 0)
            top = byte(0, sdiv(y, -y)) if same else clz(3)
            result = Pair(first + limit / 2 + top + double(wide % 100), second)
            return Nested(result, result.first > 3)
        ''')  # fmt: skip
    assert check(module.f) == []
    result = module.f(uint256(5), -3, True, Words(uint64, [1, 2, 3]), Scratch(uint256, 3), 2)  # it also runs
    assert result.pair.second == int256(-9)


def test_the_example_of_the_page_passes(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "kernels.md").read_text(encoding="utf-8")
    example = page.partition("```python\n")[2].partition("```")[0]
    module = load(tmp_path, example)
    assert check(module.mulWad) == []
    assert module.mulWad(3 * 10**18, 2) == 6


def test_a_finding_names_its_place_and_its_cure(tmp_path: Path) -> None:
    module = load(tmp_path, "@kernel\ndef f(x: uint256) -> uint256:\n    y = x\n    return y + -x\n")
    (finding,) = check(module.f)
    line = PRELUDE.count("\n") + 4
    assert (finding.file, finding.line, finding.column) == (module.__file__, line, 16)
    place, message = str(finding).split(": unary-minus: ")
    assert place == f"{module.__file__}:{line}:16"
    assert message == "unary - is applied to uint256; cure: convert to a signed type first"


def test_all_findings_of_a_kernel_are_listed_in_order(tmp_path: Path) -> None:
    text = "x = x // 2\nif x:\n    return 0\nz = max(x, y)\nreturn z"
    module = load(tmp_path, _function("x: uint256, y: uint256) -> uint256", text))
    assert [f.code for f in check(module.f)] == ["operator", "condition", "implicit-conversion", "builtin"]


def test_kernels_without_source_are_refused() -> None:
    namespace = {"__name__": "nowhere"}
    exec(PRELUDE + "@kernel\ndef f(x: uint256) -> uint256:\n    return x\n", namespace)
    assert [finding.code for finding in check(namespace["f"])] == ["source"]
    assert [finding.code for finding in check(Kernel(len, None))] == ["source"]


def test_require_collects_what_the_callees_break(tmp_path: Path) -> None:
    module = load(tmp_path, """
        @kernel
        def inner(x: uint256) -> uint256:
            return x // 2
        @kernel
        def middle(x: uint256) -> uint256:
            return inner(x)
        @kernel
        def outer(x: uint256) -> uint256:
            return middle(-x)
        """)  # fmt: skip
    assert check(module.middle) == []
    with pytest.raises(NotAKernel) as caught:
        require(module.outer)
    assert sorted(finding.code for finding in caught.value.findings) == ["operator", "unary-minus"]
    assert all(str(finding) in str(caught.value) for finding in caught.value.findings)
    assert isinstance(caught.value, DoesNotCompile)


def test_a_field_with_the_name_of_a_kernel_is_no_recursion(tmp_path: Path) -> None:
    module = load(tmp_path, "@kernel\ndef first(p: Pair) -> uint256:\n    return p.first\n")
    assert check(module.first) == []
    require(module.first)


def test_infer_gives_each_expression_its_type(tmp_path: Path) -> None:
    text = "z = 3 * x + int256(p.first)\nfor i in range(2 * STEPS):\n    z += 1\nreturn z"
    module = load(tmp_path, _function("x: int256, p: Pair) -> int256", text))
    typed = infer(module.f)
    found = {ast.unparse(node): kind for node, kind in typed.types.items() if hasattr(node, "lineno")}
    assert found["3"] is int256
    assert found["3 * x + int256(p.first)"] is int256
    assert found["p.first"] is uint256
    assert found["1"] is int256
    assert typed.locals == {"x": int256, "p": module.Pair, "z": int256, "i": int}
    assert {ast.unparse(node): value for node, value in typed.literals.items()}["2 * STEPS"] == 16
    assert infer(module.f).function is not typed.function
    broken = load(tmp_path, "@kernel\ndef f(x: uint256) -> uint256:\n    return -x\n")
    with pytest.raises(NotAKernel, match="unary-minus"):
        infer(broken.f)


def test_every_expression_of_the_mirrors_has_a_type() -> None:
    """What the native reading relies on: no gaps in the inferred types."""
    some = [k for module in modules("vmargin.fixedpoint") for k in kernels(module)][::10]
    assert len(some) > 10
    for kernel in some:
        typed = infer(kernel)
        for node in ast.walk(ast.Module(typed.function.body, [])):
            if isinstance(node, (ast.BinOp, ast.Compare, ast.IfExp, ast.Subscript)):
                assert typed.types[node] is not None, ast.unparse(node)


def test_the_mirrors_pass(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(Path(vmargin.fixedpoint.__file__).parent)]) == 0
    count, _, rest = capsys.readouterr().out.partition(" ")
    assert int(count) > 300
    assert rest == "kernels, 0 findings\n"


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = tmp_path / "good.py"
    good.write_text(PRELUDE)
    bad = tmp_path / "bad.py"
    bad.write_text(PRELUDE + "@kernel\ndef f(x: uint256) -> uint256:\n    return -x\n")
    assert main([str(good)]) == 0
    assert main([str(tmp_path)]) == 1
    assert f"{bad}:{PRELUDE.count(chr(10)) + 3}:12: unary-minus: " in capsys.readouterr().out
    assert main(["no.such.module"]) == 2
    assert main([]) == 2
    assert main(["vmargin.solidity.kernel"]) == 0


def test_a_kernel_that_another_replaces_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "overloads.py"
    kernel = "@kernel\ndef f(x: {}) -> uint256:\n    return WAD\n"
    path.write_text(PRELUDE + kernel.format("uint256") + kernel.format("int256"))
    assert main([str(path)]) == 1
    assert f"{path}:{PRELUDE.count(chr(10)) + 1}:1: hidden: " in capsys.readouterr().out


def test_the_checker_needs_no_numba() -> None:
    code = "import sys; sys.modules['numba'] = None; import vmargin.solidity.checker"
    subprocess.run([sys.executable, "-c", code], check=True)
