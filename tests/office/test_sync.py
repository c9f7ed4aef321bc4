"""Records over real TLS on loopback: both ways, twice, interrupted, and what is refused."""

from __future__ import annotations

import hashlib
import http.client
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from priam.errors import UserError
from priam.events.values import Item
from priam_office.handovers.processes import Office
from tests.office import databases
from tests.office.here import Here
from tests.office.installations import installation

Served = tuple[Here, Office, str, str]


@pytest.fixture(scope="module")
def served(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A, who is here, asks; B serves; address and fingerprint."""
    from django.conf import settings

    folder, before = tmp_path_factory.mktemp("sync"), settings.INSTALLATION
    databases.point_django_at(databases.copy_sqlite(sqlite_template, folder))
    a = Here(folder / "A", "A")
    b = installation(folder / "B", sqlite_template, "B")
    b.do("size")
    a.do("trust", b.folder / "party-card")
    b.do("trust", a.folder / "party-card")
    yield a, b, *b.do("exchange_serve")
    b.close()
    settings.INSTALLATION = before


def insecure() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def raw(url: str, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
    """A request of a stranger."""
    parts = urlsplit(url)
    line = http.client.HTTPSConnection(parts.hostname or "", parts.port, context=insecure())
    line.request(method, "/exchange/v1/" + path, body=body, headers=headers)
    answer = line.getresponse()
    data = answer.read()
    line.close()
    return answer.status, data


def test_both_ways_and_again(served: Served) -> None:
    a, b, url, pin = served
    assert a.do("sync", url, "B", pin) == (None, None)  # nothing was done yet
    a.do("propose", "accord", ["B"])
    assert a.do("sync", url, "B") == ((1, 1), None)
    b.do("countersign", "accord")
    size = a.do("size"), b.do("size")
    (_, got) = a.do("sync", url, "B", pin)
    assert got is not None and got[1] == 2  # the signature, and that B saw A's log
    assert b.do("size") == size[1]
    for _ in range(3):  # nothing is left to say: nothing grows
        size = a.do("size"), b.do("size")
        assert a.do("sync", url, "B") == (None, None)
        assert (a.do("size"), b.do("size")) == size


def test_an_interrupted_transfer_goes_on(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    a, b, url, pin = served
    tags = a.do("new_tags", 1500)
    a.do("issue_manifest", "accord", "big", "B", [Item(tag, f"S{tag}") for tag in tags])
    put = Puts(monkeypatch, fail_after=1)
    with pytest.raises(UserError, match=r"was lost .*it goes on from there"):
        a.do("sync", url, "B", pin)
    (part,) = (b.folder / "incoming").glob("A-*.part")
    assert part.stat().st_size == put.sent > 0
    put.fail_after = 1000
    sent, _ = a.do("sync", url, "B", pin)
    assert sent[1] >= 1
    (file,) = (a.folder / "outgoing").glob("B-*.bundle")
    assert put.sent == file.stat().st_size  # no byte twice
    assert not list((b.folder / "incoming").glob("*.part"))
    names = {f["manifest"] for f in a.do("figures")}
    assert names == {f["manifest"] for f in b.do("figures")}


class Puts:
    """Counts what is sent, and cuts the line after some requests."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, fail_after: int) -> None:
        self.fail_after, self.sent = fail_after, 0
        real = http.client.HTTPSConnection.request

        def request(line: Any, method: str, url: str, **options: Any) -> None:
            if method == "PUT":
                if self.fail_after == 0:
                    raise ConnectionResetError("cut")
                self.fail_after -= 1
                self.sent += len(options["body"])
            real(line, method, url, **options)

        monkeypatch.setattr(http.client.HTTPSConnection, "request", request)


def test_a_download_goes_on_too(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    a, b, url, pin = served
    tags = b.do("new_tags", 1500)
    b.do("issue_manifest", "accord", "back", "A", [Item(tag, f"S{tag}") for tag in tags])
    got = []
    real = http.client.HTTPSConnection.request

    def request(line: Any, method: str, url: str, **options: Any) -> None:
        if "outgoing/" in url and method == "GET":
            got.append(options["headers"]["Range"])
            if len(got) == 2:
                raise ConnectionResetError("cut")
        real(line, method, url, **options)

    monkeypatch.setattr(http.client.HTTPSConnection, "request", request)
    with pytest.raises(UserError, match="was lost"):
        a.do("sync", url, "B", pin)
    a.do("sync", url, "B", pin)
    assert got[0] == "bytes=0-" and got[1] == got[2] != "bytes=0-"
    assert "back" in {f["batch"] for f in a.do("figures")}


def test_somebody_in_between_is_found(served: Served, tmp_path: Path) -> None:
    """A relay has another certificate; the greeting names the one that was seen."""
    a, _, url, pin = served
    relay = subprocess.Popen(
        [sys.executable, "-c", RELAY, url, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert relay.stdout is not None
        address = relay.stdout.readline().strip()
        with pytest.raises(UserError, match="for another connection"):
            a.do("sync", address, "B")
        with pytest.raises(UserError, match="nothing was sent"):
            a.do("sync", address, "B", pin)
    finally:
        relay.kill()
        relay.wait()


RELAY = """
import http.client, ssl, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import urlsplit
from priam_office.certificate import own_certificate

there = urlsplit(sys.argv[1])
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE

class Relay(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        line = http.client.HTTPSConnection(there.hostname, there.port, context=context)
        line.request("POST", self.path, body=body, headers=dict(self.headers))
        answer = line.getresponse()
        data = answer.read()
        self.send_response(answer.status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
    def log_message(self, *args):
        pass

server = HTTPServer(("127.0.0.1", 0), Relay)
tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
tls.load_cert_chain(*own_certificate(Path(sys.argv[2]), []))
server.socket = tls.wrap_socket(server.socket, server_side=True)
print(f"https://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
"""


def test_strangers_get_nothing(served: Served, sqlite_template: Path, tmp_path: Path) -> None:
    a, b, url, _ = served
    digest = hashlib.sha256(b"").hexdigest()
    for method, path in (
        ("GET", f"incoming/{digest}"),
        ("PUT", f"incoming/{digest}?offset=0&size=1"),
        ("POST", "outgoing"),
        ("GET", f"outgoing/{digest}"),
        ("GET", "anything"),
    ):
        assert raw(url, method, path)[0] == 401, path
    status, words = raw(url, "POST", "hello", b"not a note")
    assert status == 403 and b"refused" in words
    stranger = installation(tmp_path / "D", sqlite_template, "D")
    stranger.do("trust", b.folder / "party-card")
    with pytest.raises(UserError, match="no keys of D are trusted here"):
        stranger.do("sync", url, "B")
    stranger.close()
    fake = installation(tmp_path / "A", sqlite_template, "A")  # calls itself A and has other keys
    fake.do("trust", b.folder / "party-card")
    with pytest.raises(UserError, match="not signed with the keys of A"):
        fake.do("sync", url, "B")
    fake.close()
    with pytest.raises(UserError, match="expected https"):
        a.do("sync", "http://127.0.0.1:1", "B")
    with pytest.raises(UserError, match="does not answer"):
        a.do("sync", "https://127.0.0.1:9", "B")


def test_new_keys_are_learnt_on_the_way(served: Served) -> None:
    a, _, url, pin = served
    a.do("rotate")
    a.do("rotate")
    sent, _ = a.do("sync", url, "B", pin)
    assert sent[1] > 0
    assert a.do("sync", url, "B", pin)[0] is None
    a.do("propose", "after", ["B"])
    assert a.do("sync", url, "B", pin)[0] == (1, 1)


def test_what_is_too_long_for_one_file_goes_in_parts(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first parts, too, are signed with the keys that a later part brings."""
    from priam_office.handovers import exporting

    a, b, url, pin = served
    for number in range(4):
        tags = a.do("new_tags", 300)
        items = [Item(tag, f"S{tag}") for tag in tags]
        a.do("issue_manifest", "accord", f"part-{number}", "B", items)
    a.do("rotate")
    monkeypatch.setattr(exporting, "LARGEST", 100_000)
    put = Puts(monkeypatch, fail_after=2)
    with pytest.raises(UserError, match="was lost"):  # in the middle of the second part
        a.do("sync", url, "B", pin)
    assert 0 < len([f for f in b.do("figures") if f["batch"].startswith("part-")]) < 4
    put.fail_after = 1000
    assert a.do("sync", url, "B", pin)[0][1] > 0
    assert len([f for f in b.do("figures") if f["batch"].startswith("part-")]) == 4
    assert a.do("sync", url, "B", pin) == (None, None)


def test_parts_on_a_stick_are_signed_with_the_keys_of_today(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from priam_office.handovers import exporting

    a, b, *_ = served
    for number in range(4):
        items = [Item(tag, f"S{tag}") for tag in a.do("new_tags", 300)]
        a.do("issue_manifest", "accord", f"stick-{number}", "B", items)
    a.do("rotate")
    monkeypatch.setattr(exporting, "LARGEST", 260_000)
    parts = a.do("export", "B", tmp_path / "stick")
    assert [part.name for part in parts[:2]] == [f"stick.{n}-of-{len(parts)}" for n in (1, 2)]
    for part in reversed(parts):
        b.do("import", part)
    assert len([f for f in b.do("figures") if f["batch"].startswith("stick-")]) == 4
    whole = parts[0].read_bytes()
    for at in range(0, len(whole), len(whole) // 20):
        parts[0].write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(UserError, match="refused"):
            b.do("import", parts[0])


def test_a_file_with_another_hash_is_thrown_away(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b, url, pin = served
    a.do("propose", "damaged", ["B"])
    real = http.client.HTTPSConnection.request

    def request(line: Any, method: str, url: str, **options: Any) -> None:
        if method == "PUT":
            options["body"] = options["body"][:-1] + b"?"
        real(line, method, url, **options)

    with monkeypatch.context() as patch:
        patch.setattr(http.client.HTTPSConnection, "request", request)
        with pytest.raises(UserError, match="damaged on the way"):
            a.do("sync", url, "B", pin)
    assert not list((b.folder / "incoming").glob("*.part"))
    assert a.do("sync", url, "B", pin)[0][1] == 1


def test_old_tls_is_refused(served: Served) -> None:
    _, _, url, _ = served
    context = insecure()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    parts = urlsplit(url)
    line: Any = http.client.HTTPSConnection(parts.hostname or "", parts.port, context=context)
    with pytest.raises(OSError):
        line.connect()
