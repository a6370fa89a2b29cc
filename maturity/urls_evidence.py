from django.urls import path

from maturity.views import indicators, references, surveys

urlpatterns = [
    path("references/", references.references, name="references"),
    path("references/new/", references.reference_create, name="reference_create"),
    path("references/<int:pk>/edit/", references.reference_edit, name="reference_edit"),
    path("references/<int:pk>/delete/", references.reference_delete, name="reference_delete"),
    path("references/import/", references.reference_import, name="reference_import"),
    path("references/import/<uuid:key>/", references.reference_confirm, name="reference_confirm"),
    path("references/export.<slug:kind>", references.reference_export, name="reference_export"),
    path("indicators/", indicators.indicators, name="indicators"),
    path("indicators/new/", indicators.indicator_create, name="indicator_create"),
    path("indicators/<int:pk>/edit/", indicators.indicator_edit, name="indicator_edit"),
    path("indicators/<int:pk>/delete/", indicators.indicator_delete, name="indicator_delete"),
    path("surveys/", surveys.surveys, name="surveys"),
    path("surveys/usage/new/", surveys.usage_create, name="usage_create"),
    path("surveys/usage/<int:pk>/", surveys.usage, name="usage"),
    path("surveys/usage/<int:pk>/edit/", surveys.usage_edit, name="usage_edit"),
    path("surveys/questionnaires/new/", surveys.questionnaire_create, name="questionnaire_create"),
    path("surveys/questionnaires/<int:pk>/", surveys.questionnaire, name="questionnaire"),
    path("surveys/questionnaires/<int:pk>/edit/", surveys.questionnaire_edit, name="questionnaire_edit"),
    path("surveys/questionnaires/<int:pk>/answers/new/", surveys.answer_create, name="answer_create"),
    path("surveys/answers/<int:pk>/edit/", surveys.answer_edit, name="answer_edit"),
    path("surveys/answers/<int:pk>/triage/", surveys.triage, name="triage"),
]
