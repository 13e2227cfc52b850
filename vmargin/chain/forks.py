"""Which rules a block was made by: the forks of the chains that we know, and until when we know them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from vmargin.chain.errors import Unprovable
from vmargin.chain.header import Header
from vmargin.errors import UsageError


class Blobs(NamedTuple):
    """How a fork prices blobs; their base fee is visible to contracts."""

    target: int
    most: int
    update_fraction: int


@dataclass(frozen=True, slots=True)
class Fork:
    """The rules of a span of blocks."""

    name: str
    """Also that of its module of ``ethereum.forks``."""
    order: int
    header_length: int
    """How many fields its headers have."""
    blobs: Blobs | None = None

    def __str__(self) -> str:
        return self.name

    def since(self, name: str) -> bool:
        """Whether this is the named fork, or a later one."""
        return self.order >= FORKS[name].order


def _forks() -> dict[str, Fork]:
    lengths = {"london": 16, "shanghai": 17, "cancun": 20, "prague": 21}
    blobs = {
        "cancun": Blobs(3, 6, 3338477),
        "prague": Blobs(6, 9, 5007716),
        "bpo1": Blobs(10, 15, 8346193),
        "bpo2": Blobs(14, 21, 11684671),
    }
    names = (
        "frontier homestead dao_fork tangerine_whistle spurious_dragon byzantium constantinople istanbul "
        "muir_glacier berlin london arrow_glacier gray_glacier paris shanghai cancun prague osaka bpo1 bpo2"
    )
    forks: dict[str, Fork] = {}
    length, priced = 15, None
    for order, name in enumerate(names.split()):
        length, priced = lengths.get(name, length), blobs.get(name, priced)
        forks[name] = Fork(name, order, length, priced)
    return forks


FORKS: Mapping[str, Fork] = _forks()
"""By name, the oldest first.  Constantinople is as Petersburg left it."""


class Schedule(NamedTuple):
    """A chain's forks: by number of their first block up to Paris, by timestamp from then on.

    Paris itself began with the first block whose difficulty is 0, which is what its instructions look at.
    """

    numbers: Mapping[str, int]
    timestamps: Mapping[str, int]
    known_until: int
    """The timestamp from which on there may be, or is, a fork that this table does not hold."""
    sources: str
    """Where the entries are from, and when they were last looked at."""


_HORIZON = 1810771200
"""2027-05-20.  Amsterdam changes the header and is noticed anyway; a change of blob prices would not be."""

SCHEDULES: Mapping[int, Schedule] = {
    1: Schedule(
        {
            "frontier": 0,
            "homestead": 1150000,
            "dao_fork": 1920000,
            "tangerine_whistle": 2463000,
            "spurious_dragon": 2675000,
            "byzantium": 4370000,
            "constantinople": 7280000,
            "istanbul": 9069000,
            "muir_glacier": 9200000,
            "berlin": 12244000,
            "london": 12965000,
            "arrow_glacier": 13773000,
            "gray_glacier": 15050000,
        },
        {
            "shanghai": 1681338455,
            "cancun": 1710338135,
            "prague": 1746612311,
            "osaka": 1764798551,
            "bpo1": 1765290071,
            "bpo2": 1767747671,
        },
        _HORIZON,
        "mainnet: FORK_CRITERIA of ethereum-execution 2.20; consensus-specs configs/mainnet.yaml; 2026-11-20",
    ),
    11155111: Schedule(
        {"london": 0},
        {
            "shanghai": 1677557088,
            "cancun": 1706655072,
            "prague": 1741159776,
            "osaka": 1760427360,
            "bpo1": 1761017184,
            "bpo2": 1761607008,
        },
        1791294816,  # Amsterdam
        "Sepolia: eth-clients/sepolia metadata, its #126; ethereum-execution 2.20 (Osaka on); 2026-11-20",
    ),
    560048: Schedule(
        {"london": 0},
        {
            "cancun": 0,
            "prague": 1742999832,
            "osaka": 1761677592,
            "bpo1": 1762365720,
            "bpo2": 1762955544,
        },
        _HORIZON,
        "Hoodi: eth-clients/hoodi metadata; ethereum-execution 2.20 (Osaka and later); 2026-11-20",
    ),
    17000: Schedule(
        {"london": 0},
        {
            "shanghai": 1696000704,
            "cancun": 1707305664,
            "prague": 1740434112,
            "osaka": 1759308480,
            "bpo1": 1759800000,
            "bpo2": 1760389824,
        },
        _HORIZON,
        "Holesky: eth-clients/holesky metadata; ethereum-execution 2.20 (Osaka and later); 2026-11-20",
    ),
}

_OWN_RULES: Mapping[int, str] = {
    **dict.fromkeys((42161, 42170, 421614), "Arbitrum's system contracts are no code"),
    **dict.fromkeys((324, 300, 232, 2741), "ZKsync's state is no Ethereum trie"),
    **dict.fromkeys((534352, 534351), "Scroll has instructions and precompiles of its own"),
    **dict.fromkeys((59144, 59141), "Linea's state is no Ethereum trie"),
    **dict.fromkeys((1101, 2442), "Polygon zkEVM's state is no Ethereum trie"),
    **dict.fromkeys(
        (10, 8453, 130, 480, 957, 252, 1868, 34443, 42220, 57073, 7777777, 81457, 11155420, 84532),
        "the OP Stack has forks and precompiles of its own",
    ),
    **dict.fromkeys((56, 97), "BNB Smart Chain has precompiles of its own"),
}
"""Chains on which not even a caller who names a fork of Ethereum gets its rules."""


def fork_of(chain_id: int, header: Header, override: str | None = None) -> Fork:
    """Find the fork that a block was made by.

    Parameters
    ----------
    chain_id
        Of the chain.
    header
        Of the block.
    override
        The fork's name, from a caller who knows it: for devnets, and chains or times beyond the table.

    Raises
    ------
    Unprovable
        If the table does not tell, or the header is none of that fork.
    """
    if chain_id in _OWN_RULES:
        raise Unprovable(f"chain {chain_id} is not run by Ethereum's rules: {_OWN_RULES[chain_id]}")
    if max(chain_id, header.number, header.timestamp, header.gas_limit, header.excess_blob_gas or 0) >> 64:
        raise Unprovable(
            f"chain {chain_id}, {header}: number, time and gas of Ethereum's blocks take 64 bits"
        )
    fork = _scheduled(chain_id, header) if override is None else named(override)
    if len(header.fields) != fork.header_length or (header.difficulty and fork.since("paris")):
        raise Unprovable(
            f"{header} has {len(header.fields)} fields and difficulty {header.difficulty}; one of {fork} has "
            f"{fork.header_length}{' and difficulty 0' if fork.since('paris') else ''}: "
            + ("its fork is another one" if override else "the fork table is too old, or the chain another")
        )
    return fork


def named(name: str) -> Fork:
    """Find a fork by its name, however its words are joined."""
    plain = name.lower().replace("_", "").replace("-", "").replace(" ", "")
    plain = {"petersburg": "constantinople", "dao": "daofork", "merge": "paris"}.get(plain, plain)
    for fork in FORKS.values():
        if fork.name.replace("_", "") == plain:
            return fork
    raise UsageError(f"no fork {name!r}: there are {', '.join(FORKS)}")


def _scheduled(chain_id: int, header: Header) -> Fork:
    schedule = SCHEDULES.get(chain_id)
    if schedule is None:
        raise Unprovable(
            f"chain {chain_id} is not in the fork table: name its fork if you know it, e.g. --fork osaka"
        )
    if header.timestamp >= schedule.known_until:
        raise Unprovable(
            f"fork table too old for {header}: it knows the forks of chain {chain_id} until timestamp "
            f"{schedule.known_until}, the block's is {header.timestamp}; "
            "name the fork yourself if you know it, e.g. --fork osaka"
        )
    begun = [name for name, first in schedule.numbers.items() if header.number >= first]
    if header.difficulty == 0:
        begun = ["paris", *(name for name, at in schedule.timestamps.items() if header.timestamp >= at)]
    return FORKS[begun[-1]]
