"""C2SP tlog-witness: cosign a checkpoint if the log has only grown since the last one.

Protocol: https://c2sp.org/tlog-witness. :func:`add_checkpoint` is the whole decision as a pure
function; :class:`Witness` adds a store that checks and stores in one step, so that two requests
at once cannot roll the witness back.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from priam.tlog import notes
from priam.tlog.checkpoints import Checkpoint, open_checkpoint, parse_checkpoint, parse_decimal
from priam.tlog.errors import FormatError, LogError, ProofError, SignatureError
from priam.tlog.hashes import EMPTY_ROOT, decode_hash, encode_base64
from priam.tlog.notes import Note, Signer, Verifier
from priam.tlog.proofs import verify_consistency
from priam.tlog.splitview import SplitView

__all__ = [
    "Answer",
    "MemoryStore",
    "Request",
    "Witness",
    "WitnessStore",
    "add_checkpoint",
    "parse_request",
]

MAX_PROOF_LINES = 63
MAX_REQUEST_BYTES = 256 * 1024
PLAIN = "text/plain; charset=utf-8"
SIZE = "text/x.tlog.size"


@dataclass(frozen=True, slots=True)
class Request:
    """An ``add-checkpoint`` request: size before, consistency proof, signed checkpoint."""

    old_size: int
    proof: tuple[bytes, ...]
    note: Note

    def __bytes__(self) -> bytes:
        lines = [f"old {self.old_size}", *(encode_base64(value) for value in self.proof)]
        return ("\n".join(lines) + f"\n\n{self.note}").encode()


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and body of HTTP. ``state`` is what the witness has to store for this log: the
    cosigned note; None if nothing changes. ``split_view`` is proof against the log, if the
    request contained one."""

    status: int
    body: str
    content_type: str = PLAIN
    origin: str | None = None
    state: str | None = None
    split_view: SplitView | None = None


def parse_request(data: bytes) -> Request:
    """Read the body of an ``add-checkpoint`` request."""
    if len(data) > MAX_REQUEST_BYTES:
        raise FormatError(f"the request has more than {MAX_REQUEST_BYTES} bytes")
    head, gap, rest = notes.text_of(data, "request").partition("\n\n")
    first, *lines = head.split("\n")
    if not gap or not first.startswith("old "):
        raise FormatError("a request is 'old SIZE', proof lines, an empty line and a checkpoint")
    if len(lines) > MAX_PROOF_LINES:
        raise FormatError(f"the request has {len(lines)} proof lines, at most {MAX_PROOF_LINES}")
    return Request(
        parse_decimal(first.removeprefix("old "), "the old size"),
        tuple(decode_hash(line, "a line of the consistency proof") for line in lines),
        parse_checkpoint(rest)[1],
    )


def add_checkpoint(
    state: Mapping[str, str],
    body: bytes,
    *,
    logs: Mapping[str, Sequence[Verifier]],
    cosigners: Sequence[Signer],
) -> Answer:
    """Decide a request. ``state``: origin -> the last note cosigned for it. ``logs``: origin ->
    keys trusted for it. Nothing is stored; the caller must store ``answer.state`` before it
    answers, and only if the state is still the one that was given."""
    try:
        request = parse_request(body)
        claimed = parse_checkpoint(request.note)[0]
    except SignatureError as error:  # a signature in a spelling that is not allowed
        status = 403 if _origin_line(body) in logs else 404
        return Answer(status, f"{error}\n")
    except LogError as error:
        return Answer(400, f"{error}\n")
    if claimed.origin not in logs:
        return Answer(404, f"unknown log {claimed.origin}\n")
    try:
        opened = open_checkpoint(request.note, logs[claimed.origin])
    except SignatureError as error:
        return Answer(403, f"{error}\n", origin=claimed.origin)
    if request.old_size > claimed.size:
        text = f"old size {request.old_size} is larger than the checkpoint's {claimed.size}\n"
        return Answer(400, text, origin=claimed.origin)
    signed = Note(request.note.text, opened.opened.verified)
    return _against_state(state.get(claimed.origin), request, claimed, signed, cosigners)


def _origin_line(body: bytes) -> str:
    return body.partition(b"\n\n")[2].partition(b"\n")[0].decode("utf-8", "replace")


def _against_state(
    last: str | None,
    request: Request,
    claimed: Checkpoint,
    signed: Note,
    cosigners: Sequence[Signer],
) -> Answer:
    known = parse_checkpoint(last)[0] if last else Checkpoint(claimed.origin, 0, EMPTY_ROOT)
    split = None
    if last and known.size == claimed.size and known.root != claimed.root:
        split = SplitView(last, str(signed))
    if request.old_size != known.size or (
        request.old_size == claimed.size and known.root != claimed.root
    ):
        return Answer(409, f"{known.size}\n", SIZE, claimed.origin, split_view=split)
    try:
        _check_growth(known, claimed, request.proof)
    except ProofError as error:
        return Answer(422, f"consistency proof: {error}\n", origin=claimed.origin)
    cosigned = notes.sign(signed, cosigners)
    own = {(signer.name, signer.key_id) for signer in cosigners}
    lines = [line for line in cosigned.signatures if (line.name, line.key_id) in own]
    return Answer(200, "".join(map(str, lines)), PLAIN, claimed.origin, str(cosigned))


def _check_growth(known: Checkpoint, claimed: Checkpoint, proof: Sequence[bytes]) -> None:
    if known.size == 0:
        if proof:
            raise ProofError("must be empty when the old size is 0")
        return
    verify_consistency(known.size, known.root, claimed.size, claimed.root, proof)


class WitnessStore(Protocol):
    """Where a witness keeps the last note it cosigned for each log."""

    def load(self, origin: str) -> str | None:
        """The last cosigned note of this log."""
        ...

    def replace(self, origin: str, before: str | None, after: str) -> bool:
        """Durably store ``after`` if the note is still ``before``, in one step; say whether."""
        ...

    def keep(self, proof: SplitView) -> None:
        """Keep a proof against a log for good."""
        ...


@dataclass
class MemoryStore:
    """A store for tests and for one process."""

    notes: dict[str, str] = field(default_factory=dict)
    proofs: list[SplitView] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def load(self, origin: str) -> str | None:
        return self.notes.get(origin)

    def replace(self, origin: str, before: str | None, after: str) -> bool:
        with self._lock:
            if self.notes.get(origin) != before:
                return False
            self.notes[origin] = after
            return True

    def keep(self, proof: SplitView) -> None:
        self.proofs.append(proof)


@dataclass(frozen=True)
class Witness:
    """A witness with keys, known logs and a store."""

    cosigners: Sequence[Signer]
    logs: Mapping[str, Sequence[Verifier]]
    store: WitnessStore

    def add_checkpoint(self, body: bytes) -> Answer:
        """Answer a request; the new state is stored before this returns."""
        while True:
            origin = _origin(body)
            before = self.store.load(origin) if origin else None
            state = {origin: before} if origin and before else {}
            answer = add_checkpoint(state, body, logs=self.logs, cosigners=self.cosigners)
            if answer.split_view is not None:
                self.store.keep(answer.split_view)
            if answer.state is None or answer.origin is None:
                return answer
            if self.store.replace(answer.origin, before, answer.state):
                return answer  # otherwise another request was faster: decide again


def _origin(body: bytes) -> str | None:
    try:
        return parse_checkpoint(parse_request(body).note)[0].origin
    except LogError:
        return None
