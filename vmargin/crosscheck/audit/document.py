"""What an audit found, as one document: report.json, of which the page is a pure function."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, ClassVar, NamedTuple

from vmargin.crosscheck.counterexample import Counterexample
from vmargin.crosscheck.generate import AccountCase, At, Code, files_of, identifier
from vmargin.crosscheck.localise.sources import CodeMap

Json = Mapping[str, Any]
EQUAL, DIFFERS, INCOMPLETE = "equal", "differs", "incomplete"


class NotDone(NamedTuple):
    """A part that is not in this audit, and why."""

    part: str
    of: str
    reason: str


class SourceLine(NamedTuple):
    """A line of a source; `hit` marks where the difference is."""

    line: int
    text: str
    hit: bool = False


@dataclass(frozen=True)
class Side:
    """Where one side of a difference stands in its source."""

    place: str = ""
    lines: tuple[SourceLine, ...] = ()
    result: str | None = None
    """Of the operation, where it was found; decimal text for an integer."""
    operation: str = ""
    """Its symbol, or the EVM's name for it."""
    operands: tuple[str, ...] = ()
    """Of the operation, where the other side has not the same."""
    otherwise: str = ""
    """Why there are no lines."""

    def as_json(self) -> dict[str, Any]:
        """The side in JSON's types."""
        return {
            "place": self.place,
            "lines": [
                {"line": n.line, "text": n.text, **({"hit": True} if n.hit else {})} for n in self.lines
            ],
            **({"result": self.result} if self.result is not None else {}),
            **({"operation": self.operation} if self.operation else {}),
            **({"operands": list(self.operands)} if self.operands else {}),
            **({"otherwise": self.otherwise} if self.otherwise else {}),
        }


@dataclass(frozen=True)
class Difference:
    """A case on which mirror and contract differ, and where they part."""

    counterexample: Counterexample
    where: Code | At
    """What a test is to run."""
    mirror: Side
    contract: Side
    operands: tuple[str, ...] = ()
    """Of the first operation that differs, the same on both sides."""
    divergence: Json | None = None
    name: str = ""
    """Of the files that run it again."""
    mirror_file: str | None = None
    """Text of the mirror's file, where the mirror is no module that can be installed."""

    @property
    def stem(self) -> str:
        """What the files' names are made of."""
        return identifier(self.name)

    def as_json(self) -> dict[str, Any]:
        """The difference in JSON's types."""
        stem = self.stem
        return {
            "counterexample": self.counterexample.as_json(),
            "divergence": self.divergence,
            "operands": list(self.operands),
            "mirror": self.mirror.as_json(),
            "contract": self.contract.as_json(),
            "files": [
                f"counterexamples/{name}" for name in (f"{stem}.json", f"test_{stem}.py", f"{stem}.t.sol")
            ],
        }


@dataclass(frozen=True)
class FunctionAudit:
    """All about one function and its mirror."""

    name: str
    mirror: str
    mirror_hash: str | None
    """SHA-256 over the sources of the mirror and of all that it calls."""
    signature: str
    target: Json
    fuzzed: Json
    comparisons: int
    differing: int
    differences: tuple[Difference, ...] = ()
    coverage: Json | None = None
    rounding: Json | None = None
    flips: Json | None = None

    def as_json(self) -> dict[str, Any]:
        """The function in JSON's types; parts that were not done are left out."""
        parts = {"coverage": self.coverage, "rounding": self.rounding, "flips": self.flips}
        return {
            "name": self.name,
            "mirror": self.mirror,
            **({"mirrorHash": self.mirror_hash} if self.mirror_hash else {}),
            "signature": self.signature,
            "target": dict(self.target),
            "comparisons": self.comparisons,
            "differing": self.differing,
            "fuzzed": dict(self.fuzzed),
            "differences": [difference.as_json() for difference in self.differences],
            **{name: part for name, part in parts.items() if part is not None},
        }


@dataclass(frozen=True)
class ContractCode:
    """A contract of a deployment as it was found."""

    role: str
    address: str
    code_hash: str
    implementation: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The contract in JSON's types."""
        return {
            "role": self.role,
            "address": self.address,
            "codeHash": self.code_hash,
            "implementation": self.implementation,
        }


@dataclass(frozen=True)
class Audit:
    """All that was found."""

    SCHEMA: ClassVar[str] = "vmargin/audit/1"

    title: str
    seed: str
    versions: Mapping[str, str]
    again: tuple[str, ...]
    """Commands that do it all once more."""
    functions: tuple[FunctionAudit, ...] = ()
    accounts: Json | None = None
    decimals: Mapping[str, int] = field(default_factory=dict)
    """Of the accounts' figures that are amounts."""
    located: Mapping[str, Json] = field(default_factory=dict)
    """By account, where it parts."""
    codes: tuple[CodeMap, ...] = ()
    """The artifacts that told of it; no part of the document."""
    account_cases: tuple[AccountCase, ...] = ()
    """Accounts that differ of which there are files to run again."""
    chain: Json | None = None
    contracts: tuple[ContractCode, ...] = ()
    flips: tuple[Json, ...] = ()
    lint: tuple[Json, ...] | None = None
    not_done: tuple[NotDone, ...] = field(default=())

    @property
    def counts(self) -> dict[str, int]:
        """How much there is of everything."""
        accounts: Json = self.accounts or {"equal": 0, "differs": 0, "unknown": 0}
        compared = accounts["equal"] + accounts["differs"]
        return {
            "comparisons": sum(f.comparisons for f in self.functions) + compared,
            "differing": sum(f.differing for f in self.functions) + accounts["differs"],
            "functions": len(self.functions),
            "functionsDiffering": sum(f.differing > 0 for f in self.functions),
            "accounts": compared + accounts["unknown"],
            "accountsDiffering": accounts["differs"],
            "accountsUnknown": accounts["unknown"],
            "violations": sum(finding["level"] == "violation" for finding in self.lint or ()),
            "warnings": sum(finding["level"] == "warning" for finding in self.lint or ()),
        }

    @property
    def verdict(self) -> str:
        """``equal``, ``differs``, or ``incomplete`` where something was not compared that was to be."""
        counts = self.counts
        if counts["differing"]:
            return DIFFERS
        return INCOMPLETE if counts["accountsUnknown"] or not counts["comparisons"] else EQUAL

    def as_json(self) -> dict[str, Any]:
        """The document in JSON's types, integers as decimal strings but for counts."""
        return {
            "schema": self.SCHEMA,
            "title": self.title,
            "verdict": self.verdict,
            "counts": self.counts,
            "checked": {
                "versions": dict(self.versions),
                "seed": self.seed,
                **({"chain": dict(self.chain)} if self.chain is not None else {}),
                "contracts": [contract.as_json() for contract in self.contracts],
            },
            "functions": [function.as_json() for function in self.functions],
            **({"accounts": self._accounts()} if self.accounts is not None else {}),
            "flips": [dict(flip) for flip in self.flips],
            **({"lint": [dict(finding) for finding in self.lint]} if self.lint is not None else {}),
            "notDone": [one._asdict() for one in self.not_done],
            "again": list(self.again),
        }

    def encode(self) -> bytes:
        """The bytes of report.json: the same findings give the same."""
        return (json.dumps(self.as_json(), indent=1) + "\n").encode()

    def _accounts(self) -> dict[str, Any]:
        return {
            **(self.accounts or {}),
            "decimals": dict(self.decimals),
            "located": dict(self.located),
            "files": {
                case.account: [f"counterexamples/{name}" for name in files_of(account_stem(case), case)]
                for case in self.account_cases
            },
        }


def account_stem(case: AccountCase) -> str:
    """What the names of an account's files are made of."""
    return identifier(f"account {case.account}")


def schema() -> str:
    """The JSON Schema of the document."""
    return files(__package__ or "").joinpath("report.schema.json").read_text("utf-8")
