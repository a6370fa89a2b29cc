"""`load_facts`: every number that the issue names, counted out of the database; bad files leave nothing."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from audit.models import Entry
from audit.services import verify
from dxportal.demo import facts
from dxportal.demo.files import FIXTURES, TEXT, Kind, fault
from lib import ledger
from maturity.models import Axis, Level, Rubric
from meetings.models import Body
from strategy.models import (
    Checklist,
    ChecklistItem,
    Element,
    ElementLink,
    ItemMapping,
    NationalPlan,
    NationalTarget,
    Plan,
    PriorityItem,
    RegisterEntry,
    Term,
)
from tests.held import held

BY = ledger.command("test")


@pytest.fixture(scope="class")
def loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, int]]:
    with held(django_db_blocker, lambda: facts.load_facts(by=BY)) as counts:
        yield counts


@pytest.mark.django_db
@pytest.mark.usefixtures("loaded")
class TestLoaded:
    def items(self, label: str, category: str) -> int:
        return PriorityItem.objects.filter(plan__label=label, category=category).count()

    def test_version_1_has_six_priority_items(self) -> None:
        assert self.items("第1.0版", "priority") == 6

    def test_version_1_has_two_accompanying_items_and_the_organisation(self) -> None:
        assert self.items("第1.0版", "accompanying") == 2
        assert self.items("第1.0版", "organisation") == 1

    def test_later_version_has_seven_and_is_followed(self) -> None:
        assert self.items("第2.3版", "priority") == 7
        assert NationalPlan.objects.get(is_current=True).label == "第2.3版"

    def test_every_due_date_of_the_file_is_stored(self) -> None:
        due = dict(NationalTarget.objects.filter(due_on__isnull=False).values_list("statement", "due_on"))
        assert due["20業務のシステムを標準準拠システムへ移す"] == dt.date(2026, 3, 31)
        assert due["公金をeL-QRで納められるようにする"] == dt.date(2026, 9, 30)
        assert NationalTarget.objects.filter(due_on__isnull=False).count() == 13

    def test_every_item_of_the_seven_is_mapped(self) -> None:
        mapped = set(ItemMapping.objects.values_list("target__key", flat=True))
        assert {f"n23-{n}" for n in range(1, 8)} <= mapped
        assert ItemMapping.objects.get(source__key="n1-3").target.key == "n23-1"
        assert ItemMapping.objects.get(target__key="n23-3").source is None
        assert ItemMapping.objects.count() == 14

    def test_unverified_names_say_so(self) -> None:
        assert PriorityItem.objects.filter(verified=False).count() == 6
        assert not NationalPlan.objects.get(label="2025年3月改定").items.exists()

    def test_20_systems(self) -> None:
        assert RegisterEntry.objects.filter(register__key="systems20").count() == 20

    def test_31_procedures_of_which_the_city_counts_27(self) -> None:
        rows = RegisterEntry.objects.filter(register__key="procedures31")
        assert rows.count() == 31
        assert rows.filter(prefectural=True, applicable="no").count() == 4
        groups = {g: rows.filter(group=g).count() for g in ("子育て", "介護", "被災者支援", "自動車保有")}
        assert groups == {"子育て": 15, "介護": 11, "被災者支援": 1, "自動車保有": 4}

    def test_nothing_is_known_of_the_city_yet(self) -> None:
        own = RegisterEntry.objects.filter(prefectural=False)
        assert set(own.values_list("applicable", "state", "volume")) == {("unknown", "unknown", None)}

    def test_steps_0_to_3_with_13_checks(self) -> None:
        groups = Checklist.objects.get(key="steps").groups.order_by("number")
        assert [(g.number, g.items.count()) for g in groups] == [(0, 4), (1, 3), (2, 4), (3, 2)]

    def test_12_principles(self) -> None:
        assert ChecklistItem.objects.filter(group__checklist__key="principles12").count() == 12

    def layers(self, municipality: str) -> dict[str, int]:
        edition = Plan.objects.get(municipality=municipality).editions.get(status="published")
        return {layer.name: layer.elements.count() for layer in edition.layers.all()}

    def test_takarazuka(self) -> None:
        assert self.layers("宝塚市") == {
            "ミッション": 1, "実現したい未来の姿": 2, "ビジョン": 3, "目指す姿": 11, "アクション": 11, "バリュー": 7,
        }  # fmt: skip
        assert ElementLink.objects.filter(source__edition__plan__municipality="宝塚市").count() == 22

    def test_takarazuka_sub_visions_stand_under_their_vision(self) -> None:
        visions = Element.objects.filter(edition__plan__municipality="宝塚市", layer__name="ビジョン")
        assert [v.children.count() for v in visions] == [3, 3, 5]

    def test_toyota(self) -> None:
        assert self.layers("豊田市") == {
            "DXの目的・果たす役割": 2, "DXの定義": 1,
            "10年後に実現・実感したい変化の区分": 2, "10年後に実現・実感したい変化": 7,
            "職員のDX行動指針の区分": 3, "職員のDX行動指針": 10,
        }  # fmt: skip

    def test_setouchi(self) -> None:
        assert self.layers("瀬戸内市") == {"基本理念": 1, "理念の要点": 4, "戦略の柱": 2, "戦略推進項目": 9}

    def test_terms(self) -> None:
        assert Term.objects.count() == 26

    def test_rubric_has_four_axes_of_five_levels(self) -> None:
        axes = Rubric.objects.get(is_current=True).axes.all()
        assert [a.levels.count() for a in axes] == [5, 5, 5, 5]
        assert (Axis.objects.count(), Level.objects.count()) == (4, 20)

    def test_five_bodies_with_members_and_frequency(self) -> None:
        bodies = list(Body.objects.all())
        assert len(bodies) == 5
        assert all(b.purpose and b.members and b.frequency for b in bodies)

    def test_again_adds_nothing(self, loaded: dict[str, int], capsys: pytest.CaptureFixture[str]) -> None:
        entries = Entry.objects.count()
        call_command("load_facts")
        assert facts.counts() == loaded
        assert Entry.objects.count() == entries
        assert "登録簿の行　51件" in capsys.readouterr().out

    def test_every_load_is_in_the_ledger(self) -> None:
        assert verify().sound
        loads = set(Entry.objects.filter(act="load").values_list("object_type", flat=True))
        assert loads == {
            "strategy.nationalplan", "strategy.register", "strategy.checklist", "strategy.edition",
            "strategy.term", "maturity.rubric", "meetings.body",
        }  # fmt: skip


Change = Callable[[Path], None]


@pytest.fixture
def refused(db: None, tmp_path: Path) -> Callable[[Change], str]:
    """Copies the fact files, lets `change` spoil them, and returns the message of the refusal."""

    def load(change: Change) -> str:
        folder = tmp_path / "facts"
        shutil.copytree(FIXTURES, folder)
        change(folder)
        with pytest.raises(CommandError) as error:
            call_command("load_facts", folder=folder)
        assert error.value.returncode == 1
        assert not any(facts.counts().values())
        assert not Entry.objects.exists()
        return str(error.value)

    return load


def edit(name: str, spoil: Callable[[Any], Any]) -> Change:
    def change(folder: Path) -> None:
        data = json.loads((folder / name).read_text(encoding="utf-8"))
        spoil(data)
        (folder / name).write_text(json.dumps(data), encoding="utf-8")

    return change


class TestBadFiles:
    def test_missing_file(self, refused: Callable[[Change], str]) -> None:
        assert "rubric.json がありません" in refused(lambda folder: (folder / "rubric.json").unlink())

    def test_broken_json(self, refused: Callable[[Change], str]) -> None:
        message = refused(lambda folder: (folder / "bodies.json").write_text('{"bodies": [\n', encoding="utf-8"))
        assert "bodies.json をJSONとして読めません（2行目" in message

    def test_not_text(self, refused: Callable[[Change], str]) -> None:
        message = refused(lambda folder: (folder / "bodies.json").write_bytes(b"\xff\xfe\x00"))
        assert "bodies.json を読めません" in message

    def test_missing_key_deep_inside(self, refused: Callable[[Change], str]) -> None:
        message = refused(edit("glossary.json", lambda d: d["terms"][3].pop("reading")))
        assert "glossary.json の「terms[3].reading」がありません。何も読み込んでいません。" in message

    def test_wrong_kind(self, refused: Callable[[Change], str]) -> None:
        message = refused(edit("national_plans.json", lambda d: d["plans"][0]["items"][1].update(number="2")))
        assert "national_plans.json の「plans[0].items[1].number」は整数にしてください。" in message

    def test_wrong_date(self, refused: Callable[[Change], str]) -> None:
        message = refused(edit("national_plans.json", lambda d: d["plans"][0].update(published_on="2020-13-25")))
        assert "「plans[0].published_on」は日付" in message

    def test_value_that_the_portal_refuses(self, refused: Callable[[Change], str]) -> None:
        message = refused(edit("national_plans.json", lambda d: d["plans"][0]["items"][0].update(category="重点")))
        assert message.startswith("national_plans.json を読み込めません（category：")

    def test_unknown_item_in_the_last_files_takes_back_the_first(self, refused: Callable[[Change], str]) -> None:
        message = refused(edit("registers.json", lambda d: d["registers"][0].update(target_item="n99")))
        assert message.startswith("registers.json を読み込めません")
        assert "n99" in message

    def test_unknown_element_in_a_link(self, refused: Callable[[Change], str]) -> None:
        message = refused(edit("plans.json", lambda d: d["plans"][0]["links"].append(["s1-1", "m99"])))
        assert message == "plans.json が指している「m99」がありません。何も読み込んでいません。"

    def test_same_key_twice(self, refused: Callable[[Change], str]) -> None:
        message = refused(edit("plans.json", lambda d: d["plans"][0]["links"].append(["s1-1", "m2"])))
        assert message.startswith("plans.json を読み込めません")


@pytest.mark.parametrize(
    ("data", "shape", "expected"),
    [
        ({"a": "x"}, {"a": TEXT}, ""),
        ({"a": 1}, {"a": TEXT}, "「a」は文字列にしてください。"),
        ([], {"a": TEXT}, "「全体」はオブジェクトにしてください。"),
        ({"a": "x"}, {"a": [TEXT]}, "「a」は配列にしてください。"),
        ({"a": True}, {"a": Kind((int,), "整数")}, "「a」は整数にしてください。"),
        ({"a": 1}, {"a": Kind((bool,), "真偽")}, "「a」は真偽にしてください。"),
        ({"a": None}, {"a": Kind((str,), "文字列", optional=True)}, ""),
        ({"a": [{"b": "x"}, {}]}, {"a": [{"b": TEXT}]}, "「a[1].b」がありません。"),
    ],
)
def test_fault_names_the_first_wrong_place(data: Any, shape: Any, expected: str) -> None:
    assert fault(data, shape) == expected
