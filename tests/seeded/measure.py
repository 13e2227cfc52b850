"""Whether each fault is found, how small its case becomes and where it is said to be.

`python -m tests.seeded.measure [NAME ...]` keeps it in results.toml and the docs.
"""

from __future__ import annotations

import json
import statistics
import sys
import tomllib
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.readme import replace
from tests.seeded.faults import KINDS, ROOT, Fault, faults, named
from tests.seeded.finding import find, locate
from tests.seeded.search import change_of
from vmargin.crosscheck.localise.sources import Place
from vmargin.crosscheck.weight import weight

PATH = Path(__file__).parent / "results.toml"
PAGE = ROOT / "docs" / "concepts" / "seeded-faults.md"
HEAD = ("kind", "faults", "change nothing", "found", "slowest", "with its case", "on the line",
        "in its statement", "numbers", "bits")  # fmt: skip
LINE, STATEMENT, ELSEWHERE = "line", "statement", "elsewhere"
"""Whether the place that is named is on the changed line, of an expression over it, or neither."""


@dataclass(frozen=True)
class Measured:
    """What the cross-check says of one fault."""

    change: str
    """As in outcomes.toml."""
    found: bool
    tried: int = 0
    """Cases up to the first difference."""
    first: float = 0.0
    """Seconds to that."""
    seconds: float = 0.0
    """To the smallest case."""
    values: int = 0
    """Numbers of the smallest case."""
    bits: int = 0
    """Of these together."""
    case: str = ""
    localised: str = ""
    place: str = ""
    said: str = ""


def measure(fault: Fault) -> Measured:
    """Find the fault, and ask where it is."""
    found = find(fault)
    smallest = found.fuzzed.counterexample
    if smallest is None:
        return Measured(change_of(fault), False)
    size = weight(smallest.case)
    parted = locate(fault, smallest.case, found.fuzzed.agreeing)
    return Measured(
        change_of(fault), True, smallest.tried, round(found.first, 2), round(found.seconds, 1),
        size.values, size.bits, str(smallest.case),
        how(fault, parted.place), str(parted.place or ""), parted.sentence,
    )  # fmt: skip


def how(fault: Fault, place: Place | None) -> str:
    """Compare a place with the line that was changed."""
    if place is None or place.path != fault.unit or not place.line <= fault.line <= place.last:
        return ELSEWHERE
    return LINE if place.line == fault.line else STATEMENT


def results() -> dict[str, Measured]:
    """What has been recorded."""
    if not PATH.exists():
        return {}
    return {name: Measured(**entry) for name, entry in tomllib.loads(PATH.read_text()).items()}


def record(found: Mapping[str, Measured]) -> None:
    """Write results.toml, in the order of faults.toml."""
    lines = ["# What `python -m tests.seeded.measure` found: see docs/concepts/seeded-faults.md."]
    for fault in faults():
        if fault.name in found:
            lines.append(f"\n[{fault.name}]")
            entry = asdict(found[fault.name])
            lines += [f"{k} = {json.dumps(v, ensure_ascii=False)}" for k, v in entry.items() if v != ""]
    PATH.write_text("\n".join(lines) + "\n")


def table(found: Mapping[str, Measured]) -> str:
    """The results by kind."""
    lines = [
        f"| {' | '.join(HEAD)} |",
        f"|---|{'--:|' * (len(HEAD) - 1)}",
    ]
    lines += [_row(kind, [f for f in faults() if f.kind == kind], found) for kind in KINDS]
    return "\n".join([*lines, _row("all", list(faults()), found)])


def _row(name: str, of_kind: Sequence[Fault], found: Mapping[str, Measured]) -> str:
    changing = [fault for fault in of_kind if not fault.equivalent]
    measured = [m for fault in changing if (m := found.get(fault.name)) is not None and m.found]
    cells = [
        name,
        len(of_kind),
        len(of_kind) - len(changing),
        len(measured),
        _slowest([m.first for m in measured]),
        _slowest([m.seconds for m in measured]),
        sum(m.localised == LINE for m in measured),
        sum(m.localised == STATEMENT for m in measured),
        _median([m.values for m in measured]),
        _median([m.bits for m in measured]),
    ]
    return f"| {' | '.join(map(str, cells))} |"


def _slowest(seconds: Sequence[float]) -> str:
    return f"{max(seconds):.1f} s" if seconds else ""


def _median(numbers: Sequence[int]) -> str:
    return f"{statistics.median(numbers):.0f}" if numbers else ""


def missed(found: Mapping[str, Measured]) -> str:
    """Those of which another place was named."""
    lines = ["| fault | changed | named |", "|---|---|---|"]
    for fault in faults():
        entry = found.get(fault.name)
        if entry is not None and entry.localised == ELSEWHERE:
            lines.append(f"| {fault.name} | {_brief(fault.unit)}:{fault.line} | {_brief(entry.place)} |")
    return "\n".join(lines)


def _brief(path: str) -> str:
    return path.rpartition("/")[2]


def equivalents() -> str:
    """Those that change nothing, with the argument."""
    lines = ["| fault | why it changes nothing |", "|---|---|"]
    return "\n".join([*lines, *(f"| {f.name} | {f.equivalent} |" for f in faults() if f.equivalent)])


def page(found: Mapping[str, Measured]) -> str:
    """The page with the tables of these results."""
    text = PAGE.read_text()
    for part, content in (("kinds", table(found)), ("missed", missed(found)), ("same", equivalents())):
        text = replace(text, content, f"seeded:{part}")
    return text


def main(names: Sequence[str]) -> int:
    wanted = [named(name) for name in names] or [fault for fault in faults() if not fault.equivalent]
    found = {n: m for n, m in results().items() if m.change == change_of(named(n))}
    with ProcessPoolExecutor(2) as pool:
        for fault, measured in zip(wanted, pool.map(measure, wanted), strict=True):
            found[fault.name] = measured
            record(found)
            print(f"{fault.name}: {measured.seconds} s, {measured.bits} bits, {measured.localised}")
            if measured.localised == ELSEWHERE:
                print(f"    changed {fault.unit}:{fault.line}, named {measured.place}: {measured.said}")
    PAGE.write_text(page(found))
    return 0 if all(found[f.name].found for f in wanted) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
