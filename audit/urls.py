from django.urls import path

from audit import views

app_name = "audit"
urlpatterns = [
    path("", views.entries, name="entries"),
    path("export/<str:kind>/", views.export, name="export"),
    path("reads/", views.reads, name="reads"),
]
