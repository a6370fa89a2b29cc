from django.urls import path

from strategy.views import indicators, reported

app_name = "indicators"
urlpatterns = [
    path("", indicators.indicators, name="list"),
    path("create/", indicators.create, name="create"),
    path("<int:pk>/", indicators.detail, name="detail"),
    path("<int:pk>/edit/", indicators.edit, name="edit"),
    path("<int:pk>/archive/", indicators.archive, name="archive"),
    path("<int:pk>/restore/", indicators.restore, name="restore"),
    path("<int:pk>/actuals/create/", indicators.actual, name="actual"),
    path("actuals/<int:pk>/correct/", indicators.correct, name="correct"),
    path("replies/<int:reply_pk>/<int:pk>/", reported.report_actual, name="report_actual"),
    path("of-element/<int:pk>/", indicators.of_element, name="of_element"),
    path("of-item/<slug:key>/", indicators.of_item, name="of_item"),
]
