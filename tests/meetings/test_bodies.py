"""The page of the meeting bodies, and the form of one."""

from __future__ import annotations

import pytest
from django.urls import reverse

from audit.models import Entry
from meetings.models import Body
from tests.meetings.test_services import make_body

pytestmark = pytest.mark.django_db
URL = reverse("meetings:bodies")
READERS = ["admin", "secretariat", "executive", "lead", "member", "other_lead", "viewer"]


def edit_url(body):
    return reverse("meetings:body_edit", args=[body.pk])


def data(body, **kw):
    values = {
        "version": body.version, "name": body.name, "purpose": body.purpose, "members": "市長\n副市長",
        "frequency": body.frequency, "kind": body.kind, "cadence": body.cadence, "week": 1, "weekday": 0,
    }  # fmt: skip
    return values | kw


def page(client):
    response = client.get(URL)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("role", READERS)
def test_every_reader_sees_the_bodies_and_only_the_secretariat_may_edit(cast, as_user, role):
    body = make_body(members=["市長", "副市長"])
    html = page(as_user(getattr(cast, role)))
    assert "DX推進本部会議" in html
    assert "市長、副市長" in html
    assert "年4回" in html
    assert (edit_url(body) in html) is (role == "secretariat")


def test_others_do_not(cast, as_user, client):
    assert as_user(cast.nobody).get(URL).status_code == 403
    assert client.get(URL).status_code == 302
    assert as_user(cast.secretariat).post(URL).status_code == 405


def test_an_empty_page_says_what_to_do(cast, as_user):
    assert "会議体がまだありません" in page(as_user(cast.viewer))


@pytest.mark.parametrize("role", ["admin", "executive", "lead", "member", "other_lead", "viewer", "nobody"])
def test_only_the_secretariat_edits(cast, as_user, role):
    body = make_body()
    client = as_user(getattr(cast, role))
    assert client.get(edit_url(body)).status_code == 403
    assert client.post(edit_url(body), data(body)).status_code == 403
    assert Body.objects.get().version == 1


def test_a_body_that_is_not_there(cast, as_user):
    assert as_user(cast.secretariat).get(reverse("meetings:body_edit", args=[999_999])).status_code == 404


def test_the_form_lists_one_post_a_line(cast, as_user):
    body = make_body(members=["市長", "副市長"])
    assert "市長\n副市長</textarea>" in as_user(cast.secretariat).get(edit_url(body)).content.decode()


def test_saving_leads_back_to_the_bodies(cast, as_user):
    body = make_body()
    client = as_user(cast.secretariat)
    response = client.post(edit_url(body), data(body, members="　市長\r\n\r\n副市長 \r\n教育長", frequency="年6回"))
    assert response["Location"] == URL
    stored = Body.objects.get()
    assert (stored.members, stored.frequency) == (["市長", "副市長", "教育長"], "年6回")
    assert Entry.objects.get(act="update").object_label == "DX推進本部会議"
    assert "「DX推進本部会議」を保存しました。" in page(client)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"name": ""}, "必須"),
        ({"name": "あ" * 61}, "60"),
        ({"name": "分科会"}, "既に"),
        ({"members": " \n "}, "必須"),
        ({"members": "市長\n市長"}, "2回"),
        ({"members": "あ" * 61}, "60字"),
        ({"members": "あ" * 4001}, "4000"),
        ({"purpose": "あ" * 501}, "500"),
    ],
)
def test_refusals_stand_on_the_form_and_store_nothing(cast, as_user, values, words):
    make_body(name="分科会")
    body = make_body()
    response = as_user(cast.secretariat).post(edit_url(body), data(body, **values))
    assert response.status_code == 422
    assert words in response.content.decode()
    assert Body.objects.get(pk=body.pk).version == 1


def test_deputies_are_kept_in_their_order(cast, as_user):
    body = make_body()
    client = as_user(cast.secretariat)
    posted = data(body, members="市長\n副市長 → 教育長、総務部長", cadence="quarterly", week=4, weekday=3)
    assert client.post(edit_url(body), posted).status_code == 302
    stored = Body.objects.get()
    assert (stored.members, stored.deputies) == (["市長", "副市長"], {"副市長": ["教育長", "総務部長"]})
    assert "（代理 教育長、総務部長）" in page(client)
    assert "副市長 → 教育長、総務部長</textarea>" in client.get(edit_url(body)).content.decode()


@pytest.mark.parametrize("line", ["副市長 → 副市長", "副市長 → 教育長、教育長", "副市長 → " + "あ" * 61])
def test_impossible_deputies_are_refused(cast, as_user, line):
    response = as_user(cast.secretariat).post(edit_url(make_body()), data(Body.objects.get(), members=line))
    assert response.status_code == 422
    assert "代理" in response.content.decode()
    assert Body.objects.get().version == 1


def test_a_new_body_stands_behind_the_others(cast, as_user):
    first = make_body(order=3)
    posted = data(first, name="AI分科会", version="", members="課長")
    assert as_user(cast.secretariat).post(reverse("meetings:body_create"), posted | {"version": 1}).status_code == 302
    made = Body.objects.get(name="AI分科会")
    assert (made.order, made.members) == (4, ["課長"])
    assert Entry.objects.get(act="create").object_label == "AI分科会"


def test_the_next_dates_follow_the_cadence(cast, as_user):
    make_body(cadence="monthly", week=1, weekday=1)
    assert "案 令和" in page(as_user(cast.viewer))


def test_an_empty_post_is_refused(cast, as_user):
    assert as_user(cast.secretariat).post(edit_url(make_body())).status_code == 422


def test_a_stale_form_shows_both_values(cast, as_user):
    body = make_body()
    Body.objects.update(members=["市長", "教育長"], frequency="年12回", version=2)
    response = as_user(cast.secretariat).post(edit_url(body), data(body, frequency="年1回"))
    html = response.content.decode()
    assert response.status_code == 409
    assert "いま保存されている値：市長、教育長" in html
    assert "いま保存されている値：年12回" in html
    assert 'name="version" value="2"' in html
    assert Body.objects.get().frequency == "年12回"


def test_text_is_escaped(cast, as_user):
    make_body(name="<b>会議</b>", purpose="<script>alert(1)</script>", members=["<img src=x>"])
    html = page(as_user(cast.secretariat))
    assert "<script>alert" not in html
    assert "<img" not in html


def test_queries_do_not_grow(cast, as_user, queries_of):
    make_body()
    client = as_user(cast.secretariat)
    few = queries_of(client, URL)
    for n in range(10):
        make_body(name=f"分科会{n}")
    many = queries_of(client, URL)
    assert many == few <= 12
