"""Why a rule refused, in the reader's language.

Rules (:mod:`priam.events`) speak English, because their sentences are part of a library without
translations and stand in terminals and logs. Pages show them through this module. A refusal
that has no form here is shown as it is.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop as noop

from priam_office.people.sentences import Sentences

__all__ = ["FORMS", "in_words", "sentence"]

FORMS = (
    noop(
        "bag '%(a)s' is on manifest '%(b)s'; it is opened after it is handed over, or taken "
        "off the list"
    ),
    noop("bag '%(a)s' is already opened; re-examine it instead"),
    noop("bag '%(a)s' is packed for the other side; cancel that first"),
    noop("bag '%(a)s' is not opened; open it first"),
    noop("bag '%(a)s' is listed for a handover already"),
    noop("bag '%(a)s' was opened here: pack into a new bag"),
    noop("bag '%(a)s' was not handed over from manifest '%(b)s'"),
    noop("bag '%(a)s' or release '%(b)s' is packed already"),
    noop("a label stands twice in one event; each thing has its own"),
    noop("case '%(a)s' is %(b)s; nothing is added to it"),
    noop("case '%(a)s' is %(b)s: nothing to decide"),
    noop("case '%(a)s' is %(b)s; the mortuary did not close it"),
    noop("case '%(a)s' is part of release '%(b)s' already"),
    noop("case '%(a)s' cannot be linked to itself"),
    noop("cases '%(a)s' and '%(b)s' are already linked"),
    noop("cases '%(a)s' and '%(b)s' are not linked"),
    noop(
        "cases '%(a)s' and '%(b)s' are not one individual by a decision in force: release "
        "them apart"
    ),
    noop("a split names at least one new case"),
    noop("there is no case '%(a)s': %(b)s"),
    noop("there is no element '%(a)s': %(b)s"),
    noop("there is no place '%(a)s': %(b)s"),
    noop("there is no missing person '%(a)s': %(b)s"),
    noop("element '%(a)s' was withdrawn"),
    noop("element '%(a)s' already lies in case '%(b)s'"),
    noop("place '%(a)s' is closed"),
    noop("sample '%(a)s' is %(b)s; it cannot be %(c)s"),
    noop("sample '%(a)s' already belongs to case '%(b)s'"),
    noop("there is no packet '%(a)s': seal it first"),
    noop("the new seal has the number of the old one, '%(a)s'"),
    noop("'%(a)s' is already in place '%(b)s'"),
    noop("'%(a)s' is in no place"),
    noop("nothing has the label '%(a)s'; scan it again"),
    noop("the label '%(a)s' is already on a %(b)s; take another"),
    noop("the finding '%(a)s' goes with %(b)s cases, not %(c)s"),
    noop("this section is being saved by somebody else; try again"),
    noop("the clock of the tablet is ahead; set it right and enter it again"),
    noop("say what was done about it"),
    noop("the account that made it may not do this any more"),
    noop("this entry lacks what an entry of its kind has"),
    noop("another entry has this id"),
    noop("name the cases of one individual, each once"),
    noop("an identification names the missing person"),
    noop("an identification, and nothing else, names a missing person"),
    noop("a conflict says in words what does not fit"),
    noop("conflict '%(a)s' is already settled"),
    noop("a conflict is settled with words: what was found, and what holds"),
    noop(
        "conflict '%(a)s' holds as long as the decisions %(b)s both stand: withdraw or reopen"
        " one of them first"
    ),
    noop("conflict '%(a)s' of case '%(b)s' is open: settle it first"),
    noop("a decision gives its reasons in words"),
    noop(
        "decision '%(a)s' on one of these cases waits for signatures: sign it or withdraw it first"
    ),
    noop(
        "decision '%(a)s' says otherwise and is signed: reopen it first, or propose a "
        "decision that extends it"
    ),
    noop("decision '%(a)s' is not in force about the same missing person"),
    noop("decision '%(a)s', which this one extends, was reopened"),
    noop("decision '%(a)s' is %(b)s; it takes no signer"),
    noop("decision '%(a)s' is already signed for %(b)s"),
    noop("decision '%(a)s' is %(b)s; one that is signed is reopened"),
    noop("decision '%(a)s' is %(b)s, not signed"),
    noop("no one person signs a decision in both capacities"),
    noop("a decision is withdrawn with a reason"),
    noop("a decision is reopened with a reason"),
    noop(
        "the consequences of reopening '%(a)s' have changed since they were listed; look at "
        "them again"
    ),
    noop("this family wants to hear at the end: release when no further parts are expected"),
    noop(
        "this family wanted the first finding only, and has it: lay later parts in a grave as"
        " it wishes, or record another wish"
    ),
    noop(
        "release '%(a)s' rests on a decision that is no longer the one in force: cancel it "
        "and plan it again"
    ),
    noop("release '%(a)s' is %(b)s"),
    noop("a release says in words what was arranged"),
    noop("a release to a family names the family and who receives"),
    noop("the decision does not name a missing person of this family"),
    noop("only an authorised person of the family receives remains"),
    noop("somebody else than was arranged receives: plan the release again"),
    noop("this person is no longer authorised by the family"),
    noop("a handover says where it was and what paper the receiver showed"),
    noop("issue the act of handover first: both sides keep a copy"),
    noop("a release is cancelled with a reason"),
    noop("grave '%(a)s' is in use"),
    noop("a grave is opened with a reason"),
    noop("search '%(a)s' is %(b)s; ask for a new one"),
    noop("profile '%(a)s' is already set aside"),
    noop("a profile is set aside with a reason"),
    noop("this is the last administrator; give the role to somebody else first"),
    noop("the account '%(a)s' is open already"),
    noop("there is an account '%(a)s' already"),
    noop("an account needs a name to sign in with"),
    noop(
        "administrators see no data, so their role goes with no other; open a second account "
        "for the same person"
    ),
    noop("nobody %(a)s; another administrator does"),
    noop("only %(a)s agree to exceptional access"),
    noop("administrators see no data, not even as an exception"),
    noop("exceptional access needs a reason in words"),
    noop("this access has ended; ask for a new one"),
    noop("exceptional access needs two people beside the one who asks"),
    noop("somebody agreed in the role %(a)s already"),
    noop("the time that was asked for is over; ask for a new one"),
    noop("nothing can be recorded now, since no rule can be checked: %(a)s"),
)
_SENTENCES = Sentences(FORMS)


def in_words(refusal: Exception | str) -> str:
    """The refusal as part of a sentence."""
    return _SENTENCES.in_words(str(refusal))


def sentence(refusal: Exception | str) -> str:
    """The refusal as a sentence of its own."""
    text = in_words(refusal)
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?")) else ".")
