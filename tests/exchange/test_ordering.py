"""Rows that hang on rows of the same sheet: a parent may stand below its children, a circle may not."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import settings as pace
from hypothesis import strategies as st

from accounts.models import Department
from exchange import services
from exchange.ordering import circles, parents_first
from strategy.models import Element
from tests import builders as make
from tests.exchange.helpers import Taken, cells_of, messages

pytestmark = pytest.mark.usefixtures("near", "city")
LINKS = st.lists(st.none() | st.integers(0, 29), max_size=30)
FIRST_PARENT = {"階層": "ミッション", "表題": "上の要素"}
ABOVE = "ミッション 上の要素"


# ---- the order by itself


@pace(max_examples=60, deadline=None)
@given(LINKS)
def test_parents_come_first_and_the_rest_keeps_the_order_of_the_sheet(links: list[int | None]) -> None:
    above = [over if over is None or over < len(links) else None for over in links]
    made = parents_first(above)
    assert sorted(made) == list(range(len(above)))
    in_circles = {at for ring in circles({n: over for n, over in enumerate(above) if over is not None}) for at in ring}
    place = {at: n for n, at in enumerate(made)}
    for at, over in enumerate(above):
        if over is not None and not _hangs_on(at, above, in_circles):
            assert place[over] < place[at]
        later = [n for n in range(at + 1, len(above)) if above[n] == over and at not in in_circles]
        assert all(place[at] < place[n] for n in later if n not in in_circles)


def _hangs_on(at: int, above: list[int | None], in_circles: set[int]) -> bool:
    here: int | None = at
    while here is not None and here not in in_circles:
        here = above[here]
    return here is not None


def test_a_sheet_in_order_stays_as_it_is() -> None:
    assert parents_first([None, 0, 1, None, 0, 3]) == list(range(6))


def test_a_long_chain_in_reverse_is_walked_once() -> None:
    many = 200_000
    assert parents_first([*range(1, many), None]) == list(range(many - 1, -1, -1))
    assert circles({n: n + 1 for n in range(many)}) == []
    assert [len(ring) for ring in circles({n: (n + 1) % many for n in range(many)})] == [many]


def test_circles_are_told_apart_from_what_hangs_on_them() -> None:
    assert circles({1: 2, 2: 1, 3: 1, 4: 4, 5: 6}) == [[1, 2], [4]]


# ---- elements of a draft


@pytest.fixture
def taken(world: SimpleNamespace) -> Taken:
    return Taken("elements", world.cast.secretariat, world.draft)


def chain(world: SimpleNamespace, length: int) -> list[str]:
    """Layers below each other; returns their names from the top."""
    above, names = None, []
    for n in range(length):
        layer = make.make_layer(edition=world.draft, name=f"段{n}", parent=above, order=100 + n, numbering="number")
        above = layer
        names.append(layer.name)
    return names


@pytest.mark.django_db
def test_a_child_may_stand_above_its_new_parent(taken: Taken) -> None:
    for title in ("三", "一", "二"):
        taken.add(**{"階層": "ビジョン", "表題": title, "上位の要素": ABOVE})
    taken.add(**FIRST_PARENT)
    taken.add(**{"階層": "ビジョン", "表題": "四", "上位の要素": "上の要素"})
    kept = taken.stage()
    assert kept.counts["new"] == 5, messages(kept)
    assert messages(kept) == []
    assert not Element.objects.filter(title="上の要素").exists()
    taken.apply(kept)
    stored = Element.objects.get(title="上の要素")
    assert list(stored.children.order_by("order").values_list("title", flat=True)) == ["三", "一", "二", "四"]


@pytest.mark.django_db
def test_rows_that_were_in_order_are_stored_as_before(taken: Taken) -> None:
    taken.add(**FIRST_PARENT)
    taken.add(**{"階層": "ビジョン", "表題": "一", "上位の要素": ABOVE})
    taken.add(**{"階層": "ミッション", "表題": "次の要素"})
    taken.add(**{"階層": "ビジョン", "表題": "二", "上位の要素": "次の要素"})
    taken.bring()
    rows = Element.objects.order_by("-order").values_list("title", flat=True)[:4]
    assert list(rows) == ["二", "次の要素", "一", "上の要素"]


@pytest.mark.django_db
def test_a_stored_element_moves_below_a_new_one_that_stands_further_down(taken: Taken, world: SimpleNamespace) -> None:
    taken.put(world.draft_element.pk, "上位の要素", ABOVE).add(**FIRST_PARENT)
    taken.bring()
    assert Element.objects.get(pk=world.draft_element.pk).parent.title == "上の要素"


@pytest.mark.django_db
def test_a_circle_of_new_elements_is_refused_in_words(taken: Taken) -> None:
    first = taken.add(**{"階層": "ビジョン", "表題": "甲", "上位の要素": "乙"})
    second = taken.add(**{"階層": "ビジョン", "表題": "乙", "上位の要素": "甲"})
    taken.add(**{"階層": "ビジョン", "表題": "丙", "上位の要素": "乙"})
    own = taken.add(**{"階層": "ビジョン", "表題": "丁", "上位の要素": "丁"})
    kept = taken.stage()
    assert kept.counts["error"] == 4
    assert not kept.may_apply
    told = {cell[2]: cell[3] for cell in cells_of(kept, "error") if cell[0] == "parent" and cell[3]}
    assert any(f"{first}行目→{second}行目→{first}行目と、" in m for m in messages(kept))
    assert any(f"{second}行目→{first}行目→{second}行目と、" in m for m in messages(kept))
    assert f"この行が指す{second}行目の新しい行を、先に登録できません。その行を直してください。" in messages(kept)
    assert told["ビジョン 丁"] == "この行自身は選べません。", own
    assert not Element.objects.filter(title__in="甲乙丙丁").exists()


@pytest.mark.django_db
def test_a_parent_that_is_nowhere_is_refused_with_its_cell(taken: Taken) -> None:
    taken.add(**{"階層": "ビジョン", "表題": "甲", "上位の要素": "どこにもない"})
    wrong = [cell for cell in cells_of(taken.stage(), "error") if cell[3]]
    assert [(name, value) for name, _, value, _ in wrong] == [("parent", "どこにもない")]
    assert "から選んでください" in wrong[0][3]
    assert "は一覧にありません。" in wrong[0][3]


@pytest.mark.django_db
def test_a_deep_chain_in_reverse(taken: Taken, world: SimpleNamespace) -> None:
    names = chain(world, 12)
    taken = Taken("elements", world.cast.secretariat, world.draft)
    for n in reversed(range(12)):
        taken.add(**{"階層": names[n], "表題": f"要素{n}段", "上位の要素": f"要素{n - 1}段" if n else None})
    assert taken.bring().counts["new"] == 12
    lowest = Element.objects.select_related("parent").get(title="要素11段")
    way = [lowest]
    while way[-1].parent:
        way.append(way[-1].parent)
    assert [e.title for e in way] == [f"要素{n}段" for n in reversed(range(12))]


def pairs(world: SimpleNamespace, count: int, *, backwards: bool) -> Taken:
    """`count` new elements, each other one below the one before it, or all of that upside down."""
    taken = Taken("elements", world.cast.secretariat, world.draft)
    rows: list[dict[str, str]] = []
    for n in range(count // 2):
        rows.append({"階層": "ミッション", "表題": f"上{n}"})
        rows.append({"階層": "ビジョン", "表題": f"下{n}", "上位の要素": f"ミッション 上{n}"})
    for row in reversed(rows) if backwards else rows:
        taken.add(**row)
    return taken


@pytest.mark.django_db
def test_a_reversed_sheet_asks_no_more_than_one_in_order(world: SimpleNamespace) -> None:
    counts = []
    for backwards in (False, True):
        taken = pairs(world, 40, backwards=backwards)
        with CaptureQueriesContext(connection) as seen:
            assert messages(taken.stage()) == []
        counts.append(len(seen))
    assert counts[0] == counts[1]


@pytest.mark.django_db
def test_many_elements_in_reverse(world: SimpleNamespace) -> None:
    taken = pairs(world, 300, backwards=True)
    kept = services.check_more(kept=taken.stage(), book=taken.book, scope=taken.scope, by=taken.user)
    assert kept.counts["new"] == 300, messages(kept)[:3]
    taken.apply(kept)
    made = Element.objects.filter(title__startswith="下").order_by("order")
    assert [e.title for e in made] == [f"下{n}" for n in reversed(range(150))]
    assert all(e.parent.title == f"上{e.title[1:]}" for e in made.select_related("parent"))


# ---- departments, which are stored in a few statements


def department(n: int, over: int | None = None) -> dict[str, str]:
    row = {"所属コード": f"9{n:04}", "名称": f"新課{n}", "略称": f"新{n}", "種別": "部", "設置日": "令和9年4月1日"}
    return row if over is None else row | {"上位の部": f"9{over:04}"}


@pytest.mark.django_db
def test_a_thousand_departments_in_a_chain_upside_down(world: SimpleNamespace) -> None:
    taken = Taken("departments", world.cast.admin)
    for n in reversed(range(1000)):
        taken.add(**department(n, n - 1 if n else None))
    kept = taken.stage()
    assert kept.counts["new"] == 1000, messages(kept)[:3]
    with CaptureQueriesContext(connection) as seen:
        taken.apply(kept)
    assert len(seen) < 60
    stored = Department.objects.in_bulk(field_name="pk").values()
    codes = {d.pk: d.code for d in stored}
    above = {d.code: codes.get(d.parent_id) for d in stored if d.code.startswith("9")}
    assert above == {f"9{n:04}": f"9{n - 1:04}" if n else None for n in range(1000)}


@pytest.mark.django_db
def test_a_stored_department_moves_below_a_new_one(world: SimpleNamespace) -> None:
    taken = Taken("departments", world.cast.admin)
    taken.add(**department(1))
    taken.put(world.own.pk, "上位の部", "90001").bring()
    assert Department.objects.get(pk=world.own.pk).parent.code == "90001"


@pytest.mark.django_db
@pytest.mark.parametrize("step", [2, 5000])
def test_a_circle_of_departments_is_refused_before_anything_is_stored(
    world: SimpleNamespace, settings: Any, step: int
) -> None:
    settings.IMPORT_STEP_ROWS = step
    taken = Taken("departments", world.cast.admin)
    taken.put(world.own.pk, "上位の部", "90009")
    numbers = [taken.row(world.own.pk), *(taken.add(**department(n, (n + 1) % 10)) for n in range(9))]
    taken.add(**department(9), **{"上位の部": world.own.code})
    last = taken.add(**department(20, 20))
    kept = taken.stage()
    while not kept.is_checked:
        kept = services.check_more(kept=kept, book=taken.book, scope=None, by=taken.user)
    wrong = [cell for cell in cells_of(kept, "error") if cell[3]]
    assert {cell[0] for cell in wrong} == {"parent"}
    assert "この行自身は選べません。" in [cell[3] for cell in wrong], last
    assert any(cell[3].startswith(f"{numbers[0]}行目→") for cell in wrong)
    assert not kept.may_apply
