"""Eight tablets bring their entries home at once: time per entry as the tablet sees it.

    python -m benchmarks.bench_sync [--tablets 8] [--entries 40] [--cases 2000]

Served as ``priam serve`` serves it (its own process, SQLite, each write on the disk). Beside it
stands the same day by one tablet alone, so that what the others cost can be seen; and batches of
25, as a tablet sends them after hours without a network.
"""

from __future__ import annotations

import argparse
import http.cookiejar
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FILL = """
import django, json, sys
django.setup()
from priam import events as ev
from priam_office.record.write import Entry, record_all
from tests.office import mortuary
from tests.office.signing_in import account, session_of
tablets, entries, cases = (int(a) for a in sys.argv[1:])
party = Entry(ev.PartyDeclared("A", "Party A"))
there = mortuary.tags(cases * 2)
bags = [mortuary.tags(entries * 3) for _ in range(tablets)]
events = [party]
for bag, case in zip(there[:cases], there[cases:]):
    events += [Entry(ev.BagRegistered(bag, "A")), Entry(ev.BagOpened(bag, "one", (case,)))]
events += [Entry(ev.BagRegistered(bag, "A")) for each in bags for bag in each]
record_all(events, by="bench")
made = []
for n in range(tablets):
    user = account("mortuary", username=f"bench-{n}")
    tablet = mortuary.FakeTablet(user).register()
    signed = []
    for bag in bags[n]:
        case, sample = mortuary.tags(2)
        for act, body in (
            ("open", {"bag": bag, "finding": "one", "cases": [case]}),
            ("section", {"case": case, "section": "400", "changes": {"sex": "male"}, "base": ""}),
            ("sample", {"sample": sample, "case": case, "kind": "bone"}),
        ):
            one = tablet.entry(act, body)
            signed.append({"text": one.text, "signature": one.signature})
    made.append({"session": session_of(user), "entries": signed})
print(json.dumps(made))
"""


class Tablet:
    """A signed-in session that posts entries and notes how long each answer took."""

    def __init__(self, url: str, session: str, entries: list[dict[str, str]]) -> None:
        self.url = f"{url}/en/work/mortuary/sync/"
        self.entries = entries
        jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        self.headers = {"Content-Type": "application/json", "Cookie": f"sessionid={session}"}
        request = urllib.request.Request(self.url, headers=self.headers)
        with self.opener.open(request) as answer:
            hello = json.load(answer)
            cookie = answer.headers["Set-Cookie"].split(";")[0]
        self.headers |= {"X-CSRFToken": hello["csrf"], "Cookie": f"sessionid={session}; {cookie}"}
        self.took: list[float] = []

    def send(self, batch: int, pause: float, count: int) -> None:
        for _ in range(count):
            part, self.entries = self.entries[:batch], self.entries[batch:]
            start = time.perf_counter()
            results = self._post({"entries": part})["results"]
            self.took += [(time.perf_counter() - start) / len(part)] * len(part)
            assert all(r["outcome"] == "written" for r in results), results
            time.sleep(pause)

    def _post(self, content: dict[str, Any]) -> Any:
        data = json.dumps(content).encode()
        request = urllib.request.Request(self.url, data, self.headers)
        with self.opener.open(request) as answer:
            return json.load(answer)


def run(tablets: list[Tablet], batch: int, pause: float, count: int) -> list[float]:
    for tablet in tablets:
        tablet.took = []
    threads = [threading.Thread(target=t.send, args=(batch, pause, count)) for t in tablets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(took for tablet in tablets for took in tablet.took)


def row(name: str, took: list[float]) -> None:
    middle, late = statistics.median(took), took[int(len(took) * 0.95)]
    print(f"{name:<46} {len(took):>6} {middle * 1000:>9.1f} {late * 1000:>9.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tablets", type=int, default=8)
    parser.add_argument("--entries", type=int, default=40)
    parser.add_argument("--cases", type=int, default=2000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            k: v for k, v in os.environ.items() if not k.startswith(("PRIAM_", "DJANGO"))
        }
        environment |= {
            "PRIAM_DATA": folder,
            "PRIAM_OPEN_LOG_KEY": "1",
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
            "DJANGO_SETTINGS_MODULE": "priam_office.settings",
        }
        priam = [sys.executable, "-m", "priam"]
        subprocess.run([*priam, "init"], env=environment, check=True, stdout=subprocess.DEVNULL)
        numbers = [str(asked.tablets), str(asked.entries), str(asked.cases)]
        command = [sys.executable, "-c", FILL, *numbers]
        filled = subprocess.run(command, env=environment, check=True, capture_output=True)
        server = subprocess.Popen(
            [sys.executable, "-u", "-m", "priam", "serve", "--port", "0"],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        try:
            assert server.stdout is not None
            url = server.stdout.readline().split()[2].rstrip("/")
            made = json.loads(filled.stdout)
            tablets = [Tablet(url, m["session"], m["entries"]) for m in made]
            print(f"{'milliseconds per entry':<46} {'entries':>6} {'median':>9} {'95th pct':>9}")
            part = asked.entries
            row("one tablet alone, an entry at a time", run(tablets[:1], 1, 0.0, part))
            name = f"{asked.tablets} tablets, an entry a second each"
            row(name, run(tablets, 1, 1.0, min(part, 20)))
            row(f"{asked.tablets} tablets as fast as they can", run(tablets, 1, 0.0, part))
            row(f"{asked.tablets} tablets, batches of 25", run(tablets, 25, 0.0, part // 25 or 1))
        finally:
            server.terminate()
            server.wait(timeout=10)


if __name__ == "__main__":
    main()
