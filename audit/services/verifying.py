"""Whether the ledger still is what was written, from its first entry to its last, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from audit import chain
from audit.models import ChainHead, Entry

# Two thousand entries at a time: about 10 MB, however long the book is.
CHUNK = 2000
CUT = {"act": "cut", "object_type": "audit.entry"}


@dataclass(frozen=True)
class Verdict:
    """Outcome of a verification: how many entries hold, and the first that does not."""

    count: int
    broken_seq: int | None = None
    reason: str = ""

    @property
    def sound(self) -> bool:
        return self.broken_seq is None


@dataclass(frozen=True)
class Start:
    """Where the book begins: behind entry `seq`, which carried `hash`."""

    seq: int
    hash: str


def beginning() -> Start | None:
    """Behind nothing, or behind the entries that were cut off and signed for; None when they are missing unsigned."""
    first = Entry.objects.order_by("seq").first()
    if first is None or first.seq == 1:
        return Start(0, chain.GENESIS)
    signed = Entry.objects.filter(**CUT, object_id=str(first.seq - 1)).first()
    if signed is None or signed.changes.get("hash") != [None, first.previous_hash]:
        return None
    return Start(first.seq - 1, first.previous_hash)


def verify() -> Verdict:
    """Walk the whole chain and name the first entry that does not hold."""
    start = beginning()
    if start is None:
        return Verdict(0, 1, "記録が抜けているか、並びが変わっています")
    previous, last, count = start.hash, start.seq, 0
    for entry in _ascending():
        if entry.seq != last + 1:
            return Verdict(count, last + 1, "記録が抜けているか、並びが変わっています")
        if entry.previous_hash != previous:
            return Verdict(count, entry.seq, "前の記録とつながっていません")
        if entry.hash != chain.digest(entry):
            return Verdict(count, entry.seq, "内容が書き換えられています")
        previous, last, count = entry.hash, entry.seq, count + 1
    return _end(previous, last, count)


def _end(previous: str, last: int, count: int) -> Verdict:
    head = ChainHead.objects.filter(pk=1).first()
    if head is None:
        return Verdict(count) if not last else Verdict(count, last, "末尾の控えがありません")
    if head.seq > last:
        return Verdict(count, last + 1, "末尾の記録が失われています")
    if (head.seq, head.hash) != (last, previous):
        return Verdict(count, last, "末尾の控えと一致しません")
    return Verdict(count)


def _ascending() -> Iterator[Entry]:
    return Entry.objects.order_by("seq").iterator(chunk_size=CHUNK)
