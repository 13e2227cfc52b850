"""Where a mirror and a contract part on a case, with the lines of both sides."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import Any, NamedTuple

from vmargin.crosscheck.audit import places
from vmargin.crosscheck.audit.document import Side
from vmargin.crosscheck.inputs import Case
from vmargin.crosscheck.localise import Divergence
from vmargin.crosscheck.localise.sources import CodeMap, Place
from vmargin.crosscheck.rounding.numbers import case_json
from vmargin.solidity.reverts import Revert

WORD = 1 << 256
MOST = 8
"""Lines of an expression that are marked."""
_RESULT = "result"


class Located(NamedTuple):
    """Both sides of a difference."""

    mirror: Side
    contract: Side
    operands: tuple[str, ...]
    """That both sides have in common."""
    divergence: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """The same in JSON's types."""
        return {
            "divergence": self.divergence,
            "operands": list(self.operands),
            "mirror": self.mirror.as_json(),
            "contract": self.contract.as_json(),
        }


def located(
    found: Divergence,
    case: Case | None,
    mirror: Callable[..., Any] | None,
    codes: Sequence[CodeMap],
    function: str,
) -> Located:
    """Take the lines of a divergence from the sources.

    Parameters
    ----------
    found
        Where the two part.
    case
        The arguments on which they were found to differ, where they are what the mirror takes.
    mirror
        The mirror itself, for what is shown where no line is known.
    codes
        The contracts beside their sources.
    function
        The contract's function.
    """
    document = dict(found.as_json())
    operation = found.mirror
    common: tuple[str, ...] = ()
    mirrored = places.mirror_function(mirror) if mirror is not None else Side(otherwise="no line is known")
    if operation is not None:
        file = _module_path(operation.site.file)
        document["mirror"] = {**document["mirror"], "file": file}
        if found.kind == _RESULT and found.contract is not None:
            common = _common(operation.operands, found.contract.operands)
        mirrored = Side(
            f"{file}:{operation.site.line} {operation.site.function}",
            places.excerpt(places.python_line(operation.site.file), operation.site.line, operation.site.line),
            _text(operation.result),
            operation=operation.symbol,
            operands=() if common else tuple(map(_text, operation.operands)),
        )
    if case is not None and found.case is not None and tuple(found.case) != tuple(case):
        document["seenAt"] = case_json(found.case)
    contract = _contract(found, common, codes, function)
    return Located(mirrored, contract, common, document)


def _contract(found: Divergence, common: tuple[str, ...], codes: Sequence[CodeMap], function: str) -> Side:
    step, place = found.contract, found.place
    if place is None:
        side = places.contract_function(codes[0] if codes else None, function)
        where = side.place
    else:
        side, where = Side(lines=_lines(place, codes)), str(place)
    # of an operation that only the mirror does the contract has no counterpart: the line is all that is known
    if step is None or (found.mirror is not None and found.kind != _RESULT):
        return replace(side, place=where)
    return replace(
        side,
        place=f"{where}, pc {step.pc}" if where else f"pc {step.pc}",
        result=None if step.result is None else str(step.result),
        operation=step.opcode,
        operands=() if common else tuple(map(str, step.operands)),
    )


def _lines(place: Place, codes: Sequence[CodeMap]) -> Any:
    for code in codes:
        text = code.text(place.path)
        if text is not None:
            return places.excerpt(text.line, place.line, min(place.last or place.line, place.line + MOST - 1))
    return ()


def _common(mirror: Sequence[Any], contract: Sequence[int]) -> tuple[str, ...]:
    """The operands, where both sides have the same, in the mirror's order."""
    if any(isinstance(o, Revert | float) for o in mirror):
        return ()
    words = [int(o) % WORD for o in mirror]
    return tuple(_text(o) for o in mirror) if sorted(words) == sorted(contract) else ()


def _text(value: Any) -> str:
    if isinstance(value, Revert):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, float) else str(int(value))


def _module_path(file: str) -> str:
    """A file of the mirror by its module's name: the same wherever it is installed."""
    for name, module in list(sys.modules.items()):
        if name != "__main__" and getattr(module, "__file__", None) == file:
            parts, last = name.split("."), PurePath(file).name
            return "/".join([*(parts if last == "__init__.py" else parts[:-1]), last])
    return PurePath(file).name
