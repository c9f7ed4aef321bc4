"""Write a simulated exchange into a folder, all files or none."""

from __future__ import annotations

import csv
import json
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path

from priam.errors import UserError
from priam.simulation.exchange import Exchange
from priam.simulation.persons import EXAMINATION_FIELDS, PERSON_FIELDS

__all__ = ["write_exchange"]


def write_exchange(exchange: Exchange, folder: Path) -> None:
    """Write remains.csv, families.json, persons.csv, examinations.csv and truth.json."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UserError(f"{folder} exists and is not an empty folder; name a new one with --out")
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=".simulated-", dir=folder.parent))
    try:
        _remains(exchange, made / "remains.csv")
        _families(exchange, made / "families.json")
        _rows(made / "persons.csv", PERSON_FIELDS, exchange.persons)
        _rows(made / "examinations.csv", EXAMINATION_FIELDS, exchange.examinations)
        truth = {"plan": asdict(exchange.plan), **exchange.truth}
        (made / "truth.json").write_text(json.dumps(truth, separators=(",", ":")) + "\n")
        made.chmod(0o755)
        if folder.exists():
            folder.rmdir()
        made.rename(folder)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise


def _remains(exchange: Exchange, path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        out = csv.writer(stream, lineterminator="\n")
        out.writerow(["case", "batch", "marker", "allele_1", "allele_2", "quality"])
        for case in exchange.cases:
            sex = ("X", "Y") if case.sex == "male" else ("X", "X")
            rows = {"AMEL": sex, **case.alleles}
            for marker, alleles in rows.items():
                for k in range(0, len(alleles), 2):
                    pair = (*alleles[k : k + 2], "")[:2]
                    out.writerow([case.case, case.batch, marker, *pair, case.quality])


def _families(exchange: Exchange, path: Path) -> None:
    head = {
        "format": "priam-families/1",
        "note": "synthetic persons only",
        "frequencies": exchange.plan.frequencies,
        "staff": exchange.staff,
    }
    with path.open("w", encoding="utf-8") as stream:
        stream.write(json.dumps(head, separators=(",", ":"))[:-1] + ',"families":[\n')
        for k, family in enumerate(exchange.families):
            stream.write((",\n" if k else "") + json.dumps(family.record, separators=(",", ":")))
        stream.write("\n]}\n")


def _rows(path: Path, fields: tuple[str, ...], rows: tuple[dict[str, str], ...]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        out = csv.DictWriter(stream, fields, lineterminator="\n")
        out.writeheader()
        out.writerows(rows)
