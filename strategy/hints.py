"""Hints at glossary terms in a rendered text: where they stand, and the mark-up they get."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

_PIECES = re.compile(r"""(<(?:"[^"]*"|[^">])*>)""")
_KATAKANA = "ァ-ヺーｦ-ﾟ"
_LATIN = "A-Za-z0-9Ａ-Ｚａ-ｚ０-９"


@dataclass(frozen=True)
class Entry:
    """A term with every form under which a text may name it."""

    pk: int
    term: str
    forms: Sequence[str]
    explanation: str


class Glossary:
    """The terms of one page. Each is hinted at once only, so an object serves one page and no second."""

    def __init__(self, entries: Iterable[Entry], url: str) -> None:
        self._url = url
        self._seen: set[int] = set()
        self._by_form = {form: entry for entry in entries for form in entry.forms if form}
        longest_first = sorted(self._by_form, key=lambda form: (-len(form), form))
        self._found = re.compile("|".join(map(_pattern, longest_first))) if longest_first else None

    def terms_in(self, text: str) -> list[Entry]:
        """Entries that `text` names, in the order in which they first stand in it."""
        found = self._found.finditer(text) if self._found else ()
        return list({e.pk: e for m in found if (e := self._by_form[m[0]])}.values())

    def hint(self, shown: str) -> str:
        """Mark the first occurrence of each term in sanitised HTML; text inside links stays as it is."""
        return shown if self._found is None else "".join(self._hinted(shown))

    def _hinted(self, shown: str) -> Iterator[str]:
        links = 0
        for number, piece in enumerate(_PIECES.split(shown)):
            if number % 2:
                links += piece.startswith("<a ") - (piece == "</a>")
                yield piece
            else:
                yield piece if links else self._marked(html.unescape(piece))

    def _marked(self, text: str) -> str:
        pieces, at = [], 0
        for match in self._found.finditer(text):  # type: ignore[union-attr]
            entry = self._by_form[match[0]]
            if entry.pk not in self._seen:
                self._seen.add(entry.pk)
                pieces += [_escaped(text[at : match.start()]), self._note(entry, match[0])]
                at = match.end()
        return "".join([*pieces, _escaped(text[at:])])

    def _note(self, entry: Entry, form: str) -> str:
        """A link to the glossary; static/js/terms.js turns it into a button for the note behind it."""
        url, note = f"{self._url}#t{entry.pk}", f"term-note-{entry.pk}"
        return (
            f'<dfn><a class="term" href="{url}" data-note="{note}">{_escaped(form)}</a></dfn>'
            f'<span class="term-note" id="{note}" hidden><b>{_escaped(entry.term)}</b>　'
            f'{_escaped(entry.explanation)} <a href="{url}">用語集で見る</a></span>'
        )


def _pattern(form: str) -> str:
    """A form as a whole word where it begins or ends with katakana or Latin letters."""
    before = after = ""
    for letters in (_KATAKANA, _LATIN):
        before += f"(?<![{letters}])" if re.match(f"[{letters}]", form[0]) else ""
        after += f"(?![{letters}])" if re.match(f"[{letters}]", form[-1]) else ""
    return f"{before}{re.escape(form)}{after}"


def _escaped(text: str) -> str:
    return html.escape(text)
