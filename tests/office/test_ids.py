"""Claims files as events and back: the account is the same, loading is repeatable."""

from __future__ import annotations

import json
from pathlib import Path

from priam.accounting.account import account_of
from priam.accounting.claims_file import claims_from_json, packaged_claims
from priam.accounting.recording import claims_file_of, events_of
from priam.events import Recorded, fold

NOW = "2025-07-01T00:00:00Z"


def folded(file: object) -> object:
    from priam_office.agreements.ids import content_id

    recorded = [
        Recorded(content_id(event), i, "a.example", NOW, NOW, event)
        for i, event in enumerate(events_of(file))
    ]
    return claims_file_of(fold(recorded))


def test_the_account_from_events_is_the_account_from_the_file() -> None:
    file = packaged_claims()
    assert account_of(folded(file)).to_json() == account_of(file).to_json()


def test_corrections_and_withdrawals_come_through(shared: Path) -> None:
    data = json.loads((shared / "facts" / "exchanges-2025-2026.json").read_text())
    later = data["claims"][9] | {"id": "later", "value": 1213, "corrects": data["claims"][9]["id"]}
    data["claims"] += [later]
    data["claims"][10]["withdrawn_on"] = "2025-07-01"
    file = claims_from_json(data)
    assert account_of(folded(file)).to_json() == account_of(file).to_json()


def test_ids_are_made_from_content() -> None:
    from priam_office.agreements.ids import content_id

    ids = [content_id(event) for event in events_of(packaged_claims())]
    again = [content_id(event) for event in events_of(packaged_claims())]
    assert ids == again
    assert len(set(ids)) == len(ids)
