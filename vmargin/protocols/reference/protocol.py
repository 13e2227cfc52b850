"""The verbs of the reference clearing house."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from vmargin.chain.errors import BadReturn, Unprovable
from vmargin.chain.view import BlockView, Call
from vmargin.errors import UsageError
from vmargin.margin.house.accounts import FIRST_CUSTOMER
from vmargin.margin.types import Margin as Rule
from vmargin.protocols.base import Action, Alternative, Answer, Margin, Price, Protocol, Within
from vmargin.protocols.deployment import Deployment, Place
from vmargin.protocols.finding import Finding
from vmargin.protocols.reference import actions, lint, reader, rules, vary, what_if
from vmargin.protocols.reference.contracts import errors, functions
from vmargin.protocols.reference.files import load_inputs
from vmargin.protocols.reference.state import Inputs, ReferenceState
from vmargin.protocols.verdict import LIQUIDATABLE
from vmargin.solidity.integers import int256
from vmargin.solidity.reverts import Halt, Revert


class Reference(Protocol[ReferenceState]):
    """The clearing house of contracts/src."""

    name = "reference"
    account_form = "a number, as in 16"
    decimals = dict.fromkeys(
        (
            "value",
            "haircut",
            "initialRequirement",
            "maintenanceRequirement",
            "initialHealth",
            "maintenanceHealth",
            "initialCall",
            "maintenanceCall",
        ),
        18,
    )
    state = ReferenceState
    lint_rules = lint.RULES

    @classmethod
    def parse_account(cls, text: str) -> str:
        if not re.fullmatch(r"[0-9]{1,78}", text, re.ASCII) or int(text) >= 1 << 256:
            raise UsageError(
                f"{text!r} is no account of the reference clearing house: write {cls.account_form}"
            )
        return str(int(text))

    @classmethod
    def at_address(cls, view: BlockView, address: str) -> Deployment:
        """The engine names the ledger, the feeds and the policies."""
        places = {"engine": Place(address)}
        for role in ("ledger", "feeds", "policies"):
            try:
                (where,) = view.call(address, functions("Engine")[role])
            except (Revert, Halt, BadReturn) as outcome:
                raise UsageError(
                    f"{address} is no engine of a reference house: {role}() gives {outcome}"
                ) from None
            places[role] = Place(where)
        return Deployment(cls.name, view.chain_id, places)

    def discover(self, view: BlockView) -> Iterator[str]:
        self.require_chain(view)
        (end,) = view.call(self.deployment.address("ledger"), functions("Ledger")["nextAccount"])
        return map(str, range(int(FIRST_CUSTOMER), end))

    def read(self, view: BlockView, accounts: Sequence[str]) -> list[ReferenceState]:
        self.require_chain(view)
        return reader.read(view, self.deployment.address("engine"), accounts)

    @classmethod
    def margin(cls, state: ReferenceState) -> Margin:
        return rules.margin(state)

    def question(self, account: str) -> Call:
        return Call(self.deployment.address("engine"), functions("Engine")["marginOf"], (int(account),))

    def onchain(self, view: BlockView, accounts: Sequence[str]) -> list[Answer]:
        self.require_chain(view)
        calls = [self.question(account) for account in accounts]
        answers: list[Answer] = []
        for outcome in view.calls(calls, errors=errors()):
            if isinstance(outcome, BadReturn | Unprovable):
                raise outcome
            if isinstance(outcome, Revert | Halt):
                answers.append(outcome)
            else:
                rule, outcomes = reader.typed(Rule, outcome[0]), tuple(map(int256, outcome[1]))
                answers.append(rules.figures(rule, outcomes))
        return answers

    def lint(self, view: BlockView, accounts: Sequence[str]) -> Iterator[Finding]:
        self.require_chain(view)
        return lint.findings(view, self.deployment, accounts)

    @classmethod
    def from_files(cls, portfolio: Path, policy: Path) -> ReferenceState:
        return ReferenceState(str(portfolio), load_inputs(portfolio, policy))

    @classmethod
    def what_if(cls, state: ReferenceState) -> list[Alternative]:
        return list(what_if.what_if(state.inputs)) if isinstance(state.inputs, Inputs) else []

    @classmethod
    def prices(cls, state: ReferenceState) -> dict[str, Price]:
        return vary.prices(state)

    @classmethod
    def at_price(cls, state: ReferenceState, name: str, price: int) -> ReferenceState:
        return vary.at_price(state, name, price)

    @classmethod
    def time(cls, state: ReferenceState) -> int:
        return vary.time(state)

    @classmethod
    def at_time(cls, state: ReferenceState, time: int) -> ReferenceState:
        return vary.at_time(state, time)

    @classmethod
    def within(cls, state: ReferenceState, name: str | None) -> Within:
        return vary.within(state, name)

    def liquidate(
        self, view: BlockView, state: ReferenceState, liquidator: str, **wishes: Any
    ) -> list[Action]:
        self.require_chain(view)
        if self.margin(state).verdict != LIQUIDATABLE:
            return []
        assert isinstance(state.inputs, Inputs)
        bidder = self.parse_account(liquidator)
        return [actions.liquidate(view, self.deployment, state.account, state.inputs, bidder, **wishes)]
