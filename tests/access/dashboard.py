"""Home, overview, search."""

from tests.access.base import Row, everyone

ROWS = [
    Row("dashboard:home", everyone()),
    Row("dashboard:overview", everyone()),
    Row("dashboard:projector", everyone()),
    Row("dashboard:search", everyone()),
]
