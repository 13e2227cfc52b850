"""Whether a case could be smaller: by all that are, where these are few, and else by one number at a time."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from vmargin.crosscheck.fuzz.forms import Arguments
from vmargin.crosscheck.inputs import Case
from vmargin.crosscheck.subject import Subject
from vmargin.crosscheck.weight import bits, weight

WORDS = 4
"""Arguments, and beyond this
"""
BITS = 12
"""bits are too many cases to try them all."""


def smaller(subject: Subject, case: Case) -> Case | None:
    """A smaller case that fails, too."""
    candidates = _all(subject, case) if _are_few(subject, case) else _one_changed(subject, case)
    found = weight(case)
    for candidate in candidates:
        if weight(candidate) < found and subject.differs(candidate):
            return candidate
    return None


def _are_few(subject: Subject, case: Case) -> bool:
    words = subject.inputs.arguments
    return words is not None and len(words) <= WORDS and weight(case).bits <= BITS


def _all(subject: Subject, case: Case) -> Iterator[Case]:
    """Every case that weighs less."""
    assert subject.inputs.arguments is not None
    most = weight(case).bits
    near = [
        [value for value in range(-(1 << most), (1 << most) + 1) if a.low <= value <= a.high]
        for a in subject.inputs.arguments
    ]
    pools = [[value for value in pool if bits(value) <= most] for pool in near]
    for values in itertools.product(*pools):
        if sum(map(bits, values)) <= most:
            yield subject.inputs.nested(values)


def _one_changed(subject: Subject, case: Case) -> Iterator[Case]:
    """The same with one number that is less, for each number some."""
    form = Arguments.of(subject.function, case, subject.target.enums)
    for at, (value, (low, high)) in enumerate(zip(form.values, form.bounds, strict=True)):
        for less in _less(value):
            if low <= less <= high:
                yield form.remade([*form.values[:at], less, *form.values[at + 1 :]]).case


def _less(value: int) -> list[Any]:
    sign, size = (-1 if value < 0 else 1), abs(value)
    found = [0, 1, 2, size // 10, size // 2, size - 1, size - (1 << max(0, size.bit_length() - 1))]
    return [-value if value < 0 else value, *dict.fromkeys(sign * n for n in found if 0 <= n < size)]
