"""Editing the mapping between two versions."""

from __future__ import annotations

import pytest
from django.urls import reverse

from audit.models import Entry
from strategy.models import ItemMapping, NationalPlan
from tests.builders import make_item, make_national_plan
from tests.national.making import make_mapping

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair():
    old, new = make_national_plan(label="旧"), make_national_plan(label="新")
    return old, new, [make_item(plan=old) for _ in range(2)], [make_item(plan=new) for _ in range(3)]


def url(old, new):
    return reverse("national:mapping_edit", args=[new.pk, old.pk])


def send(client, old, new, *lines, version=1):
    data = {"version": version, "count": len(lines)}
    for n, line in enumerate(lines):
        names = ("source", "relation", "target", "note", "drop")
        data |= {f"m{n}-{name}": value for name, value in zip(names, line, strict=False) if value}
    return client.post(url(old, new), data)


def test_the_mapping_is_stored_as_a_whole(cast, as_user, pair):
    old, new, (a, b), (x, y, z) = pair
    make_mapping(source=a, target=z)
    client = as_user(cast.secretariat)
    html = client.get(url(old, new)).content.decode()
    assert html.count("<tr><td") == 1 + 1 + 2 + 2  # stored, old left, new left, spare
    lines = [(a.pk, "superset", x.pk, "分かれた"), (a.pk, "superset", y.pk), ("", "new", z.pk), (b.pk, "", "")]
    response = send(client, old, new, *lines)
    assert response.status_code == 302
    rows = ItemMapping.objects.order_by("pk").values_list("source", "relation", "target", "note")
    assert list(rows) == [
        (a.pk, "superset", x.pk, "分かれた"), (a.pk, "superset", y.pk, ""), (None, "new", z.pk, ""),
    ]  # fmt: skip
    assert NationalPlan.objects.get(pk=new.pk).version == 2
    assert len(Entry.objects.get().changes["mapping"][1]) == 3


def test_a_row_is_removed_by_its_box(cast, as_user, pair):
    old, new, (a, _), (x, *_) = pair
    make_mapping(source=a, target=x)
    send(as_user(cast.secretariat), old, new, (a.pk, "equal", x.pk, "", "on"))
    assert not ItemMapping.objects.exists()


def test_the_same_again_writes_nothing(cast, as_user, pair):
    old, new, (a, _), (x, *_) = pair
    make_mapping(source=a, target=x)
    assert send(as_user(cast.secretariat), old, new, (a.pk, "equal", x.pk)).status_code == 302
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("lines", "word"),
    [
        ([("a", "new", "x")], "「新設」の項目には、旧版の項目を選べません"),
        ([("", "equal", "x")], "旧版の項目を選んでください"),
        ([("a", "equal", "")], "新しい版の項目を選んでください"),
        ([("a", "", "x")], "関係を選んでください"),
        ([("a", "subset", "x"), ("a", "absorbed", "x")], "同じ組み合わせ"),
        ([("a", "equal", "x"), ("a", "subset", "y")], "「同じ」にした項目"),
        ([("", "new", "x"), ("a", "subset", "x")], "「新設」の項目が"),
        ([("missing", "equal", "x")], "選ばれた項目がありません"),
        ([("a", "equal", "foreign")], "選ばれた項目がありません"),
        ([("a", "equal", "x", "あ" * 301)], "300"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_stored(cast, as_user, pair, lines, word):
    old, new, (a, b), (x, y, _) = pair
    kept = make_mapping(source=b, target=y)
    ids = {"a": a.pk, "x": x.pk, "y": y.pk, "missing": 999_999, "foreign": b.pk}
    typed = [tuple(ids.get(value, value) for value in line) for line in lines]
    response = send(as_user(cast.secretariat), old, new, *typed)
    html = response.content.decode()
    assert response.status_code == 422
    assert word in html
    assert "1行目" in html
    assert list(ItemMapping.objects.all()) == [kept]
    assert not Entry.objects.exists()


def test_a_stale_mapping_shows_both(cast, as_user, pair):
    old, new, (a, _), (x, y, _) = pair
    make_mapping(source=a, target=x, note="先に保存")
    NationalPlan.objects.filter(pk=new.pk).update(version=2)
    response = send(as_user(cast.secretariat), old, new, (a.pk, "equal", y.pk, "自分の備考"))
    html = response.content.decode()
    assert response.status_code == 409
    assert "いま保存されている対応" in html
    assert "先に保存" in html
    assert 'value="自分の備考"' in html
    assert 'name="version" value="2"' in html
    assert send(as_user(cast.secretariat), old, new, (a.pk, "equal", y.pk), version=2).status_code == 302
    assert ItemMapping.objects.get().target == y


def test_a_version_is_not_mapped_to_itself_and_nonsense_is_refused(cast, as_user, pair):
    old, new, *_ = pair
    client = as_user(cast.secretariat)
    assert client.get(url(new, new)).status_code == 404
    assert client.post(url(old, new), {"version": 1, "count": "abc"}).status_code == 422
    assert client.post(url(old, new), {"version": 1, "count": 10**9}).status_code == 422
