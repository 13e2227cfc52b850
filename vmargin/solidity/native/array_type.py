"""Flat arrays of words or structs in native kernels: a pointer to limbs and a length."""

from __future__ import annotations

import operator
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.datamodel.models import StructModel
from numba.core.extending import register_model
from numba.core.imputils import lower_builtin
from numba.core.typing.templates import AbstractTemplate, infer_global, signature

from vmargin.solidity.native.limb_steps import I64, I256
from vmargin.solidity.native.operators import fail_if
from vmargin.solidity.native.word_type import WordType, convert, resize

INDEX = WordType(256, False, False)


class ArrayType(types.Type):  # type: ignore[misc]
    """Numba's view of ``Words[T]`` and ``Scratch[T]``; a struct lies field after field, four limbs each."""

    def __init__(self, element: Any, writable: bool) -> None:
        self.element = element
        self.writable = writable
        super().__init__(name=f"{'Scratch' if writable else 'Words'}[{element.name}]")

    @property
    def key(self) -> Any:
        """What makes it this type: the name of a struct says nothing of the names of its fields."""
        return self.element, self.writable


@register_model(ArrayType)
class _ArrayModel(StructModel):  # type: ignore[misc]
    def __init__(self, manager: Any, kind: ArrayType) -> None:
        members = [("data", types.CPointer(types.uint64)), ("length", types.intp)]
        super().__init__(manager, kind, members)


def _index(kind: Any) -> Any:
    return INDEX if isinstance(kind, WordType) else types.intp


@infer_global(operator.getitem)
class _GetItem(AbstractTemplate):  # type: ignore[misc]
    def generic(self, args: Any, kws: Any) -> Any:
        array, index = args
        if isinstance(array, ArrayType) and isinstance(index, WordType | types.Integer):
            return signature(array.element, array, _index(index))
        return None


@infer_global(operator.setitem)
class _SetItem(AbstractTemplate):  # type: ignore[misc]
    def generic(self, args: Any, kws: Any) -> Any:
        array, index, _ = args
        if isinstance(array, ArrayType) and array.writable and isinstance(index, WordType | types.Integer):
            return signature(types.none, array, _index(index), array.element)
        return None


@infer_global(len)
class _Length(AbstractTemplate):  # type: ignore[misc]
    def generic(self, args: Any, kws: Any) -> Any:
        return signature(types.intp, *args) if isinstance(args[0], ArrayType) else None


def _place(context: Any, builder: Any, kind: ArrayType, array: Any, index: Any, width: int = 1) -> Any:
    """The address of an element of so many words; an index outside, negative ones included, is an error."""
    view = cgutils.create_struct_proxy(kind)(context, builder, value=array)
    length = builder.zext(view.length, I256)
    wide = resize(builder, index, True, I256)
    fail_if(context, builder, builder.icmp_unsigned(">=", wide, length))
    first = builder.bitcast(view.data, I256.as_pointer())
    return builder.gep(first, [builder.mul(builder.trunc(wide, I64), I64(width))])


@lower_builtin(operator.getitem, ArrayType, types.intp)
@lower_builtin(operator.getitem, ArrayType, INDEX)
def _get(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    kind = sig.args[0]
    array, index = args
    if isinstance(kind.element, WordType):
        return load_word(builder, kind.element, _place(context, builder, kind, array, index))
    words = kind.element.types
    first = _place(context, builder, kind, array, index, len(words))
    values = [load_word(builder, word, builder.gep(first, [I64(n)])) for n, word in enumerate(words)]
    return context.make_tuple(builder, kind.element, values)


@lower_builtin(operator.setitem, ArrayType, types.intp, WordType)
@lower_builtin(operator.setitem, ArrayType, INDEX, WordType)
def _set(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    kind = sig.args[0]
    store_word(builder, kind.element, args[2], _place(context, builder, kind, *args[:2]))
    return context.get_dummy_value()


@lower_builtin(len, ArrayType)
def _len(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return cgutils.create_struct_proxy(sig.args[0])(context, builder, value=args[0]).length


def load_word(builder: ir.IRBuilder, kind: WordType, place: Any) -> Any:
    """Read four limbs as a word of the type."""
    return convert(builder, builder.load(place, align=8), INDEX, kind)


def store_word(builder: ir.IRBuilder, kind: WordType, value: Any, place: Any) -> None:
    """Write a word as four limbs, extended by its sign."""
    builder.store(resize(builder, value, kind.signed, I256), place, align=8)
