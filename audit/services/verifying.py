"""Whether the ledger still is what was written, from its first entry to its last, in bounded memory."""

from __future__ import annotations

from dataclasses import dataclass

from audit import chain
from audit.models import ChainHead, Entry
from audit.querysets import EntryQuerySet

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


@dataclass
class Reached:
    """How far the walk has come: the last entry that holds, its hash, and how many there were."""

    last: int
    hash: str
    count: int = 0


def verify() -> Verdict:
    """Walk the whole chain and name the first entry that does not hold."""
    start = beginning()
    if start is None:
        return Verdict(0, 1, "記録が抜けているか、並びが変わっています")
    at = Reached(start.seq, start.hash)
    fault = _walk(at, Entry.objects.all())
    # People write while the walk lasts: the end is read behind it, and then what came in between.
    head = ChainHead.objects.filter(pk=1).first()
    if fault is None and head is not None:
        fault = _walk(at, Entry.objects.filter(seq__gt=at.last, seq__lte=head.seq))
    return fault or _end(head, at)


def _walk(at: Reached, entries: EntryQuerySet) -> Verdict | None:
    """Go on with these entries; the fault, if one does not hold."""
    for entry in entries.order_by("seq").iterator(chunk_size=CHUNK):
        if entry.seq != at.last + 1:
            return Verdict(at.count, at.last + 1, "記録が抜けているか、並びが変わっています")
        if entry.previous_hash != at.hash:
            return Verdict(at.count, entry.seq, "前の記録とつながっていません")
        if entry.hash != chain.digest(entry):
            return Verdict(at.count, entry.seq, "内容が書き換えられています")
        at.last, at.hash, at.count = entry.seq, entry.hash, at.count + 1
    return None


def _end(head: ChainHead | None, at: Reached) -> Verdict:
    if head is None:
        return Verdict(at.count) if not at.last else Verdict(at.count, at.last, "末尾の控えがありません")
    if head.seq > at.last:
        return Verdict(at.count, at.last + 1, "末尾の記録が失われています")
    if (head.seq, head.hash) != (at.last, at.hash):
        return Verdict(at.count, at.last, "末尾の控えと一致しません")
    return Verdict(at.count)
