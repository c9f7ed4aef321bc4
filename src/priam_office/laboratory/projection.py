"""Rows of the laboratory for each event; pure, see :mod:`priam_office.record.projection`."""

from __future__ import annotations

import json

from django.db import models

from priam import events as ev
from priam_office.laboratory.models import (
    Candidate,
    Consensus,
    Profile,
    Run,
    Search,
    StaffProfile,
)
from priam_office.record.projection import Before, Makers, as_it_was

__all__ = ["MODELS", "rows"]

MODELS = (Run, Profile, Consensus, StaffProfile, Search, Candidate)
makes = Makers()
rows = makes.rows


@makes(ev.RunImported)
def _run(event: ev.RunImported, one: ev.Recorded, before: Before) -> list[models.Model]:
    return [
        Run(
            run=event.run,
            format=event.format,
            sha256=event.sha256,
            profiles=event.profiles,
            place=one.sequence,
            at=one.claimed_time,
            by=one.actor,
        )
    ]


@makes(ev.ProfileRecorded)
def _profile(event: ev.ProfileRecorded, one: ev.Recorded, before: Before) -> list[models.Model]:
    genotypes = json.loads(event.genotypes)
    return [
        Profile(
            profile=event.profile,
            sample=event.sample,
            kind=event.kind,
            run_id=event.run,
            kit=event.kit,
            genotypes=genotypes,
            sex=event.sex,
            flags=list(event.flags),
            markers=len(genotypes),
            flagged=bool(event.flags),
            place=one.sequence,
            at=one.claimed_time,
        )
    ]


@makes(ev.ProfileSetAside)
def _aside(event: ev.ProfileSetAside, one: ev.Recorded, before: Before) -> list[models.Model]:
    row = as_it_was(before, Profile, event.profile)
    row.standing, row.reason = "set aside", event.reason
    return [row]


@makes(ev.ConsensusFormed)
def _consensus(event: ev.ConsensusFormed, one: ev.Recorded, before: Before) -> list[models.Model]:
    return [
        Consensus(
            of=event.of,
            profiles=" ".join(event.profiles),
            genotypes=json.loads(event.genotypes),
            sex=event.sex,
            flags=list(event.flags),
            differing=len(event.differing),
            rule=event.rule,
            place=one.sequence,
            at=one.claimed_time,
        )
    ]


@makes(ev.StaffProfileRecorded)
def _staff(event: ev.StaffProfileRecorded, one: ev.Recorded, before: Before) -> list[models.Model]:
    genotypes = json.loads(event.genotypes)
    return [
        StaffProfile(
            member=event.member,
            genotypes=genotypes,
            sex=event.sex,
            markers=len(genotypes),
            at=one.claimed_time,
        )
    ]


@makes(ev.SearchRequested)
def _requested(event: ev.SearchRequested, one: ev.Recorded, before: Before) -> list[models.Model]:
    return [
        Search(
            search=event.search,
            settings=event.settings,
            requested_at=one.claimed_time,
            requested_by=one.actor,
            place=one.sequence,
        )
    ]


@makes(ev.CandidatesNoted)
def _candidates(event: ev.CandidatesNoted, one: ev.Recorded, before: Before) -> list[models.Model]:
    return [
        Candidate(
            key=f"{event.search}/{event.case}/{found.missing}",
            search_id=event.search,
            case=event.case,
            missing=found.missing,
            family=found.family,
            log10_lr=found.log10_lr,
            markers=found.markers,
            mismatches=found.mismatches,
            rank=rank,
        )
        for rank, found in enumerate(event.candidates, start=1)
    ]


@makes(ev.SearchFinished)
def _finished(event: ev.SearchFinished, one: ev.Recorded, before: Before) -> list[models.Model]:
    row = as_it_was(before, Search, event.search)
    row.status, row.ended_at, row.results = "finished", one.claimed_time, event.results
    row.made_with = {stamp.name: stamp.value for stamp in event.made_with}
    row.counts = {stamp.name: stamp.value for stamp in event.counts}
    return [row]


@makes(ev.SearchStopped)
def _stopped(event: ev.SearchStopped, one: ev.Recorded, before: Before) -> list[models.Model]:
    row = as_it_was(before, Search, event.search)
    row.status, row.ended_at, row.reason = "stopped", one.claimed_time, event.reason
    return [row]
