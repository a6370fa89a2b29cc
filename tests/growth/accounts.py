"""Pages of a reorganisation."""

from tests.accounts.making import grow_orphans, grow_reorganisations
from tests.growth.base import Page
from tests.growth.grow import grow_own_actions, grow_own_memberships

PAGES = [
    Page("accounts:reorganisations", (grow_reorganisations,), "admin"),
    Page("accounts:reorganisation", (grow_reorganisations, grow_own_actions), "admin"),
    Page("accounts:change", (grow_own_actions, grow_own_memberships), "admin"),
    Page("accounts:change_create", (grow_reorganisations,), "admin"),
    Page("accounts:orphans", (grow_orphans,), "admin"),
]
SINGLE = {"accounts:reorganisation_create"}
