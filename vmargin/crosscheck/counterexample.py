"""One case on which mirror and contract differ, kept so that anybody can run it again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from vmargin.chain.literals import as_json, from_json
from vmargin.crosscheck.inputs import Case
from vmargin.crosscheck.outcome import Outcome, outcome_json, shown
from vmargin.crosscheck.subject import Subject
from vmargin.errors import UsageError
from vmargin.solidity.abi import Function


@dataclass(frozen=True)
class Counterexample:
    """Arguments, and what each side does with them.

    `mirrored` and `original` are :func:`~vmargin.crosscheck.outcome.outcome_json` of the outcomes;
    `target` is what the contract was.
    """

    SCHEMA: ClassVar[str] = "vmargin/counterexample/1"

    mirror: str
    signature: str
    """With what the function returns: ``mulDiv(uint256,uint256,uint256)(uint256)``."""
    names: tuple[str, ...]
    case: Case
    mirrored: Mapping[str, Any]
    original: Mapping[str, Any]
    target: Mapping[str, Any] = field(default_factory=dict)
    seed: str = ""
    tried: int = 0
    """Cases before it was found."""

    @classmethod
    def of(cls, subject: Subject, case: Case, *, seed: str = "", tried: int = 0) -> Counterexample:
        """Run both sides and write down what they do."""
        function = subject.function
        outputs = function.outputs
        return cls(
            mirror=subject.mirror_name,
            signature=f"{function.signature}({','.join(o.type for o in outputs)})",
            names=tuple(p.name or f"argument{n}" for n, p in enumerate(function.inputs)),
            case=case,
            mirrored=outcome_json(subject.mirrored(case), outputs),
            original=outcome_json(subject.original(case), outputs),
            target=subject.target.as_json(),
            seed=seed,
            tried=tried,
        )

    @property
    def function(self) -> Function:
        """The contract's function."""
        return Function.parse(self.signature)

    def as_json(self) -> dict[str, Any]:
        """The counterexample in JSON's types, integers as decimal strings."""
        kinds = [p.type for p in self.function.inputs]
        return {
            "schema": self.SCHEMA,
            "mirror": self.mirror,
            "signature": self.signature,
            "arguments": [
                {"name": name, "type": kind, "value": as_json(kind, value)}
                for name, kind, value in zip(self.names, kinds, self.case, strict=True)
            ],
            "mirrored": dict(self.mirrored),
            "original": dict(self.original),
            "target": dict(self.target),
            "seed": self.seed,
            "tried": self.tried,
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Counterexample:
        """Read what :meth:`as_json` gives, or refuse it."""
        if given.get("schema") != cls.SCHEMA:
            raise UsageError(f"schema {given.get('schema')!r}: a counterexample has {cls.SCHEMA}")
        try:
            arguments = given["arguments"]
            kinds = [p.type for p in Function.parse(given["signature"]).inputs]
            case = tuple(from_json(k, a["value"]) for k, a in zip(kinds, arguments, strict=True))
            return cls(
                given["mirror"], given["signature"], tuple(a["name"] for a in arguments), case,
                given["mirrored"], given["original"], given["target"], given["seed"], given["tried"],
            )  # fmt: skip
        except (KeyError, TypeError, ValueError) as error:
            raise UsageError(f"no counterexample: {type(error).__name__} {error}") from None

    def save(self, path: Path) -> None:
        """Write it as JSON."""
        path.write_text(f"{json.dumps(self.as_json(), indent=1)}\n")

    @classmethod
    def load(cls, path: Path) -> Counterexample:
        """Read a file that :meth:`save` wrote."""
        try:
            given = json.loads(path.read_text())
        except (OSError, ValueError) as error:
            raise UsageError(f"{path} holds no counterexample: {error}") from None
        if not isinstance(given, dict):
            raise UsageError(f"{path} holds no counterexample: it is no object")
        return cls.from_json(given)


def described(subject: Subject, case: Case, mirrored: Outcome, original: Outcome) -> list[str]:
    """Say what differs, in full, so that it can be pasted into a test."""
    names = [p.name or f"#{n}" for n, p in enumerate(subject.function.inputs)]
    width = max(len(name) for name in (*names, "contract"))
    lines = [
        f"  {name:{width}} = {value}"
        + (f"  ({value:#x})" if isinstance(value, int) and abs(value) > 999 else "")
        for name, value in zip(names, case, strict=True)
    ]
    return [*lines, f"  {'mirror':{width}}: {shown(mirrored)}", f"  {'contract':{width}}: {shown(original)}"]
