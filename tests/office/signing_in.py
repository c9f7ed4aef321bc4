"""Accounts for tests: somebody signed in with given roles."""

from __future__ import annotations

import functools
import time
from typing import TYPE_CHECKING

from django.test import Client

if TYPE_CHECKING:  # models can be imported only once Django is set up
    from priam_office.people.models import User

__all__ = ["PASSWORD", "account", "complete_sign_in", "session_of", "signed_in"]


PASSWORD = "a password for tests only"


@functools.cache
def hash_of(password: str) -> str:
    """Hashing is slow on purpose; once is enough."""
    from django.contrib.auth.hashers import make_password

    return make_password(password)


def account(*roles: str, username: str = "") -> User:
    """A new account that holds these roles; its password is :data:`PASSWORD`."""
    from priam_office.people.actions import open_account
    from priam_office.people.models import User

    username = username or f"test-{User.objects.count() + 1}"
    user = open_account(username, roles=roles, by="tests")
    user.password = hash_of(PASSWORD)
    user.save(update_fields=["password"])
    return user


def signed_in(*roles: str) -> Client:
    """A client in which such an account is signed in."""
    client = Client()
    client.force_login(account(*roles))
    return client


def session_of(user: User) -> str:
    """Key of a session in which the account is signed in, for a browser's cookie."""
    client = Client()
    client.force_login(user)
    complete_sign_in(client, user)
    return client.cookies["sessionid"].value


def complete_sign_in(client: Client, user: User) -> None:
    """Mark the session as after a password and a second factor, just now.

    ``Client.force_login`` does this by itself in the tests of the office (see conftest.py).
    """
    session = client.session
    session["second_factor"] = True
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
