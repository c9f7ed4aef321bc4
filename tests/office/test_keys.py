"""Keys that are replaced, revoked, lost, or held by a device: what the others still believe."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from priam.errors import UserError
from priam.events.values import Item
from priam.tlog import notes
from priam.tlog.bundle import parse_parties
from priam.tlog.dispute import verify_bundle
from priam.tlog.keys import load_key
from priam.tlog.manifests import may_sign
from priam.tlog.policy import parse_policy
from priam_office.handovers.processes import PASSPHRASE, Office
from tests.office.here import Here
from tests.office.installations import installation

Pair = tuple[Here, Office]


Sender = Here | Office


def carry(sender: Sender, to: Sender) -> tuple[int, int]:
    stick = sender.folder.parent / "stick"
    sender.do("export", to.folder.name, stick)
    taken: tuple[int, int] = to.do("import", stick)
    return taken


def signed(office: Sender, batch: str, holder: str | None = None) -> str:
    """A manifest of one bag, handed over, counted and signed by its giver."""
    (tag,) = office.do("new_tags", 1)
    name: str = office.do("issue_manifest", "accord", batch, "B", [Item(tag)])
    office.do("open_handover", batch, "accord", [name], place="point", date="2025-06-11")
    office.do("hand_over", name)
    office.do("count", name, [tag])
    office.do("sign", name, holder)
    return name


def proved(office: Sender, batch: str) -> tuple[bool, str]:
    folder = office.folder.parent
    office.do("annex", folder / "policy", folder / "parties")
    office.do("dispute", batch, folder / "bundle")
    report = verify_bundle(
        (folder / "bundle").read_bytes(),
        policy=parse_policy((folder / "policy").read_bytes()),
        parties=parse_parties((folder / "parties").read_bytes()),
    )
    return report.ok, "; ".join(s.text for s in report.statements)


def test_rotation_needs_nothing_of_the_others_and_old_signatures_stay(pair: Pair) -> None:
    a, b = pair
    signed(a, "before")
    before = (a.folder / "party-card").read_bytes()
    a.do("rotate")
    signed(a, "after")
    assert (a.folder / "party-card").read_bytes() != before
    carry(a, b)
    b.do("sign", next(f["manifest"] for f in b.do("figures") if f["batch"] == "before"))
    for batch in ("before", "after"):
        ok, said = proved(b, batch)
        assert (ok and "signed by A" in said) or "both parties" in said
    a.do("rotate")  # and again, and the file that brings it may come twice
    carry(a, b)
    assert b.do("import", a.folder.parent / "stick")[1] == 0
    signed(a, "third")
    carry(a, b)
    assert proved(b, "third")[0]


def test_what_is_signed_after_a_revocation_is_void(pair: Pair) -> None:
    a, b = pair
    stolen = a.folder.parent / "stolen"
    shutil.copy(a.folder / "party-key", stolen)
    signed(a, "before")
    a.do("rotate")
    name = signed(a, "after")
    carry(a, b)
    assert proved(b, "before")[0]
    # the thief signs the manifest of after the rotation with the old key
    thief = load_key(stolen, PASSPHRASE).signers()
    b.do("dispute", "after", a.folder.parent / "bundle")
    from dataclasses import replace

    from priam.tlog.bundle import read_bundle, write_bundle

    bundle, _ = read_bundle((a.folder.parent / "bundle").read_bytes())
    text = notes.parse(bundle.manifests[0]).text
    forged = replace(bundle, manifests=(str(notes.sign(text, thief)),))
    report = verify_bundle(write_bundle(forged, thief))
    found = [s.text for s in report.of("contradiction")]
    assert any("was revoked at place" in text for text in found), (name, found)


def test_a_thief_cannot_rotate_a_revoked_key(pair: Pair) -> None:
    a, b = pair
    key = load_key(a.folder / "party-key", PASSPHRASE)
    a.do("revoke_key", key.vkeys()[0], "stolen")
    carry(a, b)
    with pytest.raises(UserError, match="cannot vouch for new ones"):
        a.do("rotate")
    with pytest.raises(UserError, match="has revoked"):
        carry(a, b)


def lost(pair: Pair, holders: list[str], **options: bool) -> None:
    a, b = pair
    for number in range(3):
        a.do("enrol", f"r{number}", "recovery")
    signed(a, "before")
    carry(a, b)
    (a.folder / "party-key").unlink()
    a.do("recover", holders, **options)


def test_lost_keys_come_back_by_a_quorum_and_a_comparison(pair: Pair) -> None:
    a, b = pair
    with pytest.raises(UserError, match="2 of 3 are needed"):
        lost(pair, ["r0"])
    a.do("recover", ["r0", "r2"])
    signed(a, "after")
    with pytest.raises(UserError, match="compare the fingerprint over another line"):
        carry(a, b)
    b.do("trust", a.folder / "party-card")
    carry(a, b)
    assert proved(b, "before")[0] and proved(b, "after")[0]
    signed(a, "last")
    carry(a, b)


def test_without_recovery_keys_two_people_of_the_other_side_answer(pair: Pair) -> None:
    a, b = pair
    lost(pair, [], alone=True)
    card = a.folder / "party-card"
    for names in ((), ("head",), ("head", " head ")):
        with pytest.raises(UserError, match="two people of yours"):
            b.do("trust", card, names)
    b.do("trust", card, ("head of office", "registrar"))
    signed(a, "after")
    carry(a, b)
    assert proved(b, "after")[0]


def test_a_card_of_somebody_else_is_not_a_replacement(
    pair: Pair, sqlite_template: Path, tmp_path: Path
) -> None:
    _, b = pair
    other = installation(tmp_path / "fake", sqlite_template, "A")
    other.do("size")
    with pytest.raises(UserError, match="another log or other log keys"):
        b.do("trust", tmp_path / "fake" / "party-card")
    other.close()


def test_a_device_signs_counts_and_nothing_else(pair: Pair) -> None:
    a, b = pair
    a.do("enrol", "tablet-1", "point")
    with pytest.raises(UserError, match="has keys already"):
        a.do("enrol", "tablet-1", "point")
    with pytest.raises(UserError, match="no name of a holder"):
        a.do("enrol", "tablet one", "point")
    name = signed(a, "one", "tablet-1")
    assert [f["signed"] for f in a.do("figures")] == ["nobody"]
    a.do("sign", name)
    carry(a, b)
    ok, said = proved(b, "one")
    assert ok and "A (giver) counted 1 of 1" in said
    a.do("revoke_key", load_key(a.folder / "tablet-1", PASSPHRASE).vkeys()[0], "dropped")
    signed(a, "two", "tablet-1")
    with pytest.raises(UserError, match="revoked before"):
        carry(a, b)


@pytest.mark.parametrize("what", ["manifest", "reception", "bundle"])
def test_roles_of_keys_by_name(what: str) -> None:
    assert may_sign("a.example/office", what) and may_sign("a.example/office-2", what)
    assert may_sign("a.example/point/tablet", what) is (what == "reception")
    assert not may_sign("a.example/recovery/judge", what)


def test_a_crash_between_record_and_files_is_mended(pair: Pair) -> None:
    a, b = pair
    before = {name: (a.folder / name).read_bytes() for name in ("party-key", "party-card")}
    a.do("rotate")
    for name, data in before.items():  # as if the machine had stopped before the files moved
        (a.folder / name).rename(a.folder / f"{name}.new")
        (a.folder / name).write_bytes(data)
    again = Here(a.folder, "A")
    signed(again, "after")
    carry(again, b)
    assert proved(b, "after")[0]
