"""Daily digests: the end of the book, signed, kept where whoever can alter the database cannot reach.

The chain alone proves that no entry was altered in between. Somebody who rewrites the end together with the head
is found by a digest that was carried away before.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from django.core import signing
from django.utils import timezone

from audit.models import ChainHead, Entry
from audit.services.verifying import Verdict, beginning

SALT = "dxportal.audit.digest"
NAMED = "audit-digest-*.json"


class BadDigest(Exception):
    """A digest file that this portal did not write; the message names it in Japanese."""


@dataclass(frozen=True)
class Digest:
    """The last entry of the book at one moment."""

    at: str
    seq: int
    hash: str


def write_digest(folder: Path) -> Path:
    """Write the end of the book into a new file of `folder` and return it."""
    head = ChainHead.objects.filter(pk=1).first() or ChainHead(seq=0, hash="")
    now = timezone.localtime()
    digest = Digest(now.isoformat(timespec="seconds"), head.seq, head.hash)
    path = folder / f"audit-digest-{now:%Y%m%d-%H%M%S}-{head.seq}.json"
    body = asdict(digest)
    text = json.dumps({**body, "signature": signing.dumps(body, salt=SALT)}, ensure_ascii=False, indent=1)
    part = path.with_suffix(".part")
    part.write_text(text + "\n", encoding="utf-8")
    os.replace(part, path)
    return path


def read_digests(folder: Path) -> Iterator[Digest]:
    """Digests of a folder, oldest first. Raises BadDigest where a signature does not fit, or where there is none at
    all: a share that is not mounted must not look like a book that holds."""
    paths = sorted(folder.glob(NAMED))
    if not paths:
        raise BadDigest(f"{folder}：日々の控えが1件もありません。フォルダーを確かめてください")
    for path in paths:
        try:
            body = json.loads(path.read_text(encoding="utf-8"))
            signature = body.pop("signature")
            genuine = signing.loads(signature, salt=SALT) == body
        except (OSError, ValueError, KeyError, AttributeError, signing.BadSignature):
            genuine = False
        if not genuine:
            raise BadDigest(f"{path.name}：このポータルが書いたものではないか、書き換えられています")
        yield Digest(**body)


def verify_digests(folder: Path) -> Verdict:
    """Whether the book still holds every end that was ever carried away; `count` is the number of digests."""
    start = beginning()
    first = start.seq if start else 0
    count = 0
    for digest in read_digests(folder):
        # What was cut off and signed for is proven by the file that holds it.
        if digest.seq > first:
            entry = Entry.objects.filter(seq=digest.seq).values_list("hash", flat=True).first()
            if entry is None:
                return Verdict(count, digest.seq, f"{digest.at} にあった記録が失われています")
            if entry != digest.hash:
                return Verdict(count, digest.seq, f"{digest.at} の記録と違います。あとから書き直されています")
        count += 1
    return Verdict(count)
