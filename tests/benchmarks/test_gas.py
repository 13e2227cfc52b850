"""docs/gas.md says what an evaluation costs today."""

from __future__ import annotations

import random

from benchmarks import gas
from tests.margin.portfolios import SETTINGS
from vmargin.margin import dials
from vmargin.solidity.bytecode import Contract


def test_the_page_has_what_is_measured() -> None:
    view = Contract.deploy(gas.VIEW)
    lines = gas.PAGE.read_text().splitlines()
    draw = random.Random("gas")
    for setting in draw.sample(SETTINGS, 3):
        assert gas.row(view, setting, options=True) in lines, "run `make gas`"
    linear = draw.choice([setting for setting in SETTINGS if setting[0] == dials.FULL])
    assert gas.row(view, linear, options=False) in lines, "run `make gas`"


def test_a_trade_of_the_page_is_measured_again() -> None:
    positions, scenarios, underlyings = gas.TRADES[1]
    used = gas.trade_gas(positions, scenarios, underlyings)
    assert f"| {positions} | {scenarios} | {underlyings} | {used:,} |" in gas.PAGE.read_text(), (
        "run `make gas`"
    )
