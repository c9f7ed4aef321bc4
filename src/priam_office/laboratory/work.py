"""Searches at work: a worker takes the oldest that waits, and goes on where another stopped.

The queue is the record itself: what is requested and not ended waits. :class:`Work` says which
worker has it and how far it is; a worker whose ``beat`` is old is taken for dead. Finished blocks
of the search lie in the work folder, so that neither Ctrl-C nor a power cut loses them; they hold
likelihood ratios, and the inputs (genotypes) are deleted whatever happens.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from math import isfinite
from pathlib import Path
from typing import Any

from django.conf import settings as django_settings
from django.db.models import Q
from django.utils import timezone

from priam import events as ev
from priam.errors import UserError
from priam.identification.conclusions import Proposal
from priam.identification.inputs import frequency_table
from priam.identification.outputs import counts, write_outputs
from priam.identification.run import Outcome, identify
from priam.identification.settings import Settings, settings_toml
from priam.identification.settings import settings_of as read_asked
from priam_office.agreements.ids import content_id
from priam_office.laboratory import inputs, intake
from priam_office.laboratory.models import Search, Work
from priam_office.record import state as record_state
from priam_office.record.write import Entry, record, record_all

__all__ = ["ACTOR", "DEFAULT_TABLE", "CalledOff", "folder_of", "run_next", "settings_of"]

ACTOR = "priam/worker"
DEFAULT_TABLE = "nist1036-cauc"
DEAD_AFTER = timedelta(seconds=90)
_BATCH = 400  # events of one transaction, so that others need not wait for the whole result
_KEPT_CANDIDATES = 20  # a case

Progress = Callable[[str, int, int], None]


class CalledOff(Exception):
    """Somebody called the search off while it was at work."""


def run_next(progress: Progress, after: Callable[[str], None]) -> str | None:
    """Take the oldest search that waits and bring it to its end; its id, or None if none waits.

    ``after`` is called with the search once its results are recorded.
    """
    search = _take()
    if search is None:
        return None
    folder = folder_of(search.search)
    inside = folder / "in"
    shutil.rmtree(inside, ignore_errors=True)  # what a killed worker left
    try:
        _run(search, folder, progress)
        after(search.search)
    except CalledOff:
        _end(search.search, folder)
    except UserError as error:
        _stop(search.search, str(error))
        _end(search.search, folder)
    except BaseException:  # Ctrl-C, or a bug: another worker may go on at once
        Work.objects.filter(search=search.search).update(worker="", beat=None)
        raise
    else:
        _end(search.search, folder)
    finally:
        shutil.rmtree(inside, ignore_errors=True)
    return search.search


def folder_of(search: str) -> Path:
    """Where the blocks of a search lie while it is at work."""
    return Path(django_settings.INSTALLATION.folder) / "searches" / search


def settings_of(search: Search) -> Settings:
    """The settings that the search was asked for with."""
    return read_asked(search.settings)


def _take() -> Search | None:
    """The oldest waiting search, now this worker's."""
    me = f"{socket.gethostname()}/{os.getpid()}"
    old = timezone.now() - DEAD_AFTER
    for search in Search.objects.filter(status="requested").order_by("place"):
        Work.objects.get_or_create(search=search.search)
        free = Q(worker="") | Q(worker=me) | Q(beat__lt=old) | Q(beat=None)
        mine = Work.objects.filter(free, search=search.search)
        if mine.update(worker=me, beat=timezone.now(), stage="", done=0, total=0):
            return search
    return None


def _run(search: Search, folder: Path, progress: Progress) -> None:
    report = _Report(search.search, progress)
    settings = settings_of(search)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    report("inputs", 0, 1)
    table = frequency_table(settings.likelihood.frequencies or DEFAULT_TABLE, folder)
    state = record_state.known().state
    found = inputs.searchable(state, table)
    if not found.cases or not found.families:
        raise UserError(
            "there is nothing to compare: a search needs a profile of remains, and a family with "
            "a drawn pedigree, an open missing person and a profile of somebody who consents"
        )
    _form_consensus(found.samples)
    inputs.write_inputs(folder / "in", found, table)
    report("inputs", 1, 1)
    outcome = identify(folder / "in", folder / "out", settings, keep_going=True, progress=report)
    report("record", 0, 1)
    write_outputs(outcome, folder / "out")
    _record(search.search, outcome, folder / "out", report)


class _Report:
    """Writes progress to the table at most once a second, and hears there that it is called off."""

    def __init__(self, search: str, progress: Progress) -> None:
        self.search, self.progress, self.last = search, progress, 0.0

    def __call__(self, stage: str, done: int, total: int) -> None:
        self.progress(stage, done, total)
        now = time.monotonic()
        if done != total and done and now - self.last < 1.0:
            return
        self.last = now
        rows = Work.objects.filter(search=self.search)
        rows.update(stage=stage, done=done, total=total, beat=timezone.now())
        if rows.filter(called_off=True).exists():
            raise CalledOff


def _form_consensus(samples: Iterable[str]) -> None:
    entries = [Entry(event) for event in intake.stale_consensus(list(samples))]
    for start in range(0, len(entries), _BATCH):
        record_all(entries[start : start + _BATCH], by=ACTOR)


def _stop(search: str, reason: str) -> None:
    if record_state.known().state.searches[search].status == "requested":
        record(ev.SearchStopped(search, reason), by=ACTOR)


def _end(search: str, folder: Path) -> None:
    Work.objects.filter(search=search).delete()
    shutil.rmtree(folder, ignore_errors=True)


# -- results as events --------------------------------------------------------------------------


def _record(search: str, outcome: Outcome, out: Path, report: _Report) -> None:
    """Candidates, then proposals, then the end. Ids come from the content, so that a worker that
    died half way through writes nothing twice."""
    events = [*_candidates(search, outcome), *_proposals(search, outcome)]
    for start in range(0, len(events), _BATCH):
        report("record", start, len(events))
        _write(events[start : start + _BATCH])
    _write([_finished(search, outcome, out)])
    report("record", 1, 1)


def _write(events: list[ev.Event]) -> None:
    record_all([Entry(event, content_id(event)) for event in events], by=ACTOR)


def _candidates(search: str, outcome: Outcome) -> Iterator[ev.Event]:
    by_case: dict[str, list[ev.CandidateFound]] = {}
    for candidate in sorted(outcome.candidates, key=lambda c: -c.log_lr):
        found = ev.CandidateFound(
            outcome.targets[candidate.person].person,
            outcome.records.families[candidate.family].id,
            _thousandths(candidate.log10_lr),
            candidate.markers,
            candidate.mismatches,
        )
        for case in outcome.clusters[candidate.individual].cases:
            by_case.setdefault(case, []).append(found)
    for case, every in sorted(by_case.items()):
        yield ev.CandidatesNoted(search, case, tuple(every[:_KEPT_CANDIDATES]))


def _proposals(search: str, outcome: Outcome) -> Iterator[ev.Event]:
    for proposal, cluster in zip(outcome.proposals, outcome.clusters, strict=True):
        notes = tuple(f"Re-association: {text}." for text in cluster.notes)
        yield _proposal(search, proposal, cluster.cases, notes)
    needed = _thousandths(outcome.proposals[0].required_log10) if outcome.proposals else 0
    for case, reason in sorted(outcome.gate.aside.items()):
        reasons = (reason,)
        yield ev.ProposalRecorded(search, (case,), "set aside", 0, needed, reasons)


def _proposal(
    search: str, proposal: Proposal, cases: tuple[str, ...], notes: tuple[str, ...]
) -> ev.ProposalRecorded:
    alternatives = tuple(
        ev.AlternativePerson(
            a.person,
            a.family,
            _millionths(a.posterior),
            _thousandths(a.log10_lr),
            a.markers,
            a.mismatches,
            None if a.other_log10 is None else _thousandths(a.other_log10),
            None if a.combined_posterior is None else _millionths(a.combined_posterior),
        )
        for a in proposal.alternatives
    )
    return ev.ProposalRecorded(
        search,
        cases,
        proposal.kind,
        _millionths(proposal.posterior),
        _thousandths(proposal.required_log10),
        (*proposal.reasons, *notes),
        proposal.needs,
        alternatives,
        proposal.excluded,
        proposal.person or None,
        None if proposal.log10_lr is None else _thousandths(proposal.log10_lr),
    )


def _finished(search: str, outcome: Outcome, out: Path) -> ev.SearchFinished:
    digest = hashlib.sha256()
    for name in ("clusters.json", "joint.json"):
        digest.update((out / name).read_bytes())
    stamps = {**outcome.run}
    stamps["sha256 settings"] = hashlib.sha256(settings_toml(outcome.settings).encode()).hexdigest()
    tally: dict[str, Any] = {
        "cases": len(outcome.records.cases),
        "set aside": len(outcome.gate.aside),
        "individuals": len(outcome.clusters),
        "missing persons": len(outcome.targets),
        "families": len(outcome.records.families),
        "candidates": len(outcome.candidates),
        "rejected": len(outcome.records.rejected),
        **counts(outcome),
    }
    return ev.SearchFinished(
        search,
        digest.hexdigest(),
        tuple(ev.Stamp(name, value) for name, value in sorted(stamps.items())),
        tuple(ev.Stamp(name, str(value)) for name, value in tally.items()),
    )


def _thousandths(value: float) -> int:
    return round(value * 1000) if isfinite(value) else -1_000_000


def _millionths(value: float) -> int:
    return min(1_000_000, max(0, round(value * 1_000_000)))


def waiting() -> dict[str, Any] | None:
    """The search that waits or is at work, with how far it is; None if there is none."""
    search = Search.objects.filter(status="requested").order_by("place").first()
    if search is None:
        return None
    work = Work.objects.filter(search=search.search).first()
    alive = bool(work and work.beat and work.beat > timezone.now() - DEAD_AFTER)
    return {"search": search, "work": work, "alive": alive}


def plain(made: Any) -> str:
    """Settings or stamps as indented JSON, for a page."""
    return json.dumps(made, indent=1, ensure_ascii=False, sort_keys=True)
