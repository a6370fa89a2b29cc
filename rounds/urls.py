from django.urls import path

from rounds.views import answers, corrections, exports, replies, review, rounds

app_name = "rounds"
urlpatterns = [
    path("", rounds.listed, name="list"),
    path("new/", rounds.open_, name="open"),
    path("calendar/", exports.calendar, name="calendar"),
    path("calendar/new/", exports.calendar_create, name="calendar_create"),
    path("calendar/revoke/", exports.calendar_revoke, name="calendar_revoke"),
    path("calendar/<str:token>.ics", exports.calendar_feed, name="calendar_feed"),
    path("<int:pk>/", rounds.detail, name="detail"),
    path("<int:pk>/edit/", rounds.edit, name="edit"),
    path("<int:pk>/close/", rounds.close, name="close"),
    path("<int:pk>/reopen/", rounds.reopen, name="reopen"),
    path("<int:pk>/accept-unchanged/", review.accept_unchanged, name="accept_unchanged"),
    path("<int:pk>/export.xlsx", exports.export_xlsx, name="export_xlsx"),
    path("<int:pk>/export.csv", exports.export_csv, name="export_csv"),
    path("replies/<int:pk>/", replies.reply, name="reply"),
    path("replies/<int:pk>/standing/", replies.standing, name="standing"),
    path("replies/<int:pk>/questions/<int:question_pk>/", answers.answer, name="answer"),
    path("replies/<int:pk>/attach/", answers.attach, name="attach"),
    path("replies/<int:pk>/submit/", replies.submit, name="submit"),
    path("replies/<int:pk>/approve/", replies.approve, name="approve"),
    path("replies/<int:pk>/withdraw/", replies.withdraw, name="withdraw"),
    path("replies/<int:pk>/send-back/", replies.send_back, name="send_back"),
    path("replies/<int:pk>/return/", review.return_, name="return"),
    path("replies/<int:pk>/accept/", review.accept, name="accept"),
    path("replies/<int:pk>/reopen/", corrections.reopen_reply, name="reopen_reply"),
    path("replies/<int:pk>/correct/", corrections.correct, name="correct"),
    path("replies/<int:pk>/void/", corrections.void, name="void"),
    path("replies/<int:pk>/frozen/", replies.frozen, name="frozen"),
    path("attachments/<int:pk>/", answers.download, name="attachment"),
    path("attachments/<int:pk>/remove/", answers.remove, name="attachment_remove"),
    path("remarks/<int:pk>/", answers.resolve, name="resolve"),
]
