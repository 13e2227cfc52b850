"""Compile a kernel to an object file: its body by numba, and a loop over arrays around it.

The loop calls the compiled body through numba's calling convention and keeps the status, so no
exception is ever built: an element that reverted is marked and the run goes on.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from llvmlite import binding, ir
from numba.core import cgutils, types
from numba.core.compiler_lock import global_compiler_lock
from numba.core.registry import cpu_target

from vmargin.errors import VmarginError
from vmargin.solidity.columns import leaves
from vmargin.solidity.kernel import Kernel
from vmargin.solidity.native.array_type import ArrayType, load_word, store_word
from vmargin.solidity.native.libraries import Whole, parts
from vmargin.solidity.native.limb_steps import I1, I64, I256
from vmargin.solidity.native.loader import target_machine
from vmargin.solidity.native.rewrite import Natives
from vmargin.solidity.native.runtime import OUTSIDE, SYMBOL
from vmargin.solidity.native.word_type import WordType, resize, word_type
from vmargin.solidity.signatures import array_element, fields, is_struct

BYTE = ir.IntType(8)
POINTER = BYTE.as_pointer()

natives = Natives()


class NativeCompilationError(VmarginError):
    """Numba could not compile a kernel that the checker accepted: a defect to report."""


def numba_type(annotation: Any) -> Any:
    """The numba type of an annotated type."""
    if annotation is bool:
        return types.boolean
    if annotation is int:
        return types.int64
    if is_struct(annotation):
        kinds = [numba_type(kind) for kind in fields(annotation).values()]
        return types.BaseTuple.from_types(kinds, annotation)
    (leaf,) = leaves(annotation)
    if array_element(annotation) is not None:
        return ArrayType(numba_type(leaf.kind), leaf.writable)
    return word_type(leaf.kind)


def compile_kernel(kernel: Kernel[..., Any]) -> bytes:
    """Compile to an object file with one symbol, :data:`~vmargin.solidity.native.runtime.SYMBOL`.

    ``void vmargin_run(i64 first, i64 end, i8** columns)``; columns are those of the arguments (an array
    has two: its limbs and its length), of the results, and a mark per element:
    1 where it has a value, 0 where it reverted, :data:`OUTSIDE` where an argument is none of its type.
    """
    from numba.core.errors import NumbaError

    arguments = tuple(numba_type(t) for t in kernel.signature.types)
    returns = numba_type(kernel.signature.returns)
    with global_compiler_lock:
        dispatcher = natives.dispatcher(kernel)
        context = cpu_target.target_context
        try:
            with parts(context.codegen()):
                dispatcher.compile(arguments)
        except NumbaError as error:
            raise NativeCompilationError(
                f"{kernel.name} does not compile to machine code: {error}"
            ) from error
        compiled = dispatcher.overloads[arguments]
        if compiled.signature.return_type != returns:
            raise NativeCompilationError(
                f"{kernel.name} returns {compiled.signature.return_type} natively, "
                f"{returns} by its annotation"
            )
        library = Whole(context.codegen(), kernel.name)
        module = library.create_ir_module(kernel.name)
        _emit_loop(context, module, compiled.fndesc)
        library.add_ir_module(module)
        library.add_linking_library(compiled.library)
        library.finalize()
        optimised = binding.parse_assembly(library.get_llvm_str())
        return bytes(target_machine().emit_object(optimised))


def _emit_loop(context: Any, module: ir.Module, descriptor: Any) -> None:
    entry = ir.Function(module, ir.FunctionType(ir.VoidType(), [I64, I64, POINTER.as_pointer()]), name=SYMBOL)
    first, end, table = entry.args
    builder = ir.IRBuilder(entry.append_basic_block("entry"))
    columns = _Columns(builder, table)
    body = context.declare_function(module, descriptor)
    readers = [_reader(context, columns, kind) for kind in descriptor.argtypes]
    writer = _writer(context, columns, descriptor.restype)
    marks = columns.take(BYTE)
    with cgutils.for_range_slice(builder, first, end, I64(1), I64) as (index, _):
        columns.outside = I1(0)
        values = [read(builder, index) for read in readers]
        mark = builder.gep(marks, [index])
        with builder.if_else(columns.outside, likely=False) as (outside, inside):
            with outside:
                builder.store(BYTE(OUTSIDE), mark)
            with inside:
                status, result = context.call_conv.call_function(
                    builder, body, descriptor.restype, descriptor.argtypes, values
                )
                builder.store(builder.zext(status.is_ok, BYTE), mark)
                with builder.if_then(status.is_ok, likely=True):
                    writer(builder, index, result)
    builder.ret_void()


class _Columns:
    """Hands out the pointers of the table in order, and gathers which values leave their type's range."""

    outside: Any

    def __init__(self, builder: ir.IRBuilder, table: Any) -> None:
        self._builder = builder
        self._table = table
        self._taken = 0

    def take(self, element: ir.Type) -> Any:
        """The next column, as a pointer to its elements."""
        place = self._builder.gep(self._table, [I64(self._taken)])
        self._taken += 1
        return self._builder.bitcast(self._builder.load(place), element.as_pointer())

    def take_length(self) -> Any:
        """The next entry of the table, which holds a number instead of an address."""
        return self._builder.ptrtoint(self.take(BYTE), I64)


class _Access(NamedTuple):
    element: ir.Type
    load: Any
    store: Any


def _access(kind: Any) -> _Access:
    """How one element of a scalar column is read and written."""
    if isinstance(kind, WordType):
        return _Access(
            I256,
            lambda builder, place: load_word(builder, kind, place),
            lambda builder, value, place: store_word(builder, kind, value, place),
        )
    if kind == types.boolean:
        return _Access(
            BYTE,
            lambda builder, place: builder.icmp_unsigned("!=", builder.load(place), BYTE(0)),
            lambda builder, value, place: builder.store(builder.zext(value, BYTE), place),
        )
    return _Access(I64, lambda builder, place: builder.load(place), lambda builder, v, p: builder.store(v, p))


def _reader(context: Any, columns: _Columns, kind: Any) -> Any:
    if isinstance(kind, types.BaseTuple):
        parts = [_reader(context, columns, t) for t in kind.types]
        return lambda builder, index: context.make_tuple(
            builder, kind, [read(builder, index) for read in parts]
        )
    if isinstance(kind, ArrayType):
        data, length = columns.take(I64), columns.take_length()

        def whole(builder: Any, index: Any) -> Any:
            if kind.writable:
                cgutils.memset(builder, data, builder.mul(length, I64(32)), 0)
            view = cgutils.create_struct_proxy(kind)(context, builder)
            view.data, view.length = data, length
            return view._getvalue()

        return whole
    access = _access(kind)
    column = columns.take(access.element)

    def one(builder: Any, index: Any) -> Any:
        place = builder.gep(column, [index])
        value = access.load(builder, place)
        if isinstance(kind, WordType) and kind.bits < 256:
            stored = builder.load(place, align=8)
            beyond = builder.icmp_unsigned("!=", resize(builder, value, kind.signed, I256), stored)
            columns.outside = builder.or_(columns.outside, beyond)
        return value

    return one


def _writer(context: Any, columns: _Columns, kind: Any) -> Any:
    if isinstance(kind, types.BaseTuple):
        parts = [_writer(context, columns, t) for t in kind.types]

        def write_all(builder: Any, index: Any, value: Any) -> None:
            values = cgutils.unpack_tuple(builder, value, len(parts))
            for write, part in zip(parts, values, strict=True):
                write(builder, index, part)

        return write_all
    access = _access(kind)
    column = columns.take(access.element)
    return lambda builder, index, value: access.store(builder, value, builder.gep(column, [index]))
