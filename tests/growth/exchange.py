"""Growth of the exchange's pages and files."""

from tests.exchange.making import grow_blanks, grow_sheet_layouts
from tests.growth.base import Page
from tests.growth.grow import grow_actions, grow_elements, grow_rounds, grow_users

PAGES = [
    Page("exchange:home", (grow_rounds,)),
    Page("exchange:workbook", (grow_actions,)),
    Page("exchange:list", (grow_users,), "admin"),
    Page("exchange:object_list", (grow_elements,)),
    Page("wizard:start", (grow_rounds,)),
    Page("blanks:list", (grow_blanks,)),
    Page("blanks:use", (grow_actions,), args=lambda w: {"pk": w.blank.pk}),
    Page("blanks:fill", (grow_actions,), args=lambda w: {"pk": w.blank.pk}),
    Page("wizard:layouts", (grow_sheet_layouts,)),
]
SINGLE = {
    "exchange:book", "exchange:confirm", "exchange:errors", "wizard:sheet", "wizard:columns", "wizard:values",
    "wizard:preview", "blanks:create", "blanks:edit", "blanks:file",
}  # fmt: skip
