"""What was checked, precisely enough that another can check that it is the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from vmargin.report.blocks import BAD, GOOD, Column, badge, broken, hexes, name, sub, table, value, values
from vmargin.report.html import Content, tag
from vmargin.report.numbers import integer


def section(document: Mapping[str, Any]) -> Content:
    """Functions, chain, contracts, versions and seeds."""
    checked = document["checked"]
    functions = document["functions"]
    contracts = checked["contracts"]
    columns: list[Column | str] = ["Function", "Mirror", "Contract", Column("Cases", number=True), "Result"]
    return [
        table("Functions: the mirror beside the contract's code", columns, map(_function, functions))
        if functions
        else None,
        [tag("h3", "The block"), values(_chain(checked["chain"]))] if checked.get("chain") else None,
        [tag("h3", "Contracts"), table("Code as it was found", _CONTRACT, map(_contract, contracts))]
        if contracts
        else None,
        tag("h3", "Versions and seed"),
        values(_versions(checked)),
    ]


_CONTRACT = ("Role", "Address", "Hash of the code", "Implementation")


def _function(function: Mapping[str, Any]) -> Iterable[Content]:
    target = function["target"]
    yield [name(function["name"]), sub(name(function["signature"]))]
    yield [name(function["mirror"]), _hash(function.get("mirrorHash"))]
    yield [
        name(str(target.get("contract") or target.get("address") or "")),
        [sub(broken(str(target[key]))) for key in ("source", "compiler") if target.get(key)],
        sub("code ", hexes(target["codeHash"])) if target.get("codeHash") else None,
    ]
    fuzzed = function["fuzzed"]
    yield integer(fuzzed["cases"])
    bad = len(function["differences"])
    endings = ", ".join(f"{count:,} {kind}" for kind, count in fuzzed.get("endings", {}).items())
    yield [
        badge("differs", BAD) if bad else badge("equal", GOOD),
        sub(f"endings: {endings}") if endings else None,
    ]


def _hash(text: str | None) -> Content:
    return sub("source ", hexes(text)) if text else None


def _chain(chain: Mapping[str, Any]) -> Iterator[tuple[Content, Content]]:
    yield "chain", tag("code", str(chain["chainId"]))
    yield "block", integer(chain["block"])
    yield "its hash", hexes(chain["blockHash"])
    yield (
        "its time",
        [
            f"{datetime.fromtimestamp(chain['timestamp'], UTC):%Y-%m-%d %H:%M:%S} UTC ",
            tag("span", f"{chain['timestamp']}", class_="quiet small"),
        ],
    )
    yield "pinned by", chain["pin"]
    yield (
        "vouched for by",
        broken(chain["anchor"]) if chain["anchor"] else "the node alone: nothing was proven",
    )


def _contract(contract: Mapping[str, Any]) -> Iterable[Content]:
    yield contract["role"]
    yield hexes(contract["address"])
    yield hexes(contract["codeHash"])
    yield hexes(contract["implementation"]) if contract.get("implementation") else "no proxy"


def _versions(checked: Mapping[str, Any]) -> Iterator[tuple[Content, Content]]:
    for package, version in checked["versions"].items():
        yield package, tag("code", version)
    yield "seed", value(checked["seed"])
