"""What is known of pools, and what can be asked of them: the mirror of PoolBooks.sol."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from vmargin.margin.house import health as Health
from vmargin.margin.house import values as Values
from vmargin.margin.house.allocation import proRata
from vmargin.margin.house.engine import Engine, Policies
from vmargin.margin.house.errors import HealthTooLow, MemberInDefault, NotInPool, PoolUnknown
from vmargin.margin.house.ledger import Ledger
from vmargin.margin.house.mirror import Chain, Mirror
from vmargin.margin.house.roles import Feeds
from vmargin.margin.types import Margin, Portfolio
from vmargin.solidity.arrays import Scratch, Words
from vmargin.solidity.integers import int256, uint256

Uints = tuple[uint256, ...]

ZERO = uint256(0)
NOTHING = Portfolio(int256(0), ())


class Pool(NamedTuple):
    """Accounts that are margined together, and the ledger's accounts of their capital and their fund."""

    operator: str
    policy: bytes
    capital: uint256
    fund: uint256
    markedAt: uint256
    members: Uints


class Member(NamedTuple):
    """An account in a pool; all zeros for one in none."""

    pool: uint256
    contribution: uint256
    mark: int256
    declaredAt: uint256


NO_MEMBER = Member(ZERO, ZERO, int256(0), ZERO)


class PoolBooks(Mirror):
    """Pools are numbered from 1."""

    def __init__(
        self,
        chain: Chain,
        address: str,
        ledger: Ledger,
        engine: Engine,
        feeds: Feeds,
        policies: Policies,
    ) -> None:
        super().__init__(chain, address)
        self.ledger = ledger
        self.engine = engine
        self.feeds = feeds
        self.policies = policies
        self.pools = ZERO
        self.books: dict[uint256, Pool] = {}
        self.members: dict[uint256, Member] = {}

    def bookOf(self, pool: uint256) -> Pool:
        """All that is kept of a pool."""
        return self._book(pool)

    def memberOf(self, account: uint256) -> Member:
        """All that is kept of an account."""
        return self.members.get(account, NO_MEMBER)

    def healthOf(self, pool: uint256) -> tuple[int256, int256]:
        """Of all members together; zeros where there are none."""
        members = self._book(pool).members
        if len(members) == 0:
            return int256(0), int256(0)
        margin, _ = self.engine.marginOf(members[0])
        return Health.initial(margin), Health.maintenance(margin)

    def allocationOf(self, pool: uint256) -> tuple[Uints, Uints, Uints]:
        """The pool's requirements as parts for its members, in proportion to what each alone would need."""
        book = self._book(pool)
        members = book.members
        if len(members) == 0:
            return members, (), ()
        initials: list[uint256] = []
        maintenances: list[uint256] = []
        for member in members:
            alone = self._alone(member, book.policy)
            initials.append(alone.initialRequirement)
            maintenances.append(alone.maintenanceRequirement)
        together, _ = self.engine.marginOf(members[0])
        initialParts = _parts(together.initialRequirement, initials)
        maintenanceParts = _parts(together.maintenanceRequirement, maintenances)
        return members, initialParts, maintenanceParts

    def gainsOf(self, pool: uint256) -> tuple[int256, ...]:
        """What each member has gained since the mark, as far as a haircut may take it."""
        book = self._book(pool)
        members = book.members
        values = self._values(members, book.policy)
        return tuple(
            Values.gainOf(value, self.ledger.depositsOf(member), self.memberOf(member).mark)
            for member, value in zip(members, values, strict=True)
        )

    def deficitOf(self, account: uint256) -> uint256:
        """What the account owes, where it holds nothing."""
        own = self.ledger.portfolioOf(account)
        return uint256(-own.cash) if len(own.positions) == 0 and own.cash < 0 else ZERO

    def _book(self, pool: uint256) -> Pool:
        if pool == 0 or pool > self.pools:
            raise PoolUnknown(pool)
        return self.books[pool]

    def _requireMember(self, pool: uint256, account: uint256) -> None:
        if pool == 0 or self.memberOf(account).pool != pool:
            raise NotInPool(account)

    def _requireInitial(self, account: uint256) -> None:
        """What holds nothing and owes nothing needs no prices."""
        members, _ = self.ledger.scopeOf(account)
        bare = True
        cash = int256(0)
        for member in members:
            own = self.ledger.portfolioOf(member)
            cash += own.cash
            bare = bare and len(own.positions) == 0
        if bare and cash >= 0:
            return
        margin, _ = self.engine.marginOf(account)
        if Health.initial(margin) < 0:
            raise HealthTooLow(account, Health.initial(margin), Health.maintenance(margin))

    def _requireNoDefault(self, members: Uints) -> None:
        for member in members:
            deficit = self.deficitOf(member)
            if deficit != 0:
                raise MemberInDefault(member, deficit)

    def _alone(self, account: uint256, policy: bytes) -> Margin:
        margin, _ = self.engine.change(self.ledger.portfolioOf(account), NOTHING, policy)
        return margin

    def _values(self, members: Uints, policy: bytes) -> tuple[int256, ...]:
        portfolios = self._portfolios(members)
        instruments, prices = Values.pricesOf(portfolios, self.feeds, self.policies.get(policy))
        return tuple(Values.valueOf(portfolio, instruments, prices) for portfolio in portfolios)

    def _portfolios(self, members: Uints) -> tuple[Portfolio, ...]:
        return tuple(self.ledger.portfolioOf(member) for member in members)

    def _pay(self, origin: uint256, to: uint256, amount: uint256) -> None:
        """Cash without a margin check."""
        if amount != 0:
            self.ledger.move(self.address, origin, to, (), int256(amount))


def _parts(total: uint256, weights: Sequence[uint256]) -> Uints:
    parts = Scratch(uint256, len(weights))
    proRata(total, Words(uint256, weights), parts, Scratch(uint256, len(weights)))
    return tuple(parts)
