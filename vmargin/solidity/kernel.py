"""A kernel: one plain function over words, and the readings that run its body.

A kernel refers to other kernels by bare global names only.  That lets a *reading* be a copy of the
function whose globals mean something else: the bound callees in the checked reading, compiled ones
in the native reading, recording or error-tracking ones in the others.
"""

from __future__ import annotations

import dis
import functools
import types
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar, overload

from vmargin.solidity.signatures import Signature, implicit, is_scratch, require_apart

if TYPE_CHECKING:
    from vmargin.solidity.batch import Batch
    from vmargin.solidity.shadow import Shadow
    from vmargin.solidity.trace import Trace

P = ParamSpec("P")
R = TypeVar("R")


class Kernel(Generic[P, R]):
    """A function over Solidity's integers; calling it is the checked reading.

    Arguments of a call are converted as Solidity converts implicitly: Python ints are literals,
    narrower words are widened, anything else raises :class:`~vmargin.errors.DoesNotCompile`.
    """

    def __init__(self, body: Callable[P, R], truth: Callable[..., Any] | None) -> None:
        self.body: types.FunctionType = body  # type: ignore[assignment]
        self.truth = truth
        functools.update_wrapper(self, body)

    @functools.cached_property
    def signature(self) -> Signature:
        """Parameter names, their types and the type of the result."""
        return Signature.of(self.body)

    @functools.cached_property
    def writes(self) -> bool:
        """Whether the kernel takes arrays to write."""
        return any(map(is_scratch, self.signature.types))

    @property
    def name(self) -> str:
        """Module and name, as messages show it."""
        return f"{self.body.__module__}.{self.body.__name__}"

    @functools.cached_property
    def checked(self) -> Callable[..., Any]:
        """The body with its callees bound and no conversion of arguments: for callers in a loop."""
        return bind(self, lambda value: value.checked if isinstance(value, Kernel) else value)

    def arguments(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
        """Convert the arguments of a call to the annotated types."""
        names, wanted, _ = self.signature
        if kwargs or len(args) != len(names):
            try:
                args = (*args, *(kwargs.pop(name) for name in names[len(args) :]))
            except KeyError as missing:
                raise TypeError(f"{self.name}() lacks its argument {missing}") from None
            if kwargs or len(args) != len(names):
                raise TypeError(f"{self.name}() takes {len(names)} arguments: {', '.join(names)}")
        if self.writes:
            require_apart(args, wanted)
        return [a if type(a) is t else implicit(a, t) for a, t in zip(args, wanted, strict=True)]

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.checked(*self.arguments(args, kwargs))  # type: ignore[no-any-return]

    def trace(self, *args: Any, **kwargs: Any) -> Trace:
        """Run the checked reading and list its arithmetic operations."""
        from vmargin.solidity.trace import run

        return run(self, self.arguments(args, kwargs))

    def shadow(self, *args: Any, **kwargs: Any) -> Shadow:
        """Run with the exact value beside each integer: the rounding error and where it arose."""
        from vmargin.solidity.shadow import run

        return run(self, self.arguments(args, kwargs))

    @functools.cached_property
    def batch(self) -> Batch:
        """The same body over arrays: in machine code where numba is installed."""
        from vmargin.solidity.batch import Batch

        return Batch(self)

    def callees(self) -> Iterator[Kernel[..., Any]]:
        """The kernels that the body names."""
        for name in global_names(self.body.__code__):
            value = self.body.__globals__.get(name)
            if isinstance(value, Kernel):
                yield value

    def reachable(self) -> list[Kernel[..., Any]]:
        """This kernel and all that it calls, directly or not."""
        found: dict[Kernel[..., Any], None] = {self: None}
        queue: list[Kernel[..., Any]] = [self]
        for current in queue:
            for callee in current.callees():
                if callee not in found:
                    found[callee] = None
                    queue.append(callee)
        return list(found)

    def __repr__(self) -> str:
        return f"<kernel {self.name}>"


@overload
def kernel(body: Callable[P, R]) -> Kernel[P, R]: ...
@overload
def kernel(*, truth: Callable[..., Any]) -> Callable[[Callable[P, R]], Kernel[P, R]]: ...
def kernel(body: Callable[..., Any] | None = None, *, truth: Callable[..., Any] | None = None) -> Any:
    """Declare a kernel.

    Parameters
    ----------
    truth
        For a function that approximates another: the exact function, over exact values (fractions
        or balls) in the units of the arguments.  The shadow reading then takes the call as one
        rounding site and does not look inside.
    """
    if body is None:
        return lambda function: Kernel(function, truth)
    return Kernel(body, truth)


@functools.cache
def global_names(code: types.CodeType) -> tuple[str, ...]:
    """The globals that a body names; `co_names` would mix in the attributes."""
    loads = (i.argval for i in dis.get_instructions(code) if i.opname == "LOAD_GLOBAL")
    return tuple(dict.fromkeys(loads))


def bind(kernel: Kernel[..., Any], replace: Callable[[Any], Any]) -> Callable[..., Any]:
    """Copy the kernel's function with each global that it names passed through `replace`."""
    source = kernel.body
    names = {"__builtins__": source.__globals__["__builtins__"]}
    for name in global_names(source.__code__):
        if name in source.__globals__:
            names[name] = replace(source.__globals__[name])
    copy = types.FunctionType(source.__code__, names, source.__name__, source.__defaults__)
    copy.__qualname__ = source.__qualname__
    copy.__module__ = source.__module__
    return copy
