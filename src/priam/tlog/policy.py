"""C2SP tlog-policy: which logs are known, which witnesses, and how many of them are enough.

Format: https://c2sp.org/tlog-policy. The trust annex of an agreement is such a file.

>>> policy = parse_policy(b"quorum none\\n")
>>> policy.satisfied_by(())
True
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from priam.tlog.checkpoints import Checkpoint, check_every_kind, parse_checkpoint
from priam.tlog.cosignatures import (
    COSIGNATURE_ED25519,
    COSIGNATURE_MLDSA44,
    timestamp_of,
    verifier_of,
)
from priam.tlog.errors import FormatError, SignatureError
from priam.tlog.notes import ED25519, Note, Signature, VerifierKey, verify

__all__ = [
    "Group",
    "Policy",
    "PolicyLog",
    "PolicyWitness",
    "Verdict",
    "check_checkpoint",
    "evaluate",
    "parse_policy",
]

LOG_KINDS = (ED25519, COSIGNATURE_MLDSA44)
WITNESS_KINDS = (COSIGNATURE_ED25519, COSIGNATURE_MLDSA44)
NONE = "none"
MAX_LINES = 10_000
_FORBIDDEN = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
_COUNT = re.compile(r"[1-9][0-9]{0,4}")


@dataclass(frozen=True, slots=True)
class PolicyLog:
    """A known log; the name of its key is the origin of its checkpoints."""

    vkey: VerifierKey
    url: str | None = None


@dataclass(frozen=True, slots=True)
class PolicyWitness:
    """A known witness; ``name`` means something in this policy only."""

    name: str
    vkey: VerifierKey
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """``threshold`` of the ``members`` (witnesses or groups defined before) must have signed."""

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True)
class Policy:
    """A policy file. ``quorum`` names a witness or group, or is ``none``.

    Names are opaque octets; those that are not UTF-8 are kept by Python's ``surrogateescape``.
    """

    logs: tuple[PolicyLog, ...] = ()
    witnesses: tuple[PolicyWitness, ...] = ()
    groups: tuple[Group, ...] = ()
    quorum: str = NONE

    def __post_init__(self) -> None:
        _check_unique("log", [log.vkey.material for log in self.logs])
        _check_unique("witness", [witness.vkey.material for witness in self.witnesses])
        for log in self.logs:
            _check_kind("log", log.vkey, LOG_KINDS)
        for witness in self.witnesses:
            _check_kind("witness", witness.vkey, WITNESS_KINDS)
        self._check_names()

    def _check_names(self) -> None:
        known: set[str] = set()
        for witness in self.witnesses:
            _define(witness.name, known)
        used: set[str] = set()
        for group in self.groups:
            _check_group(group, known, used)
            _define(group.name, known)
        if self.quorum != NONE and self.quorum not in known:
            raise FormatError(f"the quorum {self.quorum!r} is not defined before its line")

    def satisfied_by(self, cosigned: Collection[str]) -> bool:
        """Whether the quorum is met when the witnesses named in ``cosigned`` have signed."""
        if self.quorum == NONE:
            return True
        return self.quorum in self.met(cosigned)

    def met(self, cosigned: Collection[str]) -> set[str]:
        """Witnesses and groups that are met."""
        met = {witness.name for witness in self.witnesses if witness.name in cosigned}
        for group in self.groups:  # members stand before their group
            if sum(member in met for member in group.members) >= group.threshold:
                met.add(group.name)
        return met

    def __bytes__(self) -> bytes:
        """The policy as a file, in an order that can be read back."""
        lines = [_line("log", str(log.vkey), log.url) for log in self.logs]
        lines += [_line("witness", w.name, str(w.vkey), w.url) for w in self.witnesses]
        lines += [_line("group", g.name, str(g.threshold), *g.members) for g in self.groups]
        lines.append(_line("quorum", self.quorum))
        return "".join(lines).encode("utf-8", "surrogateescape")


def _line(*words: str | None) -> str:
    return " ".join(word for word in words if word is not None) + "\n"


def _check_unique(what: str, keys: Sequence[bytes]) -> None:
    if len(set(keys)) != len(keys):
        raise FormatError(f"the policy has two {what} lines with one public key")


def _check_kind(what: str, vkey: VerifierKey, kinds: tuple[int, ...]) -> None:
    if vkey.kind not in kinds:
        expected = " or ".join(f"{kind:#04x}" for kind in kinds)
        raise FormatError(
            f"the {what} key {vkey.name} has signature type {vkey.kind:#04x}, expected {expected}"
        )
    verifier_of(vkey)


def _define(name: str, known: set[str]) -> None:
    if name == NONE or not name or re.search(r"[ \t\n]", name):
        raise FormatError(f"{name!r} cannot be the name of a witness or group")
    if name in known:
        raise FormatError(f"the name {name!r} is defined twice")
    known.add(name)


def _check_group(group: Group, known: set[str], used: set[str]) -> None:
    if not 1 <= group.threshold <= len(group.members):
        raise FormatError(
            f"group {group.name!r} asks for {group.threshold} of {len(group.members)} members"
        )
    for member in group.members:
        if member not in known:
            raise FormatError(f"group {group.name!r} has the member {member!r}, not defined before")
        if member in used:
            raise FormatError(f"{member!r} is a group member twice")
        used.add(member)


def parse_policy(data: bytes) -> Policy:
    """Read a policy file; an error names the line."""
    if _FORBIDDEN.search(data):
        raise FormatError("the policy has a control character other than tab and newline")
    text = data.decode("utf-8", "surrogateescape")
    lines = text.split("\n")
    if len(lines) > MAX_LINES:
        raise FormatError(f"the policy has more than {MAX_LINES} lines")
    reader = _Reader()
    for number, line in enumerate(lines, start=1):
        words = [word for word in re.split(r"[ \t]+", line) if word]
        if not words or words[0].startswith("#"):
            continue
        try:
            reader.take(words)
        except FormatError as error:
            raise FormatError(f"policy, line {number}: {error}") from None
    return reader.policy()


class _Reader:
    """Takes the lines in order; what a line refers to must have come before."""

    def __init__(self) -> None:
        self.logs: list[PolicyLog] = []
        self.witnesses: list[PolicyWitness] = []
        self.groups: list[Group] = []
        self.known: set[str] = set()
        self.used: set[str] = set()
        self.quorum: str | None = None

    def take(self, words: list[str]) -> None:
        kind, *rest = words
        if kind == "log" and len(rest) in (1, 2):
            self.logs.append(PolicyLog(VerifierKey.parse(rest[0]), *rest[1:]))
        elif kind == "witness" and len(rest) in (2, 3):
            _define(rest[0], self.known)
            self.witnesses.append(PolicyWitness(rest[0], VerifierKey.parse(rest[1]), *rest[2:]))
        elif kind == "group" and len(rest) >= 3:
            group = Group(rest[0], _threshold(rest[1], len(rest) - 2), tuple(rest[2:]))
            _check_group(group, self.known, self.used)
            _define(group.name, self.known)
            self.groups.append(group)
        elif kind == "quorum" and len(rest) == 1:
            self._quorum(rest[0])
        else:
            raise FormatError(f"{' '.join(words)[:80]!r} is no log, witness, group or quorum line")

    def _quorum(self, name: str) -> None:
        if self.quorum is not None:
            raise FormatError("a second quorum line")
        if name != NONE and name not in self.known:
            raise FormatError(f"the quorum {name!r} is not defined before its line")
        self.quorum = name

    def policy(self) -> Policy:
        if self.quorum is None:
            raise FormatError("the policy has no quorum line")
        return Policy(tuple(self.logs), tuple(self.witnesses), tuple(self.groups), self.quorum)


def _threshold(word: str, members: int) -> int:
    if word == "all":
        return members
    if word == "any":
        return 1
    if not _COUNT.fullmatch(word):
        raise FormatError(f"threshold {word[:20]!r} is neither 'all', 'any' nor a number")
    return int(word)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a policy says of a checkpoint.

    ``log``: name of the listed log that signed it, None if none did. ``cosigned``: the witnesses
    of the policy that cosigned, with the time each states (seconds since the Epoch; 0: no time
    stated). ``quorum``: whether they are enough. ``log_keys``: with which of its keys the log
    signed.
    """

    checkpoint: Checkpoint
    log: str | None
    cosigned: dict[str, int]
    quorum: bool
    log_keys: tuple[VerifierKey, ...] = ()

    @property
    def accepted(self) -> bool:
        """Signed by a listed log and cosigned by enough witnesses."""
        return self.log is not None and self.quorum


def evaluate(policy: Policy, note: Note | bytes | str) -> Verdict:
    """Verify all signatures the policy knows and apply the quorum.

    A wrong signature of a known key raises :class:`SignatureError`, and so does a missing line
    where the policy names keys of two kinds for the log: such a note was tampered with.
    """
    checkpoint, note = parse_checkpoint(note)
    names = {(w.vkey.name, w.vkey.key_id): w.name for w in policy.witnesses}
    logs = {
        (log.vkey.name, log.vkey.key_id): log.vkey
        for log in policy.logs
        if log.vkey.name == checkpoint.origin
    }
    signed = _signed(policy, note)
    check_every_kind(checkpoint.origin, [log.vkey for log in policy.logs], signed)
    by_log = [logs[at] for line in signed if (at := (line.name, line.key_id)) in logs]
    cosigned = {
        names[line.name, line.key_id]: timestamp_of(line.value)
        for line in signed
        if (line.name, line.key_id) in names
    }
    quorum = policy.satisfied_by(cosigned)
    name = by_log[0].name if by_log else None
    return Verdict(checkpoint, name, cosigned, quorum, tuple(by_log))


def _signed(policy: Policy, note: Note) -> tuple[Signature, ...]:
    vkeys = [log.vkey for log in policy.logs] + [w.vkey for w in policy.witnesses]
    known = {(vkey.name, vkey.key_id) for vkey in vkeys}
    if not any((line.name, line.key_id) in known for line in note.signatures):
        return ()
    return verify(note, [verifier_of(vkey) for vkey in vkeys]).verified


def check_checkpoint(policy: Policy, note: Note | bytes | str) -> Verdict:
    """Like :func:`evaluate`, and raise :class:`SignatureError` unless it is accepted."""
    verdict = evaluate(policy, note)
    if verdict.log is None:
        raise SignatureError(
            f"the checkpoint of {verdict.checkpoint.origin} is not signed by a log of the policy"
        )
    if not verdict.quorum:
        signed = ", ".join(sorted(map(repr, verdict.cosigned))) or "no witness"
        raise SignatureError(
            f"the checkpoint of {verdict.checkpoint.origin} has no quorum {policy.quorum!r}: "
            f"cosigned by {signed}"
        )
    return verdict
