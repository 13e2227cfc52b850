from __future__ import annotations

import pytest

from vmargin.errors import UsageError
from vmargin.protocols.verdict import HEALTHY, LIQUIDATABLE, Standing, Verdict


@pytest.mark.parametrize("verdict", [HEALTHY, LIQUIDATABLE, Verdict.unknown("the read is incomplete")])
def test_a_verdict_is_read_as_it_is_written(verdict: Verdict) -> None:
    assert Verdict.from_json(verdict.as_json()) == verdict


def test_unknown_has_a_reason_and_nothing_else_has() -> None:
    with pytest.raises(UsageError):
        Verdict(Standing.UNKNOWN)
    with pytest.raises(UsageError):
        Verdict(Standing.HEALTHY, "because")
    assert Verdict.unknown(ValueError()).reason == "ValueError"
    assert str(Verdict.unknown("no price")) == "UNKNOWN (no price)"


@pytest.mark.parametrize("given", [{}, {"standing": "fine"}, {"standing": "unknown"}, None])
def test_what_is_no_verdict_is_refused(given: object) -> None:
    with pytest.raises(UsageError):
        Verdict.from_json(given)  # type: ignore[arg-type]
