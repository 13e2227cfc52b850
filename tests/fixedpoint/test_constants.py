"""Constants that mirrors offer to readers and no kernel computes with, so that no other test sees them."""

from __future__ import annotations

from vmargin.fixedpoint.derive import decimal_math, signed_decimal_math
from vmargin.fixedpoint.openzeppelin import math as openzeppelin
from vmargin.fixedpoint.prb_math import sd59x18, ud60x18
from vmargin.solidity import exact

UNIT = 10**18


def test_units() -> None:
    assert decimal_math.PRECISE_UNIT == 10**27
    assert signed_decimal_math.PRECISE_UNIT == 10**27
    assert ud60x18.uMAX_UD60x18 == 2**256 - 1


def test_rounding_directions_are_numbered_as_in_the_enum() -> None:
    directions = (openzeppelin.FLOOR, openzeppelin.CEIL, openzeppelin.TRUNC, openzeppelin.EXPAND)
    assert [int(direction) for direction in directions] == [0, 1, 2, 3]


def test_e_and_pi() -> None:
    density = exact.normal_pdf(0)  # 1 / sqrt(2 pi)
    for library in (ud60x18, sd59x18):
        assert exact.truncated(exact.exp(1) * UNIT) == library.E
        assert exact.truncated(UNIT / (2 * density * density)) == library.PI
