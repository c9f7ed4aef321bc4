"""Tags in a photograph or a scan of labels, read with zxing-cpp."""

from __future__ import annotations

from pathlib import Path

from priam.errors import InputError
from priam.labels.tags import TagError, parse

__all__ = ["MAX_PIXELS", "read_image"]

# A photograph of 100 megapixels fits; a "pixel bomb" of a few kilobytes does not get unpacked.
MAX_PIXELS = 100_000_000


def read_image(path: Path) -> list[str]:
    """Return the tags seen in an image, each once, in reading order (top to bottom).

    Barcodes that are no Priam tags (a sender's own numbers) are left out. Raises
    :class:`InputError` for a file that is no image, or one too large to unpack safely.
    """
    import zxingcpp
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            if image.width * image.height > MAX_PIXELS:
                raise InputError(
                    f"the image has {image.width} x {image.height} pixels, more than "
                    f"{MAX_PIXELS:,}; save it smaller",
                    file=path,
                )
            codes = zxingcpp.read_barcodes(image.convert("L"))
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError) as error:
        raise InputError(f"this is not a readable image ({error})", file=path) from error
    codes.sort(key=lambda code: (code.position.top_left.y // 20, code.position.top_left.x))
    return list(dict.fromkeys(tag for code in codes for tag in _tag(code.text)))


def _tag(text: str) -> list[str]:
    try:
        return [parse(text)]
    except TagError:
        return []
