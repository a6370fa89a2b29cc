from django.urls import path

from exchange.blanks import views

app_name = "blanks"
urlpatterns = [
    path("", views.blanks, name="list"),
    path("new/", views.blank_create, name="create"),
    path("<int:pk>/", views.blank_use, name="use"),
    path("<int:pk>/fill/", views.blank_fill, name="fill"),
    path("<int:pk>/file/", views.blank_file, name="file"),
    path("<int:pk>/edit/", views.blank_edit, name="edit"),
    path("<int:pk>/delete/", views.blank_delete, name="delete"),
]
