"""How small shrinking makes what was found: held against the smallest there is, which is known here."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import NamedTuple

import pytest

from vmargin.crosscheck.bias import Seeded
from vmargin.crosscheck.fuzz import shrink as shrinking
from vmargin.crosscheck.fuzz.forms import Arguments
from vmargin.crosscheck.fuzz.shrink import shrink
from vmargin.crosscheck.inputs import Case, Inputs
from vmargin.crosscheck.weight import bits, figures, is_lighter, weight
from vmargin.solidity.abi import Function

WAD = 10**18
WORD = 1 << 256


class Fault(NamedTuple):
    """Where a mistake shows, and the least weight of a case that shows it: values, and bits of them all."""

    name: str
    types: str
    shows: Callable[..., bool]
    values: int
    bits: int

    @property
    def function(self) -> Function:
        return Function.parse(f"f({self.types})(uint256)")

    def start(self, seed: int) -> Case:
        """The first case that shows it, as the generator draws them."""
        inputs, chooser = Inputs.of(self.function), Seeded(f"{self.name} {seed}")
        drawn = (inputs.draw(chooser) for _ in range(200_000))
        return next(case for case in drawn if self.shows(*case))

    def shrunk(self, seed: int) -> Case:
        start = Arguments.of(self.function, self.start(seed))
        return shrink(start, lambda case: self.shows(*case)).case


TWO, THREE = "uint256,uint256", "uint256,uint256,uint256"
FAULTS = [
    Fault("half up instead of down", THREE, lambda x, y, d: d > 0 and 2 * (x * y % d) >= d, 3, 4),
    Fault("half up in wads", TWO, lambda x, y: 2 * (x * y % WAD) >= WAD, 2, 61),
    Fault("half to even in wads", TWO, lambda x, y: 2 * (x * y % WAD) == WAD, 2, 61),
    Fault("floor instead of truncation", "int256,int256", lambda x, y: x * y < 0 and x * y % WAD != 0, 2, 3),
    Fault("no check of overflow", TWO, lambda x, y: x * y >= WORD, 2, 258),
    Fault("512 bits", THREE, lambda x, y, d: d > 0 and x * y >= WORD * d, 3, 259),
    Fault("overflow of x * y + d - 1", THREE, lambda x, y, d: d > 0 and WORD > x * y > WORD - d, 3, 260),
    Fault("a threshold", "uint256", lambda x: x > 7 * 10**17 + 12_345, 1, 61),
    Fault("a threshold of both", TWO, lambda x, y: min(x, y) > 2**64, 2, 132),
    Fault("a difference", THREE, lambda x, y, d: d == x - y and y > 1000, 3, 22),
    Fault("a square", TWO, lambda x, y: x * x == y and x > 1000, 2, 32),
    Fault("a quotient", THREE, lambda x, y, d: d > 1 and x * y // d == WAD, 3, 65),
    Fault("two products", f"{TWO},{TWO}", lambda a, b, c, d: a * b > c * d > 10**20, 4, 138),
    Fault("a sum of many", "uint256[]", lambda values: sum(values) > 10**6, 1, 21),
    Fault("the last beyond the first", "uint64[]", lambda v: len(v) > 1 and v[0] < v[-1] > 77, 2, 8),
    Fault("a leg", "(uint64,int64)[],bool", lambda v, on: on and any(s > 500 > -20 > p for s, p in v), 3, 18),
    Fault("the third byte", "bytes,address", lambda data, who: len(data) > 2 and int(who, 16) % 2 == 1, 4, 1),
]  # fmt: skip


def excess(fault: Fault, case: Case) -> int:
    """Bits, and for each value too many a word, above the least."""
    found = weight(case)
    return found.bits - fault.bits + 256 * (found.values - fault.values)


@pytest.mark.parametrize("fault", FAULTS[::2], ids=lambda fault: fault.name)
def test_the_smallest_case_is_found(fault: Fault) -> None:
    case = fault.shrunk(0)
    assert fault.shows(*case)
    assert excess(fault, case) <= 0, case


STREWN = Fault("a remainder", "uint256", lambda x: x % 997 == 13 and x > 10**6, 1, 21)
"""One number in a thousand, which nothing leads to."""


def test_what_is_strewn_among_numbers_is_found_nearly() -> None:
    case = STREWN.shrunk(0)
    assert STREWN.shows(*case)
    assert excess(STREWN, case) <= 8


def test_shrinking_is_good_whatever_it_starts_from(long: bool) -> None:
    """In the long run from 20 cases each, of 340 in all: how many end at the least weight."""
    if not long:
        pytest.skip("of the long run")
    off = [excess(fault, fault.shrunk(seed)) for fault, seed in itertools.product(FAULTS, range(1, 21))]
    assert sum(bits <= 0 for bits in off) >= 0.98 * len(off)
    assert max(off) <= 16


def test_hypothesis_shrinks_from_the_case_that_was_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """By itself, our own steps left out, it brings two 256-bit numbers down."""
    fault = FAULTS[8]
    monkeypatch.setattr(shrinking.Reduction, "run", lambda _: None)
    start, case = fault.start(0), fault.shrunk(0)
    assert weight(start).bits > 132 >= weight(case).bits - 2
    assert fault.shows(*case)


def test_without_hypothesis_our_own_steps_do_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "hypothesis", None)
    for fault in FAULTS[:2]:
        assert excess(fault, fault.shrunk(0)) <= 0


def test_it_is_the_same_again() -> None:
    assert FAULTS[0].shrunk(1) == FAULTS[0].shrunk(1)


def test_the_number_of_tries_is_kept() -> None:
    fault, tried = FAULTS[4], 0

    def shows(case: Case) -> bool:
        nonlocal tried
        tried += 1
        return fault.shows(*case)

    small = shrink(Arguments.of(fault.function, fault.start(0)), shows, tries=300)
    assert tried <= 300 + 8 * 16
    assert fault.shows(*small.case)


def test_an_interruption_keeps_what_there_is() -> None:
    fault, tried = FAULTS[4], 0

    def shows(case: Case) -> bool:
        nonlocal tried
        tried += 1
        if tried == 200:
            raise KeyboardInterrupt
        return fault.shows(*case)

    start = fault.start(0)
    small = shrink(Arguments.of(fault.function, start), shows)
    assert small.interrupted
    assert tried == 200
    assert weight(small.case) < weight(start)


def test_what_agrees_is_close_to_what_does_not() -> None:
    fault = FAULTS[0]
    small = shrink(Arguments.of(fault.function, fault.start(0)), lambda case: fault.shows(*case))
    assert small.case == (1, 1, 2)
    assert len(small.agreeing) == 16
    assert not any(fault.shows(*case) for case in small.agreeing)
    assert sum(a != b for a, b in zip(small.agreeing[0], small.case, strict=True)) == 1


def test_weights() -> None:
    assert [bits(n) for n in (0, 1, -1, 2, 3, 4, 5, 2**255, 2**255 + 1)] == [0, 1, 2, 2, 3, 3, 4, 256, 257]
    assert figures(10**18) < figures(10**18 + 1) < figures(2**60) < figures(1_234_567_890)
    by_weight = sorted([(10**18,), (2**64,), (999_999_999_999_999_999,), (0, 0), (5,)], key=weight)
    assert by_weight == [(5,), (10**18,), (999_999_999_999_999_999,), (2**64,), (0, 0)]
    assert weight((b"\0\1", "0x" + "0" * 39 + "7", "a", True, ((2,),))).values == 6
    for one, other in itertools.product(by_weight, repeat=2):
        assert is_lighter(one, weight(other)) == (weight(one) < weight(other))
