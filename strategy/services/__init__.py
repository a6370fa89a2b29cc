"""Writes of the strategy, one module a noun."""

from strategy.services.editions import decide_relinks, set_change_note, undo_relink
from strategy.services.elements import (
    create_element,
    delete_element,
    move_element,
    place_element,
    reparent_element,
    restore_element,
    set_links,
    update_element,
)
from strategy.services.layers import create_layer, delete_layer, move_layer, renumber_layer, update_layer
from strategy.services.loading import lineage_of, load_plan, load_terms
from strategy.services.national import (
    load_checklists,
    load_national_plans,
    load_registers,
    update_check,
    update_entry,
    update_target,
)
from strategy.services.plans import (
    Publication,
    create_plan,
    discard_draft,
    publish_edition,
    start_draft,
    update_edition,
    update_plan,
)
from strategy.services.relations import create_relation, delete_relation, move_relation, update_relation
from strategy.services.terms import create_term, delete_term, update_term
from strategy.services.visions import delete_vision, save_vision, vision_of

__all__ = [
    "Publication",
    "create_element",
    "create_layer",
    "create_plan",
    "create_relation",
    "create_term",
    "decide_relinks",
    "delete_element",
    "delete_layer",
    "delete_relation",
    "delete_term",
    "delete_vision",
    "discard_draft",
    "lineage_of",
    "load_checklists",
    "load_national_plans",
    "load_plan",
    "load_registers",
    "load_terms",
    "move_element",
    "move_layer",
    "move_relation",
    "place_element",
    "publish_edition",
    "renumber_layer",
    "reparent_element",
    "restore_element",
    "save_vision",
    "set_change_note",
    "set_links",
    "start_draft",
    "undo_relink",
    "update_check",
    "update_edition",
    "update_element",
    "update_entry",
    "update_layer",
    "update_plan",
    "update_relation",
    "update_target",
    "update_term",
    "vision_of",
]
