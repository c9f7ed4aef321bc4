"""How often a secret may be tried before its account has to wait."""

from __future__ import annotations

from django.core.cache import cache
from django.utils.translation import gettext as _

from priam.errors import UserError

__all__ = ["Guesses"]

_MOST = 5
_WAIT = 15 * 60  # seconds


class Guesses:
    """Failed tries of one kind for one account, remembered by the cache all processes share."""

    def __init__(self, kind: str, account: str) -> None:
        self._key = f"guesses:{kind}:{account}"

    def check(self) -> None:
        """Refuse to try at all after too many failures."""
        if cache.get(self._key, 0) >= _MOST:
            raise UserError(_("Too many wrong tries; wait %(n)s minutes.") % {"n": _WAIT // 60})

    def failed(self) -> None:
        """Count one more; the wait begins anew."""
        cache.add(self._key, 0, _WAIT)
        cache.incr(self._key)
        cache.touch(self._key, _WAIT)

    def forget(self) -> None:
        """The secret was right."""
        cache.delete(self._key)
