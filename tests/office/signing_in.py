"""Accounts for tests: somebody signed in with given roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.test import Client

if TYPE_CHECKING:  # models can be imported only once Django is set up
    from priam_office.people.models import User

__all__ = ["account", "session_of", "signed_in"]


def account(*roles: str, username: str = "") -> User:
    """A new account that holds these roles; its password is never asked for."""
    from priam_office.people.actions import open_account
    from priam_office.people.models import User

    username = username or f"test-{User.objects.count() + 1}"
    return open_account(username, roles=roles, by="tests")


def signed_in(*roles: str) -> Client:
    """A client in which such an account is signed in."""
    client = Client()
    client.force_login(account(*roles))
    return client


def session_of(user: User) -> str:
    """Key of a session in which the account is signed in, for a browser's cookie."""
    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value
