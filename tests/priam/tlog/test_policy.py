"""Trust policies, proof files, split views."""

from __future__ import annotations

import pytest

from priam.tlog import notes
from priam.tlog.checkpoints import Checkpoint, sign_checkpoint
from priam.tlog.errors import FormatError, ProofError, SignatureError
from priam.tlog.keys import KeyPair
from priam.tlog.policy import check_checkpoint, evaluate, parse_policy
from priam.tlog.prooffiles import ProofFile, parse_proof, verify_proof
from priam.tlog.splitview import SplitView, find_split_view
from priam.tlog.tree import Tree, leaf_hash

ORIGIN = "a.example/log"


def pair(name: str, role: str) -> KeyPair:
    seed = name.encode().ljust(32, b".")
    return KeyPair(name, role, seed, seed)


LOG = pair(ORIGIN, "log")
WITNESSES = [pair(f"w{i}.example", "witness") for i in range(6)]
TREE = Tree.from_hashes(b"".join(leaf_hash(b"%d" % i) for i in range(10)))
POINT = Checkpoint(ORIGIN, TREE.size, TREE.root())

# the example of C2SP tlog-policy, with keys
TEXT = "".join(
    [
        f"# trust annex\n\nlog {LOG.vkeys()[0]} https://a.example/log/\n",
        *(f"witness X{i + 1}\t{WITNESSES[i].vkeys()[0]}\n" for i in range(3)),
        "  group X-witnesses 2 X1 X2 X3\n",
        *(f"witness Y{i + 1} {WITNESSES[i + 3].vkeys()[0]}\n" for i in range(3)),
        "group Y-witnesses any Y1 Y2 Y3\n",
        "group X-and-Y all X-witnesses Y-witnesses\n",
        "quorum X-and-Y\n",
    ]
)
POLICY = parse_policy(TEXT.encode())


def test_round_trip() -> None:
    assert parse_policy(bytes(POLICY)) == POLICY
    assert parse_policy(TEXT.rstrip("\n").encode()) == POLICY
    assert POLICY.logs[0].url == "https://a.example/log/"


@pytest.mark.parametrize(
    ("signed", "enough"),
    [
        ("X1 X2 Y1", True),
        ("X1 X3 Y2 Y3", True),
        ("X1 X2 X3", False),
        ("X1 Y1 Y2 Y3", False),
        ("", False),
        ("X-witnesses Y-witnesses", False),  # a group cannot sign
    ],
)
def test_quorum(signed: str, enough: bool) -> None:
    assert POLICY.satisfied_by(signed.split()) is enough


def test_evaluate_with_real_signatures() -> None:
    note = sign_checkpoint(POINT, LOG.signers(lambda: 7))
    assert not evaluate(POLICY, note).accepted
    with pytest.raises(SignatureError, match="no quorum 'X-and-Y': cosigned by no witness"):
        check_checkpoint(POLICY, note)
    for number in (0, 2, 4):
        note = notes.sign(note, WITNESSES[number].signers(lambda: 8))
    verdict = check_checkpoint(POLICY, note)
    assert verdict.accepted
    assert verdict.cosigned == {"X1": 8, "X3": 8, "Y2": 8}
    assert verdict.log == ORIGIN


def test_the_log_itself_must_have_signed() -> None:
    other = sign_checkpoint(POINT, WITNESSES[0].signers(lambda: 8))
    with pytest.raises(SignatureError, match="not signed by a log of the policy"):
        check_checkpoint(POLICY, other)
    stranger = sign_checkpoint(POINT, pair("b.example/log", "log").signers())
    assert evaluate(POLICY, stranger).log is None
    # the key of the log, but under the origin of another
    elsewhere = Checkpoint("b.example/log", 1, bytes(32))
    assert evaluate(POLICY, sign_checkpoint(elsewhere, LOG.signers())).log is None


W = WITNESSES[0].vkeys()[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no quorum line"),
        ("quorum none\nquorum none\n", "line 2: a second quorum"),
        ("quorum X\n", "'X' is not defined"),
        ("quorum none\r\n", "control character"),
        (f"witness none {W}\nquorum none\n", "'none' cannot be"),
        (f"witness A {W}\nwitness A {WITNESSES[1].vkeys()[0]}\nquorum none\n", "defined twice"),
        (f"witness A {W}\nwitness B {W}\nquorum none\n", "one public key"),
        (f"log {W}\nquorum none\n", "type 0x04, expected 0x01 or 0x06"),
        (f"witness A {LOG.vkeys()[0]}\nquorum none\n", "type 0x01, expected 0x04 or 0x06"),
        (f"witness A {W[:-4]}\nquorum none\n", "line 1: "),
        ("group G 1\nquorum none\n", "no log, witness, group or quorum"),
        ("group G 1 A\nquorum none\n", "'A', not defined before"),
        (f"witness A {W}\ngroup G 2 A\nquorum G\n", "asks for 2 of 1"),
        (f"witness A {W}\ngroup G 0 A\nquorum G\n", "neither 'all', 'any' nor a number"),
        (f"witness A {W}\ngroup G 01 A\nquorum G\n", "neither"),
        (f"witness A {W}\ngroup G any A A\nquorum G\n", "member twice"),
        (f"witness A {W}\ngroup G any A\ngroup H any A\nquorum G\n", "member twice"),
        (f"witness A {W}\ngroup G any none\nquorum G\n", "'none', not defined"),
        ("quorum none none\n", "no log"),
        ("Quorum none\n", "no log"),
    ],
)
def test_malformed_policies(text: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        parse_policy(text.encode())


def test_names_are_octets() -> None:
    kelvin = f"witness K {W}\nwitness \u212a {WITNESSES[1].vkeys()[0]}\nquorum none\n"
    assert [w.name for w in parse_policy(kelvin.encode()).witnesses] == ["K", "\u212a"]
    raw = b"witness \xff\xfe " + W.encode() + b"\ngroup \xff all \xff\xfe\nquorum \xff\n"
    policy = parse_policy(raw)
    assert parse_policy(bytes(policy)) == policy
    assert b"\xff\xfe" in bytes(policy)


def test_no_logs_and_no_witnesses() -> None:
    policy = parse_policy(b"quorum none\n")
    assert evaluate(policy, sign_checkpoint(POINT, LOG.signers())).log is None


# --- proof files

SIMPLE = parse_policy(f"log {LOG.vkeys()[0]}\nquorum none\n".encode())
SIGNED = str(sign_checkpoint(POINT, LOG.signers(lambda: 7)))


def test_proof_of_each_entry() -> None:
    for index in range(TREE.size):
        proof = ProofFile(index, tuple(TREE.inclusion_proof(index)), SIGNED, b"extra")
        again = parse_proof(bytes(proof))
        assert again == proof
        assert verify_proof(again, b"%d" % index, SIMPLE).log == ORIGIN
        with pytest.raises(ProofError):
            verify_proof(again, b"other", SIMPLE)


def test_proof_of_a_single_leaf_has_no_hashes() -> None:
    tree = Tree.from_hashes(leaf_hash(b"x"))
    point = sign_checkpoint(Checkpoint(ORIGIN, 1, tree.root()), LOG.signers())
    proof = parse_proof(f"c2sp.org/tlog-proof@v1\nindex 0\n\n{point}")
    verify_proof(proof, b"x", SIMPLE)


@pytest.mark.parametrize(
    "text",
    [
        "c2sp.org/tlog-proof@v2\nindex 0\n\n" + SIGNED,
        "c2sp.org/tlog-proof@v1\nindex 00\n\n" + SIGNED,
        "c2sp.org/tlog-proof@v1\nindex 0\n" + SIGNED,
        "c2sp.org/tlog-proof@v1\n\n" + SIGNED,
        "c2sp.org/tlog-proof@v1\nindex 0\nextra AAAA\n\n" + SIGNED,
        "c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\n" + SIGNED,
        "c2sp.org/tlog-proof@v1\nindex 0\n\n",
        "c2sp.org/tlog-proof@v1\nindex 0\n" + ("A" * 43 + "=\n") * 64 + "\n" + SIGNED,
    ],
)
def test_malformed_proof_files(text: str) -> None:
    with pytest.raises(FormatError):
        parse_proof(text)


# --- split views

LIE = str(sign_checkpoint(Checkpoint(ORIGIN, TREE.size, bytes(32)), LOG.signers(lambda: 9)))


def test_two_roots_for_one_size_prove_a_lie() -> None:
    view = find_split_view(["noise", SIGNED, LIE], LOG.verifiers())
    assert view is not None
    assert SplitView.parse(bytes(view)) == view
    one, two = view.verify(LOG.verifiers())
    assert (one.size, one.root != two.root) == (two.size, True)


def test_nothing_can_be_proved_against_an_honest_log() -> None:
    early = Checkpoint(ORIGIN, 4, TREE.root(4))
    honest = str(sign_checkpoint(early, LOG.signers()))
    assert find_split_view([SIGNED, honest, SIGNED], LOG.verifiers()) is None
    for second in (SIGNED, honest):
        with pytest.raises(ProofError):
            SplitView(SIGNED, second).verify(LOG.verifiers())


def test_a_forged_checkpoint_proves_nothing() -> None:
    stranger = KeyPair.generate(ORIGIN, "log")
    forged = str(sign_checkpoint(Checkpoint(ORIGIN, 10, bytes(32)), stranger.signers()))
    assert find_split_view([SIGNED, forged], LOG.verifiers()) is None
    with pytest.raises(SignatureError):
        SplitView(SIGNED, forged).verify(LOG.verifiers())


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"format":"priam-split-view/v1"}', b"\xff"])
def test_malformed_split_views(data: bytes) -> None:
    with pytest.raises(FormatError):
        SplitView.parse(data)
