"""Import of bags, cases and samples from a table: seconds to check, to write, and per record.

    python -m benchmarks.bench_cases_import [--records 20000]

A record is a bag with its opening, its case and one sample: five events of three kinds of thing.
Beside it: reading the same file alone, which nothing can be faster than.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def table(records: int) -> bytes:
    from priam.labels.tags import issue

    tags = issue(records * 3, random.Random(1).choice)
    lines = ["bag,party,seal,finding,case,sample,sample_kind,opened_on"]
    for n in range(records):
        bag, case, sample = tags[3 * n : 3 * n + 3]
        lines.append(f"{bag},A,S{n},one,{case},{sample},bone,2025-06-17")
    return "\n".join(lines).encode()


def timed(name: str, records: int, act: Callable[[], Any]) -> Any:
    wall, cpu = time.perf_counter(), time.process_time()
    result = act()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{name:<40} {wall:>8.1f} {cpu:>8.1f} {cpu / records * 1000:>12.2f}")
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=20_000)
    records = parser.parse_args().records
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"PRIAM_DATA": folder, "DJANGO_SETTINGS_MODULE": "priam_office.settings"}
        from priam_office.installation import create

        create(Path(folder), "bench.example/log")
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        from priam import events as ev
        from priam.formats.delimited import parse_delimited
        from priam_office.cases.importing import import_rows, plan
        from priam_office.record.write import record

        record(ev.PartyDeclared("A", "Party A"), by="bench")
        data = table(records)
        print(f"{f'{records:,} records':<40} {'wall s':>8} {'CPU s':>8} {'CPU ms each':>12}")
        timed("reading the file alone", records, lambda: parse_delimited(data))
        made = timed("preview: reading, checking, trying", records, lambda: plan(data, "bench.csv"))
        assert not made.problems, made.problems[0]
        timed("writing", records, lambda: import_rows(made, by="bench"))
        again = timed("preview of the same file again", records, lambda: plan(data, "bench.csv"))
        assert not again.entries


if __name__ == "__main__":
    main()
