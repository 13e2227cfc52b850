"""Gas of the rule by setting and number of positions, kept in docs/gas.md: `make gas`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.readme import replace
from tests.house.test_ledger_gas import promised, rule_of, trade_gas
from tests.margin.portfolios import DIALS, SETTINGS, Case, Setting
from vmargin.margin import dials
from vmargin.margin.instruments import CALL, PERP, PUT, pack
from vmargin.margin.types import (
    Cover,
    Market,
    Policy,
    Portfolio,
    Position,
    Quote,
    Shock,
    Terms,
    UnderlyingQuote,
)
from vmargin.solidity.bytecode import Contract
from vmargin.solidity.integers import uint256

PAGE = Path(__file__).parents[1] / "docs" / "gas.md"
VIEW = Path(__file__).parents[1] / "contracts" / "build" / "MarginView.json"
POSITIONS = (1, 10, 30, 64)
TRADES = ((1, 27, 1), (10, 27, 4), (30, 27, 4), (24, 27, 24), (40, 6, 40), (48, 6, 4))
NOW = 1_800_000_000
DAY = 86_400
WAD = 10**18
SHOCKS = tuple(
    Shock(spot, volatility) for spot in range(-2_000, 2_001, 500) for volatility in (-2_500, 0, 4_000)
)
UNDERLYINGS = 4
EXPIRIES = 4


def measure(view: Contract, setting: Setting, positions: int, *, options: bool = True) -> int:
    """Gas of an evaluation, less that of a transaction and its data."""
    case = book(setting, positions, options=options)
    evaluate = view.function("evaluate")
    view.call(evaluate, case.abi)
    data = evaluate.calldata(case.abi)
    return view.evm.gas_used - 21_000 - 16 * len(data) + 12 * data.count(0)


def book(setting: Setting, positions: int, *, options: bool) -> Case:
    """Options of four underlyings and dates, bought and sold; or perpetuals, each of another underlying."""
    instruments = sorted(_options(positions) if options else _perpetuals(positions))
    held = tuple(Position(of, (-1) ** n * (n + 1) * WAD // 3) for n, of in enumerate(instruments))
    names = sorted({of >> 224 for of in instruments})
    quoted = tuple(UnderlyingQuote(name, 3_000 * WAD, 9_900, 11_000) for name in names)
    quote = Quote(3_010 * WAD, 6 * WAD // 10, 2 * WAD // 100, 0, 9_950)
    market = Market(NOW, 98 * WAD // 100, quoted, (quote,) * positions)
    portfolio = Portfolio(50_000 * WAD, held)
    return Case(portfolio, market, policy(setting, names))


def policy(setting: Setting, names: list[int]) -> Policy:
    """27 scenarios and every add-on."""
    repricing, grouping, aggregate, combine = setting
    size = 64 if combine == dials.QUAD else 0
    covers = tuple(Cover(name, 0, 1_000, 10**6 * WAD, WAD, 500) for name in names)
    terms = Terms(
        schema=dials.SCHEMA,
        repricing=repricing,
        grouping=grouping,
        aggregate=aggregate,
        combine=combine,
        tailNumerator=3 if aggregate == dials.VAR else 1,
        tailDenominator=10,
        creditBps=8_000,
        initialBps=12_000,
        maintenanceBps=10_000,
        maxPositions=64,
        termPowerBps=3_000,
        termFloor=DAY,
        shortOptionBps=100,
        confidenceBps=1_000,
        depegBps=5_000,
        pegThreshold=99 * WAD // 100,
        matrixSize=size,
    )
    matrix = tuple(10_000 if row == column else 2_500 for row in range(size) for column in range(size))
    return Policy(terms, covers, SHOCKS, (10_000,) * len(SHOCKS), matrix)


def _options(count: int) -> Iterator[int]:
    for n in range(count):
        underlying, date = 1 + n % UNDERLYINGS, 1 + n // UNDERLYINGS % EXPIRIES
        strike = (2_500 + 50 * (n // (UNDERLYINGS * EXPIRIES))) * WAD
        yield int(pack(*map(uint256, (underlying, NOW + 30 * DAY * date, CALL if n % 3 else PUT, strike))))


def _perpetuals(count: int) -> Iterator[int]:
    for n in range(count):
        yield int(pack(*map(uint256, (1 + n, 0, PERP, 0))))


def table(view: Contract, settings: list[Setting], *, options: bool) -> str:
    """A line for each setting."""
    head = "| repricing | grouping | aggregate | combine | " + " | ".join(map(str, POSITIONS)) + " |"
    rule = "|---|---|---|---|" + "--:|" * len(POSITIONS)
    return "\n".join([head, rule, *(row(view, setting, options=options) for setting in settings)])


def row(view: Contract, setting: Setting, *, options: bool) -> str:
    """One line of the table."""
    names = [names[value] for names, value in zip(DIALS, setting, strict=True)]
    gas = [f"{measure(view, setting, positions, options=options):,}" for positions in POSITIONS]
    return f"| {' | '.join((*names, *gas))} |"


def trades() -> str:
    """What a trade of two full accounts costs on a node, beside what a registration counts on."""
    lines = ["| options | scenarios | underlyings | gas | counted |", "|--:|--:|--:|--:|--:|"]
    for positions, scenarios, underlyings in TRADES:
        used = trade_gas(positions, scenarios, underlyings)
        counted = promised(rule_of(positions, scenarios, underlyings))
        lines.append(f"| {positions} | {scenarios} | {underlyings} | {used:,} | {counted:,} |")
    return "\n".join(lines)


def main() -> None:
    """Measure and keep."""
    view = Contract.deploy(VIEW)
    full = [setting for setting in SETTINGS if setting[0] == dials.FULL]
    text = replace(PAGE.read_text(), table(view, SETTINGS, options=True), "gas:options")
    text = replace(text, table(view, full, options=False), "gas:linear")
    PAGE.write_text(replace(text, trades(), "gas:trades"))
    print(f"gas: wrote {PAGE.name}")


if __name__ == "__main__":
    main()
