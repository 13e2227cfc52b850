"""Making a case that fails smaller, step by step: each step keeps what fails and weighs less."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Generic, TypeVar

from vmargin.crosscheck import bias
from vmargin.crosscheck.bias import Argument, Seeded
from vmargin.crosscheck.fuzz.forms import Arguments, Form
from vmargin.crosscheck.inputs import Case
from vmargin.crosscheck.weight import Weight, bits, is_lighter, weight

F = TypeVar("F", bound=Form)

WAD = 10**18
_SMALL = (0, 1, -1, 2, 3, 10)
_SCOPE = 4096
"""Cases of small numbers that are tried one and all."""
_DRAWN = 1500
"""Cases that are drawn from among smaller ones, each time."""
_SAMPLED = 3000
"""Values that are drawn in place of single ones, each time."""
_MODULI = (*bias.SCALES, 1 << 64, 1 << 96, 1 << 128)
_PAIRS = 24
"""Values of which each is tried with each."""
_AGREEING = 512


class Enough(BaseException):
    """As many cases were tried as may be; no failure of anything."""


class Reduction(Generic[F]):
    """A search for a smaller case that fails.

    Parameters
    ----------
    form
        Of a case that fails.
    fails
        Whether a case does.
    tries
        How many cases may be tried.
    """

    def __init__(self, form: F, fails: Callable[[Case], bool], tries: int) -> None:
        self.best = form
        self.weight: Weight = weight(form.case)
        self.agreeing: list[Case] = []
        """Of those that do not fail, the last."""
        self.tries = tries
        self._fails = fails
        self._known: dict[Case, bool] = {form.case: True}

    def run(self) -> None:
        """Try all that there is, again and again until nothing helps."""
        before = None
        while before != self.weight:
            before = self.weight
            self._shorten()
            self._clear()
            self.settle()
            self._scan()
            self._redraw()
            self._sample()

    def settle(self) -> None:
        """Try what changes one value, or two together."""
        before = None
        while before != self.weight:
            before = self.weight
            for at in range(len(self.best.values)):
                self._alone(at)
            for pair in itertools.combinations(range(min(_PAIRS, len(self.best.values))), 2):
                self._together(*pair)

    def look_around(self, wanted: int) -> None:
        """Try cases next to the best one until that many do not fail: what they share with it is not why."""
        self.tries = max(self.tries, 8 * wanted)
        values = self.best.values
        for near in zip(*((v + 1, v - 1, 2 * v, v // 2, v + WAD) for v in values), strict=True):
            for at, value in enumerate(near):
                if len(self.agreeing) >= wanted or len(self.best.values) != len(values):
                    return
                self.fails(self._with({at: value}))

    def fails(self, form: F | None) -> bool:
        """Whether a case fails; it is kept if it is also lighter than the best."""
        if form is None:
            return False
        known = self._known.get(form.case)
        if known is None:
            if self.tries <= 0:
                raise Enough
            self.tries -= 1
            known = self._known[form.case] = self._fails(form.case)
            if not known:
                self.agreeing = [*self.agreeing[-_AGREEING:], form.case]
        if known and is_lighter(form.case, self.weight):
            self.best, self.weight = form, weight(form.case)
        return known

    def offer(self, form: F | None) -> bool:
        """Try a case if it is lighter than the best."""
        return form is not None and is_lighter(form.case, self.weight) and self.fails(form)

    def _shorten(self) -> None:
        """Leave out elements and bytes."""
        while any(self.offer(form) for form in self.best.shorter()):
            pass

    def _clear(self) -> None:
        """Set values to 0, many at a time."""
        count = len(self.best.values)
        size = count
        while size:
            for start in range(0, count, size):
                if len(self.best.values) != count:
                    return
                self.offer(self._with(dict.fromkeys(range(start, min(start + size, count)), 0)))
            size //= 2

    def _alone(self, at: int) -> None:
        """Make one value small, then round."""
        if at >= len(self.best.values):
            return
        for small in _SMALL:
            self.offer(self._with({at: small}))
        value = self.best.values[at]
        if value < 0:
            self.offer(self._with({at: -value}))
        for modulus in _MODULI:
            self.offer(self._with({at: _signed(value, abs(value) % modulus)}))
        base, value = self.best, self.best.values[at]
        self._least(lambda magnitude: self._with({at: _signed(value, magnitude)}, base), abs(value))
        for candidate in _rounder(self.best.values[at] if at < len(self.best.values) else 0):
            self.offer(self._with({at: candidate}))

    def _together(self, i: int, j: int) -> None:
        """Make two values smaller, keeping what may tie them: difference, ratio, product or sum."""
        if j >= len(self.best.values):
            return
        base = self.best
        x, y = base.values[i], base.values[j]

        def both(new_x: int, new_y: int) -> F | None:
            return self._with({i: new_x, j: new_y}, base)

        for form in (both(x, x), both(y, y), both(0, x + y), both(x + y, 0)):
            self.offer(form)
        if x and y:
            self._tied(x, y, both)
            self._tied(y, x, lambda p, q: both(q, p))
            if (x < 0) == (y < 0):
                less = min(abs(x), abs(y))
                self._least(lambda left: both(*(_signed(v, abs(v) - less + left) for v in (x, y))), less)
            width = min(abs(x), abs(y)).bit_length()
            self._least(lambda left: both(*(_signed(v, abs(v) >> (width - left)) for v in (x, y))), width)
            for divisor in {math.gcd(x, y), 2, 3, 5, 10, 10**6, 10**18} - {1}:
                self.offer(both(*(_signed(v, abs(v) // divisor) for v in (x, y))))
        for step in (-1, 0, 1):
            self.offer(both(x, x + step))
            self.offer(both(y + step, y))

    def _tied(self, x: int, y: int, both: Callable[[int, int], F | None]) -> None:
        """Make two values smaller of which one may follow from the other."""
        quotient, rest = divmod(abs(y), abs(x))
        self.offer(both(x, _signed(y, rest)))
        self.offer(both(x, _signed(y, abs(x) + rest)))
        self._least(lambda left: both(x, _signed(y, left * abs(x) + rest)), quotient)
        self._least(lambda left: both(_signed(x, left), _signed(y, quotient * left + rest)), abs(x))
        if abs(y) == x * x:
            self._least(lambda left: both(_signed(x, left), _signed(y, left * left)), abs(x))
        for power in (0, 1, bits(x) // 2):
            part = _signed(x, 1 << power)
            most = -(-abs(x * y) >> power)
            if self.fails(both(part, _signed(y, most))):
                self._least(lambda left: both(part, _signed(y, left)), most)  # noqa: B023  used at once

    def _sample(self) -> None:
        """Draw one value anew, of every length: what fails may be strewn among numbers, as a remainder is."""
        count = len(self.best.values)
        chooser = Seeded(repr(self.best.case))
        for at in range(count):
            most = abs(self.best.values[at]).bit_length()
            for turn in range(_SAMPLED // count):
                width = 2 + turn * most * count // _SAMPLED
                if len(self.best.values) != count or width > abs(self.best.values[at]).bit_length():
                    break
                drawn = chooser.between(1 << (width - 1), (1 << width) - 1)
                self.offer(self._with({at: _signed(self.best.values[at], drawn)}))

    def _scan(self) -> None:
        """Try all cases of small numbers, and all that keep one value."""
        values = self.best.values
        if not values or len(values) > 8:
            return
        for kept in (None, *range(len(values))):
            if kept is not None and kept >= len(self.best.values):
                return
            free = [at for at in range(len(values)) if at != kept]
            share = _SCOPE if kept is None else _SCOPE // len(values)
            for numbers in _least_first([self.best.bounds[at] for at in free], share):
                if len(self.best.values) != len(values):
                    return
                self.offer(self._with(dict(zip(free, numbers, strict=True))))

    def _redraw(self) -> None:
        """Draw cases among smaller ones, biased as the search was, which keeps what ties values together."""
        form = self.best
        if not isinstance(form, Arguments) or not form.values:
            return
        chooser = Seeded(repr(form.case))
        wide = max(abs(value).bit_length() for value in form.values) + 1
        for widths in ([abs(v).bit_length() + 1 for v in form.values], [wide] * len(form.values)):
            arguments = [
                Argument("", max(low, -(1 << width)), min(high, 1 << width))
                for (low, high), width in zip(form.bounds, widths, strict=True)
            ]
            for _ in range(_DRAWN):
                self.offer(form.remade(bias.case(arguments, chooser)))  # type: ignore[arg-type]

    def _least(self, form: Callable[[int], F | None], most: int) -> None:
        """Bisect for the least number that fails, as if all above it did."""
        low, high = 0, most
        if self.fails(form(0)):
            return
        while high - low > 1:
            middle = (low + high) // 2
            if self.fails(form(middle)):
                high = middle
            else:
                low = middle

    def _with(self, changed: dict[int, int], base: F | None = None) -> F | None:
        """The best case, or another, with some of its values changed; None if they are out of bounds."""
        form = base or self.best
        values = list(form.values)
        for at, value in changed.items():
            low, high = form.bounds[at]
            if not low <= value <= high:
                return None
            values[at] = value
        return form.remade(values)


def _signed(like: int, magnitude: int) -> int:
    return -magnitude if like < 0 else magnitude


def _rounder(value: int) -> Iterator[int]:
    """Numbers with fewer digits that are no longer, the roundest first."""
    magnitude = abs(value)
    for base in (10, 2):
        power = 1
        while power * base <= magnitude:
            power *= base
        while power > 1:
            yield _signed(value, magnitude // power * power)
            yield _signed(value, -(-magnitude // power) * power)
            power //= base
    for power in (10**k for k in range(len(str(magnitude)))):
        yield _signed(value, magnitude - magnitude // power % 10 * power)
    for bit in reversed(range(magnitude.bit_length())):
        if magnitude >> bit & 1:
            yield _signed(value, magnitude - (1 << bit))


def _least_first(bounds: Sequence[tuple[int, int]], most: int) -> Iterable[tuple[int, ...]]:
    """Combinations of small numbers, the lightest first, about as many as are wanted."""
    if not bounds:
        return ()
    each = max(2, round(most ** (1 / len(bounds))))
    pools = [
        sorted((v for v in range(-each, each + 1) if low <= v <= high), key=lambda v: (abs(v), v < 0))[:each]
        for low, high in bounds
    ]
    return sorted(itertools.product(*pools), key=lambda numbers: sum(map(bits, numbers)))
