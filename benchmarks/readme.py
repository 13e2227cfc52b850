"""The tables of a run, and the README's section on speed that they make."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

README = Path(__file__).parents[1] / "README.md"
RESULTS = Path(__file__).parent / "results" / "solidity.json"
NAME = "bench"
"""Of the markers."""
PEERS = {"plain ints": "plain", "revm call": "revm"}
NOTES = """\
Native is `kernel.batch` on one thread, from arrays to arrays with every check on. A revm call goes from \
Python values to Python values, so that for a few instructions it is mostly the call; the bare one leaves \
both ends as bytes. Derive's contracts are not on npm: for them revm runs our own transcription to Solidity \
(`contracts/harness/Derive*Peer.sol`, solc 0.8.27, optimizer at 200 runs), not the original."""


class Table(NamedTuple):
    """Rows under a head."""

    head: tuple[str, ...]
    rows: list[tuple[str, ...]]


def load() -> dict[str, Any]:
    """The run that is kept."""
    found: dict[str, Any] = json.loads(RESULTS.read_text())
    return found


def markdown(run: dict[str, Any]) -> str:
    """The section between the markers."""
    machine = run["machine"]
    versions = ", ".join(f"{package} {machine[package]}" for package in ("numba", "llvmlite", "pyrevm"))
    measured = (
        f"Measured on {run['date']} on one core of: {machine['cpu']}; CPython {machine['python']}, "
        f"{versions}. Times are of the best round, ratios medians over rounds in which all peers take turns."
    )
    parts = [measured, *("\n".join(lines(table)) for table in tables(run)), NOTES]
    return "\n\n".join(parts)


def tables(run: dict[str, Any]) -> list[Table]:
    """What a reader sees of a run."""
    return [targets(run), black76(run), mul_div(run)]


def targets(run: dict[str, Any]) -> Table:
    """What is asked for; of the many mulDiv the slowest on each kind of inputs."""
    rows = [target_row(f"Black-76: {t['quantity']}", t) for t in run["black76"]["targets"]]
    for kind in _kinds(run):
        alike = [entry for entry in run["mulDiv"] if entry["inputs"] == kind]
        slowest = max(alike, key=lambda entry: entry["nanoseconds"]["native"])
        (target,) = slowest["targets"]
        within = sum(t["reached"] for entry in alike for t in entry["targets"])
        which = f"slowest of {len(alike)}: {slowest['title']}; {within} within"
        rows.append(target_row(f"mulDiv, {kind}: {target['quantity']} ({which})", target))
    rows += [
        target_row(f"{e['title']}: {t['quantity']}", t) for e in run["checkedTypes"] for t in e["targets"]
    ]
    parts = ", ".join(f"{name} {seconds * 1000:.0f} ms" for name, seconds in run["startUp"]["parts"].items())
    rows += [target_row(f"second process, {t['quantity']} ({parts})", t) for t in run["startUp"]["targets"]]
    return Table(("target", "asked for", "measured", "reached"), rows)


def black76(run: dict[str, Any]) -> Table:
    """Every way to a price."""
    entry = run["black76"]
    rows: list[tuple[str, ...]] = [
        (peer, number(ns), number(entry["ratiosToFirst"].get(peer, 1)))
        for peer, ns in entry["nanoseconds"].items()
    ]
    return Table((entry["title"], "ns", "times native"), rows)


def mul_div(run: dict[str, Any]) -> Table:
    """A row per function and a column per kind of inputs, with the ratios on the first of them."""
    kinds = _kinds(run)
    found: dict[str, dict[str, Any]] = {}
    for entry in run["mulDiv"]:
        found.setdefault(entry["title"], {})[entry["inputs"]] = entry
    rows = []
    for title, entries in found.items():
        native = [number(entries[k]["nanoseconds"]["native"]) if k in entries else "" for k in kinds]
        ratios = [" / ".join(number(e["ratiosToFirst"][peer]) for e in entries.values()) for peer in PEERS]
        rows.append((title, *native, *ratios))
    head = [f"{kind}, ns" for kind in kinds] + [f"{name} / native" for name in PEERS.values()]
    return Table(("native mulDiv", *head), rows)


def _kinds(run: dict[str, Any]) -> list[str]:
    return list(dict.fromkeys(entry["inputs"] for entry in run["mulDiv"]))


def target_row(what: str, target: dict[str, Any]) -> tuple[str, ...]:
    aim = f", aim {target['aim']:g}" if "aim" in target else ""
    asked = f"{target['sense']} {target['limit']:g}{aim}"
    return what, asked, number(target["measured"]), "yes" if target["reached"] else "no"


def number(value: float) -> str:
    """Three digits, or all of a larger number; of a small one two."""
    if value >= 100:
        return f"{value:,.0f}"
    if value < 0.1:
        return f"{value:.2g}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def lines(table: Table) -> list[str]:
    """A table of Markdown; figures stand on the right."""
    rule = ["---"] + ["---:" if table.rows[0][c][:1].isdigit() else "---" for c in range(1, len(table.head))]
    return [f"| {' | '.join(cells)} |" for cells in (table.head, rule, *table.rows)]


def section(text: str, name: str = NAME) -> str:
    """What stands between the markers of a README."""
    begin_mark, end_mark = _markers(name)
    _, begin, rest = text.partition(begin_mark)
    found, end, _ = rest.partition(end_mark)
    if not (begin and end):
        raise ValueError(f"the README lacks {begin_mark} or {end_mark}")
    return found.strip("\n")


def replace(text: str, content: str, name: str = NAME) -> str:
    """Put the content between the markers, in a section at the end where there are none."""
    begin, end = _markers(name)
    if begin not in text:
        text = f"{text.rstrip()}\n\n## Speed\n\n`make bench` measures all this anew.\n\n{begin}\n{end}\n"
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}\n{content}\n{end}{after}"


def _markers(name: str) -> tuple[str, str]:
    return f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
