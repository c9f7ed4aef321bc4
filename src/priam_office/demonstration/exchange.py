"""A simulated exchange as the events that an office would have written about it.

Bags are registered, opened and sampled; missing persons get made-up names, families their
relatives, consents, samples and pedigrees. Nothing is decided here: that is for whoever plays.
"""

from __future__ import annotations

import csv
import hashlib
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import rfc8785

from priam import events as ev
from priam.casework.sections import canonical_fields, cleaned
from priam.events import Event
from priam.events.families import Member
from priam.events.missing import PersonName, Span
from priam.labels.tags import issue
from priam.simulation.lists import SyntheticName, synthetic_names, synthetic_relative

__all__ = ["PARTY", "Played", "events_of"]

PARTY = "UA"
LABORATORY = "DNA laboratory"
CLOSED = 12  # bags that wait to be opened
_GIVEN = {
    True: ["Оксана", "Марія", "Ганна", "Ірина", "Надія", "Леся", "Соломія", "Дарина"],
    False: ["Остап", "Тарас", "Богдан", "Ілля", "Матвій", "Назар", "Лука", "Юхим"],
}
_RELATIONS = {
    "F": ("father", "father"),
    "M": ("mother", "mother"),
    "S": ("brother", "sister"),
    "C": ("son", "daughter"),
    "W": ("spouse", "spouse"),
    "GF": ("grandfather", "grandfather"),
    "GM": ("grandmother", "grandmother"),
    "U": ("uncle", "aunt"),
}


@dataclass
class Played:
    """Who became what: names of the simulation -> ids and labels of the office."""

    cases: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    families: dict[str, str] = field(default_factory=dict)


def events_of(folder: Path, played: Played, seed: int = 1) -> Iterator[list[Event]]:
    """The events in blocks that each stand alone; fills ``played`` on the way.

    The first block declares the party. Work is under way: a few bags are still closed, a few
    samples have not been sent.
    """
    draw = random.Random(seed)
    made = _Maker(draw, ev.new_event_id)
    yield [ev.PartyDeclared(PARTY, "Ukraine", "party")]
    run = _run(folder / "remains.csv", "remains")
    yield [run]
    yield from _cases(folder, made, played, run.run)
    yield from _families(folder, made, played, seed)


@dataclass
class _Maker:
    """Fresh labels and ids."""

    draw: random.Random
    new_id: Callable[[], str]
    taken: set[str] = field(default_factory=set)

    def tags(self, count: int) -> list[str]:
        found = issue(count, self.draw.choice, self.taken)
        self.taken.update(found)
        return found


def _run(path: Path, name: str) -> ev.RunImported:
    digest = hashlib.sha256(path.read_bytes() + name.encode()).hexdigest()
    with path.open(encoding="utf-8") as file:
        profiles = len({line.partition(",")[0] for line in file}) - 1
    return ev.RunImported(digest[:16], "priam-remains", digest, max(profiles, 1))


# -- remains ---------------------------------------------------------------------------------


def _cases(folder: Path, made: _Maker, played: Played, run: str) -> Iterator[list[Event]]:
    genotypes = _remains(folder / "remains.csv")
    examined = {row["case"]: row for row in _rows(folder / "examinations.csv")}
    for name, (alleles, quality) in genotypes.items():
        bag, case, sample = made.tags(3)
        played.cases[name] = case
        block: list[Event] = [ev.BagRegistered(bag, PARTY), ev.BagOpened(bag, "one", (case,))]
        block += _examined(case, examined.get(name, {}))
        block.append(ev.SampleTaken(sample, case, made.draw.choice(("bone", "tooth"))))
        block += [ev.SampleSent(sample, LABORATORY), ev.SampleReceived(sample, LABORATORY)]
        sex = _sex_of(alleles.pop("AMEL", []))
        flags = () if quality == "good" else ("low quality",)
        block.append(
            ev.ProfileRecorded(
                made.new_id(), sample, "remains", run, _text(alleles), sex, flags=flags
            )
        )
        yield block
    yield [ev.BagRegistered(bag, PARTY) for bag in made.tags(CLOSED)]
    for kind in ("bone", "tooth", "nail"):
        bag, case, sample = made.tags(3)
        opened: list[Event] = [ev.BagRegistered(bag, PARTY), ev.BagOpened(bag, "one", (case,))]
        yield [*opened, ev.SampleTaken(sample, case, kind)] if kind != "nail" else opened


def _remains(path: Path) -> dict[str, tuple[dict[str, list[str | None]], str]]:
    found: dict[str, tuple[dict[str, list[str | None]], str]] = {}
    for row in _rows(path):
        alleles, _ = found.setdefault(row["case"], ({}, row["quality"]))
        pair = [row["allele_1"] or None, row["allele_2"] or None]
        alleles.setdefault(row["marker"], []).extend(pair)
    for alleles, _ in found.values():
        for marker, seen in alleles.items():
            if len(seen) > 2:  # several rows: nothing is missing where there is too much
                alleles[marker] = [allele for allele in seen if allele]
    return found


def _sex_of(alleles: list[Any]) -> str:
    seen = {allele for allele in alleles if allele}
    return "male" if "Y" in seen else "female" if seen == {"X"} and len(alleles) > 1 else "unknown"


def _text(alleles: dict[str, Any]) -> str:
    return rfc8785.dumps({marker: list(each) for marker, each in alleles.items()}).decode()


def _examined(case: str, row: dict[str, str]) -> Iterator[Event]:
    """Section 400 of the post-mortem record, as far as the examination went."""
    fields: dict[str, Any] = {}
    if row.get("sex") in ("male", "female"):
        fields["sex"] = row["sex"]
    if row.get("age_low"):
        fields["age"] = {"from": int(row["age_low"]), "to": int(row["age_high"])}
    if row.get("stature_cm"):
        stature = int(float(row["stature_cm"]))
        fields["stature"] = {"from": stature - 4, "to": stature + 4}
    if row.get("mark"):
        fields["scars"] = row["mark"]
    if fields:
        text = canonical_fields(cleaned("400", "pm", fields))
        yield ev.SectionSaved(case, "400", text, 1)


# -- families --------------------------------------------------------------------------------


def _families(folder: Path, made: _Maker, played: Played, seed: int) -> Iterator[list[Event]]:
    families = json.loads((folder / "families.json").read_bytes())
    run = _run(folder / "families.json", "references")
    yield [
        run,
        *(
            ev.StaffProfileRecorded(one["id"], _text(one["genotypes"]), "unknown", run.run)
            for one in families["staff"]
        ),
    ]
    persons = {row["person"]: row for row in _rows(folder / "persons.csv")}
    names = synthetic_names(len(families["families"]), np.random.default_rng(seed))
    for family, name in zip(families["families"], names):
        yield list(_family(family, name, persons, made, played, run.run))


def _family(
    told: dict[str, Any],
    name: SyntheticName,
    persons: dict[str, dict[str, str]],
    made: _Maker,
    played: Played,
    run: str,
) -> Iterator[Event]:
    family = played.families[told["id"]] = made.new_id()
    yield ev.FamilyRegistered(family)
    missing: dict[str, str] = {}
    for number, who in enumerate(told["missing"]):
        missing[who] = played.missing[who] = made.new_id()
        given = name.given if number == 0 else _GIVEN[name.woman][number % 8]
        own = synthetic_relative(name, name.woman, given)
        yield ev.MissingRegistered(missing[who], _facts(own, persons.get(who, {})), "the family")
        yield ev.MissingLinked(family, missing[who])
    first = next(iter(missing.values()))
    relatives = {who: made.new_id() for who in told["genotypes"]}
    for who, person in relatives.items():
        yield from _relative(told, who, person, family, first, name, made, run)
    if relatives:
        receiver = next(iter(relatives.values()))
        yield ev.ContactAuthorised(family, receiver, "asked by the family")
        wish = made.draw.choice(("each", "each", "first", "end"))
        yield ev.WishRecorded(family, wish, "uk", "", receiver)
    yield ev.PedigreeSaved(family, _members(told, missing, relatives), 1)


def _facts(name: SyntheticName, row: dict[str, str]) -> ev.MissingFacts:
    written = PersonName(name.surname, name.given, name.patronymic, "uk")
    born, seen = row.get("birth_year", ""), row.get("last_seen", "")
    return ev.MissingFacts(
        (written,),
        row.get("sex", "unknown") or "unknown",
        Span(born, born),
        Span(seen, seen),
        row.get("last_seen_place", ""),
    )


def _relative(
    told: dict[str, Any],
    who: str,
    person: str,
    family: str,
    of: str,
    name: SyntheticName,
    made: _Maker,
    run: str,
) -> Iterator[Event]:
    woman = next(m["sex"] == "female" for m in told["pedigree"] if m["id"] == who)
    kind = who.rpartition("-")[2].rstrip("0123456789")
    own = synthetic_relative(name, woman, made.draw.choice(_GIVEN[woman]))
    written = PersonName(own.surname, own.given, own.patronymic, "uk")
    relation = _RELATIONS.get(kind, ("other", "other"))[woman]
    (sample,) = made.tags(1)
    yield ev.RelativeAdded(person, family, written, relation, of)
    yield ev.ConsentGiven(person, "identification", "signed form")
    yield ev.ReferenceSampled(sample, person)
    alleles = {m: list(each) for m, each in told["genotypes"][who].items()}
    sex = "female" if woman else "male"
    yield ev.ProfileRecorded(made.new_id(), sample, "reference", run, _text(alleles), sex)


def _members(
    told: dict[str, Any], missing: dict[str, str], relatives: dict[str, str]
) -> tuple[Member, ...]:
    short = {member["id"]: f"p{number}" for number, member in enumerate(told["pedigree"], 1)}
    return tuple(
        Member(
            short[member["id"]],
            member["sex"],
            short.get(member["father"] or ""),
            short.get(member["mother"] or ""),
            None,
            missing.get(member["id"]),
            relatives.get(member["id"]),
        )
        for member in told["pedigree"]
    )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
