"""A counterexample as a test for pytest: one file, which needs vmargin and nothing beside it."""

from __future__ import annotations

import json
import textwrap

from vmargin.crosscheck.counterexample import Counterexample
from vmargin.crosscheck.generate.wanted import At, Code, plain, said

_LOCAL = """\
# Run it with  pytest {file}  where vmargin[evm] is installed: it fails as long as the two differ.
# To hold the mirror against other code:  VMARGIN_ARTIFACT=path/to/Compiled.json pytest {file}

import json
import os
{imports}
from vmargin.crosscheck.outcome import same, shown
from vmargin.crosscheck.subject import LocalTarget, Subject

MIRROR = {mirror}
SIGNATURE = {signature}
CONSTRUCTOR = {constructor}
ERRORS = {errors}
CASE = (
{case}
)


def test_{stem}() -> None:
    compiled = {{"name": {contract}, "abi": json.loads(ABI), "bytecode": CODE}}
    artifact = os.environ.get("VMARGIN_ARTIFACT") or compiled
    subject = Subject(MIRROR, LocalTarget(artifact, SIGNATURE, constructor=CONSTRUCTOR, errors=ERRORS))
    mirror, contract = subject.mirrored(CASE), subject.original(CASE)
    assert same(mirror, contract), f"mirror: {{shown(mirror)}}\\ncontract: {{shown(contract)}}"


ABI = {abi}

# what deploys the contract
CODE = (
{code}
)
"""

_REMOTE = """\
# Run it with  pytest {file}  where vmargin is installed: it fails as long as the two differ.
# The answer is in the recording that lies beside this folder; without that, a node is asked that has
# block {block} of chain {chain_id}:  ETH_RPC_URL=… pytest {file}

from pathlib import Path

from vmargin.chain.connection import Connection
from vmargin.chain.recorded import load
from vmargin.crosscheck.node_target import NodeTarget
from vmargin.crosscheck.outcome import same, shown
from vmargin.crosscheck.subject import Subject

RECORDED = Path(__file__).parents[1] / "views" / "block-{block}.json.xz"
MIRROR = {mirror}
ADDRESS = "{address}"
SIGNATURE = {signature}
ERRORS = {errors}
CASE = (
{case}
)


def test_{stem}() -> None:
    view = load(RECORDED) if RECORDED.exists() else Connection.from_environment({chain_id}).at({block})
    subject = Subject(MIRROR, NodeTarget(view, ADDRESS, SIGNATURE, errors=ERRORS))
    mirror, contract = subject.mirrored(CASE), subject.original(CASE)
    assert same(mirror, contract), f"mirror: {{shown(mirror)}}\\ncontract: {{shown(contract)}}"
"""


def pytest_file(stem: str, found: Counterexample, where: Code | At, *, beside: str | None = None) -> str:
    """Write the test; `beside` is the name of the mirror's file, where that lies in the same folder."""
    names = (*found.names, *[""] * (len(found.case) - len(found.names)))
    parts = {
        "file": f"test_{stem}.py",
        "imports": "" if beside is None else "from pathlib import Path\n",
        "stem": stem,
        "mirror": _mirror(found.mirror, beside),
        "signature": _quoted(found.signature),
        "case": "\n".join(
            f"    {value!r},  # {plain(name)}" for name, value in zip(names, found.case, strict=True)
        ),
    }
    head = [
        f"# {plain(found.signature)}",
        f"# the mirror {plain(found.mirror)} {said(found.mirrored)}",
        f"# the contract {said(found.original)}",
        "#",
    ]
    if isinstance(where, Code):
        body = _LOCAL.format(
            **parts,
            contract=_quoted(str(found.target.get("contract") or "the target")),
            constructor=repr(tuple(where.constructor)),
            errors=repr(list(where.errors)),
            abi=_wrapped(json.dumps(where.artifact["abi"], separators=(",", ":"))),
            code=_lines("0x" + where.creation.hex()),
        )
    else:
        body = _REMOTE.format(
            **parts,
            address=where.address,
            block=where.block,
            chain_id=where.chain_id,
            errors=repr(list(where.errors)),
        )
    return "\n".join(head) + "\n" + body


def _mirror(name: str, beside: str | None) -> str:
    """An expression for the mirror's name."""
    if beside is None:
        return _quoted(name)
    return f'f"{{Path(__file__).with_name({beside!r})}}:{name.rpartition(":")[2]}"'


def _quoted(text: str) -> str:
    return json.dumps(text)


def _wrapped(text: str) -> str:
    """A long text as a literal in brackets."""
    return f"(\n{_lines(text)}\n)"


def _lines(text: str, width: int = 100) -> str:
    parts = (
        textwrap.wrap(text, width, drop_whitespace=False, break_on_hyphens=False)
        if " " in text
        else [text[at : at + width] for at in range(0, len(text), width)]
    )
    return "\n".join(f"    {part!r}" for part in parts)
