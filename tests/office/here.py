"""An installation in the process of the test itself, with the verbs of an ``Office``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from priam_office.handovers import processes
from priam_office.handovers.processes import PASSPHRASE

__all__ = ["Here"]


class Here:
    """Django's present database becomes the one of ``party``; settings are set to ``folder``."""

    def __init__(self, folder: Path, party: str) -> None:
        from django.conf import settings

        from priam_office import unlocking
        from priam_office.handovers import parties
        from priam_office.installation import create

        unlocking.remember(PASSPHRASE)
        settings.INSTALLATION = create(folder, f"{party.lower()}.example/log", PASSPHRASE, n=2)
        self.folder = folder
        self._worker = object.__new__(processes._Worker)
        self._worker.stops = []
        self._worker.me = parties.found(settings.INSTALLATION, party, PASSPHRASE, n=2)
        self._worker.signers = self._worker.me.signers(PASSPHRASE)

    def do(self, verb: str, *args: Any, **keywords: Any) -> Any:
        return self._worker.run(verb, args, keywords)
