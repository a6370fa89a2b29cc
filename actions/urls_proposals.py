from django.urls import path

from actions.views import proposals, reviews

urlpatterns = [
    path("proposals/", proposals.index, name="proposals"),
    path("proposals/new/", proposals.create, name="proposal_create"),
    path("proposals/<int:pk>/", proposals.detail, name="proposal"),
    path("proposals/<int:pk>/edit/", proposals.edit, name="proposal_edit"),
    path("proposals/<int:pk>/delete/", proposals.delete, name="proposal_delete"),
    path("proposals/<int:pk>/submit/", proposals.submit, name="proposal_submit"),
    path("proposals/<int:pk>/withdraw/", proposals.withdraw, name="proposal_withdraw"),
    path("proposals/<int:pk>/review/", reviews.start, name="proposal_review"),
    path("proposals/<int:pk>/sheet/", reviews.sheet, name="proposal_sheet"),
    path("proposals/<int:pk>/decide/", reviews.decide, name="proposal_decide"),
]
