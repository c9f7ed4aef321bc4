"""Sentences of searches and gates in the reader's language.

The record keeps them in English, as ``priam.identification`` writes them. Here each known form
has its translation with the same places; a sentence of another form, or of a person, is shown as
it is. ``tests/office/test_reasons.py`` holds the forms to what the library writes.
"""

from __future__ import annotations

import re

from django.utils.formats import get_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from priam_office.people.sentences import Sentences

__all__ = ["FORMS", "in_words"]

#: Forms with numbered places; a place takes any text without a line break.
FORMS = (
    # proposals (priam.identification.conclusions)
    gettext_noop(
        "Posterior %(a)s for %(b)s; log10 LR %(c)s over %(d)s markers, %(e)s required for the "
        "declared population."
    ),
    gettext_noop("DNA cannot tell apart %(a)s; together %(b)s."),
    gettext_noop("The evidence does not reach the level of a probable match."),
    gettext_noop("The LR is below what the declared population requires."),
    gettext_noop(
        "The relatives' own profiles do not fit the stated family (log10 LR %(a)s): a swapped "
        "sample or another father is possible."
    ),
    gettext_noop("%(a)s markers need a mutation; more than two is not accepted."),
    gettext_noop(
        "One relative alone carries the match; if that sample was exchanged, nothing here would "
        "show it. A second relative, a second sample, or other evidence is needed."
    ),
    gettext_noop("Other evidence speaks against it (log10 LR %(a)s)."),
    gettext_noop(
        "No family that gave samples fits. By the stated shares alone the probability of the "
        "other side is %(a)s; shares say nothing of this individual."
    ),
    gettext_noop(
        "No family that gave samples fits. By the stated shares alone the probability of the "
        "other side is %(a)s; shares say nothing of this individual. The examiner noted the own "
        "side; with that it is %(b)s."
    ),
    gettext_noop("Re-association: %(a)s and %(b)s look alike but are not merged."),
    gettext_noop("Also missing from this family: %(a)s."),
    # what would settle it
    gettext_noop("decision of the board"),
    gettext_noop("evidence other than DNA of these persons"),
    gettext_noop("no relative's sample would tell these persons apart"),
    gettext_noop(
        "no further relative's sample would help; more markers or another sample of the remains"
    ),
    gettext_noop("a second sample of the same relative, taken anew"),
    gettext_noop("samples of families not yet reached"),
    gettext_noop("comparison by the other side"),
    gettext_noop(
        "a sample of %(a)s, if there is one: %(b)s of 100 such families then reach the required "
        "LR, now %(c)s (expected log10 LR %(d)s, now %(e)s)"
    ),
    gettext_noop(
        "a sample of %(a)s: %(b)s of 100 such families then reach the required LR, now %(c)s "
        "(expected log10 LR %(d)s, now %(e)s)"
    ),
    # the gate (priam.identification.quality)
    gettext_noop("mixture: three or more alleles at %(a)s markers"),
    gettext_noop("contamination: the profile is that of %(a)s"),
    gettext_noop("too few markers: %(a)s, at least %(b)s are needed"),
    # flags of profiles (priam.genetics.profiles)
    gettext_noop("an off-ladder call was read as not observed"),
    gettext_noop("one allele of two observed: %(a)s"),
    gettext_noop("one allele of two confirmed: %(a)s"),
    gettext_noop("runs differ in sex: %(a)s"),
    gettext_noop("runs differ: %(a)s"),
    gettext_noop("outside the ladder: %(a)s"),
    gettext_noop("Y without X; read as male with drop-out"),
    gettext_noop("amelogenin shows %(a)s"),
    gettext_noop("two alleles of an X marker in a male: %(a)s"),
    gettext_noop("%(a)s alleles: %(b)s"),
    # contradictions (priam.identification.contradictions)
    gettext_noop("%(a)s markers fit only with a mutation"),
    gettext_noop("log10 LR %(a)s speaks against the relation"),
    gettext_noop("the last search excludes this person"),
    gettext_noop("amelogenin says male, the missing person is female"),
    gettext_noop("amelogenin says female, the missing person is male"),
    gettext_noop("the examination says male, the missing person is female"),
    gettext_noop("the examination says female, the missing person is male"),
    gettext_noop("the person was seen on %(a)s, the remains are here since %(b)s"),
    gettext_noop("the examination says %(a)s to %(b)s years, the person was %(c)s to %(d)s"),
    # decisions and searches that clash (priam_office.board.actions)
    gettext_noop("another decision names the same missing person for another individual"),
    gettext_noop("another decision gives one of these cases another answer"),
    gettext_noop("a case that is linked to this individual is left out"),
    gettext_noop("the search for this missing person was closed"),
    gettext_noop("the last search proposes another missing person"),
    # models of evidence (priam.identification.evidence)
    gettext_noop("recorded sex right in 97 % of examinations; 2 % women among the missing"),
    gettext_noop("normal error of half the stated interval (at least 4 years), missing 38 +- 10"),
    gettext_noop("normal error 4 cm of the estimate and 2 cm of memory; missing 177 +- 7 cm"),
    gettext_noop("each tooth: treated 15 %, treated after the record 6 %, record wrong 2 %"),
    # why a search stopped
    gettext_noop(
        "there is nothing to compare: a search needs a profile of remains, and a family with a "
        "drawn pedigree, an open missing person and a profile of somebody who consents"
    ),
)


_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


_MEMBER = re.compile(rf"{_ID.pattern}:(\w+)")
_DECIMAL = re.compile(r"(-?\d+)\.(\d+)( %)?")
_OF_ALLELES = re.compile(r"allele|ladder|runs differ")  # 9.3 is an allele's name in every language


def in_words(text: str) -> str:
    """The sentence in the present language, where it has a known form; ids as pages show them,
    an unnamed member of a family as its drawing does."""
    text = _MEMBER.sub(lambda found: f"№ {found[2]}", text)
    return _SENTENCES.in_words(_ID.sub(lambda found: f"…{found[0][-8:]}", text))


def _value(form: str, text: str) -> str:
    """What stands at a place: a probability near certainty has a word in it; numbers are written
    as the reader's language writes them."""
    if over := re.fullmatch(r"over ([0-9.]+) %", text):
        return _("over %s %%") % _value(form, over[1])
    number = _DECIMAL.fullmatch(text)
    if number is None or _OF_ALLELES.search(form):
        return text
    return f"{number[1]}{get_format('DECIMAL_SEPARATOR')}{number[2]}{number[3] or ''}"


_SENTENCES = Sentences(FORMS, _value)
