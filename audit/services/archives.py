"""Whether the files that entries were cut off into hold what was cut: else a forged cut would hide what was deleted."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from audit import chain
from audit.models import Entry
from audit.services.verifying import CUT, Start, Verdict, beginning

MISSING = "切り離したファイル {} がありません"
ALTERED = "切り離したファイル {} が書き換えられています"
UNSIGNED = "この記録までを切り離したことが、どこにも記録されていません"


@dataclass(frozen=True)
class Signed:
    """What an entry of a cut says of its file."""

    hash: str
    file: str
    sha256: str


@dataclass
class Archive:
    """One file once it was read: its first entry, how many there are, and the cuts that stand in it."""

    first: Any = None
    last: Any = None
    count: int = 0
    cuts: dict[int, Signed] = field(default_factory=dict)


class BrokenArchiveError(Exception):
    """A file that does not hold; says from which entry on, and why."""

    def __init__(self, seq: int, reason: str) -> None:
        super().__init__(reason)
        self.seq = seq


def verify_archives(folder: Path) -> Verdict:
    """From the entry where the book begins back to the first one, file by file; `count` are the entries in files.

    Every file has to be there under its name, with the checksum that was signed for, in one chain. Memory is bounded.
    """
    start = beginning()
    if start is None:
        return Verdict(0, 1, UNSIGNED)
    cuts = {int(e.object_id): _signed(e.changes) for e in Entry.objects.filter(**CUT)}
    count = 0
    while start.seq:
        try:
            archive = _read(folder, start, cuts.get(start.seq))
        except BrokenArchiveError as broken:
            return Verdict(count, broken.seq, str(broken))
        count, cuts = count + archive.count, archive.cuts | cuts
        start = Start(archive.first.seq - 1, archive.first.previous_hash)
    return Verdict(count)


def _read(folder: Path, end: Start, signed: Signed | None) -> Archive:
    """The file that ends with this entry."""
    if signed is None:
        raise BrokenArchiveError(end.seq, UNSIGNED)
    path, digest, archive = folder / Path(signed.file).name, hashlib.sha256(), Archive()
    if not path.is_file():
        raise BrokenArchiveError(end.seq, MISSING.format(path.name))
    altered = ALTERED.format(path.name)
    for line in _lines(path):
        digest.update(line)
        _take(archive, line, altered)
    last = archive.last
    whole = last is not None and (last.seq, last.hash) == (end.seq, end.hash)
    begins = whole and (archive.first.seq > 1 or archive.first.previous_hash == chain.GENESIS)
    if not begins or (signed.hash, signed.sha256) != (end.hash, digest.hexdigest()):
        raise BrokenArchiveError(last.seq + 1 if last and not whole else end.seq, altered)
    return archive


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stored:
        yield from stored


def _take(archive: Archive, line: bytes, altered: str) -> None:
    """The next entry of a file, which has to follow the one before it."""
    try:
        entry = SimpleNamespace(**json.loads(line))
        entry.at = dt.datetime.fromisoformat(entry.at)
        own = chain.digest(entry)
    except (ValueError, TypeError, AttributeError):
        raise BrokenArchiveError(archive.last.seq + 1 if archive.last else 1, altered) from None
    before = archive.last
    follows = before is None or (entry.seq, entry.previous_hash) == (before.seq + 1, before.hash)
    if not follows or entry.hash != own:
        raise BrokenArchiveError(before.seq + 1 if before else entry.seq, altered)
    if (entry.act, entry.object_type) == (CUT["act"], CUT["object_type"]):
        archive.cuts[int(entry.object_id)] = _signed(entry.changes)
    archive.first, archive.last, archive.count = archive.first or entry, entry, archive.count + 1


def _signed(changes: dict[str, list[Any]]) -> Signed:
    return Signed(*(str((changes.get(name) or [None, ""])[1]) for name in ("hash", "file", "sha256")))
