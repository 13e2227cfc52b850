"""docs/chains.md says of chains what the tables of the code say."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

from vmargin.chain import forks, quirks, wire

PAGE = (Path(__file__).parents[2] / "docs" / "chains.md").read_text()


def rows(first: str) -> list[list[str]]:
    """The table that begins with these words."""
    (table,) = re.findall(rf"^\| {first} .*\n\|[-|]+\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]


def asked(witness: quirks.Witness | None) -> str:
    if witness is None:
        return "left out"
    return f"`{witness.function}` of {'ArbSys' if witness.contract == quirks.ARBSYS else 'Multicall3'}"


def test_quirks() -> None:
    assert rows(r"chain \| id \| the block's number") == [
        [
            quirk.name,
            str(chain),
            asked(quirk.number),
            asked(quirk.parent),
            "as everywhere"
            if quirk.multicall3 == quirks.MULTICALL3
            else f"`{wire.checksummed(quirk.multicall3)}`",
        ]
        for chain, quirk in quirks.TABLE.items()
    ]
    assert f"`{wire.checksummed(quirks.MULTICALL3)}`" in PAGE


def test_forks() -> None:
    stated = rows(r"chain \| id \| the forks known")
    assert [
        [
            str(chain),
            f"{next(iter(schedule.numbers))} to {list(schedule.timestamps)[-1]}",
            dt.datetime.fromtimestamp(schedule.known_until, dt.UTC).date().isoformat(),
        ]
        for chain, schedule in forks.SCHEDULES.items()
    ] == [row[1:] for row in stated]
    for (name, *_), schedule in zip(stated, forks.SCHEDULES.values(), strict=True):
        assert schedule.sources.lower().startswith((name.lower(), "mainnet"))


def test_chains_with_rules_of_their_own() -> None:
    stated = {int(one): why for ids, why in rows("ids") for one in ids.split(",")}
    assert stated == forks._OWN_RULES
