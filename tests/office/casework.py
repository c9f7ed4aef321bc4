"""A small simulated exchange in the record: bags, cases, samples, families, references, profiles.

Synthetic persons only. What a laboratory would deliver is given as the text of its files.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from priam import events as ev
from priam.labels.tags import issue
from priam.simulation import ExchangePlan, simulate_exchange

__all__ = ["World", "build", "plain_rows"]

_TIME = "2025-06-16T09:30:00Z"


@dataclass
class World:
    """What was recorded, and the files that are not yet imported."""

    sample_of: dict[str, str] = field(default_factory=dict)  # simulated case -> sample tag
    case_of: dict[str, str] = field(default_factory=dict)  # simulated case -> case tag
    reference_of: dict[str, str] = field(default_factory=dict)  # person -> sample tag
    truth: dict[str, Any] = field(default_factory=dict)
    remains: str = ""
    references: str = ""
    staff: str = ""
    entries: list[Any] = field(default_factory=list)


def plain_rows(profiles: dict[str, dict[str, Any]]) -> str:
    """Profiles as CSV: sample, marker, alleles."""
    most = max((len(a) for p in profiles.values() for a in p.values()), default=2)
    lines = [",".join(["Sample Name", "Marker", *(f"Allele {n + 1}" for n in range(most))])]
    for sample, markers in profiles.items():
        for marker, alleles in markers.items():
            cells = [*alleles, *[""] * (most - len(alleles))]
            lines.append(",".join([sample, marker, *cells]))
    return "\n".join(lines) + "\n"


def build(plan: ExchangePlan | None = None, seed: int = 3) -> World:
    """The entries of a small exchange; :func:`write` records them."""
    exchange = simulate_exchange(plan or ExchangePlan(30, 24, 30), seed)
    world = World(truth=exchange.truth)
    chosen = random.Random(seed)
    tags = iter(issue(40 + 4 * len(exchange.cases) + 8 * len(exchange.families), chosen.choice))
    world.entries += [
        ev.PartyDeclared("A", "Party A", "party"),
        ev.PartyDeclared("B", "Party B", "party"),
    ]
    profiles: dict[str, dict[str, Any]] = {}
    for one in exchange.cases:
        bag, case, sample = next(tags), next(tags), next(tags)
        world.case_of[one.case], world.sample_of[one.case] = case, sample
        world.entries += [
            ev.BagRegistered(bag, "A", f"S-{bag[-5:]}"),
            ev.BagOpened(bag, "one", (case,)),
            ev.SampleTaken(sample, case, "bone"),
        ]
        sex = ("X", "Y") if one.sex == "male" else ("X", "X")
        profiles[sample] = {"AMEL": sex, **one.alleles}
    world.remains = plain_rows(profiles)
    persons = {row["person"]: row for row in exchange.persons}
    typed: dict[str, dict[str, Any]] = {}
    for family in exchange.families:
        entries = _family(family.record, persons, tags, world, typed)
        world.entries += entries
    world.references = plain_rows(typed)
    staff = {m["id"]: m["genotypes"] for m in exchange.staff}
    world.staff = plain_rows(staff)
    return world


def _family(
    record: dict[str, Any],
    persons: dict[str, dict[str, str]],
    tags: Iterator[str],
    world: World,
    typed: dict[str, dict[str, Any]],
) -> list[ev.Event]:
    family = str(record["id"])
    events: list[ev.Event] = [ev.FamilyRegistered(family)]
    for missing in record["missing"]:
        row = persons[missing]
        facts = ev.MissingFacts(
            (ev.PersonName(f"Surname{missing}", "Given", language="en"),),
            row["sex"],
            ev.Span(row["birth_year"], row["birth_year"]),
            ev.Span(row["last_seen"], row["last_seen"]),
        )
        events += [ev.MissingRegistered(missing, facts), ev.MissingLinked(family, missing)]
    for person, genotypes in record["genotypes"].items():
        sample = next(tags)
        world.reference_of[person] = sample
        typed[sample] = genotypes
        events += [
            ev.RelativeAdded(person, family, ev.PersonName(f"Relative{person}"), "other"),
            ev.ConsentGiven(person, "identification", "paper"),
            ev.ReferenceSampled(sample, person),
        ]
    number = {p["id"]: str(n) for n, p in enumerate(record["pedigree"], start=1)}
    members = tuple(
        ev.Member(
            number[p["id"]],
            p["sex"] or "unknown",
            number.get(p["father"]),
            number.get(p["mother"]),
            None,
            p["id"] if p["id"] in record["missing"] else None,
            p["id"] if p["id"] in record["genotypes"] else None,
        )
        for p in record["pedigree"]
    )
    return [*events, ev.PedigreeSaved(family, members, 1)]


def write(world: World, by: str = "tests") -> None:
    """Record the entries."""
    from priam_office.record.write import Entry, record_all

    record_all([Entry(event, claimed_time=_TIME) for event in world.entries], by=by)
