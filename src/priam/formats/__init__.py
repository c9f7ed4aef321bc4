"""Files of laboratories, programs and databases: one module a format, found by content.

``FORMATS`` names them. A module has ``TITLE``, ``HOLDS`` (profiles, frequencies, families or
case), ``sniff(text)``, ``read(text, file=...)`` and, where writing makes sense, ``write(content)``.
:func:`load` reads a file whatever it is; :func:`save` writes one. Wrong input is one sentence with
file, line and column (:class:`priam.errors.InputError`).
"""

from __future__ import annotations

import inspect
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from priam.errors import InputError, UserError
from priam.formats import (
    allele_list,
    allele_rows,
    allele_table,
    cmf,
    familias,
    ga4gh,
    genemapper,
    genis,
    ped,
    plain,
    priam_frequencies,
    strider,
)
from priam.formats.content import Content, Families, Family, KinshipCase, Samples, Tables
from priam.formats.text import decode, read_text

__all__ = [
    "FORMATS",
    "Content",
    "Families",
    "Family",
    "KinshipCase",
    "Loaded",
    "Samples",
    "Tables",
    "load",
    "loads",
    "save",
    "sniff",
]

FORMATS: dict[str, ModuleType] = {
    "familias": familias,
    "cmf": cmf,
    "strider": strider,
    "priam-frequencies": priam_frequencies,
    "ga4gh": ga4gh,
    "genis": genis,
    "genemapper": genemapper,
    "plain": plain,
    "allele-rows": allele_rows,
    "allele-table": allele_table,
    "ped": ped,
    "allele-list": allele_list,
}
"""Formats by name, in the order in which they are tried."""


@dataclass(frozen=True)
class Loaded:
    """What was read: the format's name, the content, and the encoding of the file."""

    format: str
    content: Content
    encoding: str


def sniff(text: str, *, file: str | Path | None = None) -> str:
    """Name of the format of ``text``."""
    for name, module in FORMATS.items():
        if module.sniff(text):
            return name
    raise InputError(
        "is in no known form (" + ", ".join(module.TITLE for module in FORMATS.values()) + "); "
        "check that it is the right file, or name its format",
        file=file,
    )


def load(
    path: str | Path, *, format: str | None = None, encoding: str | None = None, **options: Any
) -> Loaded:
    """Read a file of any known format; ``format`` overrules what its content looks like.

    Options go to the reader: ``single`` ("homozygote" or "partial") for profiles, ``sums``
    ("error", "normalise" or "keep") for frequencies.
    """
    text, found = read_text(path, encoding)
    return _read(text, found, format, path, options)


def loads(
    data: bytes | str, *, file: str | Path | None = None, format: str | None = None, **options: Any
) -> Loaded:
    """Like :func:`load` for bytes or text already at hand (an upload)."""
    text, found = (data, "text") if isinstance(data, str) else decode(data, file=file)
    return _read(text, found, format, file, options)


def _read(
    text: str, encoding: str, name: str | None, file: str | Path | None, options: dict[str, Any]
) -> Loaded:
    if not text.strip("\ufeff \t\n"):
        raise InputError("the file is empty", file=file)
    chosen = name or sniff(text, file=file)
    module = _module(chosen)
    unknown = sorted(set(options) - set(inspect.signature(module.read).parameters))
    if unknown:
        raise UserError(
            f"{module.TITLE} takes no option {unknown[0]!r} (file {file}); leave it out"
        )
    return Loaded(chosen, module.read(text, file=file, **options), encoding)


def _module(name: str) -> ModuleType:
    try:
        return FORMATS[name]
    except KeyError:
        raise UserError(
            f"format {name!r} is not known; choose one of {', '.join(FORMATS)}"
        ) from None


def save(content: Content, path: str | Path, *, format: str, **options: Any) -> None:
    """Write a file (UTF-8), all of it or nothing."""
    module = _module(format)
    if not hasattr(module, "write"):
        raise UserError(f"{module.TITLE} is read only; write another format")
    text = module.write(content, **options)
    target = Path(path)
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
            out.write(text)
        Path(name).replace(target)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", file=target) from None
