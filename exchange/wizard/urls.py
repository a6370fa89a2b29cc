from django.urls import path

from exchange.wizard import views

app_name = "wizard"
urlpatterns = [
    path("", views.start, name="start"),
    path("layouts/", views.layouts, name="layouts"),
    path("layouts/<int:pk>/forget/", views.forget, name="forget"),
    path("<uuid:key>/sheet/", views.sheet, name="sheet"),
    path("<uuid:key>/columns/", views.columns, name="columns"),
    path("<uuid:key>/values/", views.values, name="values"),
    path("<uuid:key>/preview/", views.preview, name="preview"),
    path("<uuid:key>/discard/", views.discard, name="discard"),
]
