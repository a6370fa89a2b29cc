from django.urls import path

from dashboard import views

app_name = "dashboard"
urlpatterns = [
    path("", views.home, name="home"),
    path("overview/", views.overview, name="overview"),
    path("projector/", views.projector, name="projector"),
    path("search/", views.search, name="search"),
]
