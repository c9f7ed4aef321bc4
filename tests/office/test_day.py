"""What waits is shown to those who may open it, and to nobody else."""

from __future__ import annotations

from tests.office.mortuary import bags, tags
from tests.office.signing_in import signed_in


def test_the_day_of_a_role(sqlite: str) -> None:
    from priam import events as ev
    from priam_office.record.write import record

    bags(*tags(3))
    record(ev.FamilyRegistered(ev.new_event_id()), by="tests")
    page = signed_in("mortuary").get("/en/work/").content.decode()
    assert "Bags to open" in page and '<p class="figure">3</p>' in page
    assert "Families to be asked" not in page
    page = signed_in("liaison").get("/en/work/").content.decode()
    assert "Families to be asked" in page and "Bags to open" not in page
