"""Derive's libraries, which npm has not: the other side is our own transcription, not the original.

What this can show is that the mirrors' integers do what the EVM's do.  That both transcriptions say
what the original says is shown by the recorded results, which go through both.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.differential.library import Differential, Library, Volume
from vmargin.crosscheck import bias
from vmargin.crosscheck.bias import Hint
from vmargin.crosscheck.conform import Case, as_json, read_cases
from vmargin.crosscheck.derive_math import FUNCTIONS

VECTORS = Path(__file__).parents[1] / "vectors" / "derive_math.json.xz"
DERIVE = "vmargin.fixedpoint.derive"
W = 10**18
EXPONENTS = (-42139678854452767551, 135305999368893231589)
"""Up to the first the result is 0, from the second on it overflows."""
HART_ENDS = 7071067811865470000
DEVIATIONS = Hint(edges=(HART_ENDS, -HART_ENDS, 37 * W, -37 * W), within=(-38 * W, 38 * W))
SMILE = Hint(within=(-2 * W, 2 * W))
OPTION = {
    "timeToExpirySec": (0, 2 * 31_536_000),
    "discount": (W // 2, W),
    "volatility": (0, 3 * W),
    "fwdPrice": (W, 10**23),
    "strikePrice": (W, 10**23),
}


class TestDecimalMath(Differential):
    library = Library(
        "DeriveDecimalMathPeer",
        f"{DERIVE}.decimal_math",
        computed=("TENTH_OF_PRECISE_UNIT", "TEN_PRECISE_UNITS"),
    )


class TestSignedDecimalMath(Differential):
    library = Library(
        "DeriveSignedDecimalMathPeer",
        f"{DERIVE}.signed_decimal_math",
        computed=("TENTH_OF_PRECISE_UNIT", "TEN_PRECISE_UNITS"),
    )


class TestConvertDecimals(Differential):
    library = Library(
        "DeriveConvertDecimalsPeer",
        f"{DERIVE}.convert_decimals",
        hints={
            "convert": {"fromDecimals": Hint(within=(0, 36)), "toDecimals": Hint(within=(0, 36))},
            "to18Decimals": {"decimals": Hint(within=(0, 40))},
            "from18Decimals": {"decimals": Hint(within=(0, 40))},
            "to18DecimalsRoundUp": {"decimals": Hint(within=(0, 40))},
        },
    )


class TestFixedPointMathLib(Differential):
    library = Library(
        "DeriveFixedPointMathLibPeer",
        f"{DERIVE}.fixed_point_math_lib",
        hints={
            "ln": {"x": Hint(within=(1, 10**26))},
            "exp": {"x": Hint(within=EXPONENTS)},
            "lnPrecise": {"x": Hint(within=(10**9, 10**35))},
            "expPrecise": {"x": Hint(within=(EXPONENTS[0] * 10**9, EXPONENTS[1] * 10**9))},
            "stdNormal": {"x": Hint(within=(-10 * W, 10 * W))},
            "stdNormalCDF": {"x": DEVIATIONS},
            "decPow": {"a": Hint(within=(1, 100 * W)), "b": Hint(within=(-20 * W, 20 * W))},
        },
        elsewhere=(
            "product64",
            "product96",
        ),
        computed=("EXP_Q1",),
    )

    def test_equals_the_transcription_where_the_formula_changes(self) -> None:
        pair = self.library.pair("stdNormalCDF")
        ends = (0, HART_ENDS, -HART_ENDS, 37 * W, -37 * W)
        pair.check([(end + step,) for end in ends for step in range(-30, 31)])
        self.library.pair("exp").check([(end + step,) for end in EXPONENTS for step in (-1, 0, 1)])


class TestBlack76(Differential):
    library = Library(
        "DeriveBlack76Peer",
        f"{DERIVE}.black76",
        elsewhere=("standardCall",),
        computed=("EXP_Q1",),
    )

    @pytest.mark.parametrize("name", ["prices", "pricesAndDelta"])
    def test_equals_the_transcription_on_options_as_they_are(self, name: str, volume: Volume) -> None:
        arguments = [
            bias.argument(field, 0, 2**bits - 1, Hint(within=OPTION[field]))
            for field, bits in zip(OPTION, (64, 64, 128, 128, 128), strict=True)
        ]
        self.library.pair(name).check(list(bias.cases(arguments, volume.seeded, name)))


class TestSVI(Differential):
    library = Library(
        "DeriveSVIPeer",
        f"{DERIVE}.svi",
        hints={
            "getVol": {
                "strike": Hint(within=(W, 10**23)),
                "a": Hint(within=(0, W)),
                "b": Hint(within=(0, W)),
                "rho": SMILE,
                "m": SMILE,
                "sigma": Hint(within=(0, W)),
                "forwardPrice": Hint(within=(W, 10**23)),
                "tau": Hint(within=(10**15, 2 * W)),
            }
        },
        elsewhere=("boundedLogMoneyness",),
    )


class TestOptionEncoding(Differential):
    library = Library(
        "DeriveOptionEncodingPeer",
        f"{DERIVE}.option_encoding",
        hints={
            "toSubId": {
                "expiry": Hint(edges=(2**32,), within=(1, 2**32 - 1)),
                "strike": Hint(edges=tuple(s * 10**10 for s in (0, 1, 2**63 - 1, 2**63, W // 10**10))),
            }
        },
    )

    def test_equals_the_transcription_on_strikes_that_can_be_packed(self) -> None:
        strikes = [2**bit * 10**10 + step for bit in range(64) for step in (-1, 0, 1)]
        cases = [(expiry, s, call) for expiry in (0, 1, 2**32 - 1) for s in strikes for call in (0, 1)]
        self.library.pair("toSubId").check(cases)


LIBRARIES = (
    TestDecimalMath.library,
    TestSignedDecimalMath.library,
    TestFixedPointMathLib.library,
    TestBlack76.library,
    TestSVI.library,
    TestOptionEncoding.library,
)


@pytest.fixture(scope="module")
def recorded() -> dict[str, list[Case]]:
    return read_cases(FUNCTIONS, VECTORS)


@pytest.mark.parametrize("key", FUNCTIONS)
def test_the_transcription_gives_what_the_original_gave(recorded: dict[str, list[Case]], key: str) -> None:
    (pair,) = (
        library.pair(name)
        for library in LIBRARIES
        for name, kernel in library.kernels.items()
        if kernel is FUNCTIONS[key]
    )
    assert len(recorded[key]) >= 200
    for case in recorded[key]:
        outcome = pair.contract.outcome(pair.function, case.arguments)
        if isinstance(outcome, tuple) and len(outcome) == 1:
            (outcome,) = outcome
        assert as_json(outcome) == case.expected, case.given
