"""Evidence text (pure): what it may not contain, and where its links are."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

# A browser ignores white space and control characters inside a scheme, and staff paste full-width text.
_IGNORED = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2060\ufeff]+")
_UNSAFE = re.compile(r"(?:java|vb|live)script:|(?<![a-z])data:(?=[;,]|[a-z][a-z0-9.+-]*/)", re.IGNORECASE)
_LINK = re.compile(r"https?://[!#$%&'*+,\-./0-9:;=?@A-Z_a-z~()]+")
_TRAILING = ".,;:!?'"


@dataclass(frozen=True)
class Part:
    """A piece of text; `url` is empty for plain text."""

    text: str
    url: str = ""


def is_unsafe(text: str) -> bool:
    """Tell whether the text holds a URL that would run code or carry content itself (javascript:, data:)."""
    return bool(_UNSAFE.search(_IGNORED.sub("", unicodedata.normalize("NFKC", text))))


def parts(text: str) -> list[Part]:
    """Cut the text into plain pieces and http(s) links; nothing else becomes a link."""
    found: list[Part] = []
    at = 0
    for match in _LINK.finditer(text):
        url = _trimmed(match.group())
        if not re.search(r"//[A-Za-z0-9]", url):
            continue
        found += [Part(text[at : match.start()]), Part(url, url)]
        at = match.start() + len(url)
    found.append(Part(text[at:]))
    return [p for p in found if p.text]


def _trimmed(url: str) -> str:
    """Leave the sentence's own full stop, and a bracket that was opened before the link, outside."""
    url = url.rstrip(_TRAILING)
    while url.endswith(")") and url.count(")") > url.count("("):
        url = url[:-1].rstrip(_TRAILING)
    return url
