"""The file of a backup: a ZIP whose manifest names the size and the SHA-256 of everything in it."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any

FORMAT = 1
MANIFEST = "manifest.json"
PIECE = 1024 * 1024


class BrokenArchive(Exception):
    """The file is not a backup, or not the backup that it was; the message says what is wrong, in Japanese."""


class Hashing:
    """A sink that counts and hashes what passes through it."""

    def __init__(self, out: IO[bytes]) -> None:
        self.out, self.size, self.digest = out, 0, hashlib.sha256()

    def write(self, data: bytes | memoryview) -> None:
        self.size += len(data)
        self.digest.update(data)
        self.out.write(data)


class Writer:
    """Writes beside the target and takes its name at the end, so that no half file ever has that name."""

    def __init__(self, target: Path) -> None:
        self.target, self.part = target, target.with_name(f"{target.name}.part")
        self.files: dict[str, dict[str, Any]] = {}

    def __enter__(self) -> Writer:
        # Password hashes are inside: nobody but the operator reads it.
        handle = os.open(self.part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        self.file = os.fdopen(handle, "w+b")
        self.zip = zipfile.ZipFile(self.file, "w", zipfile.ZIP_DEFLATED)
        return self

    def __exit__(self, kind: object, *rest: object) -> None:
        self.zip.close()
        if kind is None:
            self.file.flush()
            os.fsync(self.file.fileno())
        self.file.close()
        if kind is None:
            os.replace(self.part, self.target)
        else:
            self.part.unlink(missing_ok=True)

    @contextmanager
    def opened(self, name: str) -> Iterator[Hashing]:
        with self.zip.open(name, "w", force_zip64=True) as out:
            sink = Hashing(out)
            yield sink
        self.files[name] = {"size": sink.size, "sha256": sink.digest.hexdigest()}

    def add(self, name: str, source: Path) -> None:
        with source.open("rb") as file, self.opened(name) as out:
            while piece := file.read(PIECE):
                out.write(piece)

    def finish(self, facts: dict[str, Any]) -> None:
        manifest = {"format": FORMAT, **facts, "files": self.files}
        self.zip.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))


class Reader:
    """Reads a backup; `check` and `extract` raise BrokenArchive where it is not what its manifest says."""

    def __init__(self, source: Path) -> None:
        try:
            self.zip = zipfile.ZipFile(source)
            self.manifest = json.loads(self.zip.read(MANIFEST))
            self.files: dict[str, dict[str, Any]] = self.manifest["files"]
        except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
            raise BrokenArchive(f"控えのファイルとして読めません：{source.name}") from error
        if self.manifest["format"] > FORMAT:
            raise BrokenArchive("この控えは、新しい版のポータルでつくられています。")

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *error: object) -> None:
        self.zip.close()

    def check(self) -> int:
        """Read everything once; return how many files are as they were."""
        present = set(self.zip.namelist()) - {MANIFEST}
        if strange := sorted(present ^ set(self.files)):
            raise BrokenArchive(f"目録と中身が合いません：{strange[0]}")
        for name in self.files:
            for _ in self.pieces(name):
                pass
        return len(self.files)

    def pieces(self, name: str) -> Iterator[bytes]:
        """The bytes of a file; that they are the right ones is known at the end."""
        wanted, digest = self.files[name], hashlib.sha256()
        try:
            with self.zip.open(name) as file:
                while piece := file.read(PIECE):
                    digest.update(piece)
                    yield piece
        except (zipfile.BadZipFile, EOFError, OSError) as error:
            raise BrokenArchive(f"控えの中のファイルが壊れています：{name}") from error
        if digest.hexdigest() != wanted["sha256"]:
            raise BrokenArchive(f"控えの中のファイルが書き換えられています：{name}")

    def extract(self, name: str, place: Path) -> None:
        with place.open("xb") as out:
            for piece in self.pieces(name):
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())

    def under(self, folder: str) -> Iterator[tuple[str, PurePosixPath]]:
        """Names in a folder with their path below it; never one that leads out of it."""
        for name in self.files:
            path = PurePosixPath(name)
            if path.parts[0] == folder:
                below = path.relative_to(folder)
                if ".." in below.parts or below.is_absolute() or not below.parts:
                    raise BrokenArchive(f"控えの中に使えない名前があります：{name}")
                yield name, below
