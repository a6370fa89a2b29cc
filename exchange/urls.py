from django.urls import path

from exchange.views import books, imports, lists

app_name = "exchange"
urlpatterns = [
    path("", books.home, name="home"),
    path("books/<slug:key>/<int:scope>/", books.book, name="book"),
    path("books/<slug:key>/<int:scope>/workbook/", books.workbook, name="workbook"),
    path("imports/<uuid:key>/", imports.confirm, name="confirm"),
    path("imports/<uuid:key>/step/", imports.step, name="step"),
    path("imports/<uuid:key>/discard/", imports.discard, name="discard"),
    path("imports/<uuid:key>/errors/", imports.errors, name="errors"),
    path("lists/<slug:key>/<slug:kind>/", lists.list_file, name="list"),
    path("lists/<slug:key>/<int:pk>/<slug:kind>/", lists.object_list_file, name="object_list"),
]
