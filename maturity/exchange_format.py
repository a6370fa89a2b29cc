"""The file in which cities exchange their averages (pure): docs/exchange-format.md describes it."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lib import wareki

FORMAT, VERSION = "dx-maturity-scores", 1
MAX_BYTES = 512 * 1024
MAX_ROWS = 2000
MAX_MESSAGES = 20
COLUMNS = {
    "municipality": "自治体", "as_of": "基準日", "axis": "軸の識別子", "axis_name": "軸の名前", "level": "レベル",
    "lowest": "最も低い段階", "highest": "最も高い段階", "source": "出典", "note": "備考",
}  # fmt: skip
NEEDED = ("municipality", "as_of", "axis", "level", "source")
LENGTHS = {"municipality": 60, "source": 200, "note": 300}
_NUMBER = re.compile(r"[+-]?\d{1,6}(\.\d{1,10})?")
# A spreadsheet would run a cell that begins like this.
_FORMULA = ("=", "+", "-", "@")


class FormatError(ValueError):
    """Why the file is refused: one message a fault, each with its place and value."""

    def __init__(self, messages: Sequence[str]) -> None:
        more = len(messages) - MAX_MESSAGES
        self.messages = [*messages[:MAX_MESSAGES], *([f"ほかに{more}か所あります。"] if more > 0 else [])]
        super().__init__(" ".join(self.messages))


@dataclass(frozen=True)
class Scale:
    """The own rubric: lines of the axes by their key and by their name, and the range of levels."""

    lines: Mapping[str, str]
    lowest: int
    highest: int


@dataclass(frozen=True)
class Row:
    """One checked score; `place` says where in the file it stood."""

    place: str
    municipality: str
    as_of: dt.date
    line: str
    level: Decimal
    source: str
    note: str

    def plain(self) -> dict[str, str]:
        """The row as JSON keeps it."""
        return {name: str(getattr(self, name)) for name in self.__dataclass_fields__}

    @classmethod
    def of_plain(cls, stored: Mapping[str, str]) -> Row:
        return cls(
            **dict(stored) | {"as_of": dt.date.fromisoformat(stored["as_of"]), "level": Decimal(stored["level"])}
        )


@dataclass(frozen=True)
class Score:
    axis: str
    name: str
    level: Decimal


@dataclass(frozen=True)
class City:
    """One municipality's averages for an export."""

    municipality: str
    as_of: dt.date
    source: str
    note: str
    lowest: int
    highest: int
    scores: Sequence[Score]


def read(file_name: str, data: bytes, scale: Scale, today: dt.date) -> list[Row]:
    """Return the checked scores of a JSON or CSV file; blank levels are unknown and give no row.

    Raises FormatError with every fault that was found; then nothing of the file may be used.
    """
    if len(data) > MAX_BYTES:
        raise FormatError([f"ファイルが大きすぎます（{len(data) // 1024:,}KB）。{MAX_BYTES // 1024}KBまでです。"])
    kind = file_name.rpartition(".")[2].lower()
    if kind not in ("json", "csv"):
        raise FormatError([f"「{file_name}」は取り込めません。拡張子が .json か .csv のファイルを選んでください。"])
    text = _text(data)
    cells = list(_json_rows(text) if kind == "json" else _csv_rows(text))
    if not cells:
        raise FormatError(["点数が1件もありません。"])
    if len(cells) > MAX_ROWS:
        raise FormatError([f"点数が{len(cells):,}件あります。1つのファイルに{MAX_ROWS:,}件までです。"])
    return _checked(cells, scale, today)


def _text(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        value = data[error.start : error.end].hex(" ").upper()
        raise FormatError([
            f"{line}行目の文字（{value}）がUTF-8ではありません。"
            "Excelでは「CSV UTF-8（コンマ区切り）」を選んで保存し直してください。"
        ]) from error  # fmt: skip
    if "\x00" in text:
        raise FormatError(["文字ではない値（NUL）が入っています。UTF-8の文字のファイルを選んでください。"])
    return text


Cells = tuple[str, dict[str, Any]]


def _csv_rows(text: str) -> Iterator[Cells]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        heads = [h.strip() for h in next(reader, [])]
        names = _columns(heads)
        for cells in reader:
            if not any(c.strip() for c in cells):
                continue
            if len(cells) != len(heads):
                raise FormatError([f"{reader.line_num}行目の列が{len(cells)}個あります。見出しは{len(heads)}個です。"])
            yield f"{reader.line_num}行目", dict(zip(names, map(_unguarded, cells), strict=True))
    except csv.Error as error:
        raise FormatError([f"{reader.line_num}行目をCSVとして読めません。引用符と改行を確かめてください。"]) from error


def _columns(heads: Sequence[str]) -> list[str]:
    known = {label: name for name, label in COLUMNS.items()}
    messages = [f"1行目の見出し「{h[:40]}」は、この形式にありません。" for h in heads if h not in known]
    messages += [
        f"1行目に見出し「{h}」が2つあります。" for h in dict.fromkeys(heads) if heads.count(h) > 1 and h in known
    ]
    messages += [f"1行目に見出し「{COLUMNS[n]}」がありません。" for n in NEEDED if COLUMNS[n] not in heads]
    if messages:
        raise FormatError(messages)
    return [known[h] for h in heads]


def _unguarded(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(_FORMULA) else cell


def _json_rows(text: str) -> Iterator[Cells]:
    try:
        # Numbers stay text, so that NaN and a number of a thousand digits reach the same check as a CSV cell.
        data = json.loads(text, parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise FormatError([f"{error.lineno}行目の{error.colno}文字目からJSONとして読めません。"]) from error
    except RecursionError as error:
        raise FormatError(["JSONの入れ子が深すぎます。"]) from error
    if not isinstance(data, dict) or data.get("format") != FORMAT or data.get("version") != str(VERSION):
        raise FormatError(
            [f"成熟度の点数のファイルではありません（format が「{FORMAT}」、version が{VERSION}のもの）。"]
        )
    scale = data.get("scale")
    scale = {k: scale.get(k) for k in ("lowest", "highest")} if isinstance(scale, dict) else {}
    for number, city in enumerate(_list(data, "municipalities", "municipalities"), 1):
        place = f"自治体の{number}件目"
        if not isinstance(city, dict):
            raise FormatError([f"{place}が {{…}} の形になっていません。"])
        heads = {name: city.get(name) for name in ("municipality", "as_of", "source", "note")}
        for at, score in enumerate(_list(city, "scores", f"{place}の scores"), 1):
            if not isinstance(score, dict):
                raise FormatError([f"{place}・点数の{at}件目が {{…}} の形になっていません。"])
            own = {name: score.get(name) for name in ("axis", "axis_name", "level")}
            yield f"{place}・点数の{at}件目", heads | scale | own


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if twice := next((n for n in names if names.count(n) > 1), None):
        raise FormatError([f"JSONの1つの {{…}} に「{twice[:40]}」が2つあります。"])
    return dict(pairs)


def _list(data: Mapping[str, Any], name: str, words: str) -> list[Any]:
    if not isinstance(data.get(name), list):
        raise FormatError([f"{words} が [ … ] の形になっていません。"])
    return data[name]


def _checked(cells: Sequence[Cells], scale: Scale, today: dt.date) -> list[Row]:
    messages: list[str] = []
    rows: list[Row] = []
    seen: dict[tuple[str, dt.date, str], str] = {}
    for place, values in cells:
        checker = _Checker(place, values, scale, today)
        row = checker.row()
        messages += checker.messages
        if row is None:
            continue
        key = (row.municipality, row.as_of, row.line)
        if key in seen:
            who = f"「{row.municipality}」の{wareki.format_date(row.as_of, 'short')}"
            messages.append(f"{place}：{who}の「{checker.axis_words}」が{seen[key]}と重なっています。")
        seen.setdefault(key, place)
        rows.append(row)
    if messages:
        raise FormatError(messages)
    if not rows:
        raise FormatError(["レベルがすべて空欄です。"])
    return rows


class _Checker:
    """Checks the cells of one score, collecting what is wrong with them."""

    def __init__(self, place: str, values: Mapping[str, Any], scale: Scale, today: dt.date) -> None:
        self.place, self.scale, self.today = place, scale, today
        self.messages: list[str] = []
        self.values = {name: self._plain(name, values.get(name)) for name in COLUMNS}

    def row(self) -> Row | None:
        """The score; None if something is wrong with it or its level is blank."""
        v = self.values
        for name in ("municipality", "source"):
            if not v[name]:
                self._refuse(name, v[name], "入力されていません。")
        for name, length in LENGTHS.items():
            if len(v[name]) > length:
                self._refuse(name, v[name], f"{length}字までです。")
        self._check_range()
        as_of, line, level = self._date(), self._line(), self._level()
        if self.messages or as_of is None or line is None or level is None:
            return None
        return Row(self.place, v["municipality"], as_of, line, level, v["source"], v["note"])

    @property
    def axis_words(self) -> str:
        return self.values["axis_name"] or self.values["axis"]

    def _refuse(self, name: str, value: str, why: str) -> None:
        shown = value if len(value) <= 40 else f"{value[:40]}…"
        self.messages.append(f"{self.place}の「{COLUMNS[name]}」：「{shown}」{why}" if value
                             else f"{self.place}の「{COLUMNS[name]}」が{why}")  # fmt: skip

    def _plain(self, name: str, value: Any) -> str:
        if value is None:
            return ""
        if not isinstance(value, str):
            self._refuse(name, json.dumps(value, ensure_ascii=False), "は文字でも数でもありません。")
            return ""
        text = unicodedata.normalize("NFC", value).strip()
        return "".join(c for c in text if unicodedata.category(c) != "Cc")

    def _date(self) -> dt.date | None:
        value = self.values["as_of"]
        if not value:
            self._refuse("as_of", "", "入力されていません。")
            return None
        try:
            day = wareki.parse_date(value)
        except ValueError:
            self._refuse("as_of", value, "は日付として読めません。2026-09-30 のように書きます。")
            return None
        if day > self.today:
            self._refuse("as_of", value, "は先の日付です。")
            return None
        return day

    def _line(self) -> str | None:
        v = self.values
        found = self.scale.lines.get(v["axis"]) or self.scale.lines.get(v["axis_name"])
        if found is None:
            # The words of the column that is named, or they are not found again in the file.
            name = "axis_name" if v["axis_name"] and not v["axis"] else "axis"
            self._refuse(name, v[name] or "（空欄）", "は本市の評価基準にない軸です。")
        return found

    def _level(self) -> Decimal | None:
        value = unicodedata.normalize("NFKC", self.values["level"])
        if not value:
            return None
        if not _NUMBER.fullmatch(value):
            self._refuse("level", value, "は点数として読めません。2.4 のような数にしてください。")
            return None
        level = Decimal(value)
        lowest, highest = self.scale.lowest, self.scale.highest
        if not lowest <= level <= highest:
            self._refuse("level", value, f"は段階の範囲（{lowest}〜{highest}）にありません。")
        elif level != level.quantize(Decimal("0.01")):
            self._refuse("level", value, "は小数第2位までにしてください。")
        return level

    def _check_range(self) -> None:
        for name, own in (("lowest", self.scale.lowest), ("highest", self.scale.highest)):
            value = unicodedata.normalize("NFKC", self.values[name])
            if value and value != str(own):
                self._refuse(name, value, f"は本市（{own}）と違います。段階の範囲が違う点数は比べられません。")


def write_json(city: City) -> str:
    """The file of one municipality, as `read` takes it."""
    data = {
        "format": FORMAT,
        "version": VERSION,
        "scale": {"lowest": city.lowest, "highest": city.highest},
        "municipalities": [
            {
                "municipality": city.municipality, "as_of": city.as_of.isoformat(), "source": city.source,
                "note": city.note,
                "scores": [{"axis": s.axis, "axis_name": s.name, "level": float(s.level)} for s in city.scores],
            }
        ],
    }  # fmt: skip
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def write_csv(city: City) -> str:
    """The same as CSV with a byte order mark, so that a spreadsheet opens it as UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS.values())
    for score in city.scores:
        cells = (
            city.municipality, city.as_of.isoformat(), score.axis, score.name, f"{score.level}",
            city.lowest, city.highest, city.source, city.note,
        )  # fmt: skip
        writer.writerow([_guarded(str(c)) for c in cells])
    return "\ufeff" + out.getvalue()


def _guarded(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
