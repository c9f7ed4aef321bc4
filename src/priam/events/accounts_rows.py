"""What the state knows of accounts: an opaque key, roles and keys, never a name."""

from __future__ import annotations

from dataclasses import dataclass, field

from immutables import Map

__all__ = ["Access", "Account", "SigningKey"]


@dataclass(frozen=True, slots=True)
class SigningKey:
    """Public keys of one person: ``vkeys`` one to a signature line. ``revoked``: event id."""

    key: str
    account: str
    vkeys: tuple[str, ...]
    event_id: str
    revoked: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in.

    ``roles``: role -> the event that gave it; ``tokens``: every token ever made -> whether it
    holds.
    """

    account: str
    roles: Map[str, str]
    disabled: bool = False
    key: str | None = None  # the signing key that holds now
    tokens: Map[str, bool] = field(default_factory=Map)

    @property
    def held_tokens(self) -> list[str]:
        """The tokens with which programs may act for the account, in order of their names."""
        return sorted(token for token, holds in self.tokens.items() if holds)


@dataclass(frozen=True, slots=True)
class Access:
    """A look into a closed compartment: asked for, agreed to by others, ended.

    ``agreed``: role -> account that agreed in it. ``until`` is ISO 8601 in UTC.
    """

    access: str
    account: str
    permission: str
    until: str
    agreed: Map[str, str]
    ended: str | None = None

    @property
    def in_force(self) -> bool:
        """Whether enough people agreed and nobody ended it; its end time is not looked at."""
        return len(self.agreed) == 2 and self.ended is None
