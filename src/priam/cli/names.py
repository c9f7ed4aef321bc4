"""``priam names``: reconcile lists of persons written in several spellings."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from priam.cli.counted import counted
from priam.errors import UserError

if TYPE_CHECKING:
    from priam.names.reading import NameList

__all__ = ["names"]

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def names() -> None:
    """Reconcile lists of persons in several spellings; a link is a proposal, never a merge."""


def _mapping(entries: tuple[str, ...]) -> dict[str, str]:
    pairs = [entry.partition("=") for entry in entries]
    bad = [entry for entry, (field, _, column) in zip(entries, pairs) if not (field and column)]
    if bad:
        raise UserError(f"--map wants FIELD=COLUMN, got {bad[0]!r}")
    return {field.strip(): column.strip() for field, _, column in pairs}


@names.command()
@click.argument("list_a", type=_FILE)
@click.argument("list_b", type=_FILE)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for results.")
@click.option("--many", is_flag=True, help="A row may match several rows of the other list.")
@click.option("--threshold", default=0.5, show_default=True, type=click.FloatRange(0.01, 0.999))
@click.option("--floor", default=0.05, show_default=True, type=click.FloatRange(0.001, 0.5),
              help="Pairs from this probability up go to possible.csv.")  # fmt: skip
@click.option("--seed", default=1, show_default=True, help="Seed of the sampled pairs.")
@click.option("--memory", default="2GB", show_default=True, help="Memory limit of DuckDB.")
@click.option("--threads", default=2, show_default=True, type=click.IntRange(1))
@click.option(
    "--spark", metavar="MASTER", help="Compare on Apache Spark: local[2], spark://HOST:7077."
)
@click.option("--encoding", help="Encoding of both files, if recognition fails.")
@click.option("--map-a", multiple=True, metavar="FIELD=COLUMN", help="A column of LIST_A.")
@click.option("--map-b", multiple=True, metavar="FIELD=COLUMN", help="A column of LIST_B.")
@click.option("--map", "both", multiple=True, metavar="FIELD=COLUMN", help="A column of both.")
@click.option("--decisions", type=_FILE, multiple=True,
              help="Answers of a review (review.jsonl or an export of the office).")  # fmt: skip
@click.option("--replace", is_flag=True, help="Write into a folder that is not empty.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def match(
    list_a: Path,
    list_b: Path,
    out: Path,
    many: bool,
    threshold: float,
    floor: float,
    seed: int,
    memory: str,
    threads: int,
    spark: str | None,
    encoding: str | None,
    map_a: tuple[str, ...],
    map_b: tuple[str, ...],
    both: tuple[str, ...],
    decisions: tuple[Path, ...],
    replace: bool,
    as_json: bool,
) -> None:
    """Match LIST_A against LIST_B and write proposals, with weights, into a folder."""
    from priam.names.linkage import Options
    from priam.names.matching import match_lists
    from priam.names.outputs import model_card, new_folder, write_match
    from priam.names.reading import read_list

    new_folder(out, replace=replace)  # refuse before the work, not after it
    options = Options(seed=seed, memory=memory, threads=threads)
    with _Steps() as step:
        step("reading")
        left = read_list(list_a, mapping=_mapping((*both, *map_a)), encoding=encoding)
        right = read_list(list_b, mapping=_mapping((*both, *map_b)), encoding=encoding)
        found = match_lists(
            left,
            right,
            one_to_one=not many,
            threshold=threshold,
            floor=floor,
            options=options,
            decisions=_decided(decisions, left, right),
            api=_spark(spark, memory),
            step=step,
        )
        step("writing")
        write_match(found, out, options, replace=replace)
    card = model_card(found, options)
    if as_json:
        click.echo(json.dumps(card, ensure_ascii=False, indent=1, allow_nan=False))
        return
    for which in (left, right):
        _say(which, "see model_card.json")
    alone = [
        len(which.persons) - len(set(side[found.proposed].tolist()))
        for which, side in ((left, found.pairs.left), (right, found.pairs.right))
    ]
    click.echo(
        f"{len(left.persons)} and {len(right.persons)} persons: "
        f"{counted(len(found.proposed), 'pair')} "
        f"proposed, {len(found.possible)} possible, {alone[0]} and {alone[1]} without a pair"
        + (f"; {len(found.decided)} decided by people." if found.decided else ".")
    )
    click.echo(f"Written to {out}. Look first at matched.csv (band weak) and possible.csv.")


class _Steps:
    """A bar of the steps of a match, in a terminal only; the folder is written at the end."""

    names = ("reading", "folding", "comparing", "learning", "assigning", "writing")

    def __enter__(self) -> Callable[[str], None]:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
        from rich.progress import TimeElapsedColumn as Elapsed

        console = Console(stderr=True)
        self.bar = Progress(
            TextColumn("{task.description:10s}"), BarColumn(), MofNCompleteColumn(), Elapsed(),
            console=console, disable=not console.is_terminal, transient=True,
        )  # fmt: skip
        self.bar.start()
        task = self.bar.add_task("", total=len(self.names))

        def step(name: str) -> None:
            self.bar.update(task, description=name, completed=self.names.index(name))

        return step

    def __exit__(self, *_: object) -> None:
        self.bar.stop()


def _spark(master: str | None, memory: str) -> Any:
    """The backend on Spark, if one was asked for."""
    if master is None:
        return None
    from priam.names.spark import spark_api

    return spark_api(master, memory=memory.lower().removesuffix("b"))


def _decided(
    paths: tuple[Path, ...], left: NameList, right: NameList
) -> dict[tuple[str, str], str]:
    """The answers of people in these files; a later file has the last word."""
    from priam.names.review import read_decisions

    ids = ([person.id for person in left.persons], [person.id for person in right.persons])
    answers: dict[tuple[str, str], str] = {}
    for path in paths:
        found, lists = read_decisions(path, ids)
        answers |= found
        if lists - {(left.sha256, right.sha256)}:
            click.echo(f"{path}: made on other versions of these lists; the ids agree", err=True)
    return answers


def _say(read: NameList, more: str) -> None:
    """What was taken for what, and the first cells that could not be read."""
    columns = ", ".join(f"{field} = {column}" for field, column in read.mapping.items())
    unused = f"; not used: {', '.join(read.unused)}" if read.unused else ""
    click.echo(f"{read.file} ({read.encoding}): {columns}{unused}")
    for notice in read.notices[:5]:
        click.echo(f"  {notice}", err=True)
    if len(read.notices) > 5:
        click.echo(f"  and {len(read.notices) - 5} more such cells, {more}", err=True)


@names.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--system", help="One system only (see the list without it).")
def write(words: tuple[str, ...], system: str | None) -> None:
    """Write WORDS in Latin letters by the published systems.

    A system of another language, which has no rule for a letter of the words, says so.
    """
    from priam.names.transliteration import foreign_letters, romanise, systems

    text = " ".join(words)
    for key in [system] if system else systems():
        foreign = foreign_letters(text, key)
        latin = f"(has no letter {', '.join(foreign)})" if foreign else romanise(text, key)
        click.echo(f"{key:18} {latin}")


@names.command("read")
@click.argument("words", nargs=-1, required=True)
@click.option("--system", help="One system only (see the list of 'write').")
@click.option("--limit", default=5, show_default=True, type=click.IntRange(1, 200))
def read_back(words: tuple[str, ...], system: str | None, limit: int) -> None:
    """Which Cyrillic WORDS may be meant by Latin ones, by the published systems.

    Each reading gives the same Latin word again. What a system dropped (soft signs, apostrophes)
    cannot be read back.
    """
    from priam.names.transliteration import cyrillic_readings, systems

    for key in [system] if system else systems():
        found = [cyrillic_readings(word, key, limit) for word in words]
        click.echo(f"{key:18} {'; '.join(', '.join(one) or '-' for one in found)}")


@names.command()
@click.argument("lists", type=_FILE, nargs=-1, required=True)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for results.")
@click.option("--threshold", default=0.5, show_default=True, type=click.FloatRange(0.01, 0.999))
@click.option("--seed", default=1, show_default=True, help="Seed of the sampled pairs.")
@click.option("--map", "both", multiple=True, metavar="FIELD=COLUMN", help="A column of all lists.")
@click.option("--replace", is_flag=True, help="Write into a folder that is not empty.")
def cluster(
    lists: tuple[Path, ...],
    out: Path,
    threshold: float,
    seed: int,
    both: tuple[str, ...],
    replace: bool,
) -> None:
    """Group the rows of several LISTS; writes clusters.csv and histories.csv."""
    from collections import Counter

    from priam.names.clusters import cluster_lists
    from priam.names.linkage import Options
    from priam.names.outputs import new_folder, write_csv
    from priam.names.reading import read_list

    if len(lists) < 2:
        raise UserError("cluster wants two lists or more")
    folder = new_folder(out, replace=replace)
    read = [read_list(path, mapping=_mapping(both)) for path in lists]
    for one in read:
        _say(one, "which 'priam names match' lists in full")
    labels = _labels(lists)
    groups = cluster_lists(read, threshold=threshold, options=Options(seed=seed))
    with folder as work:
        rows = (
            [number, labels[which], read[which].persons[row].id, f"{group.weakest:.6f}"]
            for number, group in enumerate(groups, 1)
            for which, row in group.rows
        )
        write_csv(work / "clusters.csv", ("cluster", "list", "id", "weakest_link"), rows)
        histories = Counter(
            tuple(
                int(any(which == number for which, _ in group.rows)) for number in range(len(read))
            )
            for group in groups
        )
        combinations = sorted(histories.items(), reverse=True)
        write_csv(work / "histories.csv", (*labels, "count"), ((*h, n) for h, n in combinations))
    click.echo(
        f"{counted(sum(len(item.persons) for item in read), 'row')} in "
        f"{counted(len(groups), 'group')}: {out}"
    )


def _labels(paths: tuple[Path, ...]) -> list[str]:
    """Names of the lists: their files', numbered where two are alike."""
    stems = [path.stem for path in paths]
    return [
        f"{stem}-{number}" if stems.count(stem) > 1 else stem
        for number, stem in enumerate(stems, 1)
    ]


@names.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--by", required=True, help="Who decides; stands in every event.")
def review(folder: Path, by: str) -> None:
    """Decide the weak and possible pairs of FOLDER with single keys.

    s same, d different, u unsure, n next, z undo, q quit. Each answer is an event added to
    review.jsonl in the folder; nothing is merged.
    """
    from priam.names.review import ANSWERS, event, read_events, read_pairs, standing

    pairs, path = read_pairs(folder), folder / "review.jsonl"
    done = standing(read_events(path))
    left = [item for item in pairs if (item["id_a"], item["id_b"]) not in done]
    click.echo(f"{len(pairs)} pairs, {len(pairs) - len(left)} decided.")
    if left:
        click.echo(
            f"{_KEYS}. * differs as written; + speaks for one person, - against, powers of 10"
        )
    answered: list[int] = []
    position = 0
    while position < len(left):
        _show(left[position], position, len(left))
        key = click.getchar().lower()
        if key in ("q", "\x03", "\x04"):
            break
        if key == "z" and answered:
            position = answered.pop()
            key, answer = "", "undone"
        elif key in ANSWERS:
            answer = ANSWERS[key]
        elif key == "n":
            position += 1
            continue
        else:
            click.echo(_KEYS)
            continue
        item = left[position]
        with path.open("a", encoding="utf-8") as stream:
            act = event((item["id_a"], item["id_b"]), answer, by=by)
            stream.write(json.dumps(act, ensure_ascii=False) + "\n")
        if key:
            answered.append(position)
            position += 1
    click.echo(f"{len(standing(read_events(path)))} pairs decided, see {path}.")


_KEYS = "Keys: s same, d different, u unsure, n next, z undo, q quit"


def _show(item: dict[str, Any], position: int, total: int) -> None:
    """Both records side by side; ``*`` marks what differs as written."""
    from priam.names.matching import FIELD_WORDS

    click.echo(f"\n{position + 1} of {total}, probability {item['probability']:.2f}")
    for field, value in item["a"].items():
        other = item["b"].get(field, "")
        mark = "*" if value and other and value != other and field != "id" else " "
        if value or other:
            click.echo(f" {mark} {field:12} {value:38} {other}")
    known = [entry for entry in item["fields"] if not entry["level"].startswith("not known")]
    for entry in known:
        click.echo(f"     {entry['weight']:+7.2f}  {FIELD_WORDS[entry['field']]}: {entry['level']}")
    missing = [FIELD_WORDS[entry["field"]] for entry in item["fields"] if entry not in known]
    if missing:
        click.echo(f"              not known: {', '.join(missing)}")
