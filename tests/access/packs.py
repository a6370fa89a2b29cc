"""Meeting packs and the publication."""

from tests.access.base import SECRETARIAT, Row, everyone, form, may, pk

POSTED = may("secretariat", ok=302)
MEETING = pk("pack_meeting")

ROWS = [
    Row("meetings:pack", everyone(), args=MEETING),
    Row("meetings:pack_print", everyone(), args=MEETING),
    Row("meetings:pack_sections", POSTED, "POST", args=MEETING, fragment=204),
    Row("meetings:pack_make", POSTED, "POST", args=MEETING, fragment=204),
    Row("meetings:pack_file", everyone(), args=pk("pack_file")),
    Row("meetings:publications", SECRETARIAT),
    *form("meetings:publication_approve", "secretariat", args=pk("snapshot")),
    Row("meetings:publication", SECRETARIAT, args=pk("publication")),
    *form("meetings:publication_withdraw", "secretariat", args=pk("publication")),
    Row("meetings:publication_export", SECRETARIAT, args=pk("publication")),
]
