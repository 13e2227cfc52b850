"""Portfolios and policies in files that people write: instruments spelt out, integers such as 1.5e18."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from vmargin.chain import literals
from vmargin.errors import UsageError
from vmargin.margin import instruments
from vmargin.margin.types import Market, Policy, Portfolio
from vmargin.protocols.json_form import from_json
from vmargin.protocols.reference.state import Inputs
from vmargin.solidity.integers import uint256
from vmargin.solidity.reverts import Revert

PORTFOLIO = "vmargin/reference/portfolio/1"
POLICY = "vmargin/reference/policy/1"

KINDS = {
    "spot": instruments.SPOT,
    "perp": instruments.PERP,
    "inverse": instruments.INVERSE,
    "future": instruments.FUTURE,
    "call": instruments.CALL,
    "put": instruments.PUT,
}


class _Held(NamedTuple):
    portfolio: Portfolio
    market: Market


def load_inputs(portfolio: Path, policy: Path) -> Inputs:
    """Read a portfolio with its market, and a policy."""
    held = from_json(_Held, _plain(_load(portfolio, PORTFOLIO), str(portfolio)), str(portfolio))
    return Inputs(*held, from_json(Policy, _plain(_load(policy, POLICY), str(policy)), str(policy)))


def _load(path: Path, schema: str) -> dict[str, Any]:
    try:
        given = json.loads(path.read_text())
    except FileNotFoundError:
        raise UsageError(f"there is no file {path}") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} is no JSON: {error}") from None
    if not isinstance(given, dict) or given.pop("schema", None) != schema:
        raise UsageError(f'{path}: its "schema" is not {schema!r}')
    return given


def _plain(given: Any, where: str) -> Any:
    """Write as raw integers what a person may write otherwise."""
    if isinstance(given, Mapping):
        if "kind" in given:
            return _packed(given, where)
        return {name: _plain(part, f"{where}.{name}") for name, part in given.items()}
    if isinstance(given, list):
        return [_plain(part, f"{where}[{index}]") for index, part in enumerate(given)]
    if isinstance(given, str):
        return str(literals.parse("int256" if given.startswith("-") else "uint256", given))
    return given


def _packed(given: Mapping[str, Any], where: str) -> str:
    """Give the identifier of an instrument that is spelt out."""
    known = {"underlying", "kind", "expiry", "strike"}
    if not {"underlying", "kind"} <= set(given) <= known or given["kind"] not in KINDS:
        raise UsageError(
            f"{where} is {dict(given)!r}: an instrument has an underlying, a kind ({', '.join(KINDS)}), "
            "and as its kind has them an expiry and a strike"
        )
    underlying, expiry, strike = (
        uint256(int(_plain(given.get(name, "0"), f"{where}.{name}")))
        for name in ("underlying", "expiry", "strike")
    )
    try:
        return str(int(instruments.pack(underlying, expiry, uint256(KINDS[given["kind"]]), strike)))
    except Revert as revert:
        raise UsageError(f"{where} is {dict(given)!r}, which is no instrument: {revert}") from None
