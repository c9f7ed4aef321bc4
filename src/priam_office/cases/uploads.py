"""What is sent to the office is refused while it comes in, not after it filled the disk.

Files are kept in memory: nothing that somebody uploads touches the disk unsealed.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import MemoryFileUploadHandler

__all__ = ["LARGEST_UPLOAD", "InMemoryUpload"]

LARGEST_UPLOAD = 32 * 2**20
"""Bytes of one request: a photograph of a good camera, a table of 200,000 samples."""


class InMemoryUpload(MemoryFileUploadHandler):
    """Takes files up to ``LARGEST_UPLOAD`` in all, and refuses by the announced length at once."""

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> None:
        if content_length > LARGEST_UPLOAD:
            raise RequestDataTooBig(
                f"{content_length:,} bytes were sent; at most {LARGEST_UPLOAD:,} are taken"
            )
        self.activated = True
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received += len(raw_data)
        if self.received > LARGEST_UPLOAD:  # the announced length was not the truth
            raise RequestDataTooBig(f"more than {LARGEST_UPLOAD:,} bytes were sent")
        super().receive_data_chunk(raw_data, start)
