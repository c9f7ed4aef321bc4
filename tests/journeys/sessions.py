"""The account of these roles, signed in just now in a running office: for tests of other things.

python -m tests.journeys.sessions ROLE...     (with PRIAM_DATA) prints a session's key
"""

from __future__ import annotations

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "priam_office.settings")


def main(roles: list[str]) -> None:
    import django

    django.setup()
    from priam_office.people.models import User
    from tests.office.signing_in import account, session_of

    name = "test-" + "-".join(roles)
    user = User.objects.filter(username=name).first() or account(*roles, username=name)
    sys.stdout.write(session_of(user) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
