"""A family of invented persons in a running office, two brothers missing: for journeys.

python -m tests.journeys.family_office     (with PRIAM_DATA) prints the addresses as JSON
"""

from __future__ import annotations

import json
import os
import random
import sys
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "priam_office.settings")


def make() -> dict[str, str]:
    """Record the family; addresses by name, from the language on."""
    from priam import events as ev
    from priam.casework.sections import canonical_fields
    from priam.labels.tags import issue
    from priam_office.families import actions
    from tests.office.signing_in import account

    by = account("liaison")
    span = ev.Span

    def register(given: str, latin: str, born: str, surname: str = "Вітробор") -> str:
        names = (
            ev.PersonName(surname, given, "Орлевитович", "uk"),
            ev.PersonName("Vitrobor", latin, "", "en"),
        )
        facts = ev.MissingFacts(
            names,
            "male",
            born=span(born, born),
            last_seen=span("2024-02-17", "2024-02-19"),
            place="Тарнівка",
            region="Зуболози",
            unit="81 бригада",
            numbers=(ev.Number("Міністерство", f"0347-{born[-2:]}"),),
        )
        return actions.register_missing(facts, "мати", by=by)

    one = register("Дунодан", "Dunodan", "1987-03-05")
    two = register("Мовегост", "Movehost", "1990")
    for n in range(12):
        given = ("Зорівит", "Тирнорад", "Келемил")[n % 3]
        register(given, "", str(1980 + n), f"Баго{'лвкн'[n % 4]}енко")
    family = actions.register_family([one, two], by=by)
    _as_brothers(family, by)

    def add(given: str, relation: str, contact: str = "", surname: str = "Вітробор") -> str:
        person = ev.new_event_id()
        name = ev.PersonName(surname, given, "")
        told = ev.RelativeAdded(person, family, name, relation, one, contact, "uk")
        actions.add_relative(told, by=by)
        return person

    mother = add("Лужорада", "mother", "телефон 555-0101, увечері")
    father = add("Орлевит", "father", "телефон 555-0102")
    sister = add("Соймерада", "sister", "телефон 555-0103")
    wife = add("Явросила", "spouse", "телефон 555-0104")
    add("Жарібор", "uncle")
    actions.authorise(family, mother, "родина обрала її", by=by)
    actions.bar(family, father, "сам просив не телефонувати: лікується", by=by)
    actions.record_wish(
        family, "first", "uk", "Скажіть нам, коли знайдете першу частину. Решту — коли все буде.",
        mother, by=by,
    )  # fmt: skip
    actions.give_consent(mother, ["identification", "comparison abroad"], "папір 12", by=by)
    actions.give_consent(sister, ["identification"], "папір 13", by=by)
    rng = random.Random(7)
    tag = issue(1, rng.choice)[0]
    actions.take_sample(tag, mother, "букальний мазок", by=by)
    actions.contacted(family, mother, "telephone", "sample", "Приїде у вівторок.", by=by)
    comrade = actions.add_reporter(one, "comrade", "Хвилотан Пишодан", "555-0105", by=by)
    for who, values in (
        (mother, {"stature": {"from": 172, "to": 175}, "eye_colour": "blue", "handedness": "left",
                  "scars": "Шрам на лівому коліні, дитинство"}),
        (wife, {"stature": {"from": 178}, "eye_colour": "grey", "handedness": "left",
                "tattoos": "Вовк на правому плечі"}),
        (comrade, {"stature": {"from": 174, "to": 178}, "tattoos": "Вовк, праве плече"}),
    ):  # fmt: skip
        actions.save_section(one, "400", who, canonical_fields(values), 0, by=by)
    actions.save_section(
        one, "600", mother, canonical_fields({"teeth": {"11": "crown", "36": "filled"}}), 0, by=by
    )
    case = _examined(by)
    base = f"work/families/{family}/"
    record = f"work/missing/{one}/"
    return {
        "list": "work/missing/",
        "new": "work/missing/new/",
        "import": "work/missing/import/",
        "missing": record,
        "amend": f"{record}amend/",
        "section": f"{record}antemortem/400/",
        "edit": f"{record}antemortem/400/{mother}/",
        "teeth": f"{record}antemortem/600/{mother}/",
        "facing": f"{record}facing/{case}/",
        "families": "work/families/",
        "family": base,
        "diary": f"{base}diary/",
        "pedigree": f"{base}pedigree/",
        "relative": f"{base}relative/",
        "wish": f"{base}wish/",
        "contact": f"{base}contact/{mother}/",
        "barred": f"{base}contact/{father}/",
        "consent": f"{base}consent/{mother}/",
        "sample": f"{base}sample/{sister}/",
        "no-consent": f"{base}sample/{wife}/",
    }


def _examined(by: Any) -> str:
    """A case with some post-mortem findings; its label."""
    from priam import events as ev
    from priam.casework.sections import canonical_fields
    from priam.labels.tags import issue
    from priam_office.record.state import known
    from priam_office.record.write import Entry, record_all

    bag, case = issue(2, random.Random(11).choice)
    found = {"stature": {"from": 171, "to": 177}, "eye_colour": "not determined", "sex": "male",
             "tattoos": "Праве плече: темний малюнок, звір"}  # fmt: skip
    teeth = {"teeth": {"11": "crown", "36": "missing before", "46": "filled"}}
    acts = [] if "A" in known().state.parties else [ev.PartyDeclared("A", "Party A")]
    acts += [ev.BagRegistered(bag, "A"), ev.BagOpened(bag, "one", (case,))]
    acts += [ev.SectionSaved(case, "400", canonical_fields(found), 1)]
    acts += [ev.SectionSaved(case, "600", canonical_fields(teeth), 1)]
    record_all([Entry(act) for act in acts], by=by.actor)
    return case


def _as_brothers(family: str, by: Any) -> None:
    """The second missing person becomes a son of the first one's parents."""
    from priam_office.families import actions, pedigrees
    from priam_office.families.models import FamilyRow

    row = FamilyRow.objects.get(pk=family)
    members = pedigrees.members_of(row.pedigree)
    first, second = (m for m in members if m.missing)
    alone = {second.father, second.mother}
    members = pedigrees.changed(members, second.id, father=first.father, mother=first.mother)
    kept = tuple(m for m in members if m.id not in alone)
    actions.save_pedigree(family, kept, row.pedigree_revision, by=by)


def main() -> None:
    import django

    django.setup()
    sys.stdout.write(json.dumps(make()) + "\n")


if __name__ == "__main__":
    main()
