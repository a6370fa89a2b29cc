"""The frozen figures as plain tables: one row a thing, one column a quantity, unknown is blank and never 0.

Sheets for machines and the open data take their columns from here, and so does the data dictionary.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from meetings.content import Content

Value: TypeAlias = str | int | Decimal | dt.date | None
Row: TypeAlias = dict[str, Value]


@dataclass(frozen=True)
class Column:
    """`kind` is one of KINDS; `note` says what the value means and when it is blank."""

    key: str
    name: str
    kind: str
    note: str
    unit: str = ""


KINDS = {"text": "文字列", "integer": "整数", "decimal": "小数", "date": "日付（YYYY-MM-DD）", "code": "コード"}


@dataclass(frozen=True)
class Dataset:
    """A table with its columns; `read` takes the content and yields one row for each thing."""

    key: str
    title: str
    about: str
    columns: tuple[Column, ...]
    read: Callable[[Content], Iterable[Row]]

    def rows(self, content: Content) -> Iterator[list[Value]]:
        """Values in the order of the columns; every row begins with whose figures these are, and of which day."""
        place = {"municipality_code": content["city"]["code"] or None, "municipality": content["city"]["name"],
                 "as_of": _day(content["as_of"])}  # fmt: skip
        for row in self.read(content):
            yield [(place | row).get(c.key) for c in self.columns]


PLACE = (
    Column("municipality_code", "全国地方公共団体コード", "code", "検査数字を含む6桁。先頭の0も省かない"),
    Column("municipality", "市区町村名", "text", "資料を確定した時の名称"),
    Column("as_of", "基準日", "date", "この日の状態であることを示す"),
)
STATES_NOTE = "完了・順調・遅れ・期限超過・未報告・中止・休止のどれか。判定の規則はポータルの画面にある"


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _number(text: str | None) -> Decimal | None:
    return Decimal(text) if text not in (None, "") else None


def _dataset(
    key: str, title: str, about: str, read: Callable[[Content], Iterable[Row]], columns: Sequence[Column]
) -> Dataset:
    return Dataset(key, title, about, (*PLACE, *columns), read)


# ---- readers


def _actions(content: Content) -> Iterator[Row]:
    for a in content["actions"]:
        yield {
            "code": a["code"], "title": a["title"], "department": a["department_name"],
            "supporting": "、".join(a["departments"]), "lifecycle": a["lifecycle_label"], "state": a["state_label"],
            "percent": a["percent"] if a["reported_as_of"] else None, "planned": a["planned"],
            "reported_as_of": _day(a["reported_as_of"]), "starts_on": _day(a["starts_on"]),
            "ends_on": _day(a["ends_on"]), "push_count": a["push_count"],
            "items": "、".join(i["name"] for i in a["items"]), "reason_kind": a["reason_kind_label"],
            "reason": a["reason"], "done": a["done"],
        }  # fmt: skip


def _phases(content: Content) -> Iterator[Row]:
    for a in content["actions"]:
        for p in a["phases"]:
            yield {
                "code": a["code"], "label": p["label"], "owner": p["owner_label"],
                "actual": "実績" if p["actual"] else "計画",
                "starts_on": _day(p["starts_on"]), "ends_on": _day(p["ends_on"]),
            }  # fmt: skip


def _milestones(content: Content) -> Iterator[Row]:
    for a in content["actions"]:
        for m in a["milestones"]:
            yield {"code": a["code"], "milestone": m["title"], "due_on": _day(m["due_on"]),
                   "done_on": _day(m["done_on"])}  # fmt: skip


def _counts(content: Content) -> Iterator[Row]:
    """Long form: a group, a state, a count. Here 0 is a true zero."""
    words = content["labels"]["states"]
    groups: list[tuple[str, str, Any]] = [("全体", "全体", content["totals"])]
    groups += [("国の重点取組事項", i["name"], i["counts"]) for i in content["items"]]
    groups += [("ビジョン", e["title"], e["counts"]) for e in content["elements"] if e["leading"]]
    groups += [("所属", d["name"], d["counts"]) for d in content["departments"]]
    for group, name, counts in groups:
        for key, word in words.items():
            yield {"group": group, "name": name, "state": word, "count": counts.get(key, 0)}


def _levels(content: Content) -> Iterator[Row]:
    found = content["maturity"]
    if found is None:
        return
    axes = {a["line"]: a["name"] for a in found["axes"]}
    names = {str(d["id"]): d["name"] for d in content["departments"]}
    for pk, levels in found["levels"].items():
        for line, level in levels.items():
            if line not in axes:
                continue
            yield {
                "department": names.get(pk, "（廃止した所属）"), "axis": axes[line], "level": level["level"],
                "reviewed": level["reviewed"], "target": level["target"],
                "missing": "対象外" if level["not_applicable"] else "未回答" if level["level"] is None else None,
            }  # fmt: skip


def _maturity(content: Content) -> Iterator[Row]:
    """Long form: an axis, which average, its value."""
    found = content["maturity"]
    for axis in found["axes"] if found else ():
        for kind, value in (("自己評価", axis["self"]), ("確認後", axis["reviewed"]), ("目標", axis["target"])):
            yield {
                "period": found["period_label"] if found else None, "axis": axis["name"], "kind": kind,
                "value": _number(value), "answered": axis["answered"],
            }  # fmt: skip


def _indicators(content: Content) -> Iterator[Row]:
    for i in content["indicators"]:
        yield {
            "indicator": i["name"], "department": i["department_name"], "measure_unit": i["unit"],
            "value": _number(i["value"]), "value_on": _day(i["as_of"]), "grade": i["grade_label"],
        }  # fmt: skip


def _decisions(content: Content) -> Iterator[Row]:
    for d in content["decisions"]:
        yield {
            "meeting": d["meeting_title"], "meeting_on": _day(d["meeting_on"]), "kind": d["kind_label"],
            "text": d["text"], "department": d["department_name"], "due_on": _day(d["due_on"]),
            "state": d["state_label"], "done_on": _day(d["done_on"]), "report": d["report"],
        }  # fmt: skip


def _hurdles(content: Content) -> Iterator[Row]:
    for h in content.get("hurdles", []):
        yield {
            "kind": h["kind_label"], "title": h["title"], "text": h["text"], "state": h["state_label"],
            "raised_by": h["raised_by"], "raised_on": _day(h["raised_on"]), "owner": h["owner"],
            "resolution": h["resolution"], "actions": len(h["actions"]),
        }  # fmt: skip


CODE = Column("code", "取組番号", "text", "計画の中で一意の番号")
STATE = Column("state", "状態", "text", STATES_NOTE)
DEPARTMENT = Column("department", "担当所属", "text", "基準日の時の名称")

DATASETS: dict[str, Dataset] = {
    d.key: d
    for d in (
        _dataset(
            "actions",
            "取組",
            "1行が1つの取組",
            _actions,
            (
                CODE,
                Column("title", "取組名", "text", "取組の名称"),
                DEPARTMENT,
                Column("supporting", "協力所属", "text", "「、」で区切る。なければ空欄"),
                Column("lifecycle", "状況", "text", "未着手・検討中・実施中・完了・中止・休止のどれか"),
                STATE,
                Column("percent", "進捗率", "integer", "報告された進み。報告がなければ空欄（0ではない）", "%"),
                Column("planned", "予定の進捗率", "integer", "報告の基準日に計画どおりなら達している進み", "%"),
                Column(
                    "reported_as_of", "報告の基準日", "date", "進捗率がこの日のものであることを示す。報告がなければ空欄"
                ),
                Column("starts_on", "開始予定日", "date", "計画の始まり"),
                Column("ends_on", "終了予定日", "date", "計画の終わり"),
                Column("push_count", "延期の回数", "integer", "終了予定日を後ろへ動かした回数", "回"),
                Column("items", "国の重点取組事項", "text", "「、」で区切る。関係する項目がなければ空欄"),
                Column("reason_kind", "遅れの理由の種別", "text", "遅れていなければ空欄"),
                Column("reason", "遅れの理由", "text", "遅れていなければ空欄"),
                Column("done", "実施したこと", "text", "最後に受理した報告の文"),
            ),
        ),
        _dataset(
            "phases",
            "工程",
            "1行が1つの取組の1つの工程",
            _phases,
            (
                CODE,
                Column("label", "工程", "text", "工程の名称"),
                Column("owner", "主体", "text", "推進室・共同・原課のどれか"),
                Column("actual", "計画・実績", "text", "計画・実績のどちらか"),
                Column("starts_on", "開始日", "date", "工程の始まり"),
                Column("ends_on", "終了日", "date", "工程の終わり"),
            ),
        ),
        _dataset(
            "milestones",
            "節目",
            "1行が1つの取組の1つの節目",
            _milestones,
            (
                CODE,
                Column("milestone", "節目", "text", "到達点の名称"),
                Column("due_on", "期日", "date", "達する予定の日"),
                Column("done_on", "達した日", "date", "まだなら空欄"),
            ),
        ),
        _dataset(
            "counts",
            "状態ごとの件数",
            "1行が1つの区分の1つの状態（縦持ち）",
            _counts,
            (
                Column("group", "区分", "text", "全体・国の重点取組事項・ビジョン・所属のどれか"),
                Column("name", "名称", "text", "区分の中の名称"),
                STATE,
                Column("count", "件数", "integer", "0は本当に0件であることを示す", "件"),
            ),
        ),
        _dataset(
            "maturity",
            "成熟度（全庁）",
            "1行が1つの軸の1つの平均（縦持ち）",
            _maturity,
            (
                Column("period", "期間", "text", "自己評価の対象の期間"),
                Column("axis", "軸", "text", "評価の軸"),
                Column("kind", "値の種類", "text", "自己評価・確認後・目標のどれか"),
                Column("value", "平均", "decimal", "答えのあった所属の平均。答えがなければ空欄（0ではない）", "段階"),
                Column("answered", "回答した所属の数", "integer", "平均に入っている所属の数", "所属"),
            ),
        ),
        _dataset(
            "levels",
            "成熟度（所属）",
            "1行が1つの所属の1つの軸",
            _levels,
            (
                DEPARTMENT,
                Column("axis", "軸", "text", "評価の軸"),
                Column("level", "自己評価", "integer", "答えがなければ空欄（0ではない）", "段階"),
                Column("reviewed", "確認後", "integer", "確認していなければ空欄", "段階"),
                Column("target", "目標", "integer", "目標がなければ空欄", "段階"),
                Column("missing", "空欄の理由", "text", "未回答・対象外のどちらか。自己評価があれば空欄"),
            ),
        ),
        _dataset(
            "indicators",
            "指標",
            "1行が1つの指標の最新の実績",
            _indicators,
            (
                Column("indicator", "指標名", "text", "指標の名称"),
                DEPARTMENT,
                Column("value", "実績", "decimal", "最新の実績。まだなければ空欄（0ではない）"),
                Column("measure_unit", "単位", "text", "実績の単位"),
                Column("value_on", "実績の基準日", "date", "実績がこの日のものであることを示す"),
                Column("grade", "判定", "text", "達成・おおむね達成・未達・評価できない・年度途中のどれか"),
            ),
        ),
        _dataset(
            "decisions",
            "決定事項",
            "1行が1つの決定・指示・宿題",
            _decisions,
            (
                Column("meeting", "会議名", "text", "決めた会議"),
                Column("meeting_on", "開催日", "date", "会議の日"),
                Column("kind", "種別", "text", "決定・指示・宿題のどれか"),
                Column("text", "内容", "text", "決まったこと"),
                DEPARTMENT,
                Column("due_on", "期限", "date", "期限がなければ空欄"),
                Column("state", "対応", "text", "対応中・報告あり・完了のどれか"),
                Column("done_on", "完了日", "date", "まだなら空欄"),
                Column("report", "報告", "text", "最後の報告"),
            ),
        ),
        _dataset(
            "hurdles",
            "課題",
            "1行が1つの課題",
            _hurdles,
            (
                Column("kind", "種別", "text", "課題の種別"),
                Column("title", "件名", "text", "課題の名称"),
                Column("text", "内容", "text", "課題の説明"),
                Column("state", "対応", "text", "未着手・対応中・要望中・解決のどれか"),
                Column("raised_by", "挙げた所属", "text", "基準日の時の名称"),
                Column("raised_on", "挙げた日", "date", "課題を登録した日"),
                Column("owner", "対応する所属", "text", "決まっていなければ空欄"),
                Column("resolution", "解決の内容", "text", "まだなら空欄"),
                Column("actions", "関係する取組の数", "integer", "影響を受ける取組の数", "件"),
            ),
        ),
    )
}

DICTIONARY = ("データ名", "項目名", "英語名", "型", "単位", "説明")


def dictionary(datasets: Iterable[Dataset] = tuple(DATASETS.values())) -> list[list[str]]:
    """The data dictionary, under `DICTIONARY`."""
    return [[d.title, c.name, c.key, KINDS[c.kind], c.unit, c.note] for d in datasets for c in d.columns]
