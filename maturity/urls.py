from django.urls import include, path

from maturity import views

app_name = "maturity"
urlpatterns = [
    path("", include("maturity.urls_evidence")),
    path("", views.home, name="home"),
    path("chart/<slug:name>.svg", views.city_chart, name="chart"),
    path("gaps/", views.gaps, name="gaps"),
    path("gaps/<int:department>/<int:axis>/", views.gap, name="gap"),
    path("departments/<int:pk>/", views.department, name="department"),
    path("departments/<int:pk>/chart/<slug:name>.svg", views.department_chart, name="department_chart"),
    path("replies/<int:reply_pk>/axes/<int:axis_pk>/", views.assess, name="assess"),
    path("rounds/<int:pk>/review/", views.review, name="review"),
    path("scores/<int:pk>/review/", views.review_score, name="review_score"),
    path("rounds/<int:pk>/city/", views.city, name="city"),
    path("rounds/<int:round_pk>/city/<int:axis_pk>/", views.city_level, name="city_level"),
    path("rubric/", views.rubric, name="rubric"),
    path("rubric/draft/", views.rubric_draft, name="rubric_draft"),
    path("rubrics/<int:pk>/edit/", views.rubric_edit, name="rubric_edit"),
    path("rubrics/<int:pk>/settings/", views.rubric_settings, name="rubric_settings"),
    path("rubrics/<int:pk>/mapping/", views.mapping, name="mapping"),
    path("rubrics/<int:pk>/publish/", views.rubric_publish, name="rubric_publish"),
    path("rubrics/<int:pk>/discard/", views.rubric_discard, name="rubric_discard"),
    path("rubrics/<int:pk>/axes/new/", views.axis_create, name="axis_create"),
    path("axes/<int:pk>/edit/", views.axis_edit, name="axis_edit"),
    path("axes/<int:pk>/move/", views.axis_move, name="axis_move"),
    path("axes/<int:pk>/delete/", views.axis_delete, name="axis_delete"),
]
