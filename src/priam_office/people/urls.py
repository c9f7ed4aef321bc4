"""Addresses of accounts, under /LANG/work/.

Views of django-allauth are reached under our own addresses and by the names it expects.
"""

from __future__ import annotations

from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, path

from priam_office.people import administration, oversight, views
from priam_office.people.permissions import requires, work_policy


def own(route: str, view: Any, name: str) -> URLPattern:
    """A page of the own account, for everybody who is signed in."""
    return path(f"account/{route}", requires("people.own_account")(view), name=name)


urlpatterns = [
    path("", views.day, name="day"),
    path("scan/", views.scan_tag, name="scan"),
    path("sign-in/", work_policy(account.login), name="sign-in"),
    path("sign-in/", work_policy(account.login), name="account_login"),
    path("sign-in/code/", work_policy(factors.authenticate), name="mfa_authenticate"),
    path("sign-in/passkey/", work_policy(passkeys.login_webauthn), name="mfa_login_webauthn"),
    path("sign-out/", LogoutView.as_view(next_page="sign-in"), name="sign-out"),
    path("account/", views.my_account, name="my-account"),
    path("account/", views.my_account, name="mfa_index"),
    path("account/", views.my_account, name="mfa_list_webauthn"),
    path("account/", views.my_account, name="account_set_password"),  # where there is none
    path("account/second-factor/", views.second_factor, name="second-factor"),
    path("account/signing-key/", views.signing_key, name="signing-key"),
    path("accounts/", administration.accounts, name="accounts"),
    path("accounts/new/", administration.new_account, name="account-new"),
    path("accounts/<str:key>/", administration.account, name="account"),
    path("exceptions/", oversight.exceptional_access, name="exceptions"),
    path("reads/", oversight.reads, name="reads"),
    path("permissions/", oversight.permission_table, name="permissions"),
    own("again/", account.reauthenticate, "account_reauthenticate"),
    own("again/code/", factors.reauthenticate, "mfa_reauthenticate"),
    own("again/passkey/", passkeys.reauthenticate_webauthn, "mfa_reauthenticate_webauthn"),
    own("password/", account.password_change, "account_change_password"),
    own("app/", totp.activate_totp, "mfa_activate_totp"),
    own("app/remove/", totp.deactivate_totp, "mfa_deactivate_totp"),
    own("passkeys/add/", passkeys.add_webauthn, "mfa_add_webauthn"),
    own("passkeys/<int:pk>/remove/", passkeys.remove_webauthn, "mfa_remove_webauthn"),
    own("codes/", codes.view_recovery_codes, "mfa_view_recovery_codes"),
    own("codes/new/", codes.generate_recovery_codes, "mfa_generate_recovery_codes"),
    path("account/sessions/", views.sessions, name="sessions"),
]
