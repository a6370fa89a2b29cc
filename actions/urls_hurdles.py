"""Hurdles and policy requests, inside the addresses of actions."""

from django.urls import path

from actions.views import hurdles, reply_hurdles

urlpatterns = [
    path("hurdles/", hurdles.index, name="hurdles"),
    path("hurdles/new/", hurdles.create, name="hurdle_create"),
    path("hurdles/requests/", hurdles.policy_requests, name="requests"),
    path("hurdles/requests/<int:pk>/", hurdles.request_edit, name="request_edit"),
    path("hurdles/<int:pk>/", hurdles.detail, name="hurdle"),
    path("hurdles/<int:pk>/edit/", hurdles.edit, name="hurdle_edit"),
    path("hurdles/<int:pk>/request/", hurdles.request_create, name="request_create"),
    path("replies/<int:reply_pk>/hurdles/", reply_hurdles.create, name="raise_hurdle"),
    path("replies/<int:reply_pk>/hurdles/none/", reply_hurdles.none, name="no_hurdle"),
    path("replies/<int:reply_pk>/hurdles/<int:pk>/", reply_hurdles.edit, name="raised_hurdle"),
    path("replies/<int:reply_pk>/hurdles/<int:pk>/drop/", reply_hurdles.drop, name="drop_hurdle"),
]
