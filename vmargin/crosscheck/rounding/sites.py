"""What each rounding site did: which way it went, whom that favoured, and which way it was wanted to go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import PurePath
from typing import Any, NamedTuple

from vmargin.crosscheck.inputs import Case
from vmargin.crosscheck.rounding.certificate import Certificate
from vmargin.crosscheck.rounding.errors import Extreme, further
from vmargin.crosscheck.rounding.numbers import case_json, least
from vmargin.crosscheck.rounding.reading import Run, Share, Spot
from vmargin.errors import UsageError
from vmargin.solidity.exact import sign
from vmargin.solidity.shadow_reading import DOWN, EXACT, UNDECIDED, UP

PROTOCOL, ACCOUNT, MIXED, NONE = "protocol", "account", "mixed", "none"
PARTIES = (PROTOCOL, ACCOUNT)
AT_ONCE, IN_TURN = "at once", "in turn"
"""One value that two results want rounded oppositely; or values of one site, each of which wants its own."""

Favours = Mapping[str, str]
"""By output, who gains where it is larger."""


class Demand(NamedTuple):
    """A direction in which rounding would have favoured the protocol: how often, and first seen where."""

    direction: str
    times: int
    output: str
    case: Case

    def as_json(self) -> dict[str, Any]:
        """The demand in JSON's types."""
        return {
            "direction": self.direction,
            "count": self.times,
            "output": self.output,
            "case": case_json(self.case),
        }


@dataclass(frozen=True)
class SiteRounding:
    """One rounding site over all runs; counts are of executions.

    Attributes
    ----------
    raised, lowered
        By output, executions that made it larger, or smaller, than without this rounding.
    protocol, account
        Effects on outputs that favoured each.
    demands
        The directions in which the protocol would have had it rounded.
    at_once
        A case in which both directions are wanted of one value, if there is one.
    largest
        By output, the largest contribution to its error.
    slopes
        By output, for all inputs: 1 where rounding up never makes it smaller, -1 where never larger, None
        where that is not known. None where the kernel could not be followed.
    proven
        The directions that the protocol can ever want, where that is certain of all inputs.
    """

    spot: Spot
    file: str
    up: int
    down: int
    exact: int
    undecided: int
    raised: Mapping[str, int]
    lowered: Mapping[str, int]
    protocol: int
    account: int
    stated: bool
    demands: tuple[Demand, ...]
    at_once: Case | None
    largest: Mapping[str, Extreme]
    slopes: Mapping[str, int | None] | None
    proven: tuple[str, ...] | None

    @property
    def direction(self) -> str:
        """``up``, ``down``, ``exact``, ``mixed`` or ``undecided``, in practice."""
        if self.undecided:
            return UNDECIDED
        if self.up and self.down:
            return MIXED
        return UP if self.up else DOWN if self.down else EXACT

    @property
    def has_effect(self) -> bool:
        """Whether it moved an output."""
        return bool(self.raised or self.lowered)

    @property
    def favours(self) -> str | None:
        """``protocol`` or ``account`` where always, else ``mixed``; ``none``: no effect; None: not stated."""
        if not self.has_effect:
            return NONE
        if not self.stated or not (self.protocol or self.account):
            return None
        if self.protocol and self.account:
            return MIXED
        return PROTOCOL if self.protocol else ACCOUNT

    @property
    def conflict(self) -> str | None:
        """Whether it was wanted to round both ways: ``at once``, ``in turn``, or not."""
        if self.at_once is not None:
            return AT_ONCE
        return IN_TURN if len(self.demands) == 2 else None

    @property
    def where(self) -> str:
        """File, line and column."""
        column = f":{self.spot.column}" if self.spot.column else ""
        return f"{PurePath(self.file).name}:{self.spot.site.line}{column}"

    def as_json(self) -> dict[str, Any]:
        """The site in JSON's types."""
        site = self.spot.site
        return {
            "file": self.file,
            "line": site.line,
            "column": self.spot.column,
            "function": site.function,
            "operation": self.spot.operation,
            "text": self.spot.text,
            "via": [str(call) for call in self.spot.via],
            "direction": self.direction,
            UP: self.up,
            DOWN: self.down,
            EXACT: self.exact,
            UNDECIDED: self.undecided,
            "effect": {
                output: {"raised": self.raised.get(output, 0), "lowered": self.lowered.get(output, 0)}
                for output in sorted({*self.raised, *self.lowered})
            },
            "favours": self.favours,
            "forProtocol": self.protocol,
            "forAccount": self.account,
            "demands": [d.as_json() for d in self.demands],
            "conflict": self.conflict,
            "atOnce": None if self.at_once is None else case_json(self.at_once),
            "largest": {output: extreme.as_json() for output, extreme in sorted(self.largest.items())},
            "certificate": None
            if self.slopes is None
            else {
                "slopes": dict(self.slopes),
                "wanted": None if self.proven is None else list(self.proven),
            },
        }


class Tally:
    """Collects one site's executions."""

    def __init__(self) -> None:
        self.ways: Counter[str] = Counter()
        self.raised: Counter[str] = Counter()
        self.lowered: Counter[str] = Counter()
        self.parties: Counter[str] = Counter()
        self.wanted: dict[str, Demand] = {}
        self.at_once: Case | None = None
        self.largest: dict[str, Extreme] = {}


class Sites:
    """Collects what every site did, run by run."""

    def __init__(self, outputs: tuple[str, ...], favours: Favours) -> None:
        self.outputs = outputs
        self.favours = favours
        self.tallies: dict[Spot, Tally] = {}

    def add(self, run: Run, case: Case) -> Iterator[tuple[tuple[Any, ...], Fraction]]:
        """Take in a run, and give what a search may try to enlarge, or may not have seen."""
        for spot in run.exact_steps:
            self._tally(spot).ways[EXACT] += 1
        for share in run.shares:
            yield from self._add(share, case)

    def _add(self, share: Share, case: Case) -> Iterator[tuple[tuple[Any, ...], Fraction]]:
        spot, way, errors, single = share
        tally = self._tally(spot)
        if way != 0:
            tally.ways[UNDECIDED if way is None else UP if way > 0 else DOWN] += 1
        wanted = set()
        for output, error in zip(self.outputs, errors, strict=True):
            effect = sign(error)
            if not effect:
                continue
            (tally.raised if effect > 0 else tally.lowered)[output] += 1
            size = least(error)
            tally.largest[output] = further(tally.largest.get(output), size, case)
            yield (spot, output, effect), abs(size)
            if output not in self.favours:
                continue
            gains = self.favours[output] if effect > 0 else _other(self.favours[output])
            tally.parties[gains] += 1
            if way:
                direction = UP if (way > 0) == (gains == PROTOCOL) else DOWN
                wanted.add(direction)
                yield (spot, direction, output), Fraction(0)
                known = tally.wanted.get(direction, Demand(direction, 0, output, case))
                tally.wanted[direction] = known._replace(times=known.times + 1)
        if len(wanted) == 2 and single:
            tally.at_once = case if tally.at_once is None else tally.at_once
            yield (spot, AT_ONCE), Fraction(0)

    def _tally(self, spot: Spot) -> Tally:
        if spot not in self.tallies:
            self.tallies[spot] = Tally()
        return self.tallies[spot]

    def results(self, files: Mapping[str, str], certain: Certificate | None) -> tuple[SiteRounding, ...]:
        """All sites, by place in the source, then by the calls that led there."""
        found = []
        for spot, tally in self.tallies.items():
            slopes = None if certain is None else certain.get(spot, {})
            found.append(
                SiteRounding(
                    spot=spot,
                    file=files.get(spot.site.file, PurePath(spot.site.file).name),
                    up=tally.ways[UP],
                    down=tally.ways[DOWN],
                    exact=tally.ways[EXACT],
                    undecided=tally.ways[UNDECIDED],
                    raised=dict(tally.raised),
                    lowered=dict(tally.lowered),
                    protocol=tally.parties[PROTOCOL],
                    account=tally.parties[ACCOUNT],
                    stated=bool(self.favours),
                    demands=tuple(tally.wanted[d] for d in (UP, DOWN) if d in tally.wanted),
                    at_once=tally.at_once,
                    largest=dict(tally.largest),
                    slopes=slopes,
                    proven=None if slopes is None else wanted(slopes, self.favours),
                )
            )
        return tuple(sorted(found, key=lambda s: (s.file, s.spot.site.line, s.spot.column, s.spot)))


def wanted(slopes: Mapping[str, int | None], favours: Favours) -> tuple[str, ...] | None:
    """The directions that the protocol can want of a rounding with such slopes, or None if that is open."""
    concerned = {output: slope for output, slope in slopes.items() if output in favours}
    if None in concerned.values() or not favours:
        return None
    ways = {(slope == 1) == (favours[output] == PROTOCOL) for output, slope in concerned.items() if slope}
    return tuple(direction for direction, up in ((UP, True), (DOWN, False)) if up in ways)


def _other(party: str) -> str:
    return ACCOUNT if party == PROTOCOL else PROTOCOL


def stated(favours: Favours | str | None, outputs: tuple[str, ...]) -> Favours:
    """Who gains where an output is larger, checked."""
    if favours is None:
        return {}
    if isinstance(favours, str):
        if len(outputs) != 1:
            raise UsageError(f"favours={favours!r}: the outputs are {', '.join(outputs)}; say it of each")
        favours = {outputs[0]: favours}
    for output, party in favours.items():
        if output not in outputs:
            raise UsageError(f"favours of {output!r}: the outputs are {', '.join(outputs)}")
        if party not in PARTIES:
            raise UsageError(f"{output}={party!r}: who gains is {' or '.join(PARTIES)}")
    return favours
