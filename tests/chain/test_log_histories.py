"""Random lives of a chain, its nodes and a reader: the steps always add up to the chain's own logs."""

from __future__ import annotations

import base64
import pickle
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

from tests.chain.log_reader import EMIT, NOTED, WORDINGS, Reader, at_most, emit, logs_of
from vmargin.chain import wire
from vmargin.chain.connection import Connection
from vmargin.chain.devnet import Devnet
from vmargin.chain.errors import ChainError
from vmargin.chain.faults import FaultyNode
from vmargin.chain.logs import LogCursor
from vmargin.chain.logs.store import Step

DEPTH = 12


class History:
    """A random life of a chain, of the node before it, and of a reader who is interrupted now and then."""

    def __init__(self, rng: Random, chain: Devnet, node: FaultyNode, emitters: tuple[str, str], path: Path):
        self.rng, self.chain, self.node, self.emitters, self.path = rng, chain, node, emitters, path
        self.base = chain.head
        self.trust_node = rng.random() < 0.3
        self.cursor: dict[str, Any] = {"start": chain.head + rng.randrange(-1, 4)}
        if rng.random() < 0.8:
            self.cursor["addresses"] = emitters[: rng.randrange(1, 3)]
        if rng.random() < 0.5:
            kinds = [kind.to_bytes(32, "big") for kind in rng.sample(range(3), 2)]
            self.cursor["topics"] = [[NOTED], kinds]
        self.reader = Reader()
        self.faulty = False
        self.refused = self.interrupted = 0

    def run(self, actions: int) -> None:
        doings = (self.emit, self.mine, self.reorg, self.misbehave, self.behave)
        with Connection(self.node.url, patience=0.05) as connection:
            while actions > 0:
                with closing(self.open(connection)) as cursor:
                    for _ in range(self.rng.randrange(1, 25)):
                        actions -= 1
                        if self.rng.random() < 0.4:
                            self.step(cursor)
                        else:
                            self.rng.choices(doings, (6, 2, 4, 3, 2))[0]()
            self.behave()
            with closing(self.open(connection)) as cursor:
                self.reader.drain(cursor)
                assert self.reader.logs == logs_of(self.chain, self.cursor) == list(cursor.kept())

    def open(self, connection: Connection) -> LogCursor:
        return LogCursor(
            connection,
            self.path,
            **self.cursor,
            depth=DEPTH,
            trust_node=self.trust_node,
            keep_all=True,
            most_blocks=self.rng.choice((1, 3, 1000)),
        )

    def emit(self) -> None:
        emit(self.chain, self.rng.choice(self.emitters), self.rng.randrange(3), self.rng.randrange(1, 4))

    def mine(self) -> None:
        self.chain.mine(self.rng.choice((1, 2, 2 * DEPTH)))

    def reorg(self) -> None:
        depth = min(self.rng.randrange(1, DEPTH // 2), self.chain.head - self.base)
        sent = [
            {"from": self.chain.accounts[0], "to": emitter, "data": wire.to_data(EMIT.calldata((1, 1, 7)))}
            for emitter in self.emitters
        ]
        if depth > 0:
            pairs = [[one, self.rng.randrange(depth)] for one in self.rng.sample(sent, self.rng.randrange(3))]
            self.chain.rpc("anvil_setCoinbase", "0x" + self.rng.randbytes(20).hex())
            self.chain.rpc("anvil_reorg", depth, pairs)

    def misbehave(self) -> None:
        rng = self.rng
        unkind = [
            ("range_refused", {"blocks": rng.randrange(1, 7)}),
            (at_most(rng.randrange(1, 7), rng.choice(WORDINGS)), {}),
            ("http_503", {}),
            ("reset", {}),
            ("null_block", {}),
            ("head_lags", {}),
            ("short_batch", {}),
        ]
        lies = ["logs_cut_short", "log_missing", "log_doubled", "logs_of_another_block", "receipts_cut_short"]
        kind, options = rng.choice(unkind + [(lie, {}) for lie in lies if not self.trust_node])
        often, dice = rng.choice((0.3, 1)), Random(rng.random())
        self.node.inject(kind, where=lambda method, params: dice.random() < often, **options)
        self.faulty = True

    def behave(self) -> None:
        self.node.clear()
        self.faulty = False

    def step(self, cursor: LogCursor) -> None:
        number = self.rng.randrange(self.base, self.chain.head + 1)
        to = self.rng.choice(("latest", "latest", "latest", "safe", "finalized", number))
        try:
            with cursor.step(to) as step:
                self.reader.take(step)
                if self.rng.random() < 0.2:
                    raise InterruptedError
        except InterruptedError:
            self.interrupted += 1
        except ChainError:
            assert self.faulty, "there is no error without a fault"
            self.refused += 1


def test_steps_add_up_to_the_chain_whatever_happens(
    chain: Devnet, build: Path, tmp_path: Path, long: bool
) -> None:
    seen = [0, 0, 0]
    emitters = chain.deploy(build / "Emitter.json"), chain.deploy(build / "Emitter.json")
    for seed in range(30 if long else 5):
        with FaultyNode(chain.url) as node:
            history = History(Random(seed), chain, node, emitters, tmp_path / f"{seed}.sqlite")
            history.run(200 if long else 50)
        counted = history.reader.rolled_back, history.refused, history.interrupted
        seen = [total + count for total, count in zip(seen, counted, strict=True)]
    assert min(seen) > (100 if long else 4), seen


def test_a_reader_that_is_killed_loses_and_doubles_nothing(
    chain: Devnet, build: Path, tmp_path: Path, long: bool
) -> None:
    emitter = chain.deploy(build / "Emitter.json")
    start, rng = chain.head + 1, Random(0)
    command = [sys.executable, Path(__file__).with_name("killed_reader.py"), chain.url, tmp_path, str(start)]
    codes = []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout
        for fatal in (*range(1, 24, 3), *range(2, 24, 3), *range(200 if long else 0), 0):
            emit(chain, emitter, count=rng.randrange(3))
            emit(chain, emitter, count=1)
            if rng.random() < 0.7:
                chain.reorg(min(rng.randrange(2, 8), chain.head - start))
            print(fatal % 30, file=process.stdin, flush=True)
            codes.append(int(process.stdout.readline()))
    assert codes[0] == -signal.SIGKILL and codes[-1] == process.returncode == 0

    written = (tmp_path / "steps").read_bytes().splitlines()
    steps: list[Step] = [pickle.loads(base64.b64decode(line)) for line in written]
    reader = Reader()
    for step in steps:
        reader.take(step)
    assert reader.logs == logs_of(chain, {"start": start})
    assert reader.rolled_back and len(steps) > len({step.sequence for step in steps})
