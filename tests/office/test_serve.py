"""The production server: plain and with TLS, hostile sizes refused, stopped by Ctrl-C."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.office.test_commands import ROOT, data, made, priam  # noqa: F401  fixtures


@pytest.fixture(params=[(signal.SIGTERM,), (signal.SIGINT, "--tls")], ids=["plain", "tls"])
def server(request: pytest.FixtureRequest, data: Path) -> Iterator[tuple[int, str]]:  # noqa: F811
    """Port and fingerprint (empty without TLS) of a server that runs; it is told to end by the
    first parameter, and leaves no worker behind."""
    stop, *options = request.param
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PRIAM_", "DJANGO_"))}
    process = subprocess.Popen(
        [sys.executable, "-m", "priam", "serve", "--port", "0", *options],
        env=environment
        | {
            "PRIAM_DATA": str(data),
            "PRIAM_OPEN_LOG_KEY": "1",
            "PYTHONPATH": str(ROOT / "src"),
            "PYTHONUNBUFFERED": "1",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None and process.stderr is not None
    port = int(re.search(r":(\d+)/", process.stdout.readline())[1])  # type: ignore[index]
    fingerprint = process.stdout.readline().split()[-1] if options else ""
    try:
        yield port, fingerprint
        workers = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        assert len(workers) == 1
        process.send_signal(stop)
        assert process.wait(timeout=15) == 0
        assert not Path("/proc", workers[0]).exists()
        assert "Traceback" not in process.stderr.read()
    finally:
        process.kill()
        process.stdout.close()
        process.stderr.close()


def connection(server: tuple[int, str], data: Path) -> http.client.HTTPConnection:  # noqa: F811
    port, fingerprint = server
    if not fingerprint:
        return http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    trusted = ssl.create_default_context(cafile=data / "tls-certificate.pem")
    return http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=trusted)


def test_it_serves_refuses_what_is_too_large_and_ends(
    server: tuple[int, str],
    data: Path,  # noqa: F811
) -> None:
    link = connection(server, data)
    link.request("GET", "/health")
    answer = link.getresponse()
    assert (answer.status, answer.read()) == (200, b"ok\n")
    link.request("GET", "/en/")
    answer = link.getresponse()
    answer.read()
    assert answer.status == 200
    assert bool(answer.getheader("Strict-Transport-Security")) == bool(server[1])

    large = connection(server, data)
    large.putrequest("POST", "/en/work/sign-in/")
    large.putheader("Content-Length", str(4 * 2**30))
    large.endheaders()
    assert large.getresponse().status == 413
    if server[1]:
        pem = ssl.get_server_certificate(("127.0.0.1", server[0]))
        assert pem.strip() == (data / "tls-certificate.pem").read_text().strip()
        assert (data / "tls-key.pem").stat().st_mode & 0o077 == 0


def test_a_worker_ends_with_the_server_that_started_it(data: Path) -> None:  # noqa: F811
    """Also when that was killed: here the process of this number never started it."""
    answer = priam("work", "--parent", "1", data=data)
    assert answer.returncode == 0 and "Waiting" in answer.stdout, answer.stderr


def test_a_port_in_use_is_one_sentence(data: Path) -> None:  # noqa: F811
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        answer = priam("serve", "--port", str(taken.getsockname()[1]), data=data)
    assert answer.returncode == 2 and "cannot be opened" in answer.stderr


def test_certificate_and_key_go_together(data: Path) -> None:  # noqa: F811
    file = data / "installation.toml"
    answer = priam("serve", "--certificate", file, data=data)
    assert answer.returncode == 2 and "go together" in answer.stderr
    answer = priam("serve", "--certificate", file, "--key", file, "--port", "0", data=data)
    assert answer.returncode == 2 and "do not fit" in answer.stderr, answer.stderr


def test_the_unit_and_the_image_name_commands_that_exist() -> None:
    """Neither can be run in these tests; what they call can be looked up."""
    from priam.cli.main import cli

    for name in ("priam.service", "Containerfile"):
        text = (ROOT / "deploy" / name).read_text(encoding="utf-8")
        called = set(re.findall(r"\bpriam (init|serve)\b|bin/priam (\w+)", text))
        commands = {word for pair in called for word in pair if word}
        assert commands == {"init", "serve"}
        assert all(cli.get_command(None, command) for command in commands)  # type: ignore[arg-type]
    checkpoint = (ROOT / "deploy" / "priam-checkpoint.service").read_text(encoding="utf-8")
    assert "bin/priam log checkpoint" in checkpoint
    for source in re.findall(r"^COPY (?!--)(.+) \./\S*$", text, re.MULTILINE):
        for path in source.split():
            assert (ROOT / path).exists(), path
