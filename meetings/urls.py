from django.urls import path

from meetings import urls_packs
from meetings.views import agenda, bodies, comparison, decisions, meetings, snapshots

app_name = "meetings"
urlpatterns = [
    path("", meetings.home, name="home"),
    path("create/", meetings.create, name="create"),
    path("<int:pk>/", meetings.detail, name="detail"),
    path("<int:pk>/edit/", meetings.edit, name="edit"),
    path("<int:pk>/attendance/", meetings.attendance, name="attendance"),
    path("<int:pk>/agenda/propose/", agenda.propose, name="agenda_propose"),
    path("<int:pk>/agenda/create/", agenda.create, name="agenda_create"),
    path("agenda/<int:pk>/edit/", agenda.edit, name="agenda_edit"),
    path("agenda/<int:pk>/move/", agenda.move, name="agenda_move"),
    path("agenda/<int:pk>/remove/", agenda.remove, name="agenda_remove"),
    path("bodies/", bodies.bodies, name="bodies"),
    path("bodies/create/", bodies.body_create, name="body_create"),
    path("bodies/<int:pk>/edit/", bodies.body_edit, name="body_edit"),
    path("decisions/", decisions.listing, name="decisions"),
    path("<int:pk>/decisions/create/", decisions.create, name="decision_create"),
    path("decisions/<int:pk>/", decisions.detail, name="decision"),
    path("decisions/<int:pk>/edit/", decisions.edit, name="decision_edit"),
    path("decisions/<int:pk>/report/", decisions.report, name="decision_report"),
    path("decisions/<int:pk>/finish/", decisions.finish, name="decision_finish"),
    path("decisions/<int:pk>/reopen/", decisions.reopen, name="decision_reopen"),
    path("decisions/<int:pk>/action/open/", decisions.action_open, name="action_open"),
    path("decisions/<int:pk>/action/link/", decisions.action_link, name="action_link"),
    path("decisions/links/<int:pk>/remove/", decisions.action_unlink, name="action_unlink"),
    path("snapshots/", snapshots.listing, name="snapshots"),
    path("snapshots/<int:pk>/", snapshots.detail, name="snapshot"),
    path("snapshots/<int:pk>/content.json", snapshots.download, name="snapshot_json"),
    path("snapshots/<int:pk>/correct/", snapshots.correct, name="snapshot_correct"),
    path("<int:pk>/freeze/", snapshots.freeze_meeting, name="meeting_freeze"),
    path("rounds/<int:pk>/freeze/", snapshots.freeze_round, name="round_freeze"),
    path("compare/", comparison.compare, name="compare"),
    *urls_packs.urlpatterns,
]
