"""Pages of negotiations: agreements, offers, manifests, what others have seen. No persons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from priam.errors import UserError
from priam.events.state import Offer
from priam_office.handovers import actions, forms, printing, queries
from priam_office.handovers.acting import Acting, acting, signers_of
from priam_office.handovers.words import party
from priam_office.people.permissions import requires
from priam_office.people.refusals import sentence
from priam_office.people.signin import recently_signed_in
from priam_office.people.signing import with_signing_key
from priam_office.record.state import known

__all__ = [
    "agreement",
    "agreement_new",
    "agreement_sign",
    "agreements",
    "amend",
    "amendment_sign",
    "answer",
    "characterise",
    "hold",
    "manifest",
    "manifests",
    "offer",
    "offer_new",
    "offers",
    "others",
    "overview",
    "paper",
    "reading",
    "refused",
    "withdraw",
]

View = Callable[..., HttpResponse]
_PAPERS = {"manifest": printing.manifest_pdf, "reception": printing.reception_pdf}


def _shown(request: HttpRequest, template: str, found: dict[str, Any]) -> HttpResponse:
    """A page, with the names of parties and the party of this installation."""
    me = queries.own()
    context = {
        "names": queries.names(),
        "me": me.party if me else "",
        "gives": me is not None and me.card.role == "party",  # others offer and agree nothing
        **found,
    }
    return render(request, f"handovers/{template}.html", context)


def _start(request: HttpRequest) -> int:
    """At which place of a list its part begins."""
    text = request.GET.get("from", "0")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0


@require_safe
@requires("handovers.view")
def overview(request: HttpRequest) -> HttpResponse:
    """What waits for this party, what it waits for, and who has seen its log."""
    found = {**queries.waits(), "refused": queries.refused(), **queries.others()}
    return _shown(request, "overview", found)


@require_safe
@requires("handovers.view")
def agreements(request: HttpRequest) -> HttpResponse:
    """Agreements, the newest first."""
    return _shown(
        request, "agreements", {"part": queries.part(queries.agreements(), _start(request))}
    )


@require_safe
@requires("handovers.view")
def agreement(request: HttpRequest, agreement: Any) -> HttpResponse:
    """One agreement: each side's reading beside the others, amendments, what came of it."""
    found = queries.one_agreement(str(agreement))
    events = found.pop("events")
    found |= {"times": queries.times(events), "signers": signers_of(events)}
    return _shown(request, "agreement", found)


@require_safe
@requires("handovers.view")
def offers(request: HttpRequest) -> HttpResponse:
    """Offers by what became of them, the newest first."""
    tab = request.GET.get("tab", "open")
    tab = tab if tab in (*queries.TABS, "all") else "open"
    rows = queries.offers("" if tab == "all" else tab)
    return _shown(request, "offers", {"part": queries.part(rows, _start(request)), "tab": tab})


@require_safe
@requires("handovers.view")
def offer(request: HttpRequest, offer: Any) -> HttpResponse:
    """One offer: each side's acts with their reasons, and everybody's own words."""
    found = queries.one_offer(str(offer))
    events = found.pop("events")
    found |= {"times": queries.times(events), "signers": signers_of(events)}
    return _shown(request, "offer", found)


@require_safe
@requires("handovers.view")
def manifests(request: HttpRequest) -> HttpResponse:
    """Manifests with the counts of giver, receiver and observers; meetings at the point."""
    found = {
        "part": queries.part(queries.manifests(), _start(request)),
        "meetings": queries.meetings()[: queries.PAGE],
    }
    return _shown(request, "manifests", found)


@require_safe
@requires("handovers.view")
def manifest(request: HttpRequest, manifest: Any) -> HttpResponse:
    """One manifest: who signed, who counted what, reservations, bags that were refused."""
    return _shown(request, "manifest", queries.one_manifest(str(manifest)))


@require_safe
@requires("handovers.view")
def paper(request: HttpRequest, manifest: Any, kind: str) -> HttpResponse:
    """The manifest, or the protocol of its reception, for paper, in the reader's language."""
    if kind not in _PAPERS:
        raise Http404
    name = queries.one_manifest(str(manifest))["held"].manifest
    try:
        pdf = _PAPERS[kind](name, get_language() or "en")
    except UserError as error:
        messages.error(request, sentence(error))
        return redirect("negotiation-manifest", manifest)
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{kind}-{name[:12]}.pdf"'
    return answer


@require_safe
@requires("handovers.view")
def refused(request: HttpRequest) -> HttpResponse:
    """What stays refused: offers, and bags that were not handed over later."""
    return _shown(request, "refused", queries.refused())


@require_safe
@requires("handovers.view")
def others(request: HttpRequest) -> HttpResponse:
    """How the exchange of records with the others stands; checkpoints and witnesses."""
    return _shown(request, "others", queries.others())


# -- acts --------------------------------------------------------------------------------------


def _signed(view: View) -> View:
    """A page on which somebody signs an act of the party with a key of their own."""
    guarded = require_http_methods(["GET", "HEAD", "POST"])(
        requires("handovers.work")(recently_signed_in(with_signing_key(view)))
    )
    secret: View = sensitive_post_parameters("passphrase")(guarded)
    return secret


def _act(
    request: HttpRequest,
    form: forms.ActForm,
    act: Callable[[Acting, dict[str, Any]], Any],
    *,
    title: str,
    lead: str = "",
    button: str = "",
    done: str = "",
    back: str,
    offer: Offer | None = None,
) -> HttpResponse:
    """Show a form (and the offer it is about), and do what it says with the command's verb."""
    if form.is_valid():
        data = form.cleaned_data
        try:
            act(acting(request.user, data.pop("passphrase")), data)
        except UserError as error:
            form.add_error(None, sentence(error))
        else:
            messages.success(request, done or _("Recorded, and signed by you."))
            return redirect(back)
    context = {
        "form": form,
        "title": title,
        "lead": lead or (offer.offer if offer else ""),
        "button": button or _("Sign"),
        "back": back,
        "offer": offer,
        "names": queries.names(),
        "me": _me(),
    }
    status = 422 if form.is_bound else 200
    return render(request, "handovers/act.html", context, status=status)


def _me() -> str:
    """The party of this installation; a page of an act is none where it speaks for nobody."""
    me = queries.own()
    if me is None:
        raise Http404
    return me.party


def _sent(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _parties(*, without: str = "") -> list[tuple[str, str]]:
    """Code and name of those who give and receive."""
    return [
        (one.party, party(one.party, {one.party: one.name}))
        for one in sorted(known().state.parties.values(), key=lambda one: one.party)
        if one.role == "party" and one.party != without
    ]


def _my_offer(event: Any, side: str) -> queries.OfferRow:
    """An open offer in which this party is on this side; else there is nothing to do here."""
    row: queries.OfferRow = queries.one_offer(str(event))["row"]
    if not row.open or (side and row.mine != side) or not row.mine:
        raise Http404
    return row


@_signed
def offer_new(request: HttpRequest) -> HttpResponse:
    """Offer a number of bags at a place and on a day."""
    me = _me()
    valid = [
        row.agreement.agreement
        for row in queries.agreements()
        if row.agreement.in_force and me in row.agreement.parties
    ]
    form = forms.OfferForm(_sent(request), agreements=valid, parties=_parties(without=me))

    def act(who: Acting, data: dict[str, Any]) -> None:
        date = data["date"].isoformat()
        name = _free(f"{date} {me} to {data['receiver']}")
        actions.offer(
            who,
            name,
            data["receiver"],
            data["agreement"],
            number=data["number"],
            place=data["place"],
            date=date,
        )

    lead = _("The receiver accepts, postpones or refuses it.")
    return _act(request, form, act, title=_("Offer bags"), lead=lead,
                done=_("The offer is made."), back=reverse("negotiation-offers"))  # fmt: skip


def _free(name: str) -> str:
    """A name that no offer has: the second offer of a day has a number behind it."""
    taken, number, free = known().state.offers, 1, name
    while free in taken:
        number += 1
        free = f"{name} {number}"
    return free


@_signed
def answer(request: HttpRequest, offer: Any) -> HttpResponse:
    """Accept, postpone or refuse an offer to this party."""
    row = _my_offer(offer, "receiver")

    def act(who: Acting, data: dict[str, Any]) -> None:
        actions.answer(who, row.offer.offer, data["answer"], data["reason"])

    back = reverse("negotiation-offer", args=[offer])
    return _act(request, forms.AnswerForm(_sent(request)), act,
                title=_("Answer the offer"), back=back, offer=row.offer)  # fmt: skip


@_signed
def withdraw(request: HttpRequest, offer: Any) -> HttpResponse:
    """Take an offer of this party back."""
    row = _my_offer(offer, "giver")

    def act(who: Acting, data: dict[str, Any]) -> None:
        actions.withdraw(who, row.offer.offer, data["words"])

    back = reverse("negotiation-offer", args=[offer])
    return _act(request, forms.WordsForm(_sent(request)), act,
                title=_("Take the offer back"), back=back, offer=row.offer)  # fmt: skip


@_signed
def characterise(request: HttpRequest, offer: Any) -> HttpResponse:
    """Say in this party's own words what became of an offer."""
    row: queries.OfferRow = queries.one_offer(str(offer))["row"]

    def act(who: Acting, data: dict[str, Any]) -> None:
        actions.characterise(who, row.offer.offer, data["words"])

    back = reverse("negotiation-offer", args=[offer])
    title = _("Say what became of the offer")
    return _act(request, forms.WordsForm(_sent(request)), act,
                title=title, back=back, offer=row.offer)  # fmt: skip


@_signed
def agreement_new(request: HttpRequest) -> HttpResponse:
    """Propose an agreement, and thereby sign it."""
    form = forms.AgreementForm(_sent(request), parties=_parties(without=_me()))

    def act(who: Acting, data: dict[str, Any]) -> None:
        date = data["date"].isoformat() if data["date"] else None
        actions.propose(who, data["name"], data["parties"], date=date, place=data["place"])

    lead = _("To propose it is to sign it. It is in force when all have signed.")
    return _act(request, form, act, title=_("Propose an agreement"), lead=lead,
                back=reverse("negotiation-agreements"))  # fmt: skip


def _under(event: Any) -> tuple[dict[str, Any], str, str]:
    """An agreement to which this installation is a party: what is known, its name, its page."""
    _me()
    found = queries.one_agreement(str(event))
    if not found["party_to"]:
        raise Http404
    return found, found["row"].agreement.agreement, reverse("negotiation-agreement", args=[event])


@_signed
def agreement_sign(request: HttpRequest, agreement: Any) -> HttpResponse:
    """Sign an agreement that another party proposed."""
    found, name, back = _under(agreement)
    if not found["row"].to_sign:
        raise Http404
    return _act(request, forms.ActForm(_sent(request)),
                lambda who, data: actions.countersign(who, name),
                title=_("Sign the agreement"), lead=name, back=back)  # fmt: skip


@_signed
def reading(request: HttpRequest, agreement: Any) -> HttpResponse:
    """Say how this party reads an agreement; other readings stand beside it."""
    _found, name, back = _under(agreement)

    def act(who: Acting, data: dict[str, Any]) -> None:
        actions.state_reading(who, name, data["reading"], data["duties"])

    form = forms.ReadingForm(_sent(request), parties=_parties())
    return _act(request, form, act, title=_("State a reading"), lead=name, back=back)


@_signed
def hold(request: HttpRequest, agreement: Any) -> HttpResponse:
    """Read the agreement as another party does."""
    found, name, back = _under(agreement)
    if not found["not_held"]:
        raise Http404
    form = forms.ChosenForm(_sent(request), label=_("Reading"), names=found["not_held"])
    return _act(request, form, lambda who, data: actions.hold_reading(who, name, data["chosen"]),
                title=_("Hold a reading"), lead=name, back=back)  # fmt: skip


@_signed
def amend(request: HttpRequest, agreement: Any) -> HttpResponse:
    """Propose other obligations for one reading."""
    found, name, back = _under(agreement)
    if not found["row"].agreement.in_force or not found["readings"]:
        raise Http404
    readings = [one.reading for one, _duties in found["readings"]]
    form = forms.AmendForm(_sent(request), parties=_parties(), readings=readings)

    def act(who: Acting, data: dict[str, Any]) -> None:
        actions.amend(who, name, data["amendment"], data["reading"], data["duties"], data["text"])

    return _act(request, form, act, title=_("Propose an amendment"), lead=name, back=back)


@_signed
def amendment_sign(request: HttpRequest, agreement: Any) -> HttpResponse:
    """Sign an amendment that another party proposed."""
    found, name, back = _under(agreement)
    waiting = found["row"].amendments_to_sign
    if not waiting:
        raise Http404
    form = forms.ChosenForm(_sent(request), label=_("Amendment"), names=waiting)
    return _act(request, form, lambda who, data: actions.sign_amendment(who, name, data["chosen"]),
                title=_("Sign an amendment"), lead=name, back=back)  # fmt: skip
