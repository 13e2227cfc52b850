from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmargin.errors import UsageError
from vmargin.margin.types import Market, Portfolio, Position, Quote, UnderlyingQuote
from vmargin.protocols.json_form import as_json, from_json
from vmargin.solidity.integers import int256, uint256

unsigned = st.integers(0, 2**256 - 1).map(uint256)
signed = st.integers(-(2**255), 2**255 - 1).map(int256)
markets = st.builds(
    Market,
    unsigned,
    unsigned,
    st.lists(st.builds(UnderlyingQuote, *[unsigned] * 4)).map(tuple),
    st.lists(st.builds(Quote, unsigned, unsigned, signed, unsigned, unsigned), max_size=3).map(tuple),
)


@given(markets)
def test_a_struct_is_read_as_it_is_written(market: Market) -> None:
    text = json.dumps(as_json(market))
    assert from_json(Market, json.loads(text), "market") == market


def test_the_types_are_those_of_the_fields() -> None:
    read = from_json(Portfolio, {"cash": -5, "positions": [{"instrument": "7", "size": "-1"}]}, "portfolio")
    assert read == Portfolio(int256(-5), (Position(uint256(7), int256(-1)),))
    assert [type(value) for value in (read.cash, *read.positions[0])] == [int256, uint256, int256]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"cash": "1"}, "portfolio lacks positions"),
        ({"cash": "1", "positions": [], "debt": "2"}, "portfolio has debt, which is no part of it"),
        ([], "portfolio is []: it takes an object with cash, positions"),
        ({"cash": "1", "positions": {}}, "portfolio.positions is {}: it takes a list"),
        ({"cash": 1.5, "positions": []}, "portfolio.cash is 1.5"),
        ({"cash": True, "positions": []}, "portfolio.cash is True"),
        ({"cash": 2**53, "positions": []}, "portfolio.cash is 9007199254740992"),
        ({"cash": "01", "positions": []}, "portfolio.cash is '01'"),
        ({"cash": "-0", "positions": []}, "portfolio.cash is '-0'"),
        ({"cash": "1\n", "positions": []}, "portfolio.cash is '1\\n'"),
        ({"cash": "9" * 79, "positions": []}, "which is no int256"),
        ({"cash": "1", "positions": [{"instrument": "-1", "size": "1"}]}, "positions[0].instrument is -1"),
    ],
)
def test_what_is_wrong_is_named_with_its_path(wrong: Any, message: str) -> None:
    with pytest.raises(UsageError) as raised:
        from_json(Portfolio, wrong, "portfolio")
    assert message in str(raised.value)
