"""Who may do what: accounts, their roles and signing keys, and exceptional access.

An account is named by an opaque key. Its name, its password and its second factor are never in
an event. Administrators keep accounts and see no data, so their role goes with no other.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from immutables import Map

from priam.events.accounts_rows import Access, Account, SigningKey
from priam.events.base import Event, Recorded, RuleError
from priam.events.state import State

__all__ = [
    "AGREEING_ROLES",
    "LONGEST_ACCESS",
    "AccessAgreed",
    "AccessAsked",
    "AccessEnded",
    "AccountDisabled",
    "AccountEnabled",
    "AccountOpened",
    "RoleGiven",
    "RoleTaken",
    "SecondFactorReset",
    "SigningKeyAdded",
    "SigningKeyRevoked",
    "TokenEnded",
    "TokenMade",
]

ADMINISTRATOR = "administrator"
#: Exceptional access needs one person of each of these roles, beside the one who asks.
AGREEING_ROLES = ("legal", "auditor")
LONGEST_ACCESS = timedelta(hours=24)
_REASONS = ("lost", "stolen", "replaced", "left")


def _account(state: State, account: str) -> Account:
    found = state.accounts.get(account)
    if found is None:
        raise RuleError(f"there is no account {account!r}: open it first")
    return found


def _not_by_itself(account: str, recorded: Recorded, what: str) -> None:
    if recorded.actor == f"person/{account}":
        raise RuleError(f"nobody {what}; another administrator does")


def _administrators(state: State) -> set[str]:
    rows = state.accounts.values()
    return {row.account for row in rows if ADMINISTRATOR in row.roles and not row.disabled}


def _keeps_an_administrator(state: State, account: str) -> None:
    if _administrators(state) == {account}:
        raise RuleError("this is the last administrator; give the role to somebody else first")


@dataclass(frozen=True, slots=True)
class AccountOpened(Event):
    """Somebody may sign in from now on; without a role they can do nothing."""

    type: ClassVar[str] = "account.opened"

    account: str

    def check(self, state: State, recorded: Recorded) -> None:
        if self.account in state.accounts:
            raise RuleError(f"the account {self.account!r} is open already")

    def effect(self, state: State, recorded: Recorded) -> State:
        return state.put("accounts", self.account, Account(self.account, Map()))


@dataclass(frozen=True, slots=True)
class RoleGiven(Event):
    """The account acts in a role from now on."""

    type: ClassVar[str] = "account.role_given"

    account: str
    role: str

    def check(self, state: State, recorded: Recorded) -> None:
        row = _account(state, self.account)
        _not_by_itself(self.account, recorded, "gives a role to themselves")
        if self.role in row.roles:
            raise RuleError(f"the account {self.account} has the role {self.role} already")
        if row.roles and ADMINISTRATOR in {self.role, *row.roles}:
            raise RuleError(
                "administrators see no data, so their role goes with no other; "
                "open a second account for the same person"
            )

    def effect(self, state: State, recorded: Recorded) -> State:
        row = state.accounts[self.account]
        roles = row.roles.set(self.role, recorded.event_id)
        return state.put("accounts", self.account, dataclasses.replace(row, roles=roles))


@dataclass(frozen=True, slots=True)
class RoleTaken(Event):
    """The account acts in the role no more."""

    type: ClassVar[str] = "account.role_taken"

    account: str
    role: str

    def check(self, state: State, recorded: Recorded) -> None:
        if self.role not in _account(state, self.account).roles:
            raise RuleError(f"the account {self.account} does not have the role {self.role}")
        if self.role == ADMINISTRATOR:
            _keeps_an_administrator(state, self.account)

    def effect(self, state: State, recorded: Recorded) -> State:
        row = state.accounts[self.account]
        roles = row.roles.delete(self.role)
        return state.put("accounts", self.account, dataclasses.replace(row, roles=roles))


@dataclass(frozen=True, slots=True)
class AccountDisabled(Event):
    """The account signs in no more, and its sessions end."""

    type: ClassVar[str] = "account.disabled"

    account: str

    def check(self, state: State, recorded: Recorded) -> None:
        if _account(state, self.account).disabled:
            raise RuleError(f"the account {self.account} is disabled already")
        _keeps_an_administrator(state, self.account)

    def effect(self, state: State, recorded: Recorded) -> State:
        row = dataclasses.replace(state.accounts[self.account], disabled=True)
        return state.put("accounts", self.account, row)


@dataclass(frozen=True, slots=True)
class AccountEnabled(Event):
    """The account signs in again. What programs held before is over: new tokens are made."""

    type: ClassVar[str] = "account.enabled"

    account: str

    def check(self, state: State, recorded: Recorded) -> None:
        row = _account(state, self.account)
        if not row.disabled:
            raise RuleError(f"the account {self.account} is not disabled")
        _not_by_itself(self.account, recorded, "enables their own account")
        if row.held_tokens:
            raise RuleError(f"tokens of the account {self.account} still hold; end them first")

    def effect(self, state: State, recorded: Recorded) -> State:
        row = dataclasses.replace(state.accounts[self.account], disabled=False)
        return state.put("accounts", self.account, row)


@dataclass(frozen=True, slots=True)
class SecondFactorReset(Event):
    """Password and second factor were taken away, so that new ones can be set.

    Whoever resets could then sign in as that person, so two administrators do it together:
    ``with_account`` is the one who asked for it, the actor the one who agreed. With no other
    administrator there is the command line of the server, whose operator holds everything anyway.
    """

    type: ClassVar[str] = "account.second_factor_reset"

    account: str
    with_account: str | None = None

    def check(self, state: State, recorded: Recorded) -> None:
        _account(state, self.account)
        _not_by_itself(self.account, recorded, "resets their own second factor")
        if not recorded.actor.startswith("person/"):
            return
        asked = f"person/{self.with_account}"
        if self.with_account not in _administrators(state) or asked == recorded.actor:
            raise RuleError("a second factor is reset by two administrators")

    def effect(self, state: State, recorded: Recorded) -> State:
        return state


@dataclass(frozen=True, slots=True)
class SigningKeyAdded(Event):
    """A person made a key to sign with; ``vkeys`` are its public halves (C2SP), ``key`` its name.

    Only the person themselves adds it, and one key holds at a time.
    """

    type: ClassVar[str] = "account.key_added"

    account: str
    key: str
    vkeys: tuple[str, ...]

    def check(self, state: State, recorded: Recorded) -> None:
        row = _account(state, self.account)
        if recorded.actor != f"person/{self.account}":
            raise RuleError("a signing key is added by the person who signs with it")
        if self.key in state.signing_keys:
            raise RuleError(f"the signing key {self.key!r} is known already")
        if row.key is not None:
            raise RuleError("a signing key holds already; revoke it first")
        if not self.vkeys:
            raise RuleError("a signing key has at least one public key")

    def effect(self, state: State, recorded: Recorded) -> State:
        key = SigningKey(self.key, self.account, self.vkeys, recorded.event_id)
        row = dataclasses.replace(state.accounts[self.account], key=self.key)
        return state.put("signing_keys", self.key, key).put("accounts", self.account, row)


@dataclass(frozen=True, slots=True)
class SigningKeyRevoked(Event):
    """What the key signs from now on counts no more; what it signed before stays signed.

    ``reason``: ``lost``, ``stolen``, ``replaced`` or ``left``.
    """

    type: ClassVar[str] = "account.key_revoked"

    key: str
    reason: str

    def check(self, state: State, recorded: Recorded) -> None:
        key = state.signing_keys.get(self.key)
        if key is None:
            raise RuleError(f"there is no signing key {self.key!r}")
        if key.revoked is not None:
            raise RuleError(f"the signing key {self.key!r} is revoked already")
        if self.reason not in _REASONS:
            raise RuleError(f"{self.reason!r} is no reason; known are {', '.join(_REASONS)}")

    def effect(self, state: State, recorded: Recorded) -> State:
        key = state.signing_keys[self.key]
        revoked = dataclasses.replace(key, revoked=recorded.event_id, reason=self.reason)
        row = dataclasses.replace(state.accounts[key.account], key=None)
        return state.put("signing_keys", self.key, revoked).put("accounts", key.account, row)


@dataclass(frozen=True, slots=True)
class TokenMade(Event):
    """A program may act for the account from now on, with the token that is called ``token``.

    Only the person themselves lets a program act for them.
    """

    type: ClassVar[str] = "account.token_made"

    account: str
    token: str

    def check(self, state: State, recorded: Recorded) -> None:
        row = _account(state, self.account)
        if recorded.actor != f"person/{self.account}":
            raise RuleError("a token is made by the person a program is to act for")
        if row.disabled:
            raise RuleError(f"the account {self.account} is disabled; no token is made for it")
        if self.token in row.tokens:
            raise RuleError(f"the token {self.token!r} is known already")

    def effect(self, state: State, recorded: Recorded) -> State:
        row = state.accounts[self.account]
        tokens = row.tokens.set(self.token, True)
        return state.put("accounts", self.account, dataclasses.replace(row, tokens=tokens))


@dataclass(frozen=True, slots=True)
class TokenEnded(Event):
    """The program acts no more; a token that ended never holds again."""

    type: ClassVar[str] = "account.token_ended"

    account: str
    token: str

    def check(self, state: State, recorded: Recorded) -> None:
        if not _account(state, self.account).tokens.get(self.token):
            raise RuleError(f"the account {self.account} has no token {self.token!r} that holds")

    def effect(self, state: State, recorded: Recorded) -> State:
        row = state.accounts[self.account]
        tokens = row.tokens.set(self.token, False)
        return state.put("accounts", self.account, dataclasses.replace(row, tokens=tokens))


@dataclass(frozen=True, slots=True)
class AccessAsked(Event):
    """Somebody asks to see, for a time and for a reason, what their role does not show them.

    ``permission`` is one that only shows. It holds once one person of each role of
    :data:`AGREEING_ROLES` agreed, and it ends by itself at ``until``.
    """

    type: ClassVar[str] = "access.asked"
    compartment: ClassVar[str] = "identity"  # a reason may name somebody

    access: str
    account: str
    permission: str
    reason: str
    until: str

    def check(self, state: State, recorded: Recorded) -> None:
        row = _account(state, self.account)
        if recorded.actor != f"person/{self.account}":
            raise RuleError("exceptional access is asked for by the person who needs it")
        if ADMINISTRATOR in row.roles:
            raise RuleError("administrators see no data, not even as an exception")
        if self.access in state.accesses:
            raise RuleError(f"the access {self.access!r} was asked for already")
        if not self.permission.endswith(".view"):
            raise RuleError(f"{self.permission!r} does more than show; only showing can be asked")
        if len(self.reason.strip()) < 10:
            raise RuleError("exceptional access needs a reason in words")
        _check_end(self.until, recorded.received_time)

    def effect(self, state: State, recorded: Recorded) -> State:
        row = Access(self.access, self.account, self.permission, self.until, Map())
        return state.put("accesses", self.access, row)


def _check_end(until: str, now: str) -> None:
    try:
        length = datetime.strptime(until, "%Y-%m-%dT%H:%M:%S%z") - datetime.fromisoformat(now)
        if not until.endswith("Z"):
            raise ValueError
    except ValueError:
        raise RuleError(f"{until!r} is not a time in UTC like 2025-06-16T09:30:00Z") from None
    if not timedelta(0) < length <= LONGEST_ACCESS:
        hours = LONGEST_ACCESS // timedelta(hours=1)
        raise RuleError(f"exceptional access ends within {hours} hours from now")


def _access(state: State, access: str) -> Access:
    found = state.accesses.get(access)
    if found is None:
        raise RuleError(f"there is no such access {access!r}")
    if found.ended is not None:
        raise RuleError("this access has ended; ask for a new one")
    return found


@dataclass(frozen=True, slots=True)
class AccessAgreed(Event):
    """One of two people agrees, acting in ``role``."""

    type: ClassVar[str] = "access.agreed"

    access: str
    role: str

    def check(self, state: State, recorded: Recorded) -> None:
        row = _access(state, self.access)
        agreeing = recorded.actor.removeprefix("person/")
        roles = state.accounts[agreeing].roles if agreeing in state.accounts else Map()
        if self.role not in AGREEING_ROLES or self.role not in roles:
            raise RuleError(f"only {' and '.join(AGREEING_ROLES)} agree to exceptional access")
        if agreeing == row.account or agreeing in row.agreed.values():
            raise RuleError("exceptional access needs two people beside the one who asks")
        if self.role in row.agreed:
            raise RuleError(f"somebody agreed in the role {self.role} already")
        if recorded.received_time >= row.until:
            raise RuleError("the time that was asked for is over; ask for a new one")

    def effect(self, state: State, recorded: Recorded) -> State:
        row = state.accesses[self.access]
        agreed = row.agreed.set(self.role, recorded.actor.removeprefix("person/"))
        return state.put("accesses", self.access, dataclasses.replace(row, agreed=agreed))


@dataclass(frozen=True, slots=True)
class AccessEnded(Event):
    """Ended before its time, or refused: by the reader, or by one who may agree."""

    type: ClassVar[str] = "access.ended"

    access: str

    def check(self, state: State, recorded: Recorded) -> None:
        row = _access(state, self.access)
        by = recorded.actor.removeprefix("person/")
        roles = set(state.accounts[by].roles) if by in state.accounts else set()
        if by != row.account and not roles & set(AGREEING_ROLES):
            raise RuleError("an access is ended by its reader or by those who agree to it")

    def effect(self, state: State, recorded: Recorded) -> State:
        row = state.accesses[self.access]
        ended = dataclasses.replace(row, ended=recorded.event_id)
        return state.put("accesses", self.access, ended)
