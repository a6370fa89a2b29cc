from django.urls import path

from strategy.views import (
    national,
    national_checklists,
    national_moves,
    national_registers,
    national_versions,
    reported,
    summary,
)

app_name = "national"
urlpatterns = [
    path("", national.home, name="home"),
    path("versions/", national_versions.versions, name="versions"),
    path("versions/create/", national_versions.version_create, name="version_create"),
    path("versions/<int:pk>/", national_versions.version, name="version"),
    path("versions/<int:pk>/edit/", national_versions.version_edit, name="version_edit"),
    path("versions/<int:pk>/delete/", national_versions.version_delete, name="version_delete"),
    path("versions/<int:pk>/follow/", national_moves.version_follow, name="version_follow"),
    path("versions/<int:pk>/from/<int:source_pk>/", national_moves.mapping_edit, name="mapping_edit"),
    path("versions/<int:pk>/items/create/", national_versions.item_create, name="item_create"),
    path("items/<slug:key>/", national.item, name="item"),
    path("items/<slug:key>/edit/", national_versions.item_edit, name="item_edit"),
    path("items/<slug:key>/move/", national_versions.item_move, name="item_move"),
    path("items/<slug:key>/delete/", national_versions.item_delete, name="item_delete"),
    path("items/<slug:key>/targets/create/", national_versions.target_create, name="target_create"),
    path("targets/<int:pk>/edit/", national_versions.target_edit, name="target_edit"),
    path("targets/<int:pk>/move/", national_versions.target_move, name="target_move"),
    path("targets/<int:pk>/delete/", national_versions.target_delete, name="target_delete"),
    path("registers/<slug:key>/", national.register, name="register"),
    path("registers/<slug:key>/bulk/", national_registers.register_bulk, name="register_bulk"),
    path("entries/<int:pk>/", national.entry, name="entry"),
    path("entries/<int:pk>/edit/", national.entry_edit, name="entry_edit"),
    path("replies/<int:reply_pk>/entries/<int:pk>/", reported.report_entry, name="report_entry"),
    path("checklists/", national_checklists.checklists, name="checklists"),
    path("checklists/summary/", summary.checklist_summary, name="checklist_summary"),
    path("checklists/create/", national_checklists.checklist_create, name="checklist_create"),
    path("checklists/<slug:key>/", national_checklists.checklist, name="checklist"),
    path("checks/<int:pk>/", national_checklists.check, name="check"),
    path("checks/<int:pk>/edit/", national_checklists.check_edit, name="check_edit"),
]
