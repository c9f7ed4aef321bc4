"""Fill an office with a simulated exchange, and give it an account for each role."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from priam.accounting.handovers import is_played
from priam.errors import UserError
from priam_office.demonstration.exchange import PARTY, Played, events_of
from priam_office.installation import Installation
from priam_office.people import signing
from priam_office.people.actions import open_account
from priam_office.people.models import User
from priam_office.people.permissions import ROLES
from priam_office.record.state import known
from priam_office.record.write import Entry, record_all

__all__ = [
    "ACCOUNTS",
    "PASSPHRASE",
    "accounts",
    "is_demonstration",
    "mark",
    "play",
    "played",
    "populate",
]

#: Account -> its name and roles. Two examiners' roles are needed to sign; see the guide.
ACCOUNTS = {
    "mortuary": ("Соломія Холод", ("mortuary",)),
    "examiner": ("Богдан Ясенюк", ("examiner",)),
    "laboratory": ("Ірина Пробірко", ("laboratory",)),
    "liaison": ("Леся Слухай", ("liaison",)),
    "negotiator": ("Тарас Мостовий", ("negotiator",)),
    "legal": ("Надія Правник", ("legal",)),
    "auditor": ("Матвій Звіряк", ("auditor",)),
    "administrator": ("Дарина Ключник", ("administrator",)),
}
PASSPHRASE = "demonstration only"  # of every signing key; said on the page of the guided day
_BLOCK = 3000
_DAYS, _PACE = 40, 20_000  # the play begins so many days ago, and reaches today at that event
_MARK = "demonstration.json"


def mark(installation: Installation) -> None:
    """Say for good that everybody in this installation is made up."""
    path = installation.folder / _MARK
    if not path.exists():
        path.write_text("{}\n", encoding="utf-8")


def is_demonstration(installation: Installation) -> bool:
    """Whether the installation was marked as one."""
    return (installation.folder / _MARK).exists()


def played(installation: Installation) -> Played:
    """Who became what in the exchange that was played; empty before."""
    text = (installation.folder / _MARK).read_text(encoding="utf-8")
    return Played(**json.loads(text))


def accounts() -> dict[str, User]:
    """The account of each role; made where it is missing."""
    there = {user.username: user for user in User.objects.filter(username__in=ACCOUNTS)}
    for username, (name, roles) in ACCOUNTS.items():
        assert set(roles) <= set(ROLES)
        if username not in there:
            there[username] = open_account(username, name=name, roles=roles, by="demonstration")
    return there


def play(installation: Installation, folder: Path, progress: Callable[[int], None]) -> int:
    """Write the exchange in ``folder`` into the record; returns the number of events.

    An office that holds casework already is left as it is: it may be somebody's real one.
    """
    if known().state.cases or known().state.missing:
        if is_demonstration(installation):
            return 0
        raise UserError("this installation holds casework already; play in a new one")
    mark(installation)
    accounts()
    told, block, count = Played(), [], 0
    declared = PARTY in known().state.parties  # the account may have named it before
    for number, events in enumerate(events_of(folder, told)):
        if number == 0 and declared:
            continue
        when = _a_while_ago(count + len(block))
        block += [Entry(event, claimed_time=when) for event in events]
        if len(block) >= _BLOCK:
            count += _write(block, progress)
            block = []
    count += _write(block, progress)
    text = json.dumps({"cases": told.cases, "missing": told.missing, "families": told.families})
    (installation.folder / _MARK).write_text(text + "\n", encoding="utf-8")
    return count


def populate(installation: Installation) -> None:
    """Mark an installation that only took part in a play, and give it the accounts.

    Whoever signs for a party has a key that opens with :data:`PASSPHRASE`. From then on anybody
    can sign in as anybody, so nothing but played bags may be in it. Again changes nothing.
    """
    state = known().state
    manifests = list(state.manifests.values())
    played_only = bool(manifests) and all(is_played(one) for one in manifests)
    if not is_demonstration(installation):
        if state.cases or state.missing or not played_only:
            raise UserError(
                f"{installation.folder} holds more or less than a play of `priam demo parties`; "
                "anybody could sign in there as anybody. Name the folder of a party of a play, "
                "such as demo-data/parties/UA"
            )
        mark(installation)
    negotiator = accounts()["negotiator"]
    if signing.key_of(negotiator) is None:
        signing.make_key(negotiator, PASSPHRASE)


def _a_while_ago(place: int) -> str:
    """A time in the weeks before now, later for later events: work that goes back a while."""
    ago = timedelta(days=_DAYS) * max(0.0, 1 - place / _PACE)
    return (datetime.now(UTC) - ago).strftime("%Y-%m-%dT%H:%M:%SZ")


def _write(block: list[Entry], progress: Callable[[int], None]) -> int:
    if block:
        record_all(block, by="demonstration")
        progress(len(block))
    return len(block)
