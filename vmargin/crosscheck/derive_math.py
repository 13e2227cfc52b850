"""The suite ``derive-math``: which kernel of Derive's libraries each key of its vectors stands for."""

from __future__ import annotations

from pathlib import Path

from vmargin.crosscheck import conform
from vmargin.fixedpoint.derive import (
    black76,
    decimal_math,
    fixed_point_math_lib,
    option_encoding,
    signed_decimal_math,
    svi,
)

FUNCTIONS: dict[str, conform.AnyKernel] = {
    "exp": fixed_point_math_lib.exp,
    "ln": fixed_point_math_lib.ln,
    "stdNormalCDF": fixed_point_math_lib.stdNormalCDF,
    "stdNormal": fixed_point_math_lib.stdNormal,
    "sqrt": fixed_point_math_lib.sqrt,
    "rawSqrt": fixed_point_math_lib.rawSqrt,
    "decPow": fixed_point_math_lib.decPow,
    "black76": black76.pricesAndDelta,
    "svi": svi.getVol,
    "smul": signed_decimal_math.multiplyDecimal,
    "sdiv": signed_decimal_math.divideDecimal,
    "sdivRound": signed_decimal_math.divideDecimalRound,
    "umul": decimal_math.multiplyDecimal,
    "udiv": decimal_math.divideDecimal,
    "umulRound": decimal_math.multiplyDecimalRound,
    "annualise": black76.annualise,
    "toSubId": option_encoding.toSubId,
    "fromSubId": option_encoding.fromSubId,
}


def check(path: Path, tell: conform.Tell) -> conform.Report:
    """Run a file of Derive's math vectors."""
    return conform.check(FUNCTIONS, path, tell)
