"""The part of JSON Schema that our schemas use; a keyword that is not known here is an error."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_TYPES: dict[str, Any] = {
    "object": lambda v: isinstance(v, dict),
    "array": lambda v: isinstance(v, list),
    "string": lambda v: isinstance(v, str),
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "null": lambda v: v is None,
}
_SILENT = {"$schema", "$id", "$defs", "title", "description"}


def problems(
    schema: dict[str, Any], value: Any, root: dict[str, Any] | None = None, at: str = "$"
) -> Iterator[str]:
    """What is wrong with a value, place by place."""
    root = schema if root is None else root
    for keyword, wanted in schema.items():
        if keyword in _SILENT:
            continue
        match keyword:
            case "$ref":
                yield from problems(root["$defs"][wanted.removeprefix("#/$defs/")], value, root, at)
            case "type":
                if not _TYPES[wanted](value):
                    yield f"{at} is {value!r}, no {wanted}"
                    return
            case "const":
                if value != wanted:
                    yield f"{at} is {value!r}, not {wanted!r}"
            case "enum":
                if value not in wanted:
                    yield f"{at} is {value!r}, none of {wanted}"
            case "pattern":
                if not re.search(wanted, value):
                    yield f"{at} is {value!r}, which does not match {wanted}"
            case "minimum":
                if value < wanted:
                    yield f"{at} is {value}, below {wanted}"
            case "anyOf":
                found = [list(problems(one, value, root, at)) for one in wanted]
                if all(found):
                    yield f"{at} fits none: {found}"
            case "items":
                for number, item in enumerate(value):
                    yield from problems(wanted, item, root, f"{at}[{number}]")
            case "required":
                yield from (f"{at} lacks {name}" for name in wanted if name not in value)
            case "properties":
                for name, inner in wanted.items():
                    if name in value:
                        yield from problems(inner, value[name], root, f"{at}.{name}")
            case "additionalProperties":
                for name in value.keys() - schema.get("properties", {}).keys():
                    if wanted is False:
                        yield f"{at} has {name}"
                    else:
                        yield from problems(wanted, value[name], root, f"{at}.{name}")
            case _:
                raise NotImplementedError(f"the keyword {keyword} at {at}")
