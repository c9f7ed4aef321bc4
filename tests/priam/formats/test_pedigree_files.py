"""Particular forms of pedigree files: versions of GA4GH, gaps in PED, corners of Familias."""

from __future__ import annotations

import json

import pytest

from priam.errors import InputError
from priam.formats import FORMATS, Families, KinshipCase, loads
from priam.kinship.pedigree import Sex
from tests.priam.formats.test_round_trips import case


def families(text: str) -> Families:
    content = loads(text, file="f").content
    assert isinstance(content, Families)
    return content


def test_ga4gh_version_0_1_with_relations() -> None:
    entry = {
        "id": "FAM1",
        "individuals": [
            {"id": "1", "subject": {"id": "MOTHER", "sex": "FEMALE"}},
            {"id": "2", "subject": {"id": "FATHER", "sex": "MALE", "vital_status": "DECEASED"}},
            {"id": "3", "subject": {"id": "CHILD", "sex": "UNKNOWN"}},
            {"id": "4", "subject": {"id": "GUARDIAN", "sex": "FEMALE"}},
        ],
        "relationships": [
            {
                "individual_id": who,
                "relation": {"id": term, "label": label},
                "relative_id": "CHILD",
            }
            for who, term, label in (
                ("MOTHER", "KIN:027", "isBiologicalMotherOf"),
                ("FATHER", "KIN:028", "isBiologicalFatherOf"),
                ("GUARDIAN", "KIN:022", "isAdoptiveParentOf"),
            )
        ],
        "index_patients": ["CHILD"],
    }
    (family,) = families(json.dumps(entry)).families
    assert (family.pedigree["CHILD"].father, family.pedigree["CHILD"].mother) == (
        "FATHER", "MOTHER"
    )  # fmt: skip
    assert (family.missing, family.deceased) == (("CHILD",), {"FATHER"})
    assert family.pedigree["GUARDIAN"].is_founder


def test_phenopackets_persons_in_camel_case() -> None:
    entry = {
        "id": "fam",
        "proband": {"subject": {"id": "C"}},
        "pedigree": {
            "persons": [
                {"familyId": "f", "individualId": "F", "sex": "MALE"},
                {"familyId": "f", "individualId": "M", "sex": "FEMALE"},
                {"familyId": "f", "individualId": "C", "paternalId": "F", "maternalId": "M"},
            ]
        },
    }
    (family,) = families(json.dumps(entry)).families
    assert family.pedigree["C"].mother == "M" and family.missing == ("C",)
    assert family.pedigree["C"].sex == Sex.UNKNOWN


def test_ga4gh_lists_hold_several_pedigrees() -> None:
    one = {"individuals": [{"id": "A"}]}
    assert len(families(json.dumps([one, one])).families) == 2


def test_two_mothers_are_refused() -> None:
    people = [{"id": n, "sex_assigned_at_birth": "ASSIGNED_FEMALE"} for n in "ABC"]
    relations = [
        {"individual": n, "relative": "C", "biological_relationship": [{"id": "KIN:027"}]}
        for n in "AB"
    ]
    with pytest.raises(InputError, match="'C' has two as mother: 'A' and 'B'"):
        loads(json.dumps({"individuals": people, "relationships": relations}), file="f")


def test_a_ped_person_with_one_parent_gets_a_founder() -> None:
    (family,) = families("1 F 0 0 1 0\n1 C F 0 2 -9\n").families
    assert family.pedigree["C"].mother == "parent of C"
    assert family.pedigree["parent of C"].sex == Sex.FEMALE


def test_ped_alleles_may_be_half_known() -> None:
    text = "# markers: TH01 DXS8378\nf A 0 0 1 2 6 9.3 10 0\nf B 0 0 2 0 6 0 0 0\n"
    (family,) = families(text).families
    assert family.profiles["A"].genotypes == {"TH01": ("6", "9.3"), "DXS8378": ("10",)}
    assert family.profiles["B"].genotypes == {"TH01": ("6", None)}
    assert family.phenotypes == {"A": "2"}


# -- Familias ------------------------------------------------------------------------------


def project() -> list[str]:
    return FORMATS["familias"].write(case()).split("\n")


def familias(lines: list[str]) -> KinshipCase:
    content = loads("\n".join(lines), file="c.fam", format="familias").content
    assert isinstance(content, KinshipCase)
    return content


def test_extra_persons_and_one_parent_are_completed() -> None:
    lines = project()
    start = lines.index('"Known relations"')
    # one extra man (position 3) who is father of "B" (position 1) in every pedigree
    lines[start + 1 : start + 4] = ["0", "1", "1", "3", "1"]
    pedigree = familias(lines).hypotheses["H1"]
    assert pedigree["B"].father == "extra man 1"
    assert pedigree["B"].mother == "parent of B"


def test_twins_and_saved_results_are_refused_with_the_reason() -> None:
    lines = project()
    place = lines.index('"H1"')
    twins = [*lines[: place + 4], "0 (Direct)", *lines[place + 5 :]]
    with pytest.raises(InputError, match=rf"line {place + 5}: the file has twins"):
        familias(twins)
    place = next(n for n, line in enumerate(lines) if line.startswith("#FALSE# (#Databases"))
    with pytest.raises(InputError, match=rf"line {place + 1}: the file carries computed"):
        familias([*lines[:place], lines[place].replace("#FALSE#", "#TRUE#"), *lines[place + 1 :]])


def test_a_cut_dvi_section_is_noticed() -> None:
    lines = project()
    cut = lines[: lines.index("[[Reference Families]]") + 2]
    with pytest.raises(InputError, match="announces 1 families but holds 0; the file may be cut"):
        familias(cut)


def test_the_sex_of_a_parent_follows_from_the_other() -> None:
    lines = project()
    place = max(n for n, line in enumerate(lines) if line == "Name= F")
    assert lines[place + 1] == "Gender= Male"
    unknown = [*lines[: place + 1], "Gender= Unknown", *lines[place + 2 :]]
    assert familias(unknown).families[0].pedigree["F"].sex == Sex.MALE


def test_genotypes_outside_the_database_are_refused() -> None:
    lines = project()
    place = lines.index('"A"')
    lines[place + 6] = "77"
    with pytest.raises(InputError, match="the genotype of 'A' names marker 0, alleles 77 and 3"):
        familias(lines)
