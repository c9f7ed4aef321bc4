"""The witness over loopback and by file: the dialogue, its memory, and the asking side."""

from __future__ import annotations

import json
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from priam.errors import UserError
from priam.events import PartyDeclared
from priam.tlog import notes
from priam.tlog.checkpoints import open_checkpoint
from priam.tlog.keys import save_key
from priam.tlog.notes import Ed25519Verifier
from priam.tlog.witness import MAX_REQUEST_BYTES, MemoryStore, Witness
from priam.tlog.witnessfiles import FileStore
from priam.tlog.witnesshttp import post, tls_context, wsgi
from priam_office import listening
from priam_office.certificate import own_certificate
from tests.priam.tlog.test_witness import EYE, FAKE, LOG, ORIGIN, request, signed


@contextmanager
def served_at(witness: Witness, *tls: Path, clients: Path | None = None) -> Iterator[str]:
    """The address of a witness on a free port of this machine."""
    pair = (tls[0], tls[1]) if tls else None
    made = listening.server(
        wsgi(witness), "127.0.0.1", 0, pair, clients=clients, largest=MAX_REQUEST_BYTES
    )
    server = listening.prepared(made)
    threading.Thread(target=server.serve, daemon=True).start()
    try:
        yield listening.address(server)
    finally:
        server.stop()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, Witness]]:
    """A witness with its memory in files."""
    witness = Witness(EYE.signers(lambda: 2), {ORIGIN: LOG.verifiers()}, FileStore(tmp_path / "w"))
    with served_at(witness) as url:
        yield url, witness


def test_dialogue_over_http(served: tuple[str, Witness], tmp_path: Path) -> None:
    send = post(served[0])
    status, lines = send(request(0, 3))
    assert status == 200
    assert len(open_checkpoint(str(signed(3)) + lines, EYE.verifiers()).opened.verified) == 2
    assert send(request(0, 8)) == (409, "3\n")
    assert send(request(3, 8))[0] == 200
    assert send(request(8, 8, FAKE))[0] == 409
    assert len(list((tmp_path / "w" / "split-views").glob("*.txt"))) == 1  # kept as proof
    assert send(request(8, 20, FAKE))[0] == 422
    assert send(b"nonsense")[0] == 400
    assert send(request(20, 8))[0] == 400


def test_torchwood_dialogue_over_http(shared: Path, tmp_path: Path) -> None:
    vectors = json.loads((shared / "vectors/torchwood-witness/add_checkpoint.json").read_text())
    origin = vectors["log_origin"]
    public = bytes.fromhex(vectors["log_ed25519_public_key_hex"])
    logs = {origin: [Ed25519Verifier(origin, public)]}
    with served_at(Witness(EYE.signers(), logs, FileStore(tmp_path / "w"))) as url:
        for number, step in enumerate(vectors["steps"], start=1):
            # step 3: the present text of tlog-witness says 404 for an unknown log
            expected = 404 if number == 3 else step["status"]
            assert post(url)(step["body"].encode())[0] == expected, number


def test_dialogue_over_tls(tmp_path: Path) -> None:
    witness = Witness(EYE.signers(), {ORIGIN: LOG.verifiers()}, MemoryStore())
    (tmp_path / "eye").mkdir()
    pair = own_certificate(tmp_path / "eye", [])
    with served_at(witness, *pair) as url:
        assert url.startswith("https://")
        assert post(url, context=tls_context(pair[0], None))(request(0, 3))[0] == 200
        with pytest.raises(UserError, match=r"does not answer: .*self.signed certificate"):
            post(url)(request(3, 8))
        with pytest.raises(UserError, match="does not answer"):
            post(url.replace("https", "http"))(request(3, 8))
        old = tls_context(pair[0], None)
        old.minimum_version = ssl.TLSVersion.TLSv1_2
        old.maximum_version = ssl.TLSVersion.TLSv1_2
        with pytest.raises(UserError, match="does not answer"):
            post(url, context=old)(request(3, 8))
    with pytest.raises(UserError, match="no https address"):
        post("http://127.0.0.1:1", context=tls_context(None, None))
    with pytest.raises(UserError, match="no certificate can be read"):
        tls_context(pair[1], None)


def test_strangers_are_not_answered_where_clients_are_named(tmp_path: Path) -> None:
    witness = Witness(EYE.signers(), {ORIGIN: LOG.verifiers()}, MemoryStore())
    pairs = {}
    for name in ("eye", "a", "b", "stranger"):
        (tmp_path / name).mkdir()
        pairs[name] = own_certificate(tmp_path / name, [])
    clients = tmp_path / "clients.pem"
    clients.write_bytes(pairs["a"][0].read_bytes() + pairs["b"][0].read_bytes())
    with served_at(witness, *pairs["eye"], clients=clients) as url:
        for shown in (None, pairs["stranger"]):
            with pytest.raises(UserError, match="does not answer"):
                post(url, context=tls_context(pairs["eye"][0], shown))(request(0, 3))
        assert post(url, context=tls_context(pairs["eye"][0], pairs["b"]))(request(0, 3))[0] == 200
    with (
        pytest.raises(UserError, match="expected certificates"),
        served_at(witness, *pairs["eye"], clients=pairs["a"][1]),
    ):
        pass


def test_only_one_address_answers(served: tuple[str, Witness]) -> None:
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(served[0] + "/anything", data=b"x")
    with pytest.raises(urllib.error.HTTPError, match="405"):
        urllib.request.urlopen(served[0] + "/add-checkpoint")


def test_memory_survives_a_restart_and_takes_one_of_two_at_once(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    assert store.replace("o", None, "first") and not store.replace("o", None, "again")
    again = FileStore(tmp_path)
    assert again.load("o") == "first" and again.load("other") is None
    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(lambda i: again.replace("o", "first", f"second {i}"), range(40)))
    assert won.count(True) == 1


def test_a_dead_witness_is_one_sentence() -> None:
    with pytest.raises(UserError, match="does not answer"):
        post("http://127.0.0.1:9")(b"x")
    with pytest.raises(UserError, match="no address"):
        post("file:///etc/passwd")


def _ask(witness: Witness) -> object:
    return lambda body: ((a := witness.add_checkpoint(body)).status, a.body)


def test_the_log_of_an_installation_is_cosigned(store: str, tmp_path: Path) -> None:
    from django.conf import settings

    from priam_office.handovers import witnessing
    from priam_office.record.write import record

    signer = settings.INSTALLATION.signer()
    origin = signer.name
    trusted = {origin: [signer.verifier()]}
    witness = Witness(EYE.signers(lambda: 5), trusted, MemoryStore())
    vkeys = EYE.vkeys()
    for number in range(3):
        record(PartyDeclared(f"P{number}", "Party"), by=origin)
        note = witnessing.cosigned_by(tmp_path, _ask(witness), vkeys)  # type: ignore[arg-type]
        opened = open_checkpoint(note, [signer.verifier(), *EYE.verifiers()])
        assert opened.checkpoint.size == number + 1 and len(opened.opened.verified) == 3
    # by file: the same bytes, carried
    record(PartyDeclared("last", "Party"), by=origin)
    answer = witness.add_checkpoint(witnessing.request_file(3))
    taken = witnessing.take_answer(tmp_path, answer.body, vkeys)
    assert len(notes.parse(taken).signatures) == len(notes.parse(note).signatures)
    with pytest.raises(UserError, match="signature"):
        witnessing.take_answer(tmp_path, answer.body.replace("A", "B"), vkeys)


def test_a_log_behind_its_witness_is_told(store: str, tmp_path: Path) -> None:
    from django.conf import settings

    from priam_office.handovers import witnessing
    from priam_office.record.write import record

    record(PartyDeclared("P", "Party"), by=settings.INSTALLATION.origin())
    with pytest.raises(UserError, match="rolled back"):
        witnessing.cosigned_by(tmp_path, lambda body: (409, "7\n"), EYE.vkeys())
    assert (tmp_path / "restored.json").exists()  # from now on it writes nothing


def test_key_and_answer_commands(tmp_path: Path) -> None:
    from priam_office.commands.witness import witness

    logs = tmp_path / "logs.policy"
    logs.write_text("".join(f"log {vkey}\n" for vkey in LOG.vkeys()) + "quorum none\n")
    save_key(EYE, tmp_path / "key", "word", n=2)
    (tmp_path / "request").write_bytes(request(0, 5))
    words = ["answer", str(tmp_path / "request"), "--key", str(tmp_path / "key")]
    words += ["--logs", str(logs), "--store", str(tmp_path / "memory")]
    words += ["--out", str(tmp_path / "answer"), "--passphrase"]
    result = CliRunner().invoke(witness, [*words, "word"])
    assert result.exit_code == 0, result.output
    assert (tmp_path / "answer").read_text().count("\n") == 2
    wrong = CliRunner().invoke(witness, [*words, "other"])
    assert isinstance(wrong.exception, UserError) and "wrong passphrase" in str(wrong.exception)
