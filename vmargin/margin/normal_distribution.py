"""The standard normal distribution: the mirror of NormalDistribution.sol."""

from __future__ import annotations

from typing import Any

from vmargin.fixedpoint.solady.fixed_point import expWad
from vmargin.margin.limits import WAD
from vmargin.solidity import exact
from vmargin.solidity.assembly import add, div, mul, shl, shr
from vmargin.solidity.integers import int256, uint256
from vmargin.solidity.kernel import kernel

ZERO = uint256(0)
FAR = int256(9_250_000_000_000_000_000)
BELL_TOP = uint256(31607463825455920808620519744)

P0 = uint256(125538731257054221561332499202263773)
P1 = uint256(197410689793101139414940538988839456)
P2 = uint256(154718992219119719366242005757151546)
P3 = uint256(77714486478870246481249453035178136)
P4 = uint256(27396425174339383070047956610070055)
P5 = uint256(7041723802714345719291898257820964)
P6 = uint256(1333210499008483955974141283320518)
P7 = uint256(183601577066304111528657656232033)
P8 = uint256(17640467139515551290590460819052)
P9 = uint256(1072769931000791638690250713848)
P10 = uint256(31607463826686943990751730286)
Q0 = uint256(251077462514108443121321841054533490)
Q1 = uint256(595152210491769584448233890835329522)
Q2 = uint256(658762013260265248530903066551782835)
Q3 = uint256(450245850970823241531283454612272597)
Q4 = uint256(211558960652473708179976159618764383)
Q5 = uint256(71926859480971583090945261332897363)
Q6 = uint256(18105827589028131823420849071209871)
Q7 = uint256(3385922736013182093327876369395508)
Q8 = uint256(462909940940025901140479626923340)
Q9 = uint256(44297321844216549025549679102100)
Q10 = uint256(2689035441646568460644808124485)

UNIT = 2**96
ONE = 10**18


def _tail_over_bell(z: Any) -> Any:
    """N(-z) exp(z^2 / 2), of 2^-96ths in 2^-96ths."""
    z = z / UNIT
    return exact.normal_cdf(-z) * exact.exp(z * z / 2) * UNIT


@kernel(truth=_tail_over_bell)
def millsRatio(z: uint256) -> uint256:
    """The tail over the bell, N(-z) exp(z^2 / 2), for z up to 15, both in 2^-96ths."""
    p = add(shr(96, mul(P10, z)), P9)
    p = add(shr(96, mul(p, z)), P8)
    p = add(shr(96, mul(p, z)), P7)
    p = add(shr(96, mul(p, z)), P6)
    p = add(shr(96, mul(p, z)), P5)
    p = add(shr(96, mul(p, z)), P4)
    p = add(shr(96, mul(p, z)), P3)
    p = add(shr(96, mul(p, z)), P2)
    p = add(shr(96, mul(p, z)), P1)
    # in 2^-192ths, for the division
    p = add(mul(p, z), shl(96, P0))

    q = add(z, Q10)
    q = add(shr(96, mul(q, z)), Q9)
    q = add(shr(96, mul(q, z)), Q8)
    q = add(shr(96, mul(q, z)), Q7)
    q = add(shr(96, mul(q, z)), Q6)
    q = add(shr(96, mul(q, z)), Q5)
    q = add(shr(96, mul(q, z)), Q4)
    q = add(shr(96, mul(q, z)), Q3)
    q = add(shr(96, mul(q, z)), Q2)
    q = add(shr(96, mul(q, z)), Q1)
    q = add(shr(96, mul(q, z)), Q0)

    return div(p, q)


@kernel(truth=lambda z: exact.exp(-z * z / (2 * UNIT * UNIT)) * ONE)
def bell(z: uint256) -> uint256:
    """exp(-z^2 / 2) with 18 decimals, of z in 2^-96ths, below 2^100."""
    return uint256(expWad(-int256((z * z >> 96) * WAD >> 97)))


@kernel(truth=lambda x: exact.normal_pdf(x / ONE) * ONE)
def pdf(x: int256) -> uint256:
    """The density at x, both with 18 decimals."""
    if x <= -FAR or x >= FAR:
        return ZERO
    return bell(_point(x)) * BELL_TOP >> 96


@kernel(truth=lambda x: exact.normal_cdf(x / ONE) * ONE)
def cdf(x: int256) -> uint256:
    """The chance of at most x, both with 18 decimals."""
    if x <= -FAR:
        return ZERO
    if x >= FAR:
        return WAD
    z = _point(x)
    tail = bell(z) * millsRatio(z) >> 96
    return tail if x < 0 else WAD - tail


@kernel
def _point(x: int256) -> uint256:
    """The magnitude of x in 2^-96ths; x is between -FAR and FAR."""
    return (uint256(-x if x < 0 else x) << 96) / WAD
