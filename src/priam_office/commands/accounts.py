"""``priam accounts``: who may sign in. The first administrator is made here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from priam.errors import UserError
from priam_office.commands.opening import data_option, open_installation

if TYPE_CHECKING:
    from priam_office.people.models import User

__all__ = ["accounts"]

_ROLES = click.option("--role", "roles", multiple=True, help="A role; may be given several times.")


@click.group(short_help="Who may sign in, and in which role.")
def accounts() -> None:
    """Make, list and shut accounts. The pages for administrators do the same.

    What is done here is recorded as done by this installation, not by a person.
    """


@accounts.command(short_help="Make an account; its first password is shown once.")
@data_option
@click.argument("username")
@click.option("--name", default="", help="The person's name, as others here see it.")
@_ROLES
def create(folder: Path, username: str, name: str, roles: tuple[str, ...]) -> None:
    """Make the account USERNAME. Its password must be changed at the first sign-in."""
    by = open_installation(folder).origin()
    from priam_office.people.actions import first_password, open_account

    password = first_password()
    user = open_account(username, name, roles=roles, by=by, password=password)
    _show(f"Made the account {user.username} ({', '.join(roles) or 'no role'}).", password)


@accounts.command("list", short_help="All accounts, without their names.")
@data_option
def list_accounts(folder: Path) -> None:
    """One account a line: sign-in name, opaque key, roles, whether it is shut."""
    open_installation(folder)
    from priam_office.people.models import User

    for user in User.objects.order_by("username"):
        shut = "" if user.is_active else "  disabled"
        roles = ", ".join(sorted(user.roles)) or "no role"
        click.echo(f"{user.username}  {user.key}  {roles}{shut}")


@accounts.command(short_help="Set the roles of an account.")
@data_option
@click.argument("username")
@_ROLES
def roles(folder: Path, username: str, roles: tuple[str, ...]) -> None:
    """Let USERNAME hold exactly the given roles; its sessions end."""
    by = open_installation(folder).origin()
    from priam_office.people.actions import change_roles

    change_roles(_user(username), roles, by=by)
    click.echo(f"{username} holds now: {', '.join(roles) or 'no role'}.")


@accounts.command(short_help="Shut an account at once.")
@data_option
@click.argument("username")
def disable(folder: Path, username: str) -> None:
    """End the sessions of USERNAME, let it sign in no more, revoke its signing key."""
    by = open_installation(folder).origin()
    from priam_office.people.actions import disable as shut

    shut(_user(username), by=by)
    click.echo(f"{username} is disabled.")


@accounts.command(short_help="Let a shut account sign in again.")
@data_option
@click.argument("username")
def enable(folder: Path, username: str) -> None:
    """Let USERNAME sign in again, with the password and second factor it had."""
    by = open_installation(folder).origin()
    from priam_office.people.actions import enable as reopen

    reopen(_user(username), by=by)
    click.echo(f"{username} may sign in again.")


@accounts.command(short_help="A new first password, and no second factor.")
@data_option
@click.argument("username")
def reset(folder: Path, username: str) -> None:
    """Take away password and second factor of USERNAME, for somebody who lost both.

    Make sure that you speak with that person. It is recorded.
    """
    by = open_installation(folder).origin()
    from priam_office.people.actions import reset_sign_in

    password = reset_sign_in(_user(username), by=by)
    _show(f"The sign-in of {username} was reset.", password)


def _user(username: str) -> User:
    from priam_office.people.models import User

    try:
        return User.objects.get_by_natural_key(username)
    except User.DoesNotExist:
        raise UserError(
            f"there is no account {username!r}; `priam accounts list` shows all"
        ) from None


def _show(text: str, password: str) -> None:
    click.echo(text)
    click.echo(f"  first password  {password}")
    click.echo("It is shown only now, and is to be changed at the first sign-in.")
