"""What every protocol is to its users: four verbs over a view, a fifth where it acts, and what they give."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Generic, NamedTuple, TypeAlias, TypeVar

from vmargin.chain.proxies import read_proxies
from vmargin.chain.view import BlockView, Call
from vmargin.errors import UsageError
from vmargin.protocols.deployment import CodeChanged, Deployment
from vmargin.protocols.finding import Finding
from vmargin.protocols.verdict import Verdict, Warned
from vmargin.solidity.reverts import Halt, Revert

S = TypeVar("S", bound="State")

Figures: TypeAlias = Mapping[str, int | tuple[int, ...]]
"""A margin's integers by the names that the contract gives them, in its own units."""

Answer: TypeAlias = Figures | Revert | Halt
"""What the contract says of an account, or how it refuses to."""


class State(ABC):
    """All that a protocol's rule reads about one account at one block: raw integers, immutable, hashable."""

    schema: ClassVar[str]
    """Name and version of the JSON form, as in ``vmargin/reference/state/1``."""

    account: str

    @abstractmethod
    def as_json(self) -> dict[str, Any]:
        """The state in JSON's types, integers as decimal strings, `schema` included."""

    @classmethod
    @abstractmethod
    def from_json(cls: type[S], given: Mapping[str, Any]) -> S:
        """Read what :meth:`as_json` gives, or refuse it."""


@dataclass(frozen=True)
class Margin:
    """What a rule says of an account.

    `figures` are equal to the contract's own answer, to the bit, where the mirror is right.
    `answer` is the revert in their place where the contract reverts; the verdict is then UNKNOWN.
    """

    SCHEMA: ClassVar[str] = "vmargin/margin/1"

    protocol: str
    account: str
    answer: Answer
    verdict: Verdict
    warnings: tuple[Warned, ...] = ()
    details: Figures = field(default_factory=dict)
    """What follows from the figures and a user looks for, such as health."""

    @property
    def figures(self) -> Figures:
        """The figures; empty where the contract reverts."""
        return {} if isinstance(self.answer, Exception) else self.answer

    def as_json(self) -> dict[str, Any]:
        """The margin in JSON's types, integers as decimal strings."""
        failed = isinstance(self.answer, Exception)
        return {
            "schema": self.SCHEMA,
            "protocol": self.protocol,
            "account": self.account,
            **self.verdict.as_json(),
            "figures": {name: _text(value) for name, value in self.figures.items()},
            **({"revert": str(self.answer)} if failed else {}),
            "warnings": [{"code": w.code, "text": w.text} for w in self.warnings],
            "details": {name: _text(value) for name, value in self.details.items()},
        }


def _text(value: int | tuple[int, ...]) -> str | list[str]:
    return [str(part) for part in value] if isinstance(value, tuple) else str(value)


@dataclass(frozen=True)
class Action:
    """A transaction that a protocol's user may send."""

    to: str
    data: bytes
    value: int = 0
    what: str = ""
    """For a person: what it does."""


@dataclass(frozen=True)
class Alternative:
    """What an account would need under another rule."""

    name: str
    answer: Answer
    required: int | None
    """The initial requirement; None where the rule reverts."""
    saving: int | None
    """Against the strictest of the alternatives' own kind, isolated margin."""


class Price(NamedTuple):
    """A price that a verdict depends on."""

    now: int
    decimals: int
    what: str
    """What moves with it; everything else is held."""


Within: TypeAlias = Callable[[int, int], Verdict | None]
"""A verdict that is certain for every integer from the first to the last, or None where none is."""


class Protocol(ABC, Generic[S]):
    """One deployment of a protocol, and what may be asked of it."""

    name: ClassVar[str]
    account_form: ClassVar[str]
    """How an account is written, for help and errors: ``a number``, ``0x…``, ``market:0x…``."""
    decimals: ClassVar[Mapping[str, int]]
    """By name of a figure that is an amount, its decimals, for people."""
    state: ClassVar[type[State]]
    lint_rules: ClassVar[Mapping[str, str]] = {}
    """By name of a rule that :meth:`lint` goes by, what it demands."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment

    @classmethod
    @abstractmethod
    def parse_account(cls, text: str) -> str:
        """The one spelling of an account's id, or a UsageError that shows the form."""

    @classmethod
    def at_address(cls, view: BlockView, address: str) -> Deployment:
        """The deployment of which one contract says where the others are."""
        raise UsageError(f"{cls.name} has several contracts: give --deployment FILE instead of {address}")

    @abstractmethod
    def discover(self, view: BlockView) -> Iterator[str]:
        """All accounts that there are at the block."""

    @abstractmethod
    def read(self, view: BlockView, accounts: Sequence[str]) -> list[S]:
        """What the rule reads about each account."""

    @classmethod
    @abstractmethod
    def margin(cls, state: S) -> Margin:
        """The mirror's answer: the state says all that the rule reads."""

    @abstractmethod
    def onchain(self, view: BlockView, accounts: Sequence[str]) -> list[Answer]:
        """The contract's own answer for each account."""

    def question(self, account: str) -> Call:
        """The call whose answer :meth:`onchain` reads: what a difference is localised in."""
        raise UsageError(f"{self.name} does not say which call its answer about {account} comes from")

    def lint(self, view: BlockView, accounts: Sequence[str]) -> Iterator[Finding]:
        """What is right and what is not in how the protocol is set, by its own rules: see `lint_rules`."""
        yield from ()

    def liquidate(self, view: BlockView, state: S, liquidator: str, **wishes: Any) -> list[Action]:
        """What a liquidator would send after the block; empty where there is nothing to do.

        Parameters
        ----------
        view, state
            The block, and the account as read from it.
        liquidator
            Who takes over, written as the protocol writes accounts.
        wishes
            What the protocol lets a liquidator choose.
        """
        raise UsageError(f"{self.name} has no liquidation of its own here")

    @classmethod
    def from_files(cls, portfolio: Path, policy: Path) -> S:
        """A state that a person has written down, for which no chain is needed."""
        raise UsageError(f"{cls.name} takes no portfolio from a file")

    @classmethod
    def what_if(cls, state: S) -> list[Alternative]:
        """The account under other rules than its own, side by side.

        Empty where the contract refuses to say anything: there is nothing to vary, and the verdict tells why.
        """
        raise UsageError(f"{cls.name} has one rule only")

    @classmethod
    def prices(cls, state: S) -> Mapping[str, Price]:
        """The prices that the state's verdict depends on, by the names that :meth:`at_price` takes."""
        raise UsageError(f"{cls.name} does not say how a price moves an account")

    @classmethod
    def at_price(cls, state: S, name: str, price: int) -> S:
        """The state where a price is another one."""
        raise UsageError(f"{cls.name} does not say how a price moves an account")

    @classmethod
    def time(cls, state: S) -> int:
        """Of the block that the state was read at."""
        raise UsageError(f"{cls.name} does not say how time moves an account")

    @classmethod
    def at_time(cls, state: S, time: int) -> S:
        """The state at a later time, with all that was posted as it is."""
        raise UsageError(f"{cls.name} does not say how time moves an account")

    @classmethod
    def within(cls, state: S, name: str | None) -> Within | None:
        """What is certain for intervals of a price, or of time where no price is named; None for nothing.

        Asked of a single integer it says what it is certain of by the same means, which tells where narrower
        intervals are of no use.
        """
        return None

    def verify(self, view: BlockView) -> None:
        """Refuse a view on which the deployment is not what its file says.

        Raises
        ------
        UsageError
            If the view is of another chain.
        CodeChanged
            If a contract has, or runs, other code than the file was written for.
        """
        self.require_chain(view)
        known = {role: place for role, place in self.deployment.contracts.items() if place.code_hash}
        for role, place in known.items():
            found = "0x" + view.code_hash(place.address).hex()
            if found != place.code_hash:
                raise CodeChanged(
                    f"the {role} of {self.name} at {place.address} has code of hash {found} at block "
                    f"{view.number}, not {place.code_hash}: check it, then write the new hash down"
                )
        proxies = {role: place for role, place in self.deployment.contracts.items() if place.implementation}
        read = read_proxies(view, [place.address for place in proxies.values()])
        for (role, place), proxy in zip(proxies.items(), read, strict=True):
            if proxy.implementation != place.implementation:
                raise CodeChanged(
                    f"the {role} of {self.name} at {place.address} runs the code of {proxy.implementation} "
                    f"at block {view.number}, not of {place.implementation}: check it, then write the new "
                    "implementation down"
                )

    def require_chain(self, view: BlockView) -> None:
        """Refuse a view of another chain than the deployment's."""
        if view.chain_id != self.deployment.chain_id:
            raise UsageError(
                f"the deployment of {self.name} is on chain {self.deployment.chain_id}, the view is of "
                f"chain {view.chain_id}: name the node of the one or the deployment of the other"
            )
