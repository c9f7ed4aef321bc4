"""CODIS Common Message Format (CMF) 3.2 and 3.3: XML of specimens, loci and alleles.

Elements are found by their local names, whatever the namespace; CODIS Rapid Import files have the
same core. Structure: CODISImportFile / SPECIMEN / SPECIMENID, SPECIMENCATEGORY, LOCUS /
LOCUSNAME, ALLELE / ALLELEVALUE.
"""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from priam.errors import InputError, UserError
from priam.formats.content import Content, Samples
from priam.formats.genemapper import _sex
from priam.formats.text import own_name
from priam.formats.xml import Element, parse, root_name
from priam.genetics.markers import canonical_marker
from priam.genetics.profiles import Profile, Single

__all__ = ["HOLDS", "TITLE", "read", "sniff", "write"]

TITLE = "CODIS CMF 3.2 / 3.3"
HOLDS = "profiles"
NAMESPACE = "urn:CODISImportFile-schema"


def sniff(text: str) -> bool:
    """XML whose root is CODISImportFile or CODISRapidImportFile."""
    return root_name(text).casefold() in ("codisimportfile", "codisrapidimportfile")


def read(text: str, *, file: str | Path | None = None, single: Single = "homozygote") -> Samples:
    """Profiles of the specimens; ``about`` has category, comment, partial, laboratory, batch."""
    root = parse(text, file=file)
    if not sniff(text):
        raise InputError(f"the root element is {root.name}, not CODISImportFile", file=file)
    specimens = list(root.all("SPECIMEN"))
    if not specimens:
        raise InputError("there is no SPECIMEN", file=file, where=root.where)
    found = [_specimen(specimen, file, single) for specimen in specimens]
    seen: dict[str, Element] = {}
    for (profile, _), specimen in zip(found, specimens):
        if profile.sample in seen:
            first = seen[profile.sample].line
            raise InputError(
                f"specimen {profile.sample!r} stands twice (first in line {first})",
                file=file,
                where=specimen.where,
            )
        seen[profile.sample] = specimen
    shared = {
        key: root.value(name)
        for key, name in (("laboratory", "SOURCELAB"), ("batch", "BATCHID"), ("kit", "KIT"))
        if root.value(name)
    }
    return Samples(tuple(p for p, _ in found), tuple({**shared, **about} for _, about in found))


def _specimen(
    specimen: Element, file: str | Path | None, single: Single
) -> tuple[Profile, dict[str, str]]:
    name = specimen.value("SPECIMENID")
    if not name:
        raise InputError("a SPECIMEN without SPECIMENID", file=file, where=specimen.where)
    calls: dict[str, list[str]] = {}
    for locus in specimen.all("LOCUS"):
        marker = locus.value("LOCUSNAME")
        if not marker:
            raise InputError(
                f"a LOCUS of specimen {name!r} without LOCUSNAME", file=file, where=locus.where
            )
        if canonical_marker(marker) in map(canonical_marker, calls):
            raise InputError(
                f"specimen {name!r} has marker {marker!r} twice", file=file, where=locus.where
            )
        calls[marker] = [allele.value("ALLELEVALUE") for allele in locus.all("ALLELE")]
    try:
        profile = Profile.of(name, calls, single=single, source=own_name(file))
    except UserError as error:
        raise InputError(str(error), file=file, where=specimen.where) from None
    about = {
        key: value
        for key, value in (
            ("category", specimen.value("SPECIMENCATEGORY")),
            ("comment", specimen.value("SPECIMENCOMMENT")),
            ("partial", specimen.attribute("PARTIAL")),
            ("source id", specimen.attribute("SOURCEID")),
        )
        if value
    }
    return profile, about


def write(content: Content, *, version: str = "3.3", laboratory: str = "") -> str:
    """A CMF import file; a homozygote is written with its allele once, as CODIS does."""
    if not isinstance(content, Samples):
        raise UserError("a CMF file holds profiles only")
    if version not in ("3.2", "3.3"):
        raise UserError(f"CMF version {version!r} is not known; write 3.2 or 3.3")
    if not laboratory:
        laboratory = next(
            (about["laboratory"] for about in content.about if "laboratory" in about), ""
        )
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<CODISImportFile xmlns={quoteattr(NAMESPACE)}>",
        f"  <HEADERVERSION>{version}</HEADERVERSION>",
        "  <MESSAGETYPE>Import</MESSAGETYPE>",
        f"  <SOURCELAB>{escape(laboratory)}</SOURCELAB>",
    ]
    for profile, about in zip(content.profiles, content.about):
        lines += _specimen_lines(profile, about)
    return "\n".join([*lines, "</CODISImportFile>", ""])


def _specimen_lines(profile: Profile, about: object) -> list[str]:
    assert isinstance(about, dict)
    partial = ' PARTIAL="true"' if about.get("partial", "").casefold() == "true" else ""
    lines = [
        f"  <SPECIMEN{partial}>",
        f"    <SPECIMENID>{escape(profile.sample)}</SPECIMENID>",
        f"    <SPECIMENCATEGORY>{escape(about.get('category', ''))}</SPECIMENCATEGORY>",
    ]
    if about.get("comment"):
        lines.append(f"    <SPECIMENCOMMENT>{escape(about['comment'])}</SPECIMENCOMMENT>")
    for marker, alleles in (*_sex(profile.sex), *profile.genotypes.items()):
        lines.append(f"    <LOCUS><LOCUSNAME>{escape(marker)}</LOCUSNAME>")
        for label in dict.fromkeys(label for label in alleles if label):
            lines.append(f"      <ALLELE><ALLELEVALUE>{escape(label)}</ALLELEVALUE></ALLELE>")
        lines.append("    </LOCUS>")
    return [*lines, "  </SPECIMEN>"]
