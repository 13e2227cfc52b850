"""The accounts of one block, compared in chunks: what is kept does not grow with their number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, ClassVar

from vmargin.chain.errors import BadReturn, Missing, Unprovable
from vmargin.chain.view import BlockView, Provenance
from vmargin.crosscheck.compare.account import Compared, Status, judged
from vmargin.errors import UsageError
from vmargin.protocols.base import Protocol
from vmargin.protocols.registry import ProtocolBroken

CHUNK = 64
"""Accounts that are read at once."""

LISTED = 1_000
"""Accounts of each status that a comparison keeps; of those beyond only the number."""


@dataclass(frozen=True)
class Comparison:
    """What came of the accounts of one block."""

    SCHEMA: ClassVar[str] = "vmargin/crosscheck/1"

    protocol: str
    provenance: Provenance
    equal: int
    differs: int
    unknown: int
    accounts: tuple[Compared, ...]
    """In the order in which they were asked for; of each status the first `LISTED` at most."""

    @property
    def compared(self) -> int:
        """How many accounts were asked for."""
        return self.equal + self.differs + self.unknown

    @property
    def agrees(self) -> bool:
        """Whether there is an account, and all of them are equal."""
        return self.equal == self.compared > 0

    def as_json(self) -> dict[str, Any]:
        """The comparison in JSON's types, integers as decimal strings."""
        return {
            "schema": self.SCHEMA,
            "protocol": self.protocol,
            "provenance": self.provenance.as_json(),
            "compared": self.compared,
            "equal": self.equal,
            "differs": self.differs,
            "unknown": self.unknown,
            "accounts": [account.as_json() for account in self.accounts],
            "notListed": self.compared - len(self.accounts),
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Comparison:
        """Read what :meth:`as_json` gives, or refuse it."""
        if not isinstance(given, Mapping) or given.get("schema") != cls.SCHEMA:
            raise UsageError(f"no comparison: its `schema` is {cls.SCHEMA!r}")
        try:
            where = given["provenance"]
            provenance = Provenance(
                where["chainId"],
                where["block"],
                where["blockHash"],
                where["timestamp"],
                where["pin"],
                where["anchor"],
            )
            equal, differs, unknown = (int(given[status.value]) for status in Status)
            accounts = tuple(map(Compared.from_json, given["accounts"]))
            return cls(given["protocol"], provenance, equal, differs, unknown, accounts)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise UsageError(f"no comparison: {type(error).__name__} {error}") from None

    def lines(self) -> Iterator[str]:
        """The table and the totals, for a person."""
        yield from table(self.accounts)
        yield f"{counted(self)}"


def compare(
    protocol: Protocol[Any],
    view: BlockView,
    accounts: Iterable[str] | None = None,
    *,
    chunk: int = CHUNK,
    list_equal: bool = True,
    tell: Callable[[int, int], None] = lambda compared, unequal: None,
) -> Comparison:
    """Hold a protocol's mirror against the contract's own answers at one block.

    Parameters
    ----------
    protocol, view
        What was deployed, and the block.  Whether the deployment is what its file says is for
        ``protocol.verify(view)``.
    accounts
        By default all that there are at the block.
    chunk
        Accounts that are read at once.
    list_equal
        Whether the accounts that are equal are listed, too, and not only counted.
    tell
        Takes how many accounts were compared so far, and how many of them are not equal.

    Raises
    ------
    ChainError
        If the block cannot be read.  An account that alone cannot be is reported as unknown.
    """
    counts: Counter[Status] = Counter()
    listed: list[Compared] = []
    for one in _compared(protocol, view, accounts, chunk):
        counts[one.status] += 1
        if counts[one.status] <= LISTED and (list_equal or one.status is not Status.EQUAL):
            listed.append(one)
        tell(counts.total(), counts.total() - counts[Status.EQUAL])
    equal, differs, unknown = (counts[status] for status in Status)
    return Comparison(protocol.name, view.provenance, equal, differs, unknown, tuple(listed))


def table(accounts: Sequence[Compared], *, where: str = "") -> Iterator[str]:
    """Accounts under each other, each figure that differs in a line of its own."""
    rows = [
        (*(("", "") if at else (one.account, one.status.value)), *row)
        for one in accounts
        for at, row in enumerate(one.rows())
    ]
    if not rows:
        return
    head: tuple[str, ...] = ("account", "outcome", "figure", "mirror", "contract", "mirror - contract")
    wide = [row for row in rows if len(row) == len(head)]
    head = head if wide else head[:2]
    widths = [max(len(row[at]) for row in (head, *rows)) for at in range(2)]
    widths += [max(len(row[at]) for row in (head, *wide)) for at in range(2, len(head))]
    for row in (head, *rows):
        if len(row) == 3:  # a text as long as it is
            yield (where + f"{row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]}").rstrip()
            continue
        cells = [f"{cell:{'<' if at < 3 else '>'}{widths[at]}}" for at, cell in enumerate(row)]
        yield (where + "  ".join(cells)).rstrip()


def counted(result: Any) -> str:
    """The totals in a line, of whatever has them."""
    total = result.compared
    if total == 0:
        return "no account was compared: there is none"
    return (
        f"{total} account{'s' * (total != 1)} compared: {result.equal} equal, {result.differs} "
        f"differ{'s' * (result.differs == 1)}, {result.unknown} unknown"
    )


def _compared(
    protocol: Protocol[Any], view: BlockView, accounts: Iterable[str] | None, chunk: int
) -> Iterator[Compared]:
    protocol.require_chain(view)
    rest = iter(
        protocol.discover(view) if accounts is None else (protocol.parse_account(a) for a in accounts)
    )
    while some := list(islice(rest, chunk)):
        yield from _chunk(protocol, view, some)


def _chunk(protocol: Protocol[Any], view: BlockView, accounts: Sequence[str]) -> Iterator[Compared]:
    """Compare some accounts; halve them where one cannot be read, until it is alone with its error."""
    try:
        states, answers = protocol.read(view, accounts), protocol.onchain(view, accounts)
    except (BadReturn, Missing, Unprovable) as error:
        if len(accounts) == 1:
            yield Compared(accounts[0], Status.UNKNOWN, reason=str(error))
            return
        half = len(accounts) // 2
        yield from _chunk(protocol, view, accounts[:half])
        yield from _chunk(protocol, view, accounts[half:])
        return
    given = [state.account for state in states]
    if given != list(accounts) or len(answers) != len(accounts):
        raise ProtocolBroken(
            f"the protocol {protocol.name} was asked about {', '.join(accounts)} and gives states of "
            f"{', '.join(given) or 'none'} and {len(answers)} answers"
        )
    for account, state, answer in zip(accounts, states, answers, strict=True):
        yield judged(protocol, account, state, answer)
