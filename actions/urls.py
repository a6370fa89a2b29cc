from django.urls import include, path

from actions import urls_money, urls_proposals
from actions.views import bulk, detail, edit, fragments, gaps, grades, lists, merging, milestones, report, rows

app_name = "actions"
urlpatterns = [
    path("", include("actions.urls_hurdles")),
    path("", lists.index, name="list"),
    path("schedule/", lists.schedule, name="schedule"),
    path("grades/", grades.grades, name="grades"),
    path("grades/scales/", grades.scales, name="scales"),
    path("grades/scales/plan/", grades.plan_scale, name="plan_scale"),
    path("grades/scales/new/", grades.scale_create, name="scale_create"),
    path("grades/scales/<int:pk>/", grades.scale, name="scale"),
    path("bulk/", bulk.bulk, name="bulk"),
    path("<int:pk>/merge/", merging.merge, name="merge"),
    path("<int:pk>/grade/", grades.head_grade, name="head_grade"),
    path("new/", edit.create, name="create"),
    path("<int:pk>/", detail.detail, name="detail"),
    path("<int:pk>/edit/", edit.edit, name="edit"),
    path("<int:pk>/archive/", edit.archive, name="archive"),
    path("<int:pk>/restore/", edit.restore, name="restore"),
    path("<int:pk>/milestones/<int:stone>/", milestones.milestone, name="milestone"),
    path("<int:pk>/report/", report.report, name="report"),
    path("replies/<int:reply_pk>/rest/", rows.rest, name="rest_no_change"),
    path("replies/<int:reply_pk>/<int:pk>/", rows.save, name="row"),
    path("replies/<int:reply_pk>/<int:pk>/same/", rows.same, name="row_no_change"),
    path("replies/<int:reply_pk>/<int:pk>/undo/", rows.undo, name="row_undo"),
    path("elements/figures/", fragments.element_figures, name="element_figures"),
    path("elements/<int:pk>/", fragments.element_actions, name="element_actions"),
    path("items/schedule/", fragments.item_schedule, name="item_schedule"),
    path("items/<slug:key>/", fragments.item_actions, name="item_actions"),
    path("departments/<int:pk>/", fragments.department_actions, name="department_actions"),
    path("gaps/", gaps.gap_actions, name="gap_actions"),
    path("gaps/link/", gaps.link_axis, name="link_axis"),
]
urlpatterns += [*urls_money.urlpatterns, *urls_proposals.urlpatterns]
