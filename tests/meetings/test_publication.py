"""What goes out: the list of public fields, the data files, the pages; and nothing else of the snapshot."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import re
import zipfile
from html.parser import HTMLParser

import pytest

from meetings.pack import public
from meetings.pack.data import DATASETS
from meetings.pack.public import PUBLIC, Release
from meetings.resources_site import MOST_ROWS, archive, files
from tests.meetings.pack_data import SECRET, action, content

DAY = dt.date(2026, 12, 1)
RELEASE = Release("第2回 本部会議の確定資料", "f" * 64, DAY, "会議の了承", "訂正前の資料", "集計の誤り")


@pytest.fixture(scope="module")
def site():
    return files(content(), RELEASE)


def table(site, name):
    text = site[f"data/{name}.csv"].decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_nothing_internal_leaves(site):
    """Every text of the content that is not public carries the mark."""
    assert SECRET in json.dumps(content(), ensure_ascii=False)
    assert [name for name, body in site.items() if SECRET.encode() in body] == []


def test_only_named_columns_are_public():
    for t in public.tables(content()):
        place = ["municipality_code", "municipality", "as_of"]
        assert {c.key for c in t.columns} == {*place, *PUBLIC[t.key]}
    assert {"reason", "reason_kind", "done", "supporting", "planned", "push_count"} & set(PUBLIC["actions"]) == set()
    assert set(DATASETS) - set(PUBLIC) == {"levels", "decisions", "hurdles"}


def test_every_public_name_exists():
    for key, names in PUBLIC.items():
        assert set(names) <= {c.key for c in DATASETS[key].columns}


def test_a_new_field_of_the_snapshot_stays_inside():
    grown = content()
    for row in (grown, *grown["actions"], *grown["items"], *grown["indicators"], *grown["departments"]):
        row["new_field"] = "新しい項目の中身"
    assert not [n for n, body in files(grown, RELEASE).items() if "新しい項目の中身".encode() in body]


def test_the_approver_is_not_named():
    assert not {"approved_by", "approved_label", "name"} & set(Release.__dataclass_fields__)


def test_csv_is_utf8_with_its_mark_and_one_row_of_unique_heads(site):
    for name, body in site.items():
        if not name.endswith(".csv"):
            continue
        assert body.startswith(b"\xef\xbb\xbf"), name
        assert b"\r\n" in body
        heads = next(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
        assert len(heads) == len(set(heads))
        assert all(heads)


def test_actions_have_code_of_the_city_iso_days_and_blanks(site):
    rows = {row["取組番号"]: row for row in table(site, "actions")}
    first, unreported = rows["A-1"], rows["A-4"]
    assert first["全国地方公共団体コード"] == "012025"
    assert (first["基準日"], first["終了予定日"]) == ("2026-11-30", "2027-03-31")
    assert first["進捗率"] == "100"
    assert unreported["進捗率"] == "", "unknown is not 0"
    assert unreported["状態"] == "未報告"


def test_counts_are_long_with_true_zeros(site):
    rows = {(r["区分"], r["名称"], r["状態"]): r["件数"] for r in table(site, "counts")}
    assert rows["全体", "全体", "期限超過"] == "0"
    assert rows["国の重点取組事項", "フロントヤード改革", "完了"] == "1"


def test_indicators_carry_their_unit(site):
    (row,) = table(site, "indicators")
    assert (row["実績"], row["単位"], row["実績の基準日"]) == ("42.5", "%", "2026-03-31")


def test_maturity_is_of_the_whole_city_only(site):
    rows = {(r["軸"], r["値の種類"]): r["平均"] for r in table(site, "maturity")}
    assert rows["ITリテラシー", "自己評価"] == "2.9"
    assert rows["庁内システム", "自己評価"] == ""
    assert "所属" not in "".join(r["軸"] for r in table(site, "maturity"))


def test_json_says_the_same_with_null_and_numbers(site):
    found = json.loads(site["data/actions.json"])
    rows = {row["code"]: row for row in found["rows"]}
    assert (rows["A-1"]["percent"], rows["A-4"]["percent"]) == (100, None)
    assert [c["key"] for c in found["columns"]] == list(rows["A-1"])
    assert json.loads(site["data/indicators.json"])["rows"][0]["value"] == 42.5
    assert len(found["rows"]) == len(table(site, "actions"))


def test_the_dictionary_explains_every_column(site):
    words = {(r["データ名"], r["項目名"]) for r in table(site, "dictionary")}
    assert words == {(t.title, c.name) for t in public.tables(content()) for c in t.columns}
    assert all(row["説明"] for row in table(site, "dictionary"))
    assert len(json.loads(site["data/dictionary.json"])) == len(words)


def test_the_history_tells_approval_and_correction(site):
    (row,) = table(site, "history")
    assert (row["公開の承認日"], row["承認の根拠"]) == ("2026-12-01", "会議の了承")
    assert (row["訂正前の確定資料"], row["訂正の理由"]) == ("訂正前の資料", "集計の誤り")


@pytest.mark.parametrize("text", ["=1+1", "+81", "-cmd", "@sum"])
def test_csv_cells_are_no_formulas(text):
    site = files(content(actions=[action("A-1", "run", title=text)]), RELEASE)
    assert table(site, "actions")[0]["取組名"] == f"'{text}"


@pytest.mark.parametrize(
    ("value", "written"), [("12.500", "12.5"), ("40.00", "40"), ("-3.10", "-3.1"), ("100", "100"), ("0.000", "0")]
)
def test_figures_carry_no_zeros_of_their_column(value, written):
    """And stay figures: a minus is not taken for the beginning of a formula."""
    kept = content()
    kept["indicators"][0]["value"] = value
    assert table(files(kept, RELEASE), "indicators")[0]["実績"] == written


class Links(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found, self.tags = [], set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.found += [value for name, value in attrs if name in ("href", "src", "action", "srcset")]


def test_pages_refer_only_to_files_of_the_site(site):
    pages = [name for name in site if name.endswith(".html")]
    assert len(pages) == 5
    for name in pages:
        links = Links(site[name].decode())
        assert {u.partition("#")[0] for u in links.found} - {""} <= set(site)
        assert not links.tags & {"script", "form", "iframe", "img"}
    assert not re.search(rb"url\(|@import", site["style.css"])


def test_pages_are_japanese_titled_and_dated(site):
    for name in ("index.html", "actions.html", "indicators.html", "maturity.html", "dictionary.html"):
        text = site[name].decode()
        assert '<html lang="ja">' in text
        assert "令和8年11月30日時点" in text
        assert "令和8年12月1日（会議の了承）" in text
        assert text.count("<h1>") == 1
        assert 'aria-current="page"' in text


def test_texts_are_escaped():
    hostile = content(actions=[action("A-1", "run", title="<script>alert(1)</script>")])
    assert "<script" not in files(hostile, RELEASE)["actions.html"].decode()


def test_sums_prove_every_file(site):
    lines = dict(reversed(line.split("  ")) for line in site["SHA256SUMS"].decode().splitlines())
    assert set(lines) == set(site) - {"SHA256SUMS"}
    assert all(hashlib.sha256(site[name]).hexdigest() == digest for name, digest in lines.items())


def test_the_zip_is_the_same_every_time():
    one, two = archive(content(), RELEASE), archive(content(), RELEASE)
    assert one == two
    with zipfile.ZipFile(io.BytesIO(one)) as packed:
        assert packed.testzip() is None
        assert set(packed.namelist()) == set(files(content(), RELEASE))


def test_a_very_long_list_is_cut_on_the_page_and_complete_in_the_data():
    many = content(actions=[action(f"A-{n}", "run") for n in range(MOST_ROWS + 5)])
    site = files(many, RELEASE)
    assert "ほかに5件" in site["actions.html"].decode()
    assert len(table(site, "actions")) == MOST_ROWS + 5


def test_the_code_of_the_city_can_come_from_the_settings(settings):
    settings.SITE_MUNICIPALITY_CODE = "332127"
    bare = content()
    bare["city"]["code"] = ""
    assert table(files(bare, RELEASE), "actions")[0]["全国地方公共団体コード"] == "332127"


def test_an_empty_city_gives_a_site():
    bare = content(actions=[], items=[], elements=[], departments=[], maturity=None, indicators=[], totals={})
    site = files(bare, RELEASE)
    assert "公開する取組はありません" in site["index.html"].decode()
    assert "公開するデータはありません" in site["actions.html"].decode()
