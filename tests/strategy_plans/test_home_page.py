"""The list of plans, and the shortcut to the only one."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

from django.test import Client
from django.urls import reverse

from accounts.models import User
from strategy import services
from strategy.models import Edition
from tests.builders import make_edition, make_layer, make_plan
from tests.strategy_plans.shapes import BY, load, queries

URL = reverse("strategy:home")


def test_the_only_plan_opens_at_once(reader: Client, published: Edition, draft: Edition) -> None:
    response = reader.get(URL)
    assert (response.status_code, response.headers["Location"]) == (302, f"/strategy/editions/{published.pk}/")
    assert reader.get(URL, {"list": ""}).status_code == 200


def test_several_plans_are_listed_with_their_counts(reader: Client, published: Edition) -> None:
    load("toyota")
    load("setouchi")
    text = reader.get(URL).text
    for words in ("DX推進ビジョン", "デジタル強靱化戦略", "DX戦略方針（令和3年度）", "職員のDX行動指針"):
        assert words in text
    assert text.count("取組を結び付ける計画") == 1
    assert text.count('<b class="num">11</b>') == 2
    assert "計画を追加" not in text


def test_drafts_are_for_the_secretariat_and_the_administrator(
    as_user: Callable[[User], Client], cast: SimpleNamespace, published: Edition, draft: Edition
) -> None:
    first = make_edition(plan=make_plan(name="最初の下書きだけの計画"), label="第0.9版")
    for user in (cast.secretariat, cast.admin):
        text = as_user(user).get(URL, {"list": ""}).text
        assert "第2.0版（下書き）" in text
        assert "最初の下書きだけの計画" in text
        assert f"/strategy/editions/{first.pk}/" in text
    for user in (cast.viewer, cast.lead, cast.member, cast.executive):
        text = as_user(user).get(URL, {"list": ""}).text
        assert "下書き" not in text


def test_empty_state_says_what_to_do_next(editor: Client, reader: Client) -> None:
    text = editor.get(URL).text
    assert "最初の計画を追加" in text
    assert reverse("strategy:plan_create") in text
    assert "事務局が公開すると" in reader.get(URL).text


def test_strangers_are_refused(as_user: Callable[[User], Client], cast: SimpleNamespace, client: Client) -> None:
    assert as_user(cast.nobody).get(URL).status_code == 403
    assert client.get(URL).status_code == 302
    assert as_user(cast.viewer).post(URL).status_code == 405


def test_queries_do_not_grow(reader: Client) -> None:
    counts = []
    for _ in range(2):
        for _ in range(3):
            edition = make_edition(plan=make_plan(), status="published")
            make_layer(edition=edition)
            services.start_draft(plan=edition.plan, by=BY)
        counts.append(queries(reader, URL))
    assert counts[0] == counts[1] <= 7
