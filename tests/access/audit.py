"""The ledger."""

from tests.access.base import ADMIN, Row, may

ROWS = [
    Row("audit:entries", may("admin", "secretariat")),
    Row("audit:export", may("admin", "secretariat"), args=lambda w: {"kind": "csv"}, case="csv"),
    Row("audit:export", may("admin", "secretariat"), args=lambda w: {"kind": "xlsx"}, case="xlsx"),
    Row("audit:export", may("admin", "secretariat"), args=lambda w: {"kind": "zip"}, case="sjis"),
    Row("audit:export", may("admin", "secretariat"), args=lambda w: {"kind": "jsonl"}, case="lines"),
    Row("audit:reads", ADMIN),
]
