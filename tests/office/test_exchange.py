"""Two parties and a witness in three processes: exchange by file, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from priam.errors import UserError
from priam.events.values import Item, Reservation
from priam.tlog.bundle import parse_parties
from priam.tlog.dispute import verify_bundle
from priam.tlog.policy import parse_policy
from priam_office.handovers.processes import Office
from tests.office.installations import three_that_trust

Offices = dict[str, Office]


@pytest.fixture(scope="module")
def offices(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Offices]:
    """A, B and C, who trust each other's cards."""
    made = three_that_trust(tmp_path_factory.mktemp("exchange"), sqlite_template)
    yield made
    for office in made.values():
        office.close()


def carry(offices: Offices, sender: str, to: str, file: Path) -> tuple[int, int]:
    offices[sender].do("export", to, file)
    taken: tuple[int, int] = offices[to].do("import", file)
    return taken


def test_a_handover_from_proposal_to_dispute(offices: Offices, tmp_path: Path) -> None:
    a, b, c = (offices[p] for p in "ABC")
    stick = tmp_path / "stick"
    url = c.do("witness_serve")
    a.do("propose", "accord", ["B"], date="2025-06-02")
    assert carry(offices, "A", "B", stick) == (1, 1)
    assert b.do("import", stick) == (1, 0)  # twice changes nothing
    b.do("countersign", "accord")
    carry(offices, "B", "A", stick)
    tags = a.do("new_tags", 5)
    name = a.do("issue_manifest", "accord", "one", "B", [Item(tag, "S1") for tag in tags])
    a.do("offer", "o1", "B", "accord", number=5, place="point", date="2025-06-11")
    first = tmp_path / "first"
    carry(offices, "A", "B", first)
    b.do("answer", "o1", "accept")
    carry(offices, "B", "A", stick)
    a.do("open_handover", "h1", "accord", [name], place="point", date="2025-06-11", offer="o1")
    a.do("hand_over", name)
    a.do("count", name, tags)
    a.do("sign", name)
    a.do("witness_request", url, "C")
    carry(offices, "A", "B", stick)
    b.do("count", name, tags[1:], [Reservation("missing", "not in the lorry", tags[0])])
    b.do("sign", name)
    b.do("witness_request", url, "C")
    carry(offices, "B", "A", tmp_path / "last")
    assert [f["signed"] for f in a.do("figures")] == ["bilateral"]
    assert _counts(a) == _counts(b) == {"A": 5, "B": 4}
    with pytest.raises(UserError, match="a replay"):
        b.do("import", first)
    a.do("annex", tmp_path / "policy", tmp_path / "parties")
    for office in (a, b):
        office.do("dispute", "one", tmp_path / "evidence")
        report = verify_bundle(
            (tmp_path / "evidence").read_bytes(),
            policy=parse_policy((tmp_path / "policy").read_bytes()),
            parties=parse_parties((tmp_path / "parties").read_bytes()),
        )
        assert not report.of("invalid")
        proved = [s.text for s in report.of("proved")]
        assert any("both parties signed the same bytes" in text for text in proved)
        said = " ".join(s.text for s in report.statements)
        for kind in ("agreement.proposed", "agreement.countersigned", "offer.accepted"):
            assert kind in said  # the terms and the offer stand with the batch
        (clash,) = report.of("contradiction")
        assert "the manifest states 5, B counted 4, a difference of 1" in clash.text
        assert tags[0] in clash.text


def _counts(office: Office) -> dict[str, int]:
    (figure,) = office.do("figures")
    return {count["party"]: count["value"] for count in figure["counts"]}


def test_what_is_refused(offices: Offices, tmp_path: Path) -> None:
    a, b, c = (offices[p] for p in "ABC")
    file = tmp_path / "file"
    a.do("export", "B", file)
    before = [office.do("size") for office in offices.values()]
    with pytest.raises(UserError, match="addressed to B"):
        c.do("import", file)
    data = file.read_bytes()
    step = max(1, len(data) // 40)
    for at in range(0, len(data), step):  # any byte
        file.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        with pytest.raises(UserError, match="refused"):
            b.do("import", file)
    with pytest.raises(UserError, match="no keys of a party"):
        a.do("export", "D", file)
    with pytest.raises(UserError, match="there is no checkpoint of 1 events"):
        a.do("export", "B", file, since=1)
    assert [office.do("size") for office in offices.values()] == before


def met(giver: Office, name: str, batch: str) -> None:
    giver.do("open_handover", batch, "accord", [name], place="point", date="2025-06-20")


def test_a_refused_bag_is_offered_again_and_one_of_the_other_side_goes_back(
    offices: Offices, tmp_path: Path
) -> None:
    a, b = offices["A"], offices["B"]
    stick = tmp_path / "stick"
    tags = a.do("new_tags", 3)
    name = a.do("issue_manifest", "accord", "refusal", "B", [Item(tag, f"S{tag}") for tag in tags])
    met(a, name, "refusal")
    carry(offices, "A", "B", stick)
    b.do("refuse_bag", name, tags[0], "the seal is open")
    carry(offices, "B", "A", stick)
    a.do("hand_over", name)
    for office in (a, b):
        carry(offices, "A", "B", stick)
        office.do("count", name, tags[1:])
        office.do("sign", name)
    carry(offices, "A", "B", stick)
    a.do("annex", tmp_path / "policy", tmp_path / "parties")
    assert refusal_agreed(b, tmp_path)
    # what was refused stayed with the giver, and is offered again with its history
    again = a.do("issue_manifest", "accord", "again", "B", [Item(tags[0], "S-new")])
    met(a, again, "again")
    a.do("hand_over", again)
    # remains found to be of the other side go back by the same road
    b.do("found_other_side", tags[1], "found when it was opened")
    back = b.do("issue_manifest", "accord", "back", "A", [Item(tags[1])])
    met(b, back, "back")
    b.do("hand_over", back)
    carry(offices, "B", "A", stick)
    carry(offices, "A", "B", stick)
    for office in (a, b):
        state = {bag: office.do("bag", bag) for bag in tags}
        assert [state[tag][0] for tag in tags] == ["B", "A", "B"]
        kinds = state[tags[0]][1]
        assert kinds[:2] == ["manifest.issued", "handover.bag_refused"]
        assert kinds[2:4] == ["manifest.issued", "handover.handed_over"]
        assert "bag.found_other_side" in state[tags[1]][1]


def refusal_agreed(office: Office, folder: Path) -> bool:
    office.do("dispute", "refusal", folder / "evidence")
    report = verify_bundle(
        (folder / "evidence").read_bytes(),
        policy=parse_policy((folder / "policy").read_bytes()),
        parties=parse_parties((folder / "parties").read_bytes()),
    )
    claimed = " ".join(s.text for s in report.of("claimed"))
    assert "A (giver) counted 2 of 3, 1 refused" in claimed
    assert "B (receiver) counted 2 of 3, 1 refused" in claimed
    return report.ok


def test_a_corrected_count_is_signed_again(offices: Offices, tmp_path: Path) -> None:
    a, b = offices["A"], offices["B"]
    tags = a.do("new_tags", 2)
    name = a.do("issue_manifest", "accord", "corrected", "B", [Item(tag) for tag in tags])
    met(a, name, "corrected")
    a.do("hand_over", name)
    carry(offices, "A", "B", tmp_path / "stick")
    b.do("count", name, tags)
    b.do("sign", name)
    with pytest.raises(UserError, match="signed already"):
        b.do("sign", name)
    b.do("correct", name, 1, "one was counted twice")
    b.do("sign", name)
    carry(offices, "B", "A", tmp_path / "stick")
    figure = next(f for f in a.do("figures") if f["manifest"] == name)
    assert {c["party"]: c["value"] for c in figure["counts"]}["B"] == 1


def test_an_offer_that_led_to_no_handover_is_evidence_too(offices: Offices, tmp_path: Path) -> None:
    a, b = offices["A"], offices["B"]
    a.do("offer", "o7", "B", "accord", number=1212, place="point", date="2025-06-07")
    carry(offices, "A", "B", tmp_path / "stick")
    b.do("answer", "o7", "postpone", "no date had been agreed")
    b.do("characterise", "o7", "a unilateral step")
    carry(offices, "B", "A", tmp_path / "stick")
    a.do("annex", tmp_path / "policy", tmp_path / "parties")
    a.do("dispute", "2025-06-07", tmp_path / "evidence")
    report = verify_bundle(
        (tmp_path / "evidence").read_bytes(),
        policy=parse_policy((tmp_path / "policy").read_bytes()),
        parties=parse_parties((tmp_path / "parties").read_bytes()),
    )
    said = [s.text.partition(",")[0] for s in report.statements if s.about.startswith("event")]
    assert {"offer.made", "offer.postponed", "offer.characterised"} <= set(said)
    with pytest.raises(UserError, match="no manifest of batch 'nothing'"):
        a.do("dispute", "nothing", tmp_path / "evidence")
