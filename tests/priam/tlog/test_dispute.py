"""What a bundle proves, who only claims, and the attacks on it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from priam.tlog import notes
from priam.tlog.bundle import Bundle, BundleParty, Growth, LeafHashes, read_bundle, write_bundle
from priam.tlog.checkpoints import Checkpoint, sign_checkpoint
from priam.tlog.dispute import Report, verify_bundle
from priam.tlog.errors import FormatError, LogError
from priam.tlog.hashes import leaf_hash
from priam.tlog.keys import KeyPair
from priam.tlog.leaves import commitment, leaf_bytes, parse_leaf
from priam.tlog.manifests import (
    Item,
    Manifest,
    Reception,
    Reservation,
    parse_manifest,
    parse_reception,
    sign_document,
)
from priam.tlog.policy import Policy
from priam.tlog.splitview import SplitView
from priam.tlog.tree import Tree
from tests.priam.tlog.disputes import EYE, NOW, Dispute, Installation, dispute, manifest, policy

HONEST = dispute()
FILE = write_bundle(HONEST.bundle, HONEST.a.office_key.signers())


def report(case: Dispute, **changes: object) -> Report:
    bundle = replace(case.bundle, **changes)  # type: ignore[arg-type]
    data = write_bundle(bundle, case.a.office_key.signers())
    trusted = policy(case.a, case.b)
    return verify_bundle(data, policy=trusted, parties=[case.a.party, case.b.party])


def said(result: Report, status: str) -> str:
    return "\n".join(f"{s.about}: {s.text} [{', '.join(s.by)}]" for s in result.of(status))


def test_round_trip() -> None:
    bundle, note = read_bundle(FILE)
    assert bundle == HONEST.bundle
    assert bytes(note) == FILE
    assert [line.name for line in note.signatures] == ["a.example/office"] * 2


def test_what_an_honest_bundle_says() -> None:
    result = report(dispute(missing=0))
    assert result.ok, said(result, "contradiction") + said(result, "invalid")
    assert result.exported_by == ("A",)
    proved = said(result, "proved")
    assert (
        "batch 2025-06-16: 8 bags from A to B; both parties signed the same bytes [A, B]" in proved
    )
    assert "entered in the log of A at place 1" in proved
    assert "entered in the log of B at place 1" in proved
    assert "signed by the log, cosigned by neutral, first at 2025-06-07T10:03:11Z" in proved
    assert "growth a.example/log 1 to 2: the log only grew" in proved
    assert "B (receiver) counted 8 of 8, without reservation" in said(result, "claimed")


def test_two_counts_of_one_batch() -> None:
    result = report(dispute(1250, 3))
    (clash,) = result.of("contradiction")
    assert clash.by == ("A", "B")
    assert "states 1250, B counted 1247, a difference of 3" in clash.text
    assert "PRM-000000, PRM-000001, PRM-000002" in clash.text
    assert not result.of("invalid")
    assert result.as_json()["ok"] is False


def test_keys_inside_the_bundle_are_marked_as_not_compared() -> None:
    result = verify_bundle(FILE)
    assert "compare them with the agreement" in said(result, "claimed")
    assert "trust" not in [s.about for s in report(HONEST).statements]


def test_one_signature_is_a_claim() -> None:
    case = HONEST
    alone = sign_document(case.manifest, case.a.office_key.signers())
    result = report(case, manifests=(str(alone),), receptions=())
    assert "unilateral, signed by A only [A]" in said(result, "claimed")
    assert "both parties" not in said(result, "proved")
    # two copies with one signature each are the same bytes: put together
    other = sign_document(case.manifest, case.b.office_key.signers())
    result = report(case, manifests=(str(alone), str(other)), receptions=())
    assert "both parties signed the same bytes" in said(result, "proved")


def test_a_count_changed_after_signing_counts_for_nothing() -> None:
    changed = HONEST.bundle.manifests[0].replace('"count":8', '"count":9')
    result = report(HONEST, manifests=(changed,))
    assert "invalid signature" in said(result, "invalid")
    assert "both parties" not in said(result, "proved")


def test_a_manifest_that_lists_less_than_it_states() -> None:
    case = HONEST
    wrong = manifest(8, count=9)
    note = sign_document(wrong, [*case.a.office_key.signers(), *case.b.office_key.signers()])
    result = report(case, manifests=(str(note),), receptions=())
    assert "it states 9 units and lists 8" in said(result, "contradiction")


def refusing(*counts: tuple[str, int, int]) -> Report:
    """Receptions of 8 bags: party, how many it counted, how many it says were refused."""
    case = HONEST
    offices = {"A": case.a, "B": case.b}
    papers = []
    for party, received, refused in counts:
        noted = tuple(Reservation(f"PRM-{n:06d}", False, "refused: torn") for n in range(refused))
        role = {"A": "giver", "B": "receiver"}[party]
        made = Reception(case.manifest.digest, party, role, received, noted)
        papers.append(str(sign_document(made, offices[party].office_key.signers())))
    return report(case, receptions=tuple(papers))


def test_a_refused_bag_is_no_contradiction() -> None:
    result = refusing(("A", 6, 2), ("B", 6, 2))
    assert result.ok
    assert "counted 6 of 8, 2 refused, with 2 reservations" in said(result, "claimed")


def test_sides_that_do_not_agree_on_what_was_refused() -> None:
    result = refusing(("A", 8, 0), ("B", 6, 2))
    text = "A counted 8, B 6: they do not agree on what was refused [A, B]"
    assert text in said(result, "contradiction")


def test_a_bag_that_is_missing_beside_a_refused_one() -> None:
    result = refusing(("B", 5, 2))
    assert "states 8, 2 refused, B counted 5, a difference of 1" in said(result, "contradiction")


def test_a_second_manifest_with_the_same_number() -> None:
    case = HONEST
    signers = [*case.a.office_key.signers(), *case.b.office_key.signers()]
    second = sign_document(manifest(5), signers)
    result = report(case, manifests=(*case.bundle.manifests, str(second)))
    assert "a second manifest has number 1 from A to B under this agreement [A, B]" in said(
        result, "contradiction"
    )


def test_each_direction_has_numbers_of_its_own() -> None:
    case = HONEST
    signers = [*case.a.office_key.signers(), *case.b.office_key.signers()]
    back = sign_document(manifest(2, giver="B", receiver="A"), signers)
    result = report(case, manifests=(*case.bundle.manifests, str(back)))
    assert "second manifest" not in said(result, "contradiction")


def test_a_checkpoint_without_one_of_its_two_lines_counts_for_nothing() -> None:
    whole = HONEST.bundle.checkpoints[1]
    text, _, lines = whole.partition("\n\n")
    signed = lines.splitlines(keepends=True)
    for cut in (0, 1):  # Ed25519, ML-DSA-44 of the log; the witness's lines stay
        left = text + "\n\n" + "".join(line for n, line in enumerate(signed) if n != cut)
        result = report(HONEST, checkpoints=(left,), events=())
        assert "line, and the log publishes such a key" in said(result, "invalid")


def test_a_log_that_published_one_key_signs_with_one() -> None:
    one = policy(HONEST.a, HONEST.b)
    old = Policy(one.logs[::2], one.witnesses, one.groups, one.quorum)
    text, _, lines = HONEST.bundle.checkpoints[1].partition("\n\n")
    first, _, *rest = lines.splitlines(keepends=True)
    checkpoint = text + "\n\n" + first + "".join(rest)
    bundle = replace(HONEST.bundle, checkpoints=(checkpoint,), events=(), growth=())
    data = write_bundle(bundle, HONEST.a.office_key.signers())
    result = verify_bundle(data, policy=old, parties=[HONEST.a.party, HONEST.b.party])
    assert "signed by the log, cosigned by neutral" in said(result, "proved")


def test_a_manifest_replayed_under_a_new_number() -> None:
    case = HONEST
    signers = [*case.a.office_key.signers(), *case.b.office_key.signers()]
    again = manifest(8, sequence=2, batch="2025-06-20", previous=case.manifest.digest)
    result = report(case, manifests=(*case.bundle.manifests, str(sign_document(again, signers))))
    assert "8 tags stand in an earlier manifest too" in said(result, "claimed")
    unlinked = manifest(8, sequence=2, previous="0" * 64)
    result = report(case, manifests=(*case.bundle.manifests, str(sign_document(unlinked, signers))))
    assert "does not follow on manifest 1" in said(result, "contradiction")


def test_two_histories_of_one_log() -> None:
    case = HONEST
    fake = Installation("A")
    fake.record("agreed", {"agreement": "another"})
    fake.record("agreed", {"agreement": "more"})
    fake.checkpoint(EYE)
    result = report(case, checkpoints=(*case.bundle.checkpoints, str(fake.checkpoints[2])))
    assert "two histories that exclude each other" in said(result, "contradiction")
    (view,) = result.split_views
    assert SplitView.parse(bytes(view)).verify(case.a.log_key.verifiers())
    # found once, the proof is carried on in other bundles
    later = report(case, split_views=(bytes(view).decode(),))
    assert "two histories" in said(later, "contradiction")


def test_a_restored_backup_that_went_on() -> None:
    """Different sizes: the fork shows where both logs hold a leaf at one place."""
    case = dispute()
    restored = Installation("A")
    restored.record("agreed", {"agreement": case.manifest.agreement})
    restored.record("manifest_entered", {"manifest": "1" * 64})
    restored.record("agreed", {"agreement": "next"})
    restored.checkpoint(None)
    result = report(
        case,
        checkpoints=(*case.bundle.checkpoints, str(restored.checkpoints[3])),
        events=(*case.bundle.events, restored.event(1, 3)),
    )
    assert "two histories" in said(result, "contradiction")
    (view,) = result.split_views
    assert view.places is not None
    assert view.verify(case.a.log_key.verifiers())


def test_nobody_can_frame_the_log_of_another() -> None:
    """B's log signs two checkpoints that name A's log: that proves nothing against A."""
    forged = [
        str(sign_checkpoint(Checkpoint(HONEST.a.origin, 9, root), HONEST.b.log_key.signers()))
        for root in (bytes(32), bytes([1] * 32))
    ]
    result = report(HONEST, split_views=(bytes(SplitView(*forged)).decode(),))
    assert "not both signed by the log they name" in said(result, "invalid")
    assert "two histories" not in said(result, "contradiction")


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'"version":1', b'"version":1.0'), (b"2025-06-07", "٢025-06-07".encode())],
)
def test_leaves_that_other_programs_would_refuse(old: bytes, new: bytes) -> None:
    with pytest.raises(FormatError):
        parse_leaf(HONEST.a.leaves[0].replace(old, new))


@pytest.mark.parametrize("body", [b'{"a":NaN}', b'{"a":1,"a":2}', b'{"a": 1}', b"[\x00]\x00"])
def test_a_payload_has_one_spelling(body: bytes) -> None:
    """Else two verifiers could read one committed payload differently."""
    case = dispute()
    place = case.a.record("agreed", {})
    salt = case.a.opened[place][0]
    case.a.opened[place] = (salt, body)
    leaf = replace(parse_leaf(case.a.leaves[place]), commitment=commitment(salt, body))
    case.a.leaves[place] = leaf_bytes(leaf)
    case.a.tree = Tree()
    for data in case.a.leaves:
        case.a.tree.append(leaf_hash(data))
    size = case.a.checkpoint(EYE)
    points = (*case.bundle.checkpoints, str(case.a.checkpoints[size]))
    event = case.a.event(place, size)
    result = report(case, checkpoints=points, growth=(), events=(event,))
    assert "the disclosed payload is not" in said(result, "invalid")


def test_growth_that_is_not_shown_or_not_true() -> None:
    result = report(HONEST, growth=())
    assert "that the log only grew is not shown" in said(result, "claimed")
    bad = replace(HONEST.bundle.growth[0], hashes=(bytes(32),))
    result = report(HONEST, growth=(bad,))
    assert "the proof of growth does not verify" in said(result, "invalid")


def test_checkpoints_without_witness_are_claims_of_the_log() -> None:
    case = HONEST
    point = Checkpoint(case.a.origin, 2, case.a.tree.root())
    bare = sign_checkpoint(point, case.a.log_key.signers(lambda: NOW))
    result = report(case, checkpoints=(str(bare),), events=(case.a.event(1, 2),), growth=())
    assert "quorum of witnesses has not cosigned" in said(result, "claimed")
    assert "event" not in said(result, "proved").split(":")[0]
    stranger = sign_checkpoint(point, KeyPair.generate(case.a.origin, "log").signers())
    result = report(case, checkpoints=(str(stranger),), events=(), growth=())
    assert "not signed by a log of the policy" in said(result, "invalid")


def test_events_that_do_not_verify() -> None:
    good = HONEST.a.event(1, 2)
    for bad, message in [
        (replace(good, payload=b"{}"), "does not open the commitment"),
        (replace(good, salt=None), "without its salt"),
        (replace(good, size=7), "no valid checkpoint"),
        (replace(good, hashes=(bytes(32),)), "is not in the tree"),
        (replace(good, leaf=HONEST.a.leaves[0]), "is not in the tree"),
        (replace(good, leaf=b"{}"), "members"),
    ]:
        assert message in said(report(HONEST, events=(bad,)), "invalid")
    closed = report(HONEST, events=(HONEST.a.event(1, 2, disclosed=False),))
    assert "content not disclosed" in said(closed, "proved")


@pytest.mark.parametrize("entered", [False, True])
def test_a_key_used_after_its_revocation(entered: bool) -> None:
    case = dispute()
    vkeys = case.a.office_key.vkeys()
    places = [case.a.record("key_revoked", {"vkey": vkey}) for vkey in vkeys]
    late = manifest(2, sequence=2, previous=case.manifest.digest)
    if entered:
        places.append(case.a.record("manifest_entered", {"manifest": late.digest}))
    size = case.a.checkpoint(EYE)
    signers = [*case.a.office_key.signers(), *case.b.office_key.signers()]
    result = report(
        case,
        checkpoints=(*case.bundle.checkpoints, str(case.a.checkpoints[size])),
        events=(*case.bundle.events, *(case.a.event(place, size) for place in places)),
        manifests=(*case.bundle.manifests, str(sign_document(late, signers))),
    )
    assert "key of A that was revoked at place 2" in said(result, "contradiction")
    assert "bundle: exported with a key of A that was revoked at place 2" in said(result, "claimed")
    assert "unilateral, signed by B only" in said(result, "claimed")
    # the manifest entered before the revocation keeps its signatures
    assert "8 bags from A to B; both parties signed" in said(result, "proved")


def _replaced() -> tuple[Dispute, int, dict[str, Any]]:
    """A's log with new keys and one act after that; its place, what to add to the bundle."""
    case = dispute(missing=0)
    a, before = case.a, case.a.tree.size
    place = a.replace_log_key()
    a.record("agreed", {"agreement": "second"})
    size = a.checkpoint(EYE)
    notes_ = tuple(str(a.checkpoints[at]) for at in (place + 1, size))
    steps = tuple(
        Growth(a.origin, start, end, tuple(a.tree.consistency_proof(start, end)))
        for start, end in ((before, place + 1), (place + 1, size))
    )
    acts = tuple(a.event(at, size) for at in (place, place + 1))
    more = {
        "checkpoints": (*case.bundle.checkpoints, *notes_),
        "growth": (*case.bundle.growth, *steps),
        "events": (*case.bundle.events, *acts),
    }
    return case, place, more


def _other_end(office: Installation, same: int) -> Tree:
    """The first ``same`` leaves of a log and then another one."""
    return Tree.from_hashes(b"".join(map(leaf_hash, office.leaves[:same])) + bytes(32))


def test_a_log_goes_on_under_new_keys() -> None:
    case, place, more = _replaced()
    result = report(case, **more)
    assert result.ok, said(result, "contradiction") + said(result, "invalid")
    assert f"log_key_replaced, at place {place} of a.example/log" in said(result, "proved")
    assert f"growth a.example/log {place + 1} to {place + 2}" in said(result, "proved")


@pytest.mark.parametrize("witness", [None, EYE])
def test_a_log_key_used_after_it_was_replaced(witness: KeyPair | None) -> None:
    """Whoever stole it cannot go on with the log, nor make it seem to lie."""
    case, place, more = _replaced()
    stolen = case.a.log_keys[0]
    rival = _other_end(case.a, place + 1)
    forged = sign_checkpoint(
        Checkpoint(case.a.origin, place + 2, rival.root()), stolen.signers(lambda: NOW)
    )
    if witness is not None:
        forged = notes.sign(forged, witness.signers(lambda: NOW + 90))
    for order in ((*more["checkpoints"], str(forged)), (str(forged), *more["checkpoints"])):
        result = report(case, **more | {"checkpoints": order})
        assert (
            f"checkpoint a.example/log {place + 2}: it does not count: signed with a key of "
            f"a.example/log that was replaced at place {place} of its log"
        ) in said(result, "invalid")
        assert not result.of("contradiction") and not result.split_views
    view = SplitView(str(forged), str(case.a.checkpoints[place + 2]))
    result = report(case, **more | {"split_views": (bytes(view).decode(),)})
    assert "it proves nothing: signed with a key of a.example/log that was" in said(
        result, "invalid"
    )
    assert not result.split_views
    # without the event nobody can know that the key was replaced: it is a lie of the log then
    unknown = report(
        case, **more | {"events": (), "checkpoints": (*more["checkpoints"], str(forged))}
    )
    assert unknown.split_views


def test_two_lies_before_the_keys_were_replaced_stay_lies() -> None:
    case, place, more = _replaced()
    rival = _other_end(case.a, place - 1)
    lie = sign_checkpoint(
        Checkpoint(case.a.origin, place, rival.root()), case.a.log_keys[0].signers(lambda: NOW)
    )
    result = report(case, **more | {"checkpoints": (*more["checkpoints"], str(lie))})
    assert "two histories" in said(result, "contradiction")


def test_leaf_hashes_prove_nothing() -> None:
    run = LeafHashes("a.example/log", 0, bytes(64))
    for leaves in ((run,), (run, replace(run, start=7))):
        result = report(HONEST, leaves=leaves)
        assert result.statements == report(HONEST).statements
    data = write_bundle(replace(HONEST.bundle, leaves=(run,)), HONEST.a.office_key.signers())
    assert read_bundle(data)[0].leaves == (run,)
    text = notes.parse(data).text
    member = text[text.index('"leaves":') : text.index('}],"manifests"') + 2]
    for wrong in (
        text.replace('"hashes":"AAAA', '"hashes":"AA', 1),
        text.replace('"leaves":[{', '"leaves":[{"more":1,', 1),
        text.replace(member, '"leaves":[]'),
    ):
        changed = bytes(notes.sign(wrong, HONEST.a.office_key.signers()))
        with pytest.raises(LogError):
            verify_bundle(changed, policy=policy(HONEST.a, HONEST.b), parties=[HONEST.a.party])


def test_receptions() -> None:
    case = HONEST
    digest = case.manifest.digest
    foreign = sign_document(Reception(digest, "B", "receiver", 8), case.a.office_key.signers())
    result = report(case, receptions=(str(foreign),))
    assert "speaks for B, who has not signed" in said(result, "invalid")
    odd = Reception(digest, "B", "receiver", 8, (Reservation("PRM-X", True, "seal broken"),))
    result = report(case, receptions=(str(sign_document(odd, case.b.office_key.signers())),))
    assert "tags not in the manifest: PRM-X" in said(result, "contradiction")
    lost = sign_document(Reception("0" * 64, "B", "receiver", 8), case.b.office_key.signers())
    result = report(case, receptions=(str(lost),))
    assert "its manifest is not in the bundle" in said(result, "invalid")


def test_a_bundle_of_a_stranger_is_refused() -> None:
    stranger = KeyPair.generate("c.example/office", "person")
    data = write_bundle(HONEST.bundle, stranger.signers())
    with pytest.raises(LogError, match="no signature of a known key"):
        verify_bundle(data)
    both = write_bundle(HONEST.bundle, [*HONEST.a.office_key.signers(), *stranger.signers()])
    with pytest.raises(LogError, match="unknown key"):
        verify_bundle(both)


def test_the_reader_s_own_keys_decide() -> None:
    impostor = BundleParty("A", HONEST.a.origin, tuple(HONEST.b.office_key.vkeys()))
    with pytest.raises(LogError):
        verify_bundle(FILE, parties=[impostor], policy=policy(HONEST.a, HONEST.b))


@settings(max_examples=200)
@given(st.data())
def test_no_changed_byte_of_a_bundle_is_accepted(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(FILE) - 1))
    value = data.draw(st.integers(0, 255).filter(lambda v: v != FILE[place]))
    with pytest.raises(LogError):
        verify_bundle(FILE[:place] + bytes([value]) + FILE[place + 1 :])


@pytest.mark.parametrize("index", [0, 1])
def test_no_signature_line_can_be_cut_away(index: int) -> None:
    _, note = read_bundle(FILE)
    one = replace(note, signatures=(note.signatures[index],))
    with pytest.raises(LogError, match="was removed"):
        verify_bundle(bytes(one))


@settings(max_examples=100)
@given(
    st.text(max_size=60) | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(str)
)
def test_readers_raise_only_their_own_error(text: str) -> None:
    for reader in (Bundle.from_text, Manifest.from_text, Reception.from_text):
        with pytest.raises(FormatError):
            reader(text)


@settings(max_examples=150)
@given(st.data())
def test_near_documents_raise_only_their_own_error(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([HONEST.bundle.text, HONEST.manifest.text]))
    place = data.draw(st.integers(0, len(text) - 1))
    piece = data.draw(st.sampled_from(["null", "[", "}", "0", "-1", '"', "1e9", "\\ud800", ""]))
    changed = text[:place] + piece + text[place + 1 :]
    for reader in (Bundle.from_text, Manifest.from_text):
        try:
            document = reader(changed)
        except LogError:
            continue
        assert document.text == changed  # type: ignore[attr-defined]


def test_documents_round_trip() -> None:
    made = manifest(3)
    note = sign_document(made, HONEST.a.office_key.signers())
    assert parse_manifest(bytes(note)) == (made, note)
    reception = Reception(made.digest, "N", "observer", 2, (Reservation("PRM-000001", True, "x"),))
    note = sign_document(reception, HONEST.b.office_key.signers())
    assert parse_reception(str(note)) == (reception, note)
    twice = replace(made, items=(Item("PRM-1"), Item("PRM-1")))
    with pytest.raises(FormatError, match="one tag twice"):
        Manifest.from_text(twice.text)


def test_nobody_hands_over_to_oneself() -> None:
    """Else one signature would be those of both parties."""
    case = HONEST
    alone = sign_document(manifest(8, receiver="A"), case.a.office_key.signers())
    result = report(case, manifests=(str(alone),), receptions=())
    assert "cannot hand over to itself" in said(result, "invalid")
    assert "both parties" not in said(result, "proved")
