"""Loading and keeping the meeting bodies."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from audit.models import Entry
from lib import ledger
from lib.writes import StaleError
from meetings.models import Body
from meetings.services import load_bodies, update_body
from tests.national.making import facts

pytestmark = pytest.mark.django_db
BY = ledger.command("load")


def make_body(**kw):
    values = {"name": "DX推進本部会議", "purpose": "方針を決める。", "members": ["市長"], "frequency": "年4回"}
    return Body.objects.create(**values | kw)


def test_bodies_exactly():
    assert load_bodies(data=facts("bodies"), by=BY) == {"bodies": 5}
    names = ["DX推進本部会議", "進捗報告会", "進捗定例会", "チーム別定例会", "分科会"]
    assert list(Body.objects.values_list("name", flat=True)) == names
    report = Body.objects.get(name="進捗報告会")
    assert report.members == ["本部長", "副本部長", "総務部長", "事務局長", "プロジェクトリーダー"]
    assert report.frequency == "月1回"
    assert report.purpose.endswith("急ぎの相談があるときは別に開きます。")


def test_loading_again_adds_and_records_nothing():
    load_bodies(data=facts("bodies"), by=BY)
    Body.objects.filter(name="分科会").update(frequency="月1回")
    assert load_bodies(data=facts("bodies"), by=BY) == {"bodies": 0}
    assert Body.objects.get(name="分科会").frequency == "月1回"
    assert Entry.objects.filter(act="load").count() == 5


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda d: d.pop("bodies"), "bodies"),
        (lambda d: d["bodies"][4].pop("members"), "members"),
        (lambda d: d["bodies"][4].update(members=[]), "空"),
        (lambda d: d["bodies"][4].update(members=["部長", 3]), "職の名称"),
        (lambda d: d["bodies"][4].update(frequency="あ" * 101), "100"),
    ],
)
def test_a_broken_file_is_refused_and_leaves_nothing(change, word):
    data = facts("bodies")
    change(data)
    with pytest.raises(ValidationError, match=word):
        load_bodies(data=data, by=BY)
    assert not Body.objects.exists()
    assert not Entry.objects.exists()


def test_update_body_stores_and_records(cast):
    body = make_body()
    update_body(body=body, version=1, by=cast.secretariat, members=["市長", "副市長"], frequency="年6回")
    body.refresh_from_db()
    assert (body.members, body.frequency, body.version) == (["市長", "副市長"], "年6回", 2)
    assert Entry.objects.get().changes == {
        "members": [["市長"], ["市長", "副市長"]], "frequency": ["年4回", "年6回"],
    }  # fmt: skip


def test_the_same_values_write_nothing(cast):
    body = make_body()
    update_body(body=body, version=1, by=cast.secretariat, name=body.name, members=["市長"])
    assert Body.objects.get().version == 1
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("values", "field", "word"),
    [
        ({"name": ""}, "name", "空"),
        ({"name": "あ" * 61}, "name", "60"),
        ({"name": "分科会"}, "name", "既に"),
        ({"purpose": ""}, "purpose", "空"),
        ({"frequency": "あ" * 101}, "frequency", "100"),
        ({"members": []}, "members", "空"),
        ({"members": "市長"}, "members", "職の名称"),
        ({"members": ["市長", " "]}, "members", "職の名称"),
        ({"members": ["市長", "市長"]}, "members", "2回"),
        ({"members": ["あ" * 61]}, "members", "60字"),
        ({"members": [f"委員{n}" for n in range(61)]}, "members", "60まで"),
    ],
)
def test_update_body_refuses(cast, values, field, word):
    make_body(name="分科会")
    body = make_body()
    with pytest.raises(ValidationError) as refusal:
        update_body(body=body, version=1, by=cast.secretariat, **values)
    assert word in refusal.value.message_dict[field][0]
    assert Body.objects.get(pk=body.pk).version == 1
    assert not Entry.objects.exists()


def test_update_body_never_overwrites_a_newer_body(cast):
    body = make_body()
    Body.objects.update(frequency="年12回", version=2)
    with pytest.raises(StaleError):
        update_body(body=body, version=1, by=cast.secretariat, frequency="年1回")
    assert Body.objects.get().frequency == "年12回"


def test_only_the_kept_fields_can_be_written(cast):
    with pytest.raises(TypeError, match="created_at"):
        update_body(body=make_body(), version=1, by=cast.secretariat, created_at=None)
