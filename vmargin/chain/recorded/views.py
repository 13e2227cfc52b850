"""Views that keep what they were told in a file, and views that answer from that file alone.

A recording takes the node's place: beneath a proven view it holds proofs, codes and headers, and to replay it
is to prove everything again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from vmargin.chain import wire
from vmargin.chain.errors import Inconsistent, Missing, NotVouched, Unprovable
from vmargin.chain.header import Header
from vmargin.chain.questions import Log, LogQuery, ProofQuery, RawCall, RawOutcome, RawProof
from vmargin.chain.recorded import file as recording_file
from vmargin.chain.recorded.file import NotedRead, Reader, Recording
from vmargin.chain.recorded.kinds import KINDS
from vmargin.chain.recorded.proofs import ProvenAccounts, settled
from vmargin.chain.view import BlockView
from vmargin.errors import UsageError
from vmargin.solidity.abi import Function

if TYPE_CHECKING:
    from vmargin.chain.anchors import Anchor
    from vmargin.chain.proven import ProvenView

Answers = TypeVar("Answers", bound=Sequence[Any])

_AS_RECORDED = "as recorded: "


class RecordingView(BlockView):
    """Passes every question on to another view, and keeps it with its answer.

    The file depends on what was asked alone: neither on the order, nor on how often, nor on the thread.
    """

    def __init__(self, source: BlockView) -> None:
        self.source = source
        self.chain_id = source.chain_id
        self.header = source.header
        self.pin = source.pin
        self.anchor = source.anchor
        self._recording = Recording(source.chain_id, source.header, source.pin)
        self._lock = threading.Lock()

    def note(self, address: str, function: str, arguments: Iterable[str] = ()) -> None:
        """Keep a read as a person asked for it: ``vmargin replay FILE`` answers these again."""
        Function.parse(function)
        noted = NotedRead(wire.given_address(address), function, tuple(arguments))
        with self._lock:
            self._recording.reads.add(noted)

    def save(self, path: str | Path, reader: BlockView | None = None) -> None:
        """Write what was asked and answered so far to a file, whole or not at all.

        Parameters
        ----------
        path
            Compressed if it ends in ``.xz``.
        reader
            The view that was read through, where that is a proven one over this: a replay proves all again.
        """
        from vmargin.chain.proven import ProvenView

        with self._lock:
            recording = self._recording
            if reader is not None and reader is not self:
                if not isinstance(reader, ProvenView) or reader.source is not self:
                    raise UsageError(
                        "what is read through must be a proven view whose source is this recording"
                    )
                told = Reader(reader.anchor.removeprefix(_AS_RECORDED), reader.fork_name)
                recording = settled(replace(recording, reader=told))
            recording_file.write(Path(path), recording)

    def ask_calls(self, calls: Sequence[RawCall]) -> list[RawOutcome]:
        outcomes = self.source.ask_calls(calls)
        for outcome in outcomes:
            if isinstance(outcome, Unprovable):
                raise outcome
        return self._keep("calls", _written(calls), outcomes)

    def ask_storage(self, slots: Sequence[tuple[str, int]]) -> list[int]:
        return self._keep("storage", slots, self.source.ask_storage(slots))

    def ask_balances(self, addresses: Sequence[str]) -> list[int]:
        return self._keep("balances", addresses, self.source.ask_balances(addresses))

    def ask_nonces(self, addresses: Sequence[str]) -> list[int]:
        return self._keep("nonces", addresses, self.source.ask_nonces(addresses))

    def ask_codes(self, addresses: Sequence[str]) -> list[bytes]:
        return self._keep("codes", addresses, self.source.ask_codes(addresses))

    def ask_logs(self, query: LogQuery) -> list[Log]:
        logs = self.source.ask_logs(query)
        self._keep("logs", [query], [tuple(logs)])
        return logs

    def ask_proofs(self, queries: Sequence[ProofQuery]) -> list[RawProof]:
        proofs = self.source.ask_proofs(queries)
        for query, proof in zip(queries, proofs, strict=True):
            self._keep("accountProofs", [query.address], [proof.account])
            self._keep("slotProofs", [(query.address, slot) for slot in query.slots], proof.slots)
        return proofs

    def ask_headers(self, numbers: Sequence[int]) -> list[Header]:
        return self._keep("headers", numbers, self.source.ask_headers(numbers))

    def ask_receipts(self, header: Header) -> list[bytes]:
        receipts = self.source.ask_receipts(header)
        self._keep("receipts", [header.hash], [tuple(receipts)])
        return receipts

    def _keep(self, kind: str, questions: Sequence[Any], answers: Answers) -> Answers:
        with self._lock:
            told = self._recording.answers[kind]
            for question, answer in zip(questions, answers, strict=True):
                if told.setdefault(question, answer) != answer:
                    raise Inconsistent(
                        f"{KINDS[kind].about(question)} was answered twice, differently, at {self.header}: "
                        "the nodes do not agree, or one of them follows another chain"
                    )
        return answers


class RecordedView(BlockView):
    """Answers from a file, and nothing else: what the file lacks is an error, never a zero."""

    def __init__(
        self, recording: Recording, where: str, missing: Callable[[str], Exception] | None = None
    ) -> None:
        self.chain_id = recording.chain_id
        self.header = recording.header
        self.pin = recording.pin
        self.where = where
        """The file, for messages."""
        self.reads: tuple[NotedRead, ...] = tuple(sorted(recording.reads))
        """What was asked for by name when the file was made."""
        self.reader = recording.reader
        """The proven view that lay over the recording, if there was one."""
        self._answers = recording.answers
        self._recording = recording
        self._missing = missing or self._how_to_record

    def ask_calls(self, calls: Sequence[RawCall]) -> list[RawOutcome]:
        return self._told("calls", _written(calls))

    def ask_storage(self, slots: Sequence[tuple[str, int]]) -> list[int]:
        return self._told("storage", slots)

    def ask_balances(self, addresses: Sequence[str]) -> list[int]:
        return self._told("balances", addresses)

    def ask_nonces(self, addresses: Sequence[str]) -> list[int]:
        return self._told("nonces", addresses)

    def ask_codes(self, addresses: Sequence[str]) -> list[bytes]:
        told = self._answers["codes"]
        missing = {address for address in addresses if address not in told}
        if missing and self._proven is not None:
            shared = {address: self._proven.code(address) for address in missing}
            told = told | {address: code for address, code in shared.items() if code is not None}
        return self._told("codes", addresses, told)

    def ask_logs(self, query: LogQuery) -> list[Log]:
        return list(self._told("logs", [query])[0])

    def ask_proofs(self, queries: Sequence[ProofQuery]) -> list[RawProof]:
        proofs = []
        for address, slots in queries:
            account = self._told("accountProofs", [address])[0]
            if slots and self._proven is not None and self._proven.stores_nothing(address):
                proofs.append(RawProof(account, ((),) * len(slots)))
            else:
                words = self._told("slotProofs", [(address, slot) for slot in slots])
                proofs.append(RawProof(account, tuple(words)))
        return proofs

    def ask_headers(self, numbers: Sequence[int]) -> list[Header]:
        return self._told("headers", numbers)

    def ask_receipts(self, header: Header) -> list[bytes]:
        return list(self._told("receipts", [header.hash])[0])

    @cached_property
    def _proven(self) -> ProvenAccounts | None:
        return ProvenAccounts(self._recording) if self.reader is not None else None

    def _told(self, kind: str, questions: Sequence[Any], told: Mapping[Any, Any] | None = None) -> list[Any]:
        told = self._answers[kind] if told is None else told
        missing = [question for question in questions if question not in told]
        if missing:
            more = f" and {len(missing) - 1} more of its kind" if len(missing) > 1 else ""
            raise self._missing(f"{self.where} does not hold {KINDS[kind].about(missing[0])}{more}")
        return [told[question] for question in questions]

    def _how_to_record(self, what: str) -> Missing:
        return Missing(
            f"{what}: record the same read at block 0x{self.hash.hex()}, with `vmargin read … --record FILE` "
            "or through record(view)"
        )


def _written(calls: Sequence[RawCall]) -> list[RawCall]:
    """Calls as a file has them: how they were to be made is no part of what was asked."""
    return [call._replace(alone=False) for call in calls]


class RecordedAnchor:
    """Says who vouched for a block when it was recorded; it cannot be asked again."""

    def __init__(self, name: str, recorded: Header) -> None:
        self.name = _AS_RECORDED + name
        self._hash = recorded.hash

    def vouch(self, chain_id: int, header: Header) -> None:
        if header.hash != self._hash:
            raise NotVouched(f"{header} on chain {chain_id} is not the block of the recording")


def record(view: BlockView) -> RecordingView:
    """Record what is read through the view that this returns; ``save`` writes it to a file."""
    return RecordingView(view)


def load(
    path: str | Path,
    anchor: Anchor | str | None = None,
    *,
    missing: Callable[[str], Exception] | None = None,
) -> RecordedView | ProvenView:
    """Read a recording back: a view that answers offline as the recorded one did.

    Parameters
    ----------
    path
        As :meth:`RecordingView.save` wrote it.
    anchor
        Who vouches for the block's hash, for a recording that holds proofs.  Without one the view names who
        did, *as recorded*, which is as trustworthy as the file is.
    missing
        Makes the error for a question that the file has no answer to, of words that say which.

    Raises
    ------
    BadRecording
        If the file is not as it was written.
    """
    recording = recording_file.read(Path(path))
    view = RecordedView(recording, str(path), missing)
    if recording.reader is None:
        if anchor is not None:
            raise UsageError(f"{path} holds no proofs, so there is nothing that an anchor could vouch for")
        return view
    from vmargin.chain.anchors import parse_anchor
    from vmargin.chain.proven import ProvenView

    if anchor is None:
        anchor = RecordedAnchor(recording.reader.anchor, recording.header)
    elif isinstance(anchor, str):
        anchor = parse_anchor(anchor)
    return ProvenView(view, anchor, fork=recording.reader.fork)
