"""How the shadow takes each operation: what rounds, what carries the exact value, what restarts it."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction
from types import FrameType
from typing import Any, NamedTuple

from vmargin.errors import UsageError
from vmargin.solidity import shadow_values as exactly
from vmargin.solidity.exact import Ball, Exact, Undecided, compare, fraction, is_finite, sign, truncated
from vmargin.solidity.integers import Word
from vmargin.solidity.kernel import Kernel
from vmargin.solidity.reading import COMPARISONS, ArrayView, Reading, Value
from vmargin.solidity.reverts import Revert
from vmargin.solidity.shadow_values import NoExactValue, Place, Quantity
from vmargin.solidity.signatures import is_struct
from vmargin.solidity.sites import Site, home_of, site_of

UP, DOWN, EXACT, UNDECIDED = "up", "down", "exact", "undecided"
_OPEN_BITS = 1024
"""How long the integer behind an open wrap-around may grow; also the longest shift and power followed."""

_RING: dict[str, Callable[..., Quantity]] = {
    "+": exactly.add, "add": exactly.add, "-": exactly.subtract, "sub": exactly.subtract,
    "*": exactly.multiply, "mul": exactly.multiply,
}  # fmt: skip
_TYPED, _UNSIGNED, _SIGNED = "typed", "unsigned", "signed"
_VIEWS = {
    **dict.fromkeys(("div", "mod", "addmod", "mulmod", "shr", "lt", "gt"), _UNSIGNED),
    **dict.fromkeys(("sdiv", "smod", "sar", "slt", "sgt"), _SIGNED),
}
"""As what the opcodes take a word of 256 bits; operators go by its type."""
_OPCODE_COMPARISONS = {"lt": "<", "slt": "<", "gt": ">", "sgt": ">", "eq": "==", "iszero": "=="}


class Disagreement(NamedTuple):
    """A decision that the integers take otherwise than the exact values would.

    `integer` and `exact` are the outcomes: of a comparison bools, of ``%`` and its kin the quotients;
    `exact` is None where the balls did not decide it.
    """

    site: Site
    comparison: str
    integer: bool | int
    exact: bool | int | None


class Restart(NamedTuple):
    """A place where the exact value could not be carried on and began anew from the integer."""

    site: Site
    operation: str
    reason: str


class Doubt(NamedTuple):
    """A question that the balls left open at the highest precision."""

    site: Site
    question: str


class ShadowReading(Reading):
    """One run with the exact values beside the integers; a Value's note is a Quantity, or None if exact."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: dict[Place, Counter[str]] = {}
        self.disagreements: list[Disagreement] = []
        self.restarts: Counter[Restart] = Counter()
        self.doubts: dict[Doubt, None] = {}

    # Operations

    def arithmetic(self, symbol: str, operands: list[Value], result: Word, frame: FrameType) -> Value:
        """Carry the exact value through, or restart it."""
        place = Place(site_of(frame), symbol)
        try:
            return self._settled(self._quantity(symbol, operands, result, place), result, place)
        except NoExactValue as reason:
            return self._restart(result, place, str(reason))
        except Undecided as question:
            self._doubt(place.site, str(question))
            return self._restart(result, place, str(question))

    def comparison(self, symbol: str, operands: list[Value], result: Any, frame: FrameType) -> Any:
        """Follow the integers, and note where the exact values would not."""
        site = site_of(frame)
        left, right = self._compared(symbol, operands, Place(site, symbol))
        if not (left.is_clean and right.is_clean):
            order = compare(left.exact, right.exact)
            holds = COMPARISONS[_OPCODE_COMPARISONS.get(symbol, symbol)]
            exact = None if order is None else holds(order, 0)
            if exact is None:
                self._doubt(site, f"the comparison {symbol}")
            if exact != (int(result) != 0):
                self.disagreements.append(Disagreement(site, symbol, int(result) != 0, exact))
        return Value(self, result) if isinstance(result, Word) else result

    def conversion(self, operand: Value, result: Word, frame: FrameType) -> Value:
        """Keep the exact value; where the number is changed a wrap-around is open."""
        place = Place(site_of(frame), type(result).__name__)
        return self._settled(_meaning(operand), result, place)

    def failed(self, symbol: str, operands: list[Value], revert: Revert, frame: FrameType) -> None:
        """A panic ends the run; its operands tell nothing more about rounding."""

    def _quantity(self, symbol: str, operands: list[Value], result: Word, place: Place) -> Quantity:
        """The result as a quantity, its wrap-around (if any) not yet judged."""
        if symbol in _RING or (symbol == "-" and len(operands) == 1):
            terms = [_meaning(o) for o in operands]
            return _RING[symbol](*terms) if len(terms) == 2 else exactly.negate(*terms)
        if symbol in ("<<", "shl", ">>", "shr", "sar"):
            value, amount = operands if symbol in ("<<", ">>") else operands[::-1]
            return self._shift(symbol, value, amount, result, place)
        if symbol in ("**", "exp"):
            return self._power(operands[0], operands[1], place)
        if symbol in _BITWISE:
            return self._bitwise(symbol, operands, result)
        terms = [self._read(o, place, _view(symbol)) for o in operands]
        if terms[-1].value == 0:
            # The opcodes give 0 for a zero divisor, which is a convention and no quotient.
            return self._by_convention(terms, result)
        if symbol in ("/", "div", "sdiv"):
            return self._step(exactly.divide(*terms), _as_read(result, _view(symbol)), place)
        dividend, divisor = terms[0], terms[-1]
        if symbol in ("addmod", "mulmod"):
            dividend = _RING[symbol[:3]](terms[0], terms[1])
        return self._remainder(dividend, divisor, place)

    def _step(self, q: Quantity, integer: int, place: Place) -> Quantity:
        """Round to the integer, and count the direction."""
        q, step = exactly.rounded(q, integer, place)
        side = sign(step)
        direction = UNDECIDED if side is None else (EXACT, UP, DOWN)[side]
        if side is None:
            self._doubt(place.site, f"the direction of {place.operation}")
        self.steps.setdefault(place, Counter())[direction] += 1
        return q

    def _remainder(self, dividend: Quantity, divisor: Quantity, place: Place) -> Quantity:
        quotient = abs(dividend.value) // abs(divisor.value)
        if (dividend.value < 0) != (divisor.value < 0):
            quotient = -quotient
        if not (dividend.is_clean and divisor.is_clean):
            exact = truncated(exactly.divide(dividend, divisor).exact)
            if exact is None:
                self._doubt(place.site, f"the quotient behind {place.operation}")
            if exact != quotient:
                self.disagreements.append(Disagreement(place.site, place.operation, quotient, exact))
        return exactly.remainder(dividend, divisor, quotient)

    def _shift(self, symbol: str, value: Value, amount: Value, result: Word, place: Place) -> Quantity:
        right = symbol in (">>", "shr", "sar")
        if right:
            self._read(value, place, _view(symbol))
        q, n = _meaning(value), self._read(amount, place, _UNSIGNED)
        if q.is_clean and q.value == 0:
            return q
        if not n.is_clean:
            raise NoExactValue("the amount of the shift carries an error")
        if n.value > _OPEN_BITS:
            raise NoExactValue("the shift is too long")
        if not right:
            return exactly.multiply(q, exactly.clean(1 << n.value))
        return self._step(
            exactly.divide(q, exactly.clean(1 << n.value)), _as_read(result, _view(symbol)), place
        )

    def _power(self, base: Value, exponent: Value, place: Place) -> Quantity:
        q, n = _meaning(base), self._read(exponent, place, _UNSIGNED)
        if not n.is_clean:
            raise NoExactValue("the exponent carries an error")
        if q.is_clean and abs(q.value) <= 1:
            return exactly.clean(q.value ** (n.value if n.value < 2 else 2 + n.value % 2))
        if n.value * max(1, abs(q.value).bit_length()) > _OPEN_BITS:
            raise NoExactValue("the power is too long")
        return exactly.power(q, n.value)

    def _bitwise(self, symbol: str, operands: list[Value], result: Word) -> Quantity:
        terms = [_meaning(o) for o in operands]
        if all(t.is_clean for t in terms):
            return exactly.clean(int(result))
        if symbol in ("&", "and_"):
            for kept, mask in (terms, terms[::-1]):
                if mask.is_clean and not mask.value & (mask.value + 1) and kept.value == int(result):
                    return kept
        raise NoExactValue("the bits of a value that carries an error")

    def _by_convention(self, terms: list[Quantity], result: Word) -> Quantity:
        if all(t.is_clean for t in terms):
            return exactly.clean(int(result))
        raise NoExactValue("the divisor is 0")

    def _compared(self, symbol: str, operands: list[Value], place: Place) -> list[Quantity]:
        view = _view(symbol)
        if symbol in ("eq", "iszero"):
            # Equality of words is the same in both views: take the one in which the operands stand.
            view = _SIGNED if any(_meaning(o).value < 0 for o in operands) else _UNSIGNED
        terms = [self._read(o, place, view) for o in operands]
        return terms if len(terms) == 2 else [*terms, exactly.clean(0)]

    # Wrap-around

    def _settled(self, q: Quantity, result: Word, place: Place) -> Value:
        """Attach a quantity to its word; where they differ a wrap-around is open."""
        if q.value == int(result):
            return Value(self, result, None if q.is_clean else q._replace(wrapped=None))
        if abs(q.value).bit_length() > _OPEN_BITS:
            return self._restart(result, q.wrapped or place, _WRAPPED)
        return Value(self, result, q._replace(wrapped=q.wrapped or place))

    def _read(self, operand: Value, place: Place, view: str = _TYPED) -> Quantity:
        """The operand as an operation takes it that sees more than the number modulo 2^N."""
        seen = _as_read(operand.word, view)
        q = _meaning(operand)
        if q.value == seen:
            return q
        self.restarts[Restart(*(q.wrapped or place), _WRAPPED)] += 1
        operand.note = None if seen == int(operand.word) else Quantity(seen, Fraction(seen), {}, place)
        return exactly.clean(seen)

    def _restart(self, result: Word, place: Place, reason: str) -> Value:
        self.restarts[Restart(*place, reason)] += 1
        return Value(self, result)

    def _doubt(self, site: Site, question: str) -> None:
        self.doubts[Doubt(site, question)] = None

    # Calls and results

    def callee(self, kernel: Kernel[..., Any]) -> Callable[..., Any]:
        """Take a kernel that has a truth as one step."""
        if kernel.truth is None:
            return super().callee(kernel)

        def call(*args: Any) -> Any:
            site = site_of(sys._getframe(1)) if self.depth >= 0 else home_of(kernel)
            return self._approximation(kernel, args, Place(site, kernel.body.__name__))

        return call

    def _approximation(self, kernel: Kernel[..., Any], args: tuple[Any, ...], place: Place) -> Any:
        """Call a kernel that has a truth: one rounding site."""
        lowered = {id(a): self.lower(a) for a in args}
        result = kernel.checked(*(lowered[id(a)] for a in args))
        truth = kernel.truth
        assert truth is not None
        words = [w for w in _leaves(list(args)) if isinstance(w, Value)]
        quantities = [self._read(w, place) for w in words]
        for view in {id(a): a for a in args if isinstance(a, ArrayView)}.values():
            if view.take(lowered[id(view)]):
                self.restarts[Restart(*place, "a truth says nothing of what is written to an array")] += 1
        outputs = _leaves(result)

        def function(numbers: Sequence[Exact]) -> list[Exact]:
            supply = iter(numbers)
            exacts = _leaves(truth(*(_filled(a, supply) for a in args)))
            if len(exacts) != len(outputs):
                raise UsageError(f"the truth of {kernel.name} gives {len(exacts)} numbers for {len(outputs)}")
            return [_number(e, kernel) for e, o in zip(exacts, outputs, strict=True) if isinstance(o, Word)]

        try:
            exact_outputs = exactly.through(function, quantities, place)
        except (NoExactValue, ZeroDivisionError, ValueError, OverflowError, Undecided) as reason:
            if isinstance(reason, Undecided):
                self._doubt(place.site, str(reason))
            self.restarts[Restart(*place, str(reason))] += 1
            return self.lift(result)
        supply = iter(exact_outputs)

        def shadowed(leaf: Any) -> Any:
            if is_struct(type(leaf)):
                return type(leaf)._make(map(shadowed, leaf))
            if not isinstance(leaf, Word):
                return leaf
            return self._settled(self._step(next(supply), int(leaf), place), leaf, place)

        return shadowed(result)

    def outcome(self, result: Any, place: Place) -> list[Quantity]:
        """The words in the kernel's result, read as their types say."""
        return [self._read(leaf, place) for leaf in _leaves(result) if isinstance(leaf, Value)]


_WRAPPED = "the word wrapped around"
_BITWISE = frozenset({"&", "|", "^", "~", "and_", "or_", "xor", "not_", "byte", "signextend", "clz"})
_MODULUS = 1 << 256


def _view(symbol: str) -> str:
    """How an operator or opcode takes its operands."""
    return _VIEWS.get(symbol, _TYPED)


def _as_read(word: Word, view: str) -> int:
    """The number that a word is in a view."""
    value = int(word)
    if view == _TYPED:
        return value
    value %= _MODULUS
    return value - _MODULUS if view == _SIGNED and value >> 255 else value


def _meaning(operand: Value) -> Quantity:
    """The quantity behind a word, a wrap-around left open."""
    return exactly.clean(int(operand.word)) if operand.note is None else operand.note


def _leaves(thing: Any) -> list[Any]:
    """The scalars in a result or in arguments, in order."""
    if isinstance(thing, (tuple, list)):
        return [leaf for element in thing for leaf in _leaves(element)]
    if isinstance(thing, ArrayView):
        return [leaf for i in range(len(thing)) for leaf in _leaves(thing[i])]
    return [thing]


def _filled(thing: Any, supply: Any) -> Any:
    """An argument with the numbers of the supply in place of its words."""
    if isinstance(thing, Value):
        return next(supply)
    if is_struct(type(thing)):
        return type(thing)._make(_filled(element, supply) for element in thing)
    if isinstance(thing, ArrayView):
        return [_filled(thing[i], supply) for i in range(len(thing))]
    return thing


def _number(thing: Any, kernel: Kernel[..., Any]) -> Exact:
    """What a truth returned, as an exact value."""
    if not isinstance(thing, (int, Fraction, Ball)):
        raise UsageError(
            f"the truth of {kernel.name} gave {thing!r}, which is not exact: give a Fraction or a ball"
        )
    exact = fraction(thing)
    if not is_finite(exact):
        raise NoExactValue("the exact value is not finite")
    return exact
