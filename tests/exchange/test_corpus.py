"""Every awkward file ends in rows or in a message, never in an error."""

from __future__ import annotations

import pytest

from exchange.reading import Refused, read_workbook
from tests.exchange.corpus import Awkward, heap

pytestmark = pytest.mark.usefixtures("a_process_for_each_file")

FILES = heap()


def test_the_corpus_is_large_enough() -> None:
    assert len(FILES) >= 25


@pytest.mark.parametrize("file", FILES, ids=[f"{n}-{f.name}" for n, f in enumerate(FILES)])
def test_awkward_file(file: Awkward) -> None:
    if file.refused:
        with pytest.raises(Refused) as caught:
            read_workbook(file.data, file.name)
        assert file.refused in caught.value.messages[0]
        return
    book = read_workbook(file.data, file.name)
    sheet = book.sheets[0]
    if file.rows is not None:
        assert len(sheet.rows) == file.rows
    if file.first is not None:
        assert sheet.rows[0] == file.first
    if file.notes:
        assert file.notes in " ".join([*book.notes, *(n for s in book.sheets for n in s.notes)])
