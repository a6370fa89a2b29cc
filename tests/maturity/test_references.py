"""Other municipalities and national figures: services, import in two steps, pages, export."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from lib.writes import StaleError
from maturity import queries_evidence
from maturity.models import Rubric
from maturity.models_evidence import NationalIndicator, Reference, ReferenceScore, ReferenceUpload
from maturity.services import references as services
from tests import builders as make
from tests.maturity.making import DAY, make_indicator, make_reference

pytestmark = pytest.mark.django_db
HEADS = {"municipality": "甲市", "as_of": DAY, "source": "資料", "note": ""}
CSV = "自治体,基準日,軸の識別子,レベル,出典\n甲市,2026-03-31,axis-1,{one},資料\n甲市,2026-03-31,axis-2,3.1,資料\n"


@pytest.fixture
def rubric() -> Rubric:
    return make.make_rubric()


def create(rubric: Rubric, cast: Any, *levels: str | None, **heads: Any) -> Reference:
    axes = list(rubric.axes.all())
    chosen = {a.pk: None if v is None else Decimal(v) for a, v in zip(axes, levels, strict=False)}
    return services.create_reference(levels=chosen, by=cast.secretariat, **HEADS | heads)


def test_create_stores_known_levels_and_records(rubric: Rubric, cast: SimpleNamespace) -> None:
    row = create(rubric, cast, "2.4", None, "3")
    assert [s.level for s in row.scores.all()] == [Decimal("2.4"), Decimal(3)]
    entry = Entry.objects.get(act="create", object_type="maturity.reference")
    assert entry.changes["level_axis-1"] == [None, "2.40"]


@pytest.mark.parametrize(
    ("levels", "heads"),
    [
        (["NaN"], {}), (["Infinity"], {}), (["-1"], {}), (["5.1"], {}), ([None], {}),
        (["2"], {"as_of": dt.date(2999, 1, 1)}), (["2"], {"source": "javascript:alert(1)"}),
    ],
)  # fmt: skip
def test_create_refuses_and_keeps_nothing(rubric: Rubric, cast: Any, levels: list[Any], heads: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        create(rubric, cast, *levels, **heads)
    assert not Reference.objects.exists()
    assert not Entry.objects.exists()


def test_the_same_city_and_date_twice_is_refused(rubric: Rubric, cast: SimpleNamespace) -> None:
    create(rubric, cast, "2")
    with pytest.raises(ValidationError, match="すでにあります"):
        create(rubric, cast, "3")


def test_a_stale_update_is_refused(rubric: Rubric, cast: SimpleNamespace) -> None:
    row = create(rubric, cast, "2")
    axis = rubric.axes.first()
    services.update_reference(reference=row, version=1, levels={axis.pk: Decimal(3)}, by=cast.secretariat, **HEADS)
    with pytest.raises(StaleError):
        services.update_reference(reference=row, version=1, levels={axis.pk: Decimal(4)}, by=cast.secretariat, **HEADS)
    assert ReferenceScore.objects.get().level == 3


def test_delete_keeps_the_values_in_the_ledger(rubric: Rubric, cast: SimpleNamespace) -> None:
    row = create(rubric, cast, "2")
    services.delete_reference(reference=row, version=1, by=cast.secretariat)
    assert not Reference.objects.exists()
    assert Entry.objects.get(act="delete").changes["level_axis-1"] == ["2.00", None]


def test_mean_takes_the_newest_of_each_city_and_no_blank(rubric: Rubric) -> None:
    one, two, *_ = rubric.axes.all()
    make_reference({one: "2.00"}, municipality="甲市", as_of=dt.date(2025, 3, 31))
    make_reference({one: "2.40", two: "3.00"}, municipality="甲市")
    make_reference({one: "3.15"}, municipality="乙市")
    lines = queries_evidence.reference_lines()
    # (2.40 + 3.15) / 2 = 2.775, halves up
    assert queries_evidence.mean_of(lines, one.line) == queries_evidence.Mean(Decimal("2.78"), 2)
    assert queries_evidence.mean_of(lines, two.line) == queries_evidence.Mean(Decimal("3.00"), 1)
    assert queries_evidence.mean_of(lines, "axis-3") == queries_evidence.Mean(None, 0)


def stage(cast: Any, text: str) -> ReferenceUpload:
    return services.stage_import(file_name="a.csv", data=text.encode(), by=cast.secretariat)


def seen(upload: ReferenceUpload) -> str:
    return services.digest(queries_evidence.changes(queries_evidence.rows_of(upload)))


def test_import_is_dry_until_confirmed_and_applies_once(rubric: Rubric, cast: SimpleNamespace) -> None:
    make_reference({rubric.axes.first(): "1.00"}, municipality="甲市")
    upload = stage(cast, CSV.format(one="2.4"))
    assert ReferenceScore.objects.get().level == 1
    kinds = [c.kind for c in queries_evidence.changes(queries_evidence.rows_of(upload))]
    assert kinds == ["changed", "new"]
    before = seen(upload)
    services.apply_import(upload=upload, seen=before, by=cast.secretariat)
    assert sorted(ReferenceScore.objects.values_list("level", flat=True)) == [Decimal("2.40"), Decimal("3.10")]
    assert Entry.objects.get(act="update").origin == "import"
    with pytest.raises(ValidationError, match="すでに取り込みました"):
        services.apply_import(upload=upload, seen=seen(upload), by=cast.secretariat)


def test_import_refuses_what_was_not_shown(rubric: Rubric, cast: SimpleNamespace) -> None:
    upload = stage(cast, CSV.format(one="2.4"))
    before = seen(upload)
    make_reference({rubric.axes.first(): "4.00"}, municipality="甲市")
    with pytest.raises(ValidationError, match="登録が変わりました"):
        services.apply_import(upload=upload, seen=before, by=cast.secretariat)
    assert ReferenceScore.objects.get().level == 4


def test_import_expires(rubric: Rubric, cast: SimpleNamespace) -> None:
    upload = stage(cast, CSV.format(one="2.4"))
    ReferenceUpload.objects.update(created_at=timezone.now() - dt.timedelta(hours=2))
    with pytest.raises(ValidationError, match="1時間"):
        services.apply_import(upload=upload, seen=seen(upload), by=cast.secretariat)
    stage(cast, CSV.format(one="2.4"))
    assert ReferenceUpload.objects.count() == 1


def test_import_rolls_back_whole(rubric: Rubric, cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = stage(cast, CSV.format(one="2.4") + "乙市,2026-03-31,axis-1,2,資料\n")
    real = services._import_city

    def fail(rows: Any, *rest: Any) -> Any:
        if rows[0].municipality == "乙市":
            raise ValidationError("だめ")
        return real(rows, *rest)

    monkeypatch.setattr(services, "_import_city", fail)
    with pytest.raises(ValidationError):
        services.apply_import(upload=upload, seen=seen(upload), by=cast.secretariat)
    upload.refresh_from_db()
    assert upload.applied_at is None
    assert not Reference.objects.exists()


def test_import_pages(rubric: Rubric, cast: SimpleNamespace, as_user: Any) -> None:
    client = as_user(cast.secretariat)
    url = reverse("maturity:reference_import")
    bad = client.post(url, {"file": SimpleUploadedFile("a.csv", CSV.format(one="NaN").encode())})
    assert bad.status_code == 422
    assert "2行目の「レベル」" in bad.text
    assert not ReferenceUpload.objects.exists()
    large = client.post(url, {"file": SimpleUploadedFile("a.csv", b"x" * (600 * 1024))})
    assert "大きすぎます" in large.text
    page = client.post(url, {"file": SimpleUploadedFile("a.csv", CSV.format(one="2.4").encode())}, follow=True)
    assert "追加 2件、変更 0件" in page.text
    assert not Reference.objects.exists()
    confirm = page.redirect_chain[-1][0]
    assert client.post(confirm, {"seen": "x"}).status_code == 422
    assert client.post(confirm, {"seen": page.context["seen"]}).status_code == 302
    assert client.post(confirm, {"seen": page.context["seen"]}).status_code == 422
    assert Reference.objects.count() == 1


def test_the_comparison_switches_its_series(rubric: Rubric, cast: SimpleNamespace, as_user: Any) -> None:
    make.make_assessment({"axis-1": 2, "axis-2": 3}, rubric=rubric, accepted_at=timezone.now())
    row = make_reference({rubric.axes.first(): "2.40"}, municipality="甲市")
    client, url = as_user(cast.viewer), reverse("maturity:references")
    assert "他市町村の平均" in client.get(url).context["label"]
    assert client.get(url, {"with": row.pk}).context["label"] == "甲市"
    assert client.get(url, {"with": "none"}).context["label"] == ""
    assert client.get(url, {"with": "999"}).status_code == 404
    part = client.get(url, {"with": "none"}, headers={"HX-Request": "true", "HX-Target": "comparison"})
    assert part.text.lstrip().startswith('<div id="comparison"')


def test_export_tells_no_single_department(rubric: Rubric, cast: SimpleNamespace, as_user: Any) -> None:
    round_ = make.make_round()
    client, now = as_user(cast.viewer), timezone.now()
    url = reverse("maturity:reference_export", args=["json"])
    for level in (2, 3):
        reply = make.make_reply(round=round_)
        make.make_assessment({"axis-1": level, "axis-2": level}, reply=reply, rubric=rubric, accepted_at=now)
    assert client.get(url).status_code == 302
    make.make_assessment({"axis-1": 3}, reply=make.make_reply(round=round_), rubric=rubric, accepted_at=now)
    (city,) = client.get(url, {"label": "甲市"}).json()["municipalities"]
    # (2 + 3 + 3) / 3 = 2.67; the second axis has two answers only
    assert (city["municipality"], [(s["axis"], s["level"]) for s in city["scores"]]) == ("甲市", [("axis-1", 2.7)])
    assert "匿名の市" in client.get(reverse("maturity:reference_export", args=["csv"])).text
    assert client.get(reverse("maturity:reference_export", args=["xml"])).status_code == 404


INDICATOR = {
    "area": "structure", "name": "CIOの任命", "unit": "団体", "own_answer": "yes", "own_value": None,
    "national_value": Decimal(1270), "denominator": 1741, "as_of": DAY, "source": "国の調査", "note": "",
}  # fmt: skip


def test_indicator_is_stored_with_its_share(cast: SimpleNamespace) -> None:
    row = services.create_indicator(by=cast.secretariat, **INDICATOR)
    assert row.share == Decimal("72.9")  # 1270 / 1741 = 72.946 %
    services.update_indicator(
        indicator=row, version=1, by=cast.secretariat, **INDICATOR | {"national_value": None, "denominator": None}
    )
    assert NationalIndicator.objects.get().share is None
    assert list(Entry.objects.order_by("seq").values_list("act", flat=True)) == ["create", "update"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"national_value": Decimal(1742)}, "national_value"), ({"national_value": Decimal(-1)}, "national_value"),
        ({"national_value": Decimal("NaN")}, "national_value"), ({"denominator": 0}, "denominator"),
        ({"own_answer": "value"}, "own_value"), ({"own_value": Decimal(1)}, "own_value"),
        ({"as_of": dt.date(2999, 1, 1)}, "as_of"), ({"source": ""}, "source"),
    ],
)  # fmt: skip
def test_indicator_is_refused(cast: SimpleNamespace, values: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        services.create_indicator(by=cast.secretariat, **INDICATOR | values)
    assert field in caught.value.message_dict
    assert not NationalIndicator.objects.exists()


def test_indicator_pages(cast: SimpleNamespace, as_user: Any) -> None:
    row = make_indicator(name="CIOの任命")
    page = as_user(cast.viewer).get(reverse("maturity:indicators"))
    assert "1,270" in page.text
    assert "72.9%" in page.text
    assert "未回答" in page.text
    url = reverse("maturity:indicator_edit", args=[row.pk])
    client = as_user(cast.secretariat)
    data = {
        "area": "structure", "name": "CIOの任命", "own_answer": "yes", "national_value": "１，２７１",
        "denominator": "1741",
        "unit": "団体", "as_of": "R8.3.31", "source": "国の調査", "version": 1,
    }  # fmt: skip
    assert client.post(url, data).status_code == 302
    assert client.post(url, data | {"national_value": "1272"}).status_code == 409
    row.refresh_from_db()
    assert row.national_value == 1271
