"""The search over blocks of families: here, or on the workers of a Dask cluster.

Every finished block is written to the run's work folder, so that an interrupted run goes on
where it stopped. A block's numbers do not depend on where it is computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from priam.errors import UserError
from priam.identification.records import FamilyRecord
from priam.identification.search import Hits, SearchTask, Target, search_block

__all__ = ["blocks_of", "run_blocks"]

Block = tuple[list[FamilyRecord], list[Target]]
FIELDS = ("target", "individual", "log_lr", "markers", "mismatches", "residual", "fit")


def blocks_of(
    families: Sequence[FamilyRecord], targets: Sequence[Target], size: int
) -> list[Block]:
    """Targets in blocks of about ``size``, each with the families it needs, none of them split."""
    made = []
    start = 0
    while start < len(targets):
        end = min(start + size, len(targets))
        while end < len(targets) and targets[end].family == targets[end - 1].family:
            end += 1
        part = targets[start:end]
        start = end
        used = sorted({t.family for t in part})
        place = {family: k for k, family in enumerate(used)}
        moved = [Target(place[t.family], t.person, t.sex) for t in part]
        made.append(([families[k] for k in used], moved))
    return made


def run_blocks(
    task: SearchTask,
    blocks: Sequence[Block],
    work: Path,
    progress: Callable[[int, int], None],
    cluster: str | None = None,
) -> list[Hits]:
    """All blocks in order; those already in ``work`` are read back."""
    work.mkdir(parents=True, exist_ok=True)
    files = [work / f"block-{k:05d}.npz" for k in range(len(blocks))]
    open_ = [k for k, file in enumerate(files) if not file.exists()]
    progress(len(blocks) - len(open_), len(blocks))
    run = _on_cluster(task, blocks, open_, cluster) if cluster else _here(task, blocks, open_)
    for count, (k, hits) in enumerate(run, start=1):
        _save(files[k], hits)
        progress(len(blocks) - len(open_) + count, len(blocks))
    return [_load(file) for file in files]


def _here(
    task: SearchTask, blocks: Sequence[Block], open_: Sequence[int]
) -> Iterator[tuple[int, Hits]]:
    for k in open_:
        yield k, search_block(task, *blocks[k])


def _on_cluster(
    task: SearchTask, blocks: Sequence[Block], open_: Sequence[int], address: str
) -> Iterator[tuple[int, Hits]]:
    """Submit blocks to a Dask scheduler; a block lost with its worker is computed again."""
    import distributed

    library: Any = distributed

    try:
        client: Any = library.Client(address, timeout="20s")
    except (OSError, ValueError) as error:
        raise UserError(
            f"no Dask scheduler answers at {address!r} ({error}); start one with 'dask scheduler' "
            "and give its address, for example tcp://10.0.0.1:8786"
        ) from None
    with client:
        shared: Any = client.scatter(task, broadcast=True)
        futures = {
            client.submit(search_block, shared, *blocks[k], pure=False, retries=5): k for k in open_
        }
        for future in library.as_completed(futures):
            yield futures[future], future.result()
            future.release()


def _save(file: Path, hits: Hits) -> None:
    made = file.with_suffix(".part")
    with made.open("wb") as stream:
        np.savez(stream, **{name: getattr(hits, name) for name in FIELDS})
    made.rename(file)


def _load(file: Path) -> Hits:
    with np.load(file) as stored:
        return Hits(**{name: stored[name] for name in FIELDS})
