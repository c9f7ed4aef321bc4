"""What a match leaves behind: tables for people, decisions as events, and the model's card.

Everything is written into a new folder beside the wanted one, which then takes its place: either
all files are there or none.
"""

from __future__ import annotations

import csv
import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from priam import __version__
from priam.errors import UserError
from priam.formats.delimited import safe_cell
from priam.names.comparisons import FIELDS
from priam.names.estimation import PRIOR_PAIRS
from priam.names.linkage import Options
from priam.names.matching import Match, Proposal, explain, proposals
from priam.names.reading import NameList, Person

__all__ = ["model_card", "new_folder", "write_csv", "write_match"]

_COLUMNS = (
    "id_a", "id_b", "probability", "weight", "band", "name_a", "name_b", "birth_a", "birth_b",
    "why",
)  # fmt: skip
_LIBRARIES = ("splink", "duckdb", "numpy", "names-translator")
_RECORD = ("place", "unit", "death_place", "tag")


def write_match(match: Match, folder: Path, options: Options, *, replace: bool = False) -> None:
    """Write all outputs of a match into ``folder``."""
    proposed = list(proposals(match, match.proposed))
    possible = list(proposals(match, match.possible))
    with new_folder(folder, replace=replace) as work:
        write_csv(work / "matched.csv", _COLUMNS, (_row(match, item) for item in proposed))
        write_csv(work / "possible.csv", _COLUMNS, (_row(match, item) for item in possible))
        _unmatched(
            work / "unmatched_a.csv", match.left, {item.left for item in proposed}, possible, 0
        )
        _unmatched(
            work / "unmatched_b.csv", match.right, {item.right for item in proposed}, possible, 1
        )
        with (work / "decisions.jsonl").open("w", encoding="utf-8") as stream:
            for item in [*proposed, *possible]:
                stream.write(json.dumps(_decision(match, item), ensure_ascii=False) + "\n")
        _json(work / "pairs.json", _pairs(match, [*proposed, *possible]))
        _json(work / "model_card.json", model_card(match, options))


class new_folder:
    """A folder that takes the place of ``folder`` only when the block ends well."""

    def __init__(self, folder: Path, *, replace: bool = False) -> None:
        self.folder, self.replace = folder, replace
        if folder.exists() and not folder.is_dir():
            raise UserError(f"{folder} is a file; --out wants the name of a folder")
        if folder.exists() and any(folder.iterdir()) and not replace:
            raise UserError(f"{folder} is not empty; name another folder or add --replace")

    def __enter__(self) -> Path:
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        self.work = Path(tempfile.mkdtemp(prefix=".priam-", dir=self.folder.parent))
        self.work.chmod(0o755)
        return self.work

    def __exit__(self, kind: Any, value: Any, trace: Any) -> None:
        if kind is not None:
            shutil.rmtree(self.work, ignore_errors=True)
            return
        self.folder.mkdir(exist_ok=True)
        for path in sorted(self.work.iterdir()):
            path.replace(self.folder / path.name)
        self.work.rmdir()


def write_csv(path: Path, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """A UTF-8 table with commas; no cell is taken for a formula."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([safe_cell(cell) for cell in row] for row in rows)


def _json(path: Path, value: object) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def _name(person: Person) -> str:
    texts = person.texts
    parts = [texts.get(part, "") for part in ("surname", "given", "patronymic")]
    return texts.get("name") or " ".join(filter(None, parts))


def _row(match: Match, item: Proposal) -> list[object]:
    a, b = match.left.persons[item.left], match.right.persons[item.right]
    probability = f"{item.probability:.6f}"
    names = (_name(a), _name(b), str(a.birth), str(b.birth))
    return [a.id, b.id, probability, item.weight, item.band, *names, explain(item)]


def _unmatched(
    path: Path, names: NameList, taken: set[int], possible: list[Proposal], side: int
) -> None:
    best: dict[int, tuple[float, int]] = {}
    for item in possible:
        here = item.right if side else item.left
        best[here] = max(
            best.get(here, (0.0, 0)), (item.probability, best.get(here, (0, 0))[1] + 1)
        )
    rows = (
        [person.id, _name(person), str(person.birth), *best.get(index, ("", 0))]
        for index, person in enumerate(names.persons)
        if index not in taken
    )
    write_csv(path, ("id", "name", "birth", "best_probability", "possible_pairs"), rows)


def _decision(match: Match, item: Proposal) -> dict[str, object]:
    a, b = match.left.persons[item.left], match.right.persons[item.right]
    return {
        "type": "link.possible" if item.band == "possible" else "link.proposed",
        "id_a": a.id,
        "id_b": b.id,
        "probability": round(item.probability, 6),
        "weight": item.weight,
        "band": item.band,
        "fields": list(item.fields),
        "words": explain(item),
        **({"decided": item.decided} if item.decided else {}),
    }


def _pairs(match: Match, items: list[Proposal]) -> dict[str, object]:
    """What a clerk needs to see: both records and the weights, the least sure first."""
    unsure = [item for item in items if item.band in ("weak", "possible")]
    unsure.sort(key=lambda item: abs(item.probability - 0.5))
    pairs = [
        {
            **_decision(match, item),
            "a": _record(match.left.persons[item.left]),
            "b": _record(match.right.persons[item.right]),
        }
        for item in unsure
    ]
    lists = (match.left, match.right)
    return {
        "version": 1,
        "lists": [names.sha256 for names in lists],
        "list_names": [Path(names.file).name for names in lists],
        "one_to_one": match.fit.one_to_one,
        "pairs": pairs,
    }


def _record(person: Person) -> dict[str, str]:
    shown = {"id": person.id, "name": _name(person), "birth": str(person.birth)}
    shown |= {field: person.texts.get(field, "") for field in _RECORD}
    return {**shown, "death": str(person.death)}


def _list_card(names: NameList) -> dict[str, object]:
    return {
        "file": Path(names.file).name,
        "sha256": names.sha256,
        "persons": len(names.persons),
        "encoding": names.encoding,
        "separator": names.separator,
        "mapping": dict(names.mapping),
        "columns_not_used": list(names.unused),
        "cells_not_read": list(names.notices),
    }


def model_card(match: Match, options: Options) -> dict[str, object]:
    """Everything that decided: lists, settings, learned shares, versions."""
    model = match.fit
    return {
        "meaning": "a link is a proposal to people; nothing was merged",
        "versions": {
            "priam": __version__,
            **{n: version(n) for n in ("splink", "duckdb", "numpy")},
        },
        "lists": [_list_card(match.left), _list_card(match.right)],
        "one_to_one": model.one_to_one,
        "threshold": match.threshold,
        "seed": options.seed,
        "sampled_pairs": options.sampled_pairs,
        "prior": {
            "documented_error_model_in_pairs": PRIOR_PAIRS,
            "recall_assumed": None,
            "matches_estimated_from_the_lists": round(model.matches, 2),
            "relatives_estimated_from_the_lists": round(model.relatives, 2),
            "namesakes_estimated_from_the_lists": round(model.namesakes, 2),
            "share_of_careless_rows": round(model.careless_share, 4),
            "share_of_rows_with_spoiled_names": round(model.spoiled_share, 4),
            "matches_of_women": round(float(model.probability[match.pairs.women].sum()), 2),
            "share_of_women_under_another_surname": round(model.changed_share, 4),
            "added_to_log_odds_because_compared": round(model.shift, 4),
            "rounds": model.rounds,
        },
        "counts": {
            "pairs_scored": len(match.pairs),
            "proposed": len(match.proposed),
            "strong": int((model.probability[match.proposed] >= 0.9).sum()),
            "possible": len(match.possible),
        },
        "decided_by_people": {
            answer: sum(1 for value in match.decided.values() if value == answer)
            for answer in ("same", "different", "unsure")
        },
        "fields": list(_field_cards(match)),
    }


def _field_cards(match: Match) -> Iterator[dict[str, object]]:
    for item in FIELDS:
        if item.name in match.fit.same:
            shares = (match.fit.same, match.fit.chance, match.fit.careless, match.fit.kin)
            hers = match.fit.same.get(f"{item.name} of women")
            yield {
                "field": item.name,
                "levels": [
                    {
                        "level": level.label,
                        "same_person": round(float(shares[0][item.name][number]), 8),
                        "chance": round(float(shares[1][item.name][number]), 8),
                        "careless_row": round(float(shares[2][item.name][number]), 8),
                        "relatives": round(float(shares[3][item.name][number]), 8),
                        **({} if hers is None else {"same_woman": round(float(hers[number]), 8)}),
                    }
                    for number, level in enumerate(item.levels)
                ],
            }
