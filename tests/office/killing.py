"""Write events in a process that is killed again and again; print what was acknowledged.

    python -m tests.office.killing KILLS SEED     (PRIAM_DATA, PRIAM_DATABASE_URL say where)

Each child is forked from this process, which has Django loaded but no connection open, writes
event after event, and acknowledges each on a pipe once ``record`` has returned. It is killed
with SIGKILL after a random time.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import sys
import time

import django

from tests.office.acts import Noted


def write_forever(acknowledge: int, name: str) -> None:
    """Write until killed; every third write is a small import."""
    from priam_office.record.write import Entry, record_all

    number = 0
    while True:
        size = 3 if number % 3 == 0 else 1
        texts = [f"{name} {number} {part}" for part in range(size)]
        recorded = record_all([Entry(Noted(text)) for text in texts], by="a.example")
        ids = "".join(f"{one.event_id}\n" for one in recorded)
        os.write(acknowledge, ids.encode())
        number += 1


def _know() -> None:
    """Fold what is new here, so that no child has to fold everything; then let go."""
    from django.db import connections

    from priam_office.record import state

    state.known()
    connections.close_all()


def kill_one(chance: random.Random, name: str) -> list[str]:
    """Start a writer, kill it at a random moment, return what it had acknowledged."""
    _know()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            write_forever(writing, name)
        finally:
            os._exit(1)
    os.close(writing)
    select.select([reading], [], [], 5)  # it is at work once the first word arrives
    time.sleep(chance.uniform(0, 0.03))
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"the writer ended by itself: {status}"
    with os.fdopen(reading, "rb") as pipe:
        lines = pipe.read().decode().split("\n")
    return lines[:-1]


def main() -> None:
    kills, seed = int(sys.argv[1]), int(sys.argv[2])
    django.setup()
    chance = random.Random(seed)
    acknowledged = [one for i in range(kills) for one in kill_one(chance, f"child {i}")]
    json.dump(acknowledged, sys.stdout)


if __name__ == "__main__":
    main()
