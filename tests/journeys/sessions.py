"""An account that holds roles, signed in, made in a running office: for tests of other things.

python -m tests.journeys.sessions ROLE...     (with PRIAM_DATA) prints a session's key
"""

from __future__ import annotations

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "priam_office.settings")


def main(roles: list[str]) -> None:
    import django

    django.setup()
    from tests.office.signing_in import account, session_of

    sys.stdout.write(session_of(account(*roles)) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
