"""A limit on uploads that holds while the bytes arrive, before anything is kept in memory or on disk."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from lib.http import Request

MARK = "dxportal.upload_too_big"


class LimitedUploadHandler(FileUploadHandler):
    """Stands first in `FILE_UPLOAD_HANDLERS`: drops a file that grows over `UPLOAD_MAX_BYTES` and marks the request."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.seen = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.seen += len(raw_data)
        if self.seen > settings.UPLOAD_MAX_BYTES:
            self.request.META[MARK] = self.file_name
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


def too_big(request: Request) -> str:
    """Name of a file that was dropped because of its size, '' if none was."""
    # Reading the files is what runs the handlers.
    return request.META.get(MARK, "") if request.FILES is not None else ""
