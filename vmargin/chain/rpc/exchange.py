"""Requests put to several nodes until each has its answer, or there is no hope of one."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

from vmargin.chain.errors import (
    AllNodesFailed,
    BadAnswer,
    ChainError,
    NodeError,
    RateLimited,
    Refused,
    Reorged,
    TooMuch,
    Unreachable,
    Unsupported,
)
from vmargin.chain.rpc.classify import Action, Fault, blame
from vmargin.chain.rpc.node import Node
from vmargin.errors import VmarginError

TRIES = 5
"""Of one request with one node; what a node asks us to wait for is waited for as long as there is time."""

PAUSE = 0.1
"""Seconds before the second turn; twice as many before each further one."""

_WRITES = ("eth_send", "eth_sign", "personal_", "anvil_", "hardhat_", "evm_", "miner_")
"""What must not be done twice because an answer was lost."""


def pause(turn: int) -> float:
    """Seconds to wait after so many turns."""
    return min(2.0, PAUSE * 2.0**turn)


class Question(NamedTuple):
    """A request, and how its result is read."""

    method: str
    params: Sequence[Any]
    read: Callable[[Any], Any] | None = None
    """May raise a :class:`NodeError`, whereupon the answer counts as none."""


Admission: TypeAlias = Callable[[Node], Fault | None]
"""What has to be known of a node before it is asked anything; a fault if it may not be."""

Diagnosis: TypeAlias = Callable[[Node, dict[int, Fault]], dict[int, Fault]]
"""A second opinion on what a node refused in one go."""


class Exchange:
    """Questions under way.

    Parameters
    ----------
    questions
        What to ask.
    nodes
        Whom to ask, the preferred one first.
    patience
        Seconds that may pass without an answer to any of the questions.
    admit, diagnose
        See :data:`Admission` and :data:`Diagnosis`.
    tries
        How often one node is asked one question.
    """

    def __init__(
        self,
        questions: Sequence[Question],
        nodes: Sequence[Node],
        *,
        patience: float,
        admit: Admission,
        diagnose: Diagnosis | None = None,
        tries: int = TRIES,
    ) -> None:
        self.answers: list[Any] = [None] * len(questions)
        """What was read, or the error as a value."""
        self.served: list[Node | None] = [None] * len(questions)
        """Who answered."""
        self._questions = questions
        self._nodes = nodes
        self._patience = patience
        self._admit = admit
        self._diagnose = diagnose
        self._tries = tries
        self._deadline = time.monotonic() + patience
        self._pending = dict.fromkeys(range(len(questions)))
        self._faults: list[dict[Node, Fault]] = [{} for _ in questions]
        self._tried: list[dict[Node, int]] = [{} for _ in questions]
        self._sizes = {node: node.batch_limit for node in nodes}

    def run(self) -> None:
        """Answer each question."""
        turn = 0
        while self._pending:
            for node in self._in_order():
                self._put(node)
            self._give_up()
            if not self._pending:
                break
            now = time.monotonic()
            ready = min((node.ready_at for node in self._nodes if self._open(node)), default=now)
            until = max(ready, now + pause(turn))
            if until >= self._deadline:
                self._give_up(everything=True)
            else:
                time.sleep(until - now)
            turn += 1

    def _in_order(self) -> list[Node]:
        """Nodes that may be asked now, those that failed of late at the end."""
        now = time.monotonic()
        return sorted(
            (node for node in self._nodes if node.ready_at <= now), key=lambda n: n.failing_until > now
        )

    def _open(self, node: Node) -> list[int]:
        """Questions that a node may still answer."""
        return [at for at in self._pending if self._may_answer(at, node)]

    def _may_answer(self, at: int, node: Node) -> bool:
        fault = self._faults[at].get(node)
        if fault is None:
            return True
        return fault.action is Action.RETRY and self._tried[at].get(node, 0) < self._tries

    def _put(self, node: Node) -> None:
        """Put to a node what it may still answer, in as many batches as it takes.

        However late it is, each node is asked at least once: the one before may have used up the time.
        """
        queue = self._open(node)
        if not queue:
            return
        if (fault := self._admit(node)) is not None:
            self._note(dict.fromkeys(queue, fault), node)
            return
        known = {at for at in queue if self._questions[at].method in node.unsupported}
        for at in known:
            error = Unsupported(-32601, f"it has no {self._questions[at].method}", node=node.label)
            self._note({at: Fault(error, Action.NEXT)}, node)
        queue = [at for at in queue if at not in known]
        parts: list[list[int]] = []
        asked = False
        while (parts or queue) and (not asked or time.monotonic() < self._deadline):
            first = parts[-1][0] if parts else queue[0]
            size = min(self._sizes[node], node.takes(self._questions[first][:2]))
            if not parts:
                parts, queue = [queue[:size]], queue[size:]
            chunk = parts.pop()
            if len(chunk) > size:
                parts += [chunk[size:], chunk[:size]]
                continue
            faults = self._take(node, chunk)
            asked = True
            crowded = [at for at, fault in faults.items() if len(chunk) > 1 and _is_crowded(fault)]
            if crowded:
                half = -(-len(crowded) // 2)
                parts += [part for part in (crowded[half:], crowded[:half]) if part]
                if 2 * len(crowded) > len(chunk):
                    self._sizes[node] = len(chunk) // 2
            self._note({at: fault for at, fault in faults.items() if at not in crowded}, node)
            stop = next((f for f in faults.values() if isinstance(f.error, (Unreachable, RateLimited))), None)
            if stop is not None:
                self._sizes[node] = max(1, len(chunk) // 4)
                self._note(dict.fromkeys([*(at for part in parts for at in part), *queue], stop), node)
                return

    def _take(self, node: Node, chunk: list[int]) -> dict[int, Fault]:
        """Make one exchange; what it answers is settled, what it does not is returned."""
        answers = node.ask([self._questions[at][:2] for at in chunk])
        faults = {}
        for at, answer in zip(chunk, answers, strict=True):
            value = answer if isinstance(answer, Fault) else self._read(at, answer, node)
            if isinstance(value, Fault):
                faults[at] = value
            else:
                self._settle(at, value, node)
        if faults and self._diagnose is not None:
            faults = self._diagnose(node, faults)
        for at, fault in list(faults.items()):
            lost = isinstance(fault.error, (Unreachable, BadAnswer))
            if fault.action is Action.RAISE or (lost and self._questions[at].method.startswith(_WRITES)):
                self._settle(at, faults.pop(at).error, node)
        return faults

    def _read(self, at: int, answer: Any, node: Node) -> Any:
        read = self._questions[at].read
        try:
            return answer if read is None else read(answer)
        except NodeError as error:
            return Fault(blame(error, node.label, node.provider.words), Action.RETRY)

    def _note(self, faults: dict[int, Fault], node: Node) -> None:
        for at, fault in faults.items():
            self._faults[at][node] = fault
            if self._tries == 1 or not isinstance(fault.error, RateLimited):
                self._tried[at][node] = self._tried[at].get(node, 0) + 1

    def _settle(self, at: int, value: Any, node: Node | None) -> None:
        self.answers[at] = value
        self.served[at] = node
        self._deadline = time.monotonic() + self._patience
        del self._pending[at]

    def _give_up(self, *, everything: bool = False) -> None:
        """Settle what no node will answer."""
        for at in list(self._pending):
            if everything or not any(self._may_answer(at, node) for node in self._nodes):
                self._settle(at, self._failure(at), None)

    def _failure(self, at: int) -> VmarginError:
        """Choose what to say of a question: what a caller can do something about comes first."""
        now = time.monotonic()
        errors: list[ChainError] = []
        for node in self._nodes:
            fault = self._faults[at].get(node)
            if fault is not None and isinstance(fault.error, ChainError):
                errors.append(fault.error)
            elif node.ready_at > now:
                errors.append(RateLimited(f"it asks us to wait {node.ready_at - now:.0f} s", node=node.label))
            else:
                errors.append(Unreachable(f"no answer within {self._patience:g} s", node=node.label))
        for kind in (Reorged, TooMuch):
            for error in errors:
                if isinstance(error, kind):
                    return error
        if len(errors) == 1:
            return errors[0]
        return AllNodesFailed(f"answer {self._questions[at].method}", errors)


def _is_crowded(fault: Fault) -> bool:
    """Whether fewer requests at once may fare better."""
    return isinstance(fault.error, TooMuch) or (fault.whole and isinstance(fault.error, (BadAnswer, Refused)))
