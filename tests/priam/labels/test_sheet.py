import random
import shutil
import subprocess

import pytest
from click.testing import CliRunner
from PIL import Image

from priam.cli.labels import labels
from priam.errors import InputError, UserError
from priam.labels.scan import read_image
from priam.labels.sheet import STOCKS, label_sheet
from priam.labels.tags import issue


def pages_of(pdf: bytes, folder) -> list:
    if shutil.which("pdftoppm") is None:
        pytest.skip("pdftoppm (poppler-utils) is not installed")
    (folder / "sheet.pdf").write_bytes(pdf)
    subprocess.run(
        ["pdftoppm", "-r", "150", "-png", folder / "sheet.pdf", folder / "page"], check=True
    )
    return sorted(folder.glob("page*.png"))


@pytest.mark.parametrize("stock", STOCKS)
def test_each_stock_prints_and_each_label_reads_back(stock, tmp_path):
    tags = issue(STOCKS[stock].per_page + 1, random.Random(5).choice)
    pages = pages_of(label_sheet(tags, stock, kind="bag"), tmp_path)
    assert len(pages) == 2
    assert sorted(tag for page in pages for tag in read_image(page)) == sorted(tags)


def test_one_scratched_code_still_leaves_the_label_readable(tmp_path):
    tags = issue(1, random.Random(6).choice)
    page = pages_of(label_sheet(tags, "roll-100x50"), tmp_path)[0]
    with Image.open(page) as image:
        half = image.copy()
    half.paste("white", (0, 0, half.width // 2, half.height))
    half.save(tmp_path / "scratched.png")
    assert read_image(tmp_path / "scratched.png") == tags


def test_a_sheet_already_begun_is_continued(tmp_path):
    tags = issue(2, random.Random(7).choice)
    pages = pages_of(label_sheet(tags, "a4-8", skip=7), tmp_path)
    assert [read_image(page) for page in pages] == [[tags[0]], [tags[1]]]


def test_bad_orders_are_refused():
    tag = issue(1, random.Random(8).choice)
    with pytest.raises(UserError, match="no label stock"):
        label_sheet(tag, "a5-3")
    with pytest.raises(UserError, match="at least one"):
        label_sheet([])
    with pytest.raises(UserError, match="21 places"):
        label_sheet(tag, skip=21)
    with pytest.raises(UserError, match="begin with PRM"):
        label_sheet(["200-17"])


def test_a_file_that_is_no_image_is_refused(tmp_path):
    (tmp_path / "x.png").write_bytes(b"not an image")
    with pytest.raises(InputError, match="not a readable image"):
        read_image(tmp_path / "x.png")


def test_the_command_issues_prints_and_reads(tmp_path):
    run = CliRunner().invoke
    tags = run(labels, ["new", "--count", "3"]).output.split()
    assert len(tags) == 3
    result = run(labels, ["sheet", *tags, "--out", str(tmp_path / "s.pdf")])
    assert result.exit_code == 0
    assert (tmp_path / "s.pdf").read_bytes().startswith(b"%PDF")
    assert run(labels, ["check", tags[0].lower()]).output.strip() == tags[0]
