"""What an audit was made from, as files: a plan that runs again wherever its folder lies."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from fractions import Fraction
from pathlib import PurePath
from typing import Any

from vmargin.artifacts import KEYS
from vmargin.chain.view import BlockView
from vmargin.crosscheck.audit import places
from vmargin.crosscheck.audit.plan import ChainPlan, FunctionPlan, Plan, file_of
from vmargin.crosscheck.localise.sources import CodeMap
from vmargin.errors import UsageError
from vmargin.solidity.bytecode import load_artifact

_KEPT = (*KEYS, "sourceMap", "deployedSourceMap", "enums", "sources", "storageLayout", "id", "metadata")
_AST = "ast"
SOURCES, ARTIFACTS = "inputs/sources", "inputs/artifacts"


def kept(plan: Plan, view: BlockView | None) -> dict[str, bytes]:
    """The plan and copies of all files that it names, by their paths in the report's folder.

    Parameters
    ----------
    plan
        As it was run.
    view
        The block, where a chain was read: what was the latest one is another by now.
    """
    files: dict[str, bytes] = {}
    functions = tuple(_function(plan, one, at, files) for at, one in enumerate(plan.functions, 1))
    protocol = plan.protocol
    if protocol is not None and protocol.deployment is not None:
        files["inputs/deployment.toml"] = _read(plan, protocol.deployment)
        protocol = replace(protocol, deployment="inputs/deployment.toml")
    if protocol is not None and protocol.artifacts:
        protocol = replace(protocol, artifacts=(ARTIFACTS,), sources=(SOURCES,))
    chain = plan.chain
    if view is not None:
        anchor = None if chain.secret else chain.anchor
        chain = replace(chain, block=str(view.number), chain_id=view.chain_id, anchor=anchor)
    files["plan.toml"] = to_toml(replace(plan, functions=functions, protocol=protocol, chain=chain)).encode()
    return files


def kept_codes(codes: Sequence[CodeMap]) -> dict[str, bytes]:
    """Copies of the artifacts that an audit found by their code, with their sources."""
    files: dict[str, bytes] = {}
    for code in codes:
        files[f"{ARTIFACTS}/{code.name}.json"] = _written(code.artifact)
        files.update({f"{SOURCES}/{path}": raw for path, raw in places.sources_used(code).items()})
    return files


def to_toml(plan: Plan) -> str:
    """A plan as its file has it."""
    lines = [
        f"title = {_value(plan.title)}",
        f"seed = {_value(plan.seed)}",
        f"cases = {plan.cases}",
        f"rounding_cases = {plan.rounding_cases}",
    ]
    if plan.chain != ChainPlan():
        lines += ["", "[chain]", *_pairs(plan.chain)]
    if plan.protocol is not None:
        lines += ["", "[protocol]", *_pairs(plan.protocol)]
        if plan.protocol.accounts is None:
            lines.append("all = true")
    for one in plan.functions:
        lines += ["", "[[function]]", *_pairs(one)]
    return "\n".join(lines) + "\n"


def _function(plan: Plan, one: FunctionPlan, at: int, files: dict[str, bytes]) -> FunctionPlan:
    """The same with its files where the copies are."""
    file = file_of(one.mirror)
    if file is not None:
        path = f"inputs/{at}/{file.name}"
        files[path] = _read(plan, str(file))
        one = replace(one, mirror=f"{path}:{one.mirror.rpartition(':')[2]}")
    if one.artifact is not None:
        where = plan.path(one.artifact)
        artifact = load_artifact(where)
        path = f"inputs/{at}/{PurePath(one.artifact).name}"
        files[path] = _written(artifact)
        used = places.sources_used(places.code_map(artifact, where, tuple(map(plan.path, one.sources))))
        files.update({f"{SOURCES}/{source}": raw for source, raw in used.items()})
        one = replace(one, artifact=path, sources=(SOURCES,) if used else ())
    return one


def _written(artifact: Mapping[str, Any]) -> bytes:
    """What of a compiler's output is of use to an audit."""
    keys = [key for key in artifact if key in _KEPT or (key == _AST and "sources" not in artifact)]
    return (json.dumps({key: artifact[key] for key in keys}, indent=1) + "\n").encode()


def _read(plan: Plan, path: str) -> bytes:
    try:
        return plan.path(path).read_bytes()
    except OSError as error:
        raise UsageError(f"{plan.path(path)} cannot be read: {error.strerror}") from None


def _pairs(table: Any) -> list[str]:
    """What is not as it is by default."""
    return [
        f"{field.name} = {_value(value)}"
        for field in fields(table)
        if (value := getattr(table, field.name)) != field.default
    ]


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Fraction):
        return str(value) if value.denominator == 1 else f'"{value}"'
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_value(k)} = {_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(map(_value, value))}]"
    # TOML's escapes are JSON's, but for this one character
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
