"""OpenZeppelin 5.7.0."""

from tests.differential.library import Differential, Library


class TestMath(Differential):
    library = Library("OpenZeppelinMathHarness", "vmargin.fixedpoint.openzeppelin.math")


class TestSignedMath(Differential):
    library = Library("OpenZeppelinSignedMathHarness", "vmargin.fixedpoint.openzeppelin.signed_math")


class TestSafeCast(Differential):
    library = Library("OpenZeppelinSafeCastHarness", "vmargin.fixedpoint.openzeppelin.safe_cast")
