"""Free questions: writing them while opening a round, answering, freezing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.models import User
from audit.models import Entry
from lib import fiscal
from lib.wareki import format_date
from lib.writes import StaleError
from rounds import services
from rounds.models import Answer, Question, Reply, Round
from rounds.queries import lines_of
from rounds.questions import QuestionSection
from tests.builders import make_department, make_question, make_reply, make_round, today
from tests.rounds.conftest import FakeSection
from tests.rounds.test_open_pages import sent

Sign = Callable[[User], Client]
URL = "/rounds/new/"
HTMX = {"HX-Request": "true", "HX-Target": "none"}


def rows(*questions: dict[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = {"q-TOTAL_FORMS": str(len(questions)), "q-INITIAL_FORMS": "0"}
    for n, question in enumerate(questions):
        data |= {f"q-{n}-{name}": value for name, value in question.items()}
    return data


def opened(cast: SimpleNamespace, *questions: dict[str, Any], **kw: Any) -> Round:
    values = {
        "title": "", "period": "2026H1", "sections": [], "opens_on": today(), "due_on": today(),
        "departments": [cast.tax], "by": cast.secretariat, "questions": list(questions),
    }  # fmt: skip
    return services.open_round(**values | kw)


@pytest.fixture
def reply(cast: SimpleNamespace, free: FakeSection) -> Reply:
    """税務課 is asked one question of each kind."""
    round_ = make_round(sections=["fake"])
    for n, (kind, choices) in enumerate((("text", []), ("number", []), ("choice", ["はい", "いいえ"]), ("date", []))):
        make_question(round=round_, order=n, text=f"{kind}の質問", kind=kind, choices=choices)
    return make_reply(round=round_, department=cast.tax)


def question(reply: Reply, kind: str) -> Question:
    return reply.round.questions.get(kind=kind)


def save(reply: Reply, kind: str, value: Any, by: Any, version: int = 0) -> Answer:
    return services.save_answer(reply=reply, question=question(reply, kind), value=value, version=version, by=by)


# ---- opening


def test_questions_are_stored_with_the_round(cast: SimpleNamespace, free: FakeSection, as_user: Sign) -> None:
    asked = rows(
        {"text": "紙の申請は年に何件ですか。", "kind": "number", "required": "on"},
        {"text": "", "kind": "text"},
        {"text": "続けますか。", "kind": "choice", "choices": "はい\n\n いいえ \n", "help": "見込みで結構です。"},
    )
    response = as_user(cast.secretariat).post(URL, sent(cast) | asked)
    assert response.status_code == 302
    round_ = Round.objects.get()
    assert round_.sections == ["fake", "questions"]
    stored = [(q.order, q.text, q.kind, q.choices, q.required, q.help) for q in round_.questions.all()]
    assert stored == [
        (1, "紙の申請は年に何件ですか。", "number", [], True, ""),
        (2, "続けますか。", "choice", ["はい", "いいえ"], False, "見込みで結構です。"),
    ]
    assert Entry.objects.filter(object_type="rounds.question", act="create").count() == 2


def test_a_round_may_ask_free_questions_only(cast: SimpleNamespace, free: FakeSection, as_user: Sign) -> None:
    data = sent(cast, sections=[]) | rows({"text": "困っていることは何ですか。", "kind": "text"})
    as_user(cast.secretariat).post(URL, data)
    assert Round.objects.get().sections == ["questions"]


def test_the_free_questions_are_no_box_to_tick(cast: SimpleNamespace, free: FakeSection, as_user: Sign) -> None:
    page = as_user(cast.secretariat).get(URL).content.decode()
    assert 'value="questions"' not in page
    assert 'name="q-0-text"' in page
    with pytest.raises(ValidationError, match="1つ以上"):
        opened(cast, sections=["questions"])


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"text": "", "help": "補足だけ"}, "質問を入力してください"),
        ({"text": "選ぶ", "kind": "choice", "choices": "一つだけ"}, "2つ以上"),
        ({"text": "選ぶ", "kind": "choice", "choices": "甲\n甲"}, "同じ選択肢"),
        ({"text": "選ぶ", "kind": "choice", "choices": "\n".join(map(str, range(30)))}, "20個まで"),
        ({"text": "書く", "kind": "text", "choices": "甲\n乙"}, "「選択」にしたときだけ"),
        ({"text": "あ" * 301, "kind": "text"}, "300"),
        ({"text": "質問", "kind": "magic"}, "正しく選択"),
    ],
)
def test_a_wrong_question_is_shown_at_its_row(
    cast: SimpleNamespace, free: FakeSection, as_user: Sign, wrong: dict[str, Any], words: str
) -> None:
    response = as_user(cast.secretariat).post(URL, sent(cast) | rows(wrong))
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Round.objects.exists()


def test_too_many_questions_are_refused(cast: SimpleNamespace, free: FakeSection, as_user: Sign) -> None:
    many = [{"text": f"質問{n}", "kind": "text"} for n in range(21)]
    assert as_user(cast.secretariat).post(URL, sent(cast) | rows(*many)).status_code == 422
    with pytest.raises(ValidationError, match="20問まで"):
        opened(cast, *({"text": f"質問{n}"} for n in range(21)))
    assert not Round.objects.exists()


def test_one_more_row_keeps_what_was_typed(cast: SimpleNamespace, free: FakeSection, as_user: Sign) -> None:
    data = sent(cast, title="手で書いた件名", due_on="そのうち") | rows({"text": "途中の質問"}) | {"more": "1"}
    response = as_user(cast.secretariat).post(URL, data)
    page = response.content.decode()
    assert response.status_code == 200
    assert 'value="途中の質問"' in page
    assert 'name="q-1-text"' in page
    assert 'value="手で書いた件名"' in page
    assert 'value="そのうち"' in page
    assert "日付として読めません" not in page
    assert not Round.objects.exists()
    part = as_user(cast.secretariat).post(URL, data, headers={"HX-Request": "true", "HX-Target": "questions"})
    assert part.content.decode().startswith('<div id="questions">')


def test_departments_are_chosen_by_division(cast: SimpleNamespace, free: FakeSection, as_user: Sign) -> None:
    parent = make_department(name="総務部", kind="division")
    inside = make_department(name="人事課", parent=parent)
    client = as_user(cast.secretariat)

    def checked(**button: Any) -> set[int]:
        page = client.post(URL, sent(cast, departments=[cast.tax.pk]) | button).content.decode()
        return {
            pk for pk in (cast.tax.pk, cast.welfare.pk, inside.pk)
            if f'name="departments" value="{pk}"' in page and f'value="{pk}" id="id_departments' in page
            and "checked" in page[page.index(f'name="departments" value="{pk}"') :].split(">")[0]
        }  # fmt: skip

    assert checked(pick=parent.pk) == {cast.tax.pk, inside.pk}
    assert checked(pick="all") == {cast.tax.pk, cast.welfare.pk, inside.pk}
    assert checked(drop="0") == set()
    assert checked(drop="<script>") == {cast.tax.pk}


def test_a_round_is_copied(cast: SimpleNamespace, free: FakeSection, as_user: Sign) -> None:
    last = make_round(
        fiscal.half_of(today()).previous().key, sections=["fake"], note="前回の説明", due_on=today() + dt.timedelta(20)
    )
    make_question(round=last, text="前回の質問", kind="choice", choices=["はい", "いいえ"])
    make_reply(round=last, department=cast.tax)
    make_reply(round=last, department=make_department(name="旧電算課", valid_to=dt.date(2021, 3, 31)))
    client = as_user(cast.secretariat)
    page = client.get(URL, {"from": last.pk}).content.decode()
    assert "前回の説明</textarea>" in page
    assert 'value="前回の質問"' in page
    assert "はい\nいいえ</textarea>" in page
    assert f'<option value="{fiscal.half_of(today()).key}" selected>' in page
    assert f'value="{format_date(today() + dt.timedelta(27))}"' in page
    assert page.count('name="departments"') == 2
    # 税務課, the section, and 必須 of the copied question and of the empty row.
    assert page.count("checked") == 4
    assert f'href="/rounds/new/?from={last.pk}"' in client.get(URL).content.decode()
    assert client.get(URL, {"from": "99999"}).status_code == 404
    assert client.get(URL, {"from": "x"}).status_code == 404


def test_two_rounds_of_free_questions_may_be_open_but_not_the_same_twice(
    cast: SimpleNamespace, free: FakeSection
) -> None:
    opened(cast, {"text": "一つ目"}, title="庁舎の照会")
    opened(cast, {"text": "二つ目"}, title="研修の照会")
    with pytest.raises(ValidationError, match="まだ開いています"):
        opened(cast, {"text": "二つ目"}, title="研修の照会")
    assert Round.objects.count() == 2


# ---- answering


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("text", "窓口が混みます。", "窓口が混みます。"),
        ("number", Decimal("1234.5"), "1,234.5"),
        ("choice", "はい", "はい"),
        ("date", dt.date(2026, 11, 1), "令和8年11月1日"),
    ],
)
def test_an_answer_is_stored_in_its_kind(
    reply: Reply, cast: SimpleNamespace, kind: str, value: Any, words: str
) -> None:
    answer = save(reply, kind, value, cast.member)
    answer.refresh_from_db()
    assert (answer.value, answer.words) == (value, words)
    reply.refresh_from_db()
    assert reply.started_at is not None
    assert [e.act for e in Entry.objects.about(answer)] == ["report"]


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("choice", "たぶん", "選択肢から"),
        ("number", "12", "合わない"),
        ("date", "2026-11-01", "合わない"),
        ("text", "あ" * 2001, "2000字以内"),
        ("number", Decimal("1e20"), "桁"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused(
    reply: Reply, cast: SimpleNamespace, kind: str, value: Any, words: str
) -> None:
    with pytest.raises(ValidationError, match=words):
        save(reply, kind, value, cast.member)
    assert not Answer.objects.exists()


def test_an_answer_is_taken_back(reply: Reply, cast: SimpleNamespace) -> None:
    save(reply, "number", Decimal(3), cast.member)
    assert not save(reply, "number", None, cast.member, version=1).is_answered


def test_two_members_do_not_overwrite_each_other(reply: Reply, cast: SimpleNamespace) -> None:
    save(reply, "text", "先の答え", cast.member)
    with pytest.raises(StaleError) as refused:
        save(reply, "text", "あとの答え", cast.lead)
    assert refused.value.current.text == "先の答え"
    assert save(reply, "text", "先の答え", cast.lead).version == 1
    assert save(reply, "text", "あとの答え", cast.lead, version=1).version == 2
    assert Entry.objects.filter(act="report").count() == 2


def test_a_question_of_another_round_is_refused(reply: Reply, cast: SimpleNamespace) -> None:
    foreign = make_question(round=make_round("2025H2"))
    with pytest.raises(ValidationError, match="この照会にない質問"):
        services.save_answer(reply=reply, question=foreign, value="はい", version=0, by=cast.member)


def test_after_the_close_no_answer_is_stored(reply: Reply, cast: SimpleNamespace) -> None:
    services.close_round(round_=reply.round, version=reply.round.version, by=cast.secretariat)
    with pytest.raises(ValidationError, match="締め切られました"):
        save(reply, "text", "遅い答え", cast.member)


# ---- the page


def post(client: Client, reply: Reply, kind: str, value: str, version: int = 0, **headers: str) -> Any:
    url = f"/rounds/replies/{reply.pk}/questions/{question(reply, kind).pk}/"
    return client.post(url, {"value": value, "version": version}, headers=headers)


def test_the_page_asks_and_names_what_is_missing(reply: Reply, cast: SimpleNamespace, as_user: Sign) -> None:
    Question.objects.filter(kind="date").update(required=False)
    page = as_user(cast.member).get(f"/rounds/replies/{reply.pk}/").content.decode()
    for kind in ("text", "number", "choice", "date"):
        assert f"{kind}の質問" in page
    assert "自由設問 0/3</a>" in page
    assert "「textの質問」が未回答" in page
    assert "「dateの質問」が未回答" not in page
    with pytest.raises(ValidationError, match="あと3つ"):
        services.submit_reply(reply=reply, version=1, by=cast.member)


def test_an_answer_saves_by_pieces(reply: Reply, cast: SimpleNamespace, as_user: Sign) -> None:
    response = post(as_user(cast.member), reply, "number", "１，２３４", **HTMX)
    assert response.status_code == 200
    assert 'name="version" value="1"' in response.content.decode()
    assert "保存済み" in response.content.decode()
    assert response["HX-Trigger-After-Swap"] == "reply-changed"
    assert Answer.objects.get().number == 1234


def test_without_javascript_the_page_comes_back(reply: Reply, cast: SimpleNamespace, as_user: Sign) -> None:
    response = post(as_user(cast.member), reply, "date", "R8.11.1")
    assert response["Location"] == f"/rounds/replies/{reply.pk}/#q-{question(reply, 'date').pk}"
    assert Answer.objects.get().date == dt.date(2026, 11, 1)


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [("number", "たくさん", "数値で"), ("date", "そのうち", "読めません"), ("choice", "たぶん", "正しく選択")],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_wrong_answer_is_told(
    reply: Reply, cast: SimpleNamespace, as_user: Sign, kind: str, value: str, words: str, headers: dict[str, str]
) -> None:
    response = post(as_user(cast.member), reply, kind, value, **headers)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Answer.objects.exists()


def test_a_conflict_shows_both_values(reply: Reply, cast: SimpleNamespace, as_user: Sign) -> None:
    save(reply, "text", "先の答え", cast.lead)
    response = post(as_user(cast.member), reply, "text", "あとの答え", **HTMX)
    page = response.content.decode()
    assert response.status_code == 409
    assert response["HX-Retarget"] == f"#q-{question(reply, 'text').pk}"
    assert "いま保存されている値：先の答え" in page
    assert "あとの答え</textarea>" in page
    assert 'name="version" value="1"' in page
    assert 'name="compared"' in page


def test_a_conflict_that_is_decided_is_not_shown_any_more(reply: Reply, cast: SimpleNamespace, as_user: Sign) -> None:
    save(reply, "text", "先の答え", cast.lead)
    asked, url = question(reply, "text"), f"/rounds/replies/{reply.pk}/questions/{question(reply, 'text').pk}/"
    typed = {"value": "あとの答え", "version": "1", "compared": "1"}
    response = as_user(cast.member).post(url, typed, headers=HTMX)
    assert (response.status_code, response["HX-Retarget"]) == (200, f"#q-{asked.pk}")
    assert "いま保存されている値" not in response.text
    assert post(as_user(cast.member), reply, "text", "次の答え", 2).status_code == 302


def test_the_previous_answer_stands_beside(reply: Reply, cast: SimpleNamespace, as_user: Sign) -> None:
    before = make_round("2025H2", sections=["questions"])
    old = make_question(round=before, text="textの質問")
    earlier = make_reply(round=before, department=cast.tax)
    Answer.objects.create(reply=earlier, question=old, text="前の答え")
    assert "前の答え" not in as_user(cast.member).get(f"/rounds/replies/{reply.pk}/").content.decode()
    Reply.objects.filter(pk=earlier.pk).update(state="accepted", accepted_at=earlier.created_at)
    assert "前回 前の答え" in as_user(cast.member).get(f"/rounds/replies/{reply.pk}/").content.decode()


def test_answers_are_frozen_and_reviewed(reply: Reply, cast: SimpleNamespace) -> None:
    save(reply, "text", "窓口が混みます。", cast.member)
    section = QuestionSection()
    change = section.changes([reply])[reply.pk][0]
    assert (change.kind, list(change.pairs)) == ("answer", [("textの質問", "", "窓口が混みます。")])
    frozen = section.freeze(reply)
    assert frozen["rows"][0] == ["textの質問", "窓口が混みます。", "—"]
    assert frozen["questions"][0]["value"] == "窓口が混みます。"
    assert [line.version for line in lines_of(reply)] == [1, 0, 0, 0]
