"""Plans, editions, elements, glossary."""

from tests.access.base import DRAFT, READERS, SECRETARIAT, Row, Values, everyone, form, may, pk


def line_of(edition: str, element: str) -> Values:
    return lambda world: {"pk": getattr(world, edition).pk, "lineage": getattr(world, element).lineage}


ROWS = [
    Row("strategy:home", everyone(302), case="one plan"),
    Row("strategy:home", everyone(), data=lambda w: {"list": ""}, case="list"),
    Row("strategy:terms", everyone()),
    *form("strategy:term_create", "secretariat"),
    *form("strategy:term_edit", "secretariat", args=pk("term")),
    *form("strategy:term_delete", "secretariat", args=pk("term")),
    Row("strategy:visions", everyone()),
    *form("strategy:my_vision", *READERS),
    Row("strategy:my_vision_delete", everyone(302), "POST", case="none"),
    Row("strategy:relations", everyone(), args=pk("plan")),
    *form("strategy:relation_create", "secretariat", args=pk("plan")),
    *form("strategy:relation_edit", "secretariat", args=pk("relation")),
    Row("strategy:relation_move", may("secretariat", ok=404), "POST", args=pk("relation"), case="nowhere"),
    Row(
        "strategy:relation_move", may("secretariat", ok=302), "POST", args=pk("relation"),
        data=lambda w: {"direction": "up"},
    ),
    *form("strategy:relation_delete", "secretariat", args=pk("relation")),
    *form("strategy:plan_create", "secretariat"),
    *form("strategy:plan_edit", "secretariat", args=pk("plan")),
    Row("strategy:edition_draft", may("secretariat", ok=302), "POST", args=pk("plan")),
    Row("strategy:plan", everyone(), args=pk("edition"), case="published"),
    Row("strategy:plan", DRAFT, args=pk("draft"), case="draft"),
    Row("strategy:compare", everyone(), args=pk("edition"), case="published"),
    Row("strategy:compare", DRAFT, args=pk("draft"), case="draft"),
    Row("strategy:compare_excel", DRAFT, args=pk("draft")),
    *form("strategy:change_note", "secretariat", args=line_of("draft", "draft_element")),
    Row("strategy:orphans", SECRETARIAT, args=pk("draft")),
    Row("strategy:orphan_relink", may("secretariat", ok=302), "POST", args=pk("draft")),
    Row("strategy:orphan_relink_all", may("secretariat", ok=302), "POST", args=pk("draft")),
    Row("strategy:orphan_undo", may("secretariat", ok=302), "POST", args=pk("draft")),
    Row("strategy:element_restore", may("secretariat", ok=302), "POST", args=pk("deleted")),
    *form("strategy:edition_edit", "secretariat", args=pk("draft")),
    Row("strategy:edition_edit", may("secretariat", ok=302), args=pk("edition"), case="published"),
    *form("strategy:edition_publish", "secretariat", args=pk("draft")),
    Row("strategy:edition_publish", may("secretariat", ok=302), "POST", args=pk("edition"), case="published"),
    *form("strategy:edition_discard", "secretariat", args=pk("draft"), refused=302),
    Row("strategy:edition_discard", may("secretariat", ok=302), "POST", args=pk("edition"), case="published"),
    Row("strategy:layers", SECRETARIAT, args=pk("draft")),
    *form("strategy:layer_create", "secretariat", args=pk("draft")),
    *form("strategy:layer_edit", "secretariat", args=pk("draft_layer")),
    Row("strategy:layer_move", may("secretariat", ok=404), "POST", args=pk("draft_layer"), case="nowhere"),
    Row(
        "strategy:layer_move", may("secretariat", ok=302), "POST", args=pk("draft_layer"),
        data=lambda w: {"direction": "up"},
    ),
    Row("strategy:layer_delete", may("secretariat", ok=302), "POST", args=pk("draft_layer")),
    Row("strategy:layer_renumber", may("secretariat", ok=302), "POST", args=pk("draft_layer")),
    *form("strategy:element_create", "secretariat", args=pk("draft_layer")),
    Row("strategy:element", everyone(), args=pk("element"), case="published"),
    Row("strategy:element", DRAFT, args=pk("draft_element"), case="draft"),
    *form("strategy:element_edit", "secretariat", args=pk("draft_element")),
    Row("strategy:element_edit", may("secretariat", ok=302), "POST", args=pk("element"), case="published"),
    *form("strategy:element_parent", "secretariat", args=pk("draft_element")),
    *form("strategy:element_links", "secretariat", args=pk("draft_element")),
    Row("strategy:element_move", may("secretariat", ok=404), "POST", args=pk("draft_element"), case="nowhere"),
    Row(
        "strategy:element_move", may("secretariat", ok=302), "POST", args=pk("draft_element"),
        data=lambda w: {"direction": "down"},
    ),
    Row("strategy:element_place", may("secretariat", ok=302), "POST", args=pk("draft_element"), case="nowhere"),
    Row(
        "strategy:element_place", may("secretariat", ok=302), "POST", args=pk("draft_element"),
        data=lambda w: {"beside": w.draft_other.pk, "side": "after", "version": w.draft_element.version},
    ),
    *form("strategy:element_delete", "secretariat", args=pk("draft_element")),
]  # fmt: skip
