"""様式: filled by all who may read its list, kept by 事務局."""

from types import SimpleNamespace

from tests.access.base import Row, everyone, form, may


def blank(world: SimpleNamespace) -> dict:
    return {"pk": world.blank.pk}


ROWS = [
    Row("blanks:list", everyone()),
    *form("blanks:create", "secretariat"),
    *form("blanks:edit", "secretariat", args=blank),
    Row("blanks:delete", may("secretariat", ok=302), "POST", args=blank, fragment=204),
    Row("blanks:use", everyone(), args=blank),
    Row("blanks:fill", everyone(), args=blank),
    Row("blanks:file", everyone(), args=blank),
]
