"""The numba type of a word: one, parametrised by (bits, signed, wrapping).

A word lives in the smallest register of 64, 128 or 256 bits that holds it, sign- or zero-extended, so
that LLVM sees which products are narrow.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import types
from numba.core.datamodel.models import PrimitiveModel
from numba.core.extending import lower_cast, register_model, typeof_impl
from numba.core.imputils import lower_constant
from numba.core.typeconv import Conversion

from vmargin.solidity.integers import Word, by_shape


class WordType(types.Type):  # type: ignore[misc]
    """Numba's view of one of Solidity's integer types."""

    def __init__(self, bits: int, signed: bool, wrapping: bool) -> None:
        self.bits = bits
        self.signed = signed
        self.wrapping = wrapping
        self.word = by_shape[bits, signed, wrapping]
        self.register = ir.IntType(64 if bits <= 64 else 128 if bits <= 128 else 256)
        super().__init__(name=self.word.__name__)

    @property
    def low(self) -> int:
        """The least value."""
        return int(self.word.min)

    @property
    def high(self) -> int:
        """The greatest value."""
        return int(self.word.max)

    def can_convert_from(self, typingctx: Any, other: Any) -> Conversion | None:
        """Literals and narrower words of the same kind, as Solidity converts implicitly."""
        if isinstance(other, types.Integer):
            return Conversion.safe
        if isinstance(other, WordType) and (other.signed, other.wrapping) == (self.signed, self.wrapping):
            return Conversion.promote if other.bits < self.bits else None
        return None


def word_type(word: type[Word]) -> WordType:
    """The numba type of a Python word type."""
    return WordType(word.bits, word.signed, word.wrapping)


@register_model(WordType)
class _WordModel(PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, kind: WordType) -> None:
        super().__init__(manager, kind, kind.register)


@typeof_impl.register(Word)
def _typeof_word(value: Word, context: Any) -> WordType:
    return word_type(type(value))


@lower_constant(WordType)
def _constant(context: Any, builder: Any, kind: WordType, value: Word) -> Any:
    return kind.register(int(value))


def resize(builder: ir.IRBuilder, value: Any, signed: bool, target: ir.IntType) -> Any:
    """Extend by the sign or by zeros, or truncate."""
    if value.type.width < target.width:
        return builder.sext(value, target) if signed else builder.zext(value, target)
    return builder.trunc(value, target)


def canonical(builder: ir.IRBuilder, kind: WordType, value: Any) -> Any:
    """Reduce a register's low bits to a value of the type."""
    if kind.bits == kind.register.width:
        return value
    if not kind.signed:
        return builder.and_(value, kind.register(kind.high))
    spare = kind.register(kind.register.width - kind.bits)
    return builder.ashr(builder.shl(value, spare), spare)


def convert(builder: ir.IRBuilder, value: Any, source: Any, target: WordType) -> Any:
    """An explicit conversion, which keeps the low bits."""
    signed = source.signed
    return canonical(builder, target, resize(builder, value, signed, target.register))


@lower_cast(WordType, WordType)
def _cast_word(context: Any, builder: Any, source: WordType, target: WordType, value: Any) -> Any:
    return convert(builder, value, source, target)


@lower_cast(types.Integer, WordType)
def _cast_integer(context: Any, builder: Any, source: Any, target: WordType, value: Any) -> Any:
    return convert(builder, value, source, target)


@lower_cast(types.IntegerLiteral, WordType)
def _cast_literal(context: Any, builder: Any, source: Any, target: WordType, value: Any) -> Any:
    return target.register(source.literal_value)


@lower_cast(WordType, types.Integer)
def _cast_to_integer(context: Any, builder: Any, source: WordType, target: Any, value: Any) -> Any:
    """To an index: what no array can have saturates."""
    wide = resize(builder, value, source.signed, ir.IntType(256))
    limit = wide.type((1 << 63) - 1)
    clipped = builder.select(builder.icmp_unsigned(">", wide, limit), limit, wide)
    return builder.trunc(clipped, ir.IntType(target.bitwidth))
