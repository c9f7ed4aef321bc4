"""A laboratory's file before and after it is imported: what it would change, and the change.

What is recorded is what was shown: the import works the preview out anew and is refused where it
no longer says the same.
"""

from __future__ import annotations

import hashlib
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from priam import events as ev
from priam.errors import InputError, UserError
from priam.formats import Samples, loads
from priam.formats.text import decode
from priam.genetics.profiles import Profile
from priam.identification.incoming import Incoming, as_reference, judge
from priam.identification.settings import Profiles
from priam.labels.tags import TagError, parse
from priam_office.cases.models import Sample
from priam_office.families.models import ReferenceSample
from priam_office.laboratory import subjects
from priam_office.laboratory.models import Profile as Row
from priam_office.laboratory.models import Run, StaffProfile, Upload
from priam_office.record.write import Entry, record_all

__all__ = [
    "LARGEST",
    "Preview",
    "PreviewRow",
    "hold",
    "preview",
    "record_upload",
    "tag_of",
    "throw_away",
]

LARGEST = 32 * 2**20  # bytes of one file; 20,000 profiles of 24 markers are about 15 MB
_KEPT = timedelta(hours=12)
_PACKED = {b"PK": "ZIP", b"\x1f\x8b": "GZIP", b"BZh": "BZIP2", b"\xfd7zXZ": "XZ", b"7z\xbc": "7Z",
           b"Rar": "RAR"}  # fmt: skip
_IDS = uuid.UUID("8f0d3b3c-52d4-4c27-9d0f-6f1b1c1f4b7a")
_FORMATS = ("cmf", "genis", "genemapper", "plain", "allele-rows", "allele-table")


@dataclass(frozen=True)
class PreviewRow:
    """One profile of the file, its id if it is recorded, and what kind of sample it is of."""

    profile_id: str
    sample: str
    kind: str
    incoming: Incoming

    @property
    def standing(self) -> str:
        return self.incoming.standing


@dataclass(frozen=True)
class Preview:
    """What an import would do. ``fingerprint`` names exactly this outcome."""

    upload: Upload
    rows: tuple[PreviewRow, ...]
    known_run: bool

    @cached_property
    def first(self) -> tuple[PreviewRow, ...]:
        """What a page shows: whatever needs a look first, then the rest, at most 400."""
        order = {"unknown sample": 0, "differs": 1, "new": 3, "same": 4, "repeated": 5}
        rows = sorted(
            self.rows,
            key=lambda r: 2 if r.incoming.quality and r.standing == "new" else order[r.standing],
        )
        return tuple(rows[:400])

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many profiles have each standing."""
        return dict(Counter(row.standing for row in self.rows))

    @cached_property
    def written(self) -> tuple[PreviewRow, ...]:
        """The rows that become profiles."""
        return tuple(r for r in self.rows if r.standing in ("new", "same", "differs"))

    @property
    def strangers(self) -> int:
        """Profiles of samples that nobody took."""
        return self.counts.get("unknown sample", 0)

    @cached_property
    def unknown_markers(self) -> tuple[str, ...]:
        """Names of markers that no kit and no table has."""
        return tuple(sorted({m for r in self.rows for m in r.incoming.unknown_markers}))

    @cached_property
    def fingerprint(self) -> str:
        """Changes with anything that would be recorded otherwise."""
        digest = hashlib.sha256(self.upload.sha256.encode())
        for row in self.rows:
            differing = [list(each) for each in row.incoming.differing]
            digest.update(repr((row.profile_id, row.standing, row.kind, differing)).encode())
        return digest.hexdigest()[:32]


# -- taking a file in -------------------------------------------------------------------------


def hold(data: bytes, kind: str, *, by: str) -> Upload:
    """Keep a file, sealed, until it is imported or thrown away; refuse what is no profile file.

    ``kind`` is ``samples`` or ``staff``. The file's name is not kept: it may hold a person's.
    """
    _refuse_packed(data)
    text, _encoding = decode(data, file=_("the file"))
    found = loads(text, file=_("the file"), single="partial") if text.strip() else None
    if found is None or found.format not in _FORMATS or not isinstance(found.content, Samples):
        raise InputError(
            _("holds no profiles; GeneMapper, CMF, GENis or CSV is expected"), file=_("the file")
        )
    Upload.objects.filter(at__lt=timezone.now() - _KEPT).delete()
    return Upload.objects.create(
        upload=str(uuid.uuid4()),
        by=by,
        kind=kind,
        format=found.format,
        sha256=hashlib.sha256(data).hexdigest(),
        text=text,
    )


def _refuse_packed(data: bytes) -> None:
    if len(data) > LARGEST:
        raise InputError(
            _("is larger than %(limit)s MB; divide the run into several files")
            % {"limit": LARGEST // 2**20},
            file=_("the file"),
        )
    for head, name in _PACKED.items():
        if data.startswith(head):
            raise InputError(
                _("is a %(kind)s archive; unpack it first, nothing is unpacked here")
                % {"kind": name},
                file=_("the file"),
            )


def throw_away(upload: Upload) -> None:
    """Forget a file that was not imported."""
    upload.delete()


# -- looking at it ----------------------------------------------------------------------------


def preview(upload: Upload) -> Preview:
    """Every profile of the file beside what is known of its sample."""
    content = loads(upload.text, file=_("the file"), format=upload.format, single="partial").content
    assert isinstance(content, Samples)
    profiles = [replace(p, sample=tag_of(p.sample)) for p in content.profiles]
    if upload.kind == "staff":
        rows = _staff_rows(upload, profiles)
    else:
        rows = _sample_rows(upload, profiles)
    return Preview(upload, tuple(rows), Run.objects.filter(sha256=upload.sha256).exists())


def tag_of(name: str) -> str:
    """A sample name as its label is written; other names as they are."""
    try:
        return parse(name)
    except TagError:
        return name.strip()


def _sample_rows(upload: Upload, profiles: Sequence[Profile]) -> Iterator[PreviewRow]:
    names = [profile.sample for profile in profiles]
    kinds, earlier = _kinds(names), _earlier(names)
    ids = [_profile_id(upload.sha256, n, p.sample) for n, p in enumerate(profiles)]
    recorded = _recorded(ids)
    staff, settings = subjects.staff_genotypes(), Profiles()
    for profile_id, profile in zip(ids, profiles):
        kind = kinds.get(profile.sample, "")
        read = as_reference(profile) if kind == "reference" else profile
        known = earlier.get(profile.sample, []) if kind else None
        repeated = profile_id in recorded
        incoming = judge(read, known, staff, settings, repeated=repeated)
        if kind == "reference" and incoming.quality.startswith("too few"):
            incoming = replace(incoming, quality="")  # the gate is for remains
        yield PreviewRow(profile_id, profile.sample, kind, incoming)
        if kind and not repeated:
            earlier.setdefault(profile.sample, []).append(dict(read.genotypes))


def _staff_rows(upload: Upload, profiles: Sequence[Profile]) -> Iterator[PreviewRow]:
    known = {r.member: subjects.genotypes_of(r.genotypes) for r in StaffProfile.objects.all()}
    for number, profile in enumerate(profiles):
        read = as_reference(profile)
        earlier = [known[profile.sample]] if profile.sample in known else []
        incoming = judge(read, earlier, {}, Profiles())
        if incoming.standing == "same":
            incoming = replace(incoming, standing="repeated")
        profile_id = _profile_id(upload.sha256, number, profile.sample)
        yield PreviewRow(profile_id, profile.sample, "staff", replace(incoming, quality=""))


def _kinds(names: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for batch in subjects.in_batches(names):
        remains = Sample.objects.filter(sample__in=batch).values_list("sample", flat=True)
        found.update(dict.fromkeys(remains, "remains"))
        relatives = ReferenceSample.objects.filter(sample__in=batch)
        found.update(dict.fromkeys(relatives.values_list("sample", flat=True), "reference"))
    return found


def _earlier(names: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for batch in subjects.in_batches(names):
        rows = Row.objects.filter(sample__in=batch, standing="stands").order_by("place")
        for row in rows.only("sample", "genotypes", "place"):
            found.setdefault(row.sample, []).append(subjects.genotypes_of(row.genotypes))
    return found


def _recorded(ids: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for batch in subjects.in_batches(ids):
        found.update(Row.objects.filter(profile__in=batch).values_list("profile", flat=True))
    return found


def _profile_id(sha256: str, number: int, sample: str) -> str:
    """The same file gives the same ids, so that nothing of it is recorded twice."""
    return str(uuid.uuid5(_IDS, f"{sha256}|{number}|{sample}"))


# -- recording it -----------------------------------------------------------------------------


def record_upload(upload: Upload, fingerprint: str, *, leave_out: bool, by: str) -> int:
    """Record what the preview showed, all or nothing; returns how many profiles.

    ``leave_out`` agrees that profiles of unknown samples are not recorded.
    """
    shown = preview(upload)
    if shown.fingerprint != fingerprint:
        raise UserError(_("The record changed since the preview; look at it again."))
    if upload.kind == "staff":
        entries = [Entry(event) for event in _staff_events(shown)]
    elif shown.strangers and not leave_out:
        raise UserError(_("Say that profiles of unknown samples are left out, or take them in."))
    else:
        entries = [Entry(event) for event in _events(shown)]
    count = len(shown.written)
    if not count:
        raise UserError(_("There is nothing to record in this file."))
    record_all(entries, by=by)
    _form_consensus([row.sample for row in shown.written if row.kind != "staff"], by)
    upload.delete()
    return count


def _events(shown: Preview) -> Iterator[ev.Event]:
    yield from _run_event(shown)
    for row in shown.written:
        profile = row.incoming.profile
        flags = [subjects.flag_text(flag) for flag in profile.flags]
        if row.incoming.quality:
            flags.insert(0, f"|quality|{row.incoming.quality}")
        flags += [f"{marker}|unknown marker|" for marker in row.incoming.unknown_markers]
        yield ev.ProfileRecorded(
            row.profile_id,
            row.sample,
            row.kind,
            shown.upload.sha256[:16],
            ev.genotypes_text(dict(profile.genotypes)),
            profile.sex,
            row.incoming.kit,
            tuple(flags),
        )


def _staff_events(shown: Preview) -> Iterator[ev.Event]:
    yield from _run_event(shown)
    for row in shown.written:
        profile = row.incoming.profile
        text = ev.genotypes_text(dict(profile.genotypes))
        yield ev.StaffProfileRecorded(row.sample, text, profile.sex, shown.upload.sha256[:16])


def _run_event(shown: Preview) -> Iterator[ev.Event]:
    upload = shown.upload
    if not shown.known_run:
        yield ev.RunImported(upload.sha256[:16], upload.format, upload.sha256, len(shown.rows))


def _form_consensus(samples: Sequence[str], by: str) -> None:
    """Form what the retests of these samples' subjects show together, where it is not formed."""
    entries = [Entry(event) for event in stale_consensus(samples)]
    if entries:
        record_all(entries, by=by)


def stale_consensus(samples: Sequence[str]) -> Iterator[ev.ConsensusFormed]:
    """Consensus events that the subjects of these samples lack."""
    of = set(subjects.subjects_of(samples).values())
    cases = [one.partition("/")[2] for one in of if one.startswith("case/")]
    persons = [one.partition("/")[2] for one in of if one.startswith("person/")]
    every: dict[str, str] = {}
    for batch in subjects.in_batches(cases):
        pairs = Sample.objects.filter(case__in=batch).values_list("sample", "case")
        every.update((sample, f"case/{case}") for sample, case in pairs)
    for batch in subjects.in_batches(persons):
        found = ReferenceSample.objects.filter(person_id__in=batch)
        pairs = found.values_list("sample", "person_id")
        every.update((sample, f"person/{person}") for sample, person in pairs)
    rows: list[Row] = []
    for batch in subjects.in_batches(every):
        rows += Row.objects.filter(sample__in=batch, standing="stands")
    return subjects.consensus_events(rows, every)
