"""Sessions whose keys are not in the database, and whose content is sealed in it.

The cookie holds a random key; the row is found by its hash. Whoever reads the database can
therefore act in nobody's session, nor see what is kept in it (a second factor that is being set
up, a filled form). Setting ``SESSION_ENGINE``.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from priam.errors import UserError
from priam_office.vault.sealing import open_text, seal

__all__ = ["SessionStore", "kept"]

_PLACE = "django_session.session_data"


def kept(session_key: str) -> str:
    """What the database keeps of a session's key: 160 bits of its SHA-256."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:40]


class SessionStore(DatabaseStore):
    """Django's sessions in the database, under hashes of their keys."""

    def encode(self, session_dict: dict[str, Any]) -> str:
        return seal("access", super().encode(session_dict), _PLACE)

    def decode(self, session_data: str) -> dict[str, Any]:
        try:
            opened: dict[str, Any] = super().decode(open_text(session_data, _PLACE))
        except UserError:  # sealed with a key that is no longer here: signed in nowhere
            return {}
        return opened

    def _get_session_from_db(self) -> Session | None:
        now = timezone.now()
        row: Session | None = self.model.objects.filter(
            session_key=kept(self.session_key or ""), expire_date__gt=now
        ).first()
        if row is None:
            self._session_key = None
        return row

    def exists(self, session_key: str) -> bool:
        found: bool = self.model.objects.filter(session_key=kept(session_key)).exists()
        return found

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row: Session = super().create_model_instance(data)
        row.session_key = kept(self._get_or_create_session_key())
        return row

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            self.model.objects.filter(session_key=kept(key)).delete()
