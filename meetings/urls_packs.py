"""Routes of the pack and the publication; they belong to the meetings."""

from django.urls import path

from meetings.views import packs, publications

urlpatterns = [
    path("<int:pk>/pack/", packs.pack, name="pack"),
    path("<int:pk>/pack/sections/", packs.pack_sections, name="pack_sections"),
    path("<int:pk>/pack/print/", packs.pack_print, name="pack_print"),
    path("<int:pk>/pack/make/", packs.pack_make, name="pack_make"),
    path("pack/files/<int:pk>/", packs.pack_file, name="pack_file"),
    path("publications/", publications.listing, name="publications"),
    path("publications/approve/<int:pk>/", publications.approve, name="publication_approve"),
    path("publications/<int:pk>/", publications.detail, name="publication"),
    path("publications/<int:pk>/withdraw/", publications.withdraw, name="publication_withdraw"),
    path("publications/<int:pk>/files/", publications.export, name="publication_export"),
]
