"""What there is to do in a day, place by place. Texts are English; the page translates them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_noop as _

__all__ = ["PLACES", "Place", "Step"]


@dataclass(frozen=True)
class Step:
    """One thing to do, and the name of the page where it is done."""

    words: str
    page: str


@dataclass(frozen=True)
class Place:
    """A place, who works there, and the steps of their day."""

    key: str
    title: str
    words: str
    accounts: tuple[str, ...]
    steps: tuple[Step, ...]


PLACES = (
    Place(
        "mortuary",
        _("The mortuary"),
        _(
            "Bags come in with a label and a seal. Here they are opened, and it is found that a "
            "bag is not a person. Nobody here sees a name."
        ),
        ("mortuary", "examiner"),
        (
            Step(_("See on the board of the day what waits, where, and how long."), "mortuary"),
            Step(_("Open a bag: it may hold one case, several, or none."), "bags"),
            Step(
                _("Take a case and go on with its post-mortem record, section by section."), "cases"
            ),
            Step(_("Take a sample under its own label and send it to the laboratory."), "samples"),
            Step(
                _("Cut the tablet off the network, go on working, and send it all later."),
                "offline",
            ),
        ),
    ),
    Place(
        "laboratory",
        _("The laboratory"),
        _(
            "Profiles of remains and of relatives come in as files. A search compares all with "
            "all. Here genotypes are seen, and no names."
        ),
        ("laboratory",),
        (
            Step(_("Import a run; the preview shows what it would change."), "laboratory-upload"),
            Step(_("Start a search and watch it; it may be closed and goes on."), "laboratory"),
            Step(_("Open a candidate: both profiles, marker by marker."), "laboratory-candidates"),
        ),
    ),
    Place(
        "families",
        _("The family office"),
        _(
            "Those who wait tell whom they look for and what they want to know. Here names are "
            "seen, and no genotypes."
        ),
        ("liaison",),
        (
            Step(_("Find a missing person in any of three alphabets."), "missing-people"),
            Step(_("Open a family: wishes, consents, pedigree, whom to ask next."), "families"),
            Step(_("Arrange a release when the board has decided."), "releases"),
        ),
    ),
    Place(
        "board",
        _("The board"),
        _(
            "All evidence of one case on one page. Two people of two capacities sign, or nothing "
            "is decided."
        ),
        ("examiner", "legal"),
        (
            Step(_("Take a case that waits and read why it is proposed."), "board"),
            Step(
                _("Sign for the science as examiner, then for the law as legal officer."), "board"
            ),
            Step(_("Open a decision again and see which family it touches."), "board"),
        ),
    ),
    Place(
        "outside",
        _("Those who check"),
        _("Whoever does not trust any of this can check it."),
        ("negotiator", "auditor", "administrator"),
        (
            Step(_("See the account of the exchange, claims and signed counts apart."), "overview"),
            Step(
                _("As the exchange office, see each side's reading, offers, counts and refusals."),
                "negotiation",
            ),
            Step(_("See who read what, as the auditor."), "day"),
            Step(_("Ask as a family how far its case is."), "status"),
        ),
    ),
)
