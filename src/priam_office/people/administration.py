"""Pages for administrators: accounts and roles, and no data."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from priam.errors import UserError
from priam_office.people import actions
from priam_office.people.models import ResetAsked, User
from priam_office.people.permissions import ROLES, requires
from priam_office.people.refusals import sentence
from priam_office.people.signin import recently_signed_in
from priam_office.record.state import known

__all__ = ["account", "accounts", "new_account"]

_RESET_WAITS = timedelta(hours=24)


@require_safe
@requires("people.manage")
def accounts(request: HttpRequest) -> HttpResponse:
    """All accounts with their roles; three queries."""
    state = known().state
    rows = [
        {"user": user, "roles": _roles_of(user, state.accounts.get(user.key))}
        for user in User.objects.order_by("-is_active", "username")
    ]
    return render(request, "people/accounts.html", {"rows": rows})


def _roles_of(user: User, account: object) -> list[str]:
    held = getattr(account, "roles", ())
    return [name for role, name in ROLES.items() if role in held]


@requires("people.manage")
@recently_signed_in
def new_account(request: HttpRequest) -> HttpResponse:
    """Make an account; its first password is in the answer, and nowhere else."""
    context = {"roles": ROLES, "sent": request.POST, "chosen": request.POST.getlist("role")}
    if request.method == "POST":
        password = actions.first_password()
        try:
            user = actions.open_account(
                request.POST.get("username", "")[:60],
                request.POST.get("name", "")[:120],
                roles=request.POST.getlist("role"),
                by=request.user.actor,
                password=password,
            )
        except UserError as error:
            return render(request, "people/new_account.html", {**context, "problem": error})
        return _told_once(request, user, password)
    return render(request, "people/new_account.html", context)


@requires("people.manage")
@recently_signed_in
def account(request: HttpRequest, key: str) -> HttpResponse:
    """One account: its roles, shut or open, a reset by two administrators."""
    user = get_object_or_404(User, key=key)
    if request.method == "POST":
        try:
            password = _act(request, user)
        except UserError as error:
            messages.error(request, sentence(error))
        else:
            if password:
                return _told_once(request, user, password)
        return redirect("account", key=key)
    row = known().state.accounts.get(user.key)
    context = {
        "account": user,
        "roles": [
            (role, name, row is not None and role in row.roles) for role, name in ROLES.items()
        ],
        "own": user == request.user,
        "key": row.key if row else None,
        "reset": _waiting(user),
        "reset_by_me": _waiting(user, request.user),
    }
    return render(request, "people/manage_account.html", context)


def _act(request: HttpRequest, user: User) -> str:
    """Do what was asked; a new first password where there is one."""
    by, act = request.user.actor, request.POST.get("act")
    if act == "roles":
        actions.change_roles(user, request.POST.getlist("role"), by=by)
        messages.success(request, _("The roles are changed, and the account's sessions are over."))
    elif act == "disable":
        actions.disable(user, by=by)
        messages.success(request, _("The account is shut, and its sessions are over."))
    elif act == "enable":
        actions.enable(user, by=by)
        messages.success(request, _("The account may sign in again."))
    elif act == "reset":
        return _reset(request, user)
    return ""


def _reset(request: HttpRequest, user: User) -> str:
    """The first administrator asks, another one within a day does it."""
    asked = _waiting(user)
    if asked is None or asked.asked_by == request.user:
        if user == request.user:
            raise UserError(_("Nobody resets their own sign-in; ask another administrator."))
        ResetAsked.objects.update_or_create(
            user=user, defaults={"asked_by": request.user, "asked": timezone.now()}
        )
        messages.success(request, _("Another administrator has to agree within a day."))
        return ""
    password = actions.reset_sign_in(user, by=request.user.actor, asked_by=asked.asked_by)
    asked.delete()
    return password


def _waiting(user: User, by: User | None = None) -> ResetAsked | None:
    rows = ResetAsked.objects.filter(user=user, asked__gt=timezone.now() - _RESET_WAITS)
    return rows.filter(**({"asked_by": by} if by else {})).select_related("asked_by").first()


def _told_once(request: HttpRequest, user: User, password: str) -> HttpResponse:
    context = {"account": user, "password": password}
    return render(request, "people/first_password.html", context)
