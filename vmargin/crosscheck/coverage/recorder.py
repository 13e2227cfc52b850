"""What an instrumented kernel calls: each operation as it is, and a count of what was seen of it."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any

from vmargin.solidity import assembly
from vmargin.solidity.integers import Word
from vmargin.solidity.reverts import ARITHMETIC, DIVISION_BY_ZERO, Panic

_MASK = (1 << 256) - 1
_SIGN = 1 << 255

_CHECKED: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "**": operator.pow,
}  # fmt: skip
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt, "<=": operator.le, "==": operator.eq,
    "!=": operator.ne, ">=": operator.ge, ">": operator.gt,
}  # fmt: skip
_SIGNED = frozenset({"sdiv", "smod", "slt", "sgt", "sar"})


class Recorder:
    """Counts, by site and point; sites are numbers."""

    def __init__(self) -> None:
        self.counts: list[list[int]] = []

    def new(self, points: int) -> int:
        """Open the counts of another site."""
        self.counts.append([0] * points)
        return len(self.counts) - 1

    def reached(self, site: int) -> None:
        """A function was called, or a revert raised."""
        self.counts[site][0] += 1

    def decided(self, site: int, outcome: Any) -> Any:
        """A condition was evaluated."""
        self.counts[site][0 if outcome else 1] += 1
        return outcome

    def passes(self, site: int, turns: Any) -> Iterator[Any]:
        """A loop began."""
        counts = self.counts[site]
        begun = finished = False
        try:
            for turn in turns:
                if not begun:
                    begun = True
                    counts[1] += 1
                yield turn
            finished = True
        finally:
            if finished and not begun:
                counts[0] += 1
            elif begun:
                counts[2 if finished else 3] += 1

    def compared(self, site: int, symbol: str, left: Any, right: Any) -> Any:
        """Two words were compared by an operator."""
        self._beside(site, int(left), int(right))
        return _COMPARE[symbol](left, right)

    def compared_by(self, site: int, name: str, left: Any, right: Any = 0) -> Any:
        """Two words were compared by an opcode."""
        self._beside(site, _seen(name, left), _seen(name, right))
        function = getattr(assembly, name)
        return function(left) if name == "iszero" else function(left, right)

    def _beside(self, site: int, left: int, right: int) -> None:
        step = left - right
        if -2 < step < 2:
            self.counts[site][step if step >= 0 else 1] += step != 1
            self.counts[site][2] += step == 1

    def divided(self, site: int, symbol: str, left: Any, right: Any) -> Any:
        """A word was divided, or a remainder taken."""
        try:
            result = left / right if symbol == "/" else left % right
        except Panic as panic:
            self.counts[site][3] += panic.code == DIVISION_BY_ZERO
            raise
        self._remains(site, int(left), int(right))
        return result

    def divided_by(self, site: int, name: str, *operands: Any) -> Any:
        """An opcode divided."""
        numbers = [_seen(name, o) for o in operands]
        divisor = numbers.pop()
        dividend = numbers[0]
        if name == "mulmod":
            dividend *= numbers[1]
        elif name == "addmod":
            dividend += numbers[1]
        if divisor == 0:
            self.counts[site][3] += 1
        else:
            self._remains(site, dividend, divisor)
        return getattr(assembly, name)(*operands)

    def shifted(self, site: int, left: Any, right: Any) -> Any:
        """A word was shifted to the right, which is a division."""
        self._remains(site, int(left), 1 << min(int(right), 256))
        return left >> right

    def shifted_by(self, site: int, name: str, amount: Any, value: Any) -> Any:
        """The same by an opcode."""
        self._remains(site, _seen(name, value), 1 << min(_seen("", amount), 256))
        return getattr(assembly, name)(amount, value)

    def _remains(self, site: int, dividend: int, divisor: int) -> None:
        counts = self.counts[site]
        rest, size = abs(dividend) % abs(divisor), abs(divisor)
        counts[1 if rest else 0] += 1
        if rest and rest == size - 1:
            counts[2] += 1

    def computed(self, site: int, symbol: str, left: Any, right: Any) -> Any:
        """Words were added, subtracted, multiplied or raised, with a check."""
        function = _CHECKED[symbol]
        try:
            result = function(left, right)
        except Panic as panic:
            self.counts[site][1] += panic.code == ARITHMETIC
            raise
        if _is_last(symbol, int(left), int(right), result):
            self.counts[site][0] += 1
        return result

    def negated(self, site: int, operand: Any) -> Any:
        """A signed word was negated, with a check: only the least has no counterpart."""
        try:
            result = -operand
        except Panic as panic:
            self.counts[site][1] += panic.code == ARITHMETIC
            raise
        self.counts[site][0] += int(result) == int(result.max)
        return result

    def wrapped(self, site: int, symbol: str, left: Any, right: Any) -> Any:
        """The same without a check."""
        function = _CHECKED[symbol]
        result = function(left, right)
        self.counts[site][function(int(left), int(right)) != int(result)] += 1
        return result

    def wrapped_by(self, site: int, name: str, left: Any, right: Any) -> Any:
        """The same by an opcode, which takes words without a sign."""
        result = getattr(assembly, name)(left, right)
        function = _CHECKED[{"add": "+", "sub": "-", "mul": "*"}[name]]
        self.counts[site][function(_seen(name, left), _seen(name, right)) != int(result)] += 1
        return result


def _seen(name: str, word: Any) -> int:
    """The number that an opcode takes a word for."""
    number = int(word) & _MASK
    return number - (1 << 256) if name in _SIGNED and number & _SIGN else number


def _is_last(symbol: str, left: int, right: int, result: Word) -> bool:
    """Whether a result fits, and one more in an operand, away from 0, would not."""
    low, high = int(result.min), int(result.max)
    if symbol in "+-":
        return int(result) in (low, high)
    if symbol == "**":
        return not (low <= (left + 1) ** right <= high and low <= left ** (right + 1) <= high)
    # a product of 0 is far from any end
    if left == 0 or right == 0:
        return False
    more = ((left + (1 if left > 0 else -1)) * right, left * (right + (1 if right > 0 else -1)))
    return any(not low <= product <= high for product in more)
