"""Files that hold names never touch a disk in the open: they are read in memory, up to a limit."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import MemoryFileUploadHandler, StopUpload
from django.http import HttpRequest

__all__ = ["MOST_BYTES", "InMemory", "too_large"]

MOST_BYTES = 40_000_000  # a list of 200,000 persons


class InMemory(MemoryFileUploadHandler):
    """Keeps every file in memory and stops at the limit, whatever length was announced."""

    def handle_raw_input(self, *args: Any, **kwargs: Any) -> None:
        self.activated = True
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received += len(raw_data)
        if self.received > MOST_BYTES:
            raise StopUpload(connection_reset=True)
        super().receive_data_chunk(raw_data, start)


def too_large(request: HttpRequest) -> bool:
    """Whether the request says that it is larger than what is read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return not str(length).isdigit() or int(length) > MOST_BYTES + 100_000
