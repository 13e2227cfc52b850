"""The reference search: whether a fault changes what the contract does, by running it beside the original.

`python -m tests.seeded.search [--cases N] [--again] [NAME ...]` knows no mirror and no fuzzer: both
bytecodes get the same calls, a million of them or as many as it takes to the first difference.  What it
finds goes to outcomes.toml, after each part, so that it goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

from tests.seeded.building import build, original
from tests.seeded.draws import DRAWS
from tests.seeded.faults import Fault, faults, named
from vmargin.crosscheck.bias import Seeded, constants
from vmargin.crosscheck.inputs import Inputs
from vmargin.crosscheck.subject import load
from vmargin.solidity.bytecode import GAS, Contract, failure_of, load_artifact
from vmargin.solidity.kernel import Kernel
from vmargin.solidity.reverts import Revert

PATH = Path(__file__).parent / "outcomes.toml"
CASES = 1_000_000
PART = 50_000
SENDER = "0x" + "11" * 20


@dataclass(frozen=True)
class Searched:
    """What was found of one fault."""

    change: str
    """A digest of the fault, by which an outcome of another one is told."""
    differs: bool
    cases: int
    """With the one that differs."""
    seed: str
    """Of the part in which that one is, or of the first part."""
    case: str = ""
    """In JSON, integers as decimal strings."""
    original: str = ""
    changed: str = ""

    @property
    def arguments(self) -> tuple[Any, ...]:
        return _arguments(json.loads(self.case))


def outcomes() -> dict[str, Searched]:
    """What has been recorded, by the fault's name."""
    if not PATH.exists():
        return {}
    return {name: Searched(**entry) for name, entry in tomllib.loads(PATH.read_text()).items()}


def change_of(fault: Fault) -> str:
    """What an outcome is of."""
    parts = (fault.unit, fault.after, fault.old, fault.new, fault.harness, fault.function, fault.inputs)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


class Sides:
    """The contract with and without the fault."""

    def __init__(self, fault: Fault) -> None:
        artifact = load_artifact(original(fault))
        self.contract = Contract.deploy(artifact)
        self.changed = Contract.deploy(load_artifact(build(fault).artifact))
        self.function = self.contract.function(fault.function)
        self.enums: dict[str, int] = artifact["enums"]

    def run(self, case: tuple[Any, ...]) -> tuple[str, str]:
        """What both give for the same call: data, revert data, or why they halted."""
        data = self.function.calldata(case)
        return _run(self.contract, data), _run(self.changed, data)


def _run(contract: Contract, data: bytes) -> str:
    evm = contract.evm.raw
    before = evm.snapshot()
    try:
        return f"0x{evm.message_call(SENDER, contract.address, data, gas=GAS).hex()}"
    except RuntimeError as error:
        ending = failure_of(error)
        return f"revert 0x{ending.data.hex()}" if isinstance(ending, Revert) else f"halt {ending}"
    finally:
        evm.revert(before)


def cases(fault: Fault, sides: Sides, part: int, number: int) -> Iterator[tuple[Any, ...]]:
    """The inputs of a part: of the first, edges and corners come before others."""
    seed = seed_of(fault, part)
    if fault.inputs:
        random = Random(seed)
        yield from (DRAWS[fault.inputs](random) for _ in range(number))
        return
    mirror = load(fault.mirror)
    mined = constants(mirror) if isinstance(mirror, Kernel) else ()
    inputs = Inputs.of(sides.function, enums=sides.enums, mined=mined)
    if part == 0:
        yield from inputs.seeded(number, seed)
        return
    chooser = Seeded(seed)
    yield from (inputs.draw(chooser) for _ in range(number))


def seed_of(fault: Fault, part: int) -> str:
    return f"reference {fault.name} {part}"


def search(fault: Fault, part: int, number: int) -> Searched:
    """One part, up to the first difference."""
    sides, tried = Sides(fault), 0
    for case in cases(fault, sides, part, number):
        tried += 1
        without, with_fault = sides.run(case)
        if without != with_fault:
            return Searched(
                change_of(fault), True, tried, seed_of(fault, part),
                json.dumps(_texts(case)), short(without), short(with_fault),
            )  # fmt: skip
    return Searched(change_of(fault), False, tried, seed_of(fault, part))


def _texts(value: Any) -> Any:
    return [_texts(part) for part in value] if isinstance(value, tuple | list) else str(int(value))


def _arguments(value: Any) -> Any:
    return tuple(map(_arguments, value)) if isinstance(value, list) else int(value)


def short(text: str) -> str:
    """As it is recorded."""
    return text if len(text) <= 150 else f"{text[:130]}… {(len(text) - 2) // 2} bytes"


def record(found: dict[str, Searched]) -> None:
    """Write outcomes.toml, in the order of faults.toml."""
    lines = ["# What `python -m tests.seeded.search` found: see docs/concepts/seeded-faults.md."]
    for fault in faults():
        if fault.name in found:
            lines.append(f"\n[{fault.name}]")
            for key, value in asdict(found[fault.name]).items():
                if value != "":
                    lines.append(f"{key} = {json.dumps(value, ensure_ascii=False)}")
    partial = PATH.with_suffix(".partial")
    partial.write_text("\n".join(lines) + "\n")
    partial.replace(PATH)


def _joined(before: Searched | None, after: Searched) -> Searched:
    """A part, counted from the first part on."""
    if before is None:
        return after
    seed = after.seed if after.differs else before.seed
    return Searched(**{**asdict(after), "cases": before.cases + after.cases, "seed": seed})


def run(wanted: Iterable[Fault], most: int, tell: Callable[[str], None]) -> None:
    """Search two parts at a time: the first of every fault, then more of those without a difference."""
    found = {name: o for name, o in outcomes().items() if o.change == change_of(named(name))}
    with ProcessPoolExecutor(2) as pool:
        running: dict[Future[Searched], Fault] = {}

        def start(fault: Fault) -> None:
            done = found[fault.name].cases if fault.name in found else 0
            number = min(PART, most - done)
            if number > 0 and (fault.name not in found or not found[fault.name].differs):
                running[pool.submit(search, fault, done // PART, number)] = fault

        for fault in wanted:
            start(fault)
        while running:
            ended = next(as_completed(running))
            fault = running.pop(ended)
            found[fault.name] = _joined(found.get(fault.name), ended.result())
            record(found)
            outcome = found[fault.name]
            tell(
                f"{fault.name}: {'differs' if outcome.differs else 'the same'} after {outcome.cases:,} cases"
            )
            start(fault)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.seeded.search", description=__doc__)
    parser.add_argument("--cases", type=int, default=CASES, help="where no difference is found")
    parser.add_argument("--again", action="store_true", help="forget what is recorded of these")
    parser.add_argument("names", nargs="*", metavar="NAME", help="of faults; by default all")
    given = parser.parse_args(arguments)
    wanted = [named(name) for name in given.names] or list(faults())
    if given.again:
        record({n: o for n, o in outcomes().items() if n not in {f.name for f in wanted}})
    start = time.monotonic()
    run(
        wanted, given.cases, lambda line: print(f"{time.monotonic() - start:7.0f} s  {line}", file=sys.stderr)
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
