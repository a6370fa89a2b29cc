"""Remarks on single items: written when sending back, shown where they belong, dealt with before handing in."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.models import User
from audit.models import Entry
from rounds import services
from rounds.models import Reply, ReplyRemark
from rounds.queries import parts_of
from rounds.sections import Change
from tests.rounds.conftest import FakeSection

Sign = Callable[[User], Client]
HTMX = {"HX-Request": "true", "HX-Target": "remarks"}
MARK = services.Mark("fake", "fake-2", "二つ目", "理由を書いてください。")


@pytest.fixture
def waiting(tax: Reply, cast: SimpleNamespace) -> Reply:
    return services.submit_reply(reply=tax, version=1, by=cast.lead, approve=True)


@pytest.fixture
def returned(waiting: Reply, cast: SimpleNamespace) -> Reply:
    return services.return_reply(reply=waiting, version=2, by=cast.secretariat, remarks=[MARK])


def remark_of(reply: Reply) -> ReplyRemark:
    return reply.remarks.get()


def test_remarks_alone_are_reason_enough(returned: Reply, cast: SimpleNamespace) -> None:
    returned.refresh_from_db()
    assert (returned.state, returned.return_comment) == ("returned", "下の項目ごとの指摘を確かめてください。")
    remark = remark_of(returned)
    assert (remark.section, remark.anchor, remark.label, remark.text) == (
        "fake", "fake-2", "二つ目", "理由を書いてください。",
    )  # fmt: skip
    assert Entry.objects.about(remark).get().act == "return"


def test_nothing_at_all_is_no_reason(waiting: Reply, cast: SimpleNamespace) -> None:
    empty = services.Mark("fake", "fake-2", "二つ目", "  ")
    with pytest.raises(ValidationError, match="理由を入力"):
        services.return_reply(reply=waiting, version=2, by=cast.secretariat, remarks=[empty])


def test_a_remark_too_long_sends_nothing_back(waiting: Reply, cast: SimpleNamespace) -> None:
    long = services.Mark("fake", "fake-2", "二つ目", "あ" * 301)
    with pytest.raises(ValidationError, match="300"):
        services.return_reply(reply=waiting, version=2, by=cast.secretariat, remarks=[long])
    waiting.refresh_from_db()
    assert waiting.state == "approved"


def test_the_form_has_a_line_for_every_item(waiting: Reply, cast: SimpleNamespace, as_user: Sign) -> None:
    client, url = as_user(cast.secretariat), f"/rounds/replies/{waiting.pk}/return/"
    page = client.get(url).content.decode()
    assert "項目ごとに指摘を書く（3項目）" in page
    assert ">二つ目</label>" in page
    assert client.post(url, {"version": 2, "item1": "根拠を書いてください。"}).status_code == 302
    remark = remark_of(waiting)
    assert (remark.anchor, remark.text) == ("fake-2", "根拠を書いてください。")


def test_a_wrong_line_is_shown_open(waiting: Reply, cast: SimpleNamespace, as_user: Sign) -> None:
    url = f"/rounds/replies/{waiting.pk}/return/"
    headers = {"HX-Request": "true", "HX-Target": "review"}
    response = as_user(cast.secretariat).post(url, {"version": 2, "item1": "あ" * 301}, headers=headers)
    assert response.status_code == 422
    assert '<details class="by-item" open>' in response.content.decode()
    assert not ReplyRemark.objects.exists()


def test_the_department_sees_exactly_what_to_fix(returned: Reply, cast: SimpleNamespace, as_user: Sign) -> None:
    page = as_user(cast.member).get(f"/rounds/replies/{returned.pk}/").content.decode()
    assert '<a href="#fake-2">二つ目</a>' in page
    assert "理由を書いてください。" in page
    assert 'data-remark="fake-2"' in page
    assert "「二つ目」への指摘が未対応" in page
    assert re.search(r'href="#fake-2" class="bad"', page)


def test_a_remark_is_dealt_with_before_handing_in(returned: Reply, cast: SimpleNamespace, as_user: Sign) -> None:
    with pytest.raises(ValidationError, match="「二つ目」への指摘が未対応"):
        services.submit_reply(reply=returned, version=3, by=cast.lead, approve=True)
    remark = remark_of(returned)
    response = as_user(cast.member).post(f"/rounds/remarks/{remark.pk}/", {"resolved": "1"}, headers=HTMX)
    assert response.content.decode().startswith('<div id="remarks"')
    assert "対応済み" in response.content.decode()
    assert response["HX-Trigger-After-Swap"] == "reply-changed"
    remark.refresh_from_db()
    assert remark.resolved_by == cast.member
    services.submit_reply(reply=returned, version=3, by=cast.lead, approve=True)


def test_dealing_with_it_twice_is_noted_once(returned: Reply, cast: SimpleNamespace) -> None:
    remark = remark_of(returned)
    for _ in range(2):
        services.resolve_remark(remark=remark, resolved=True, by=cast.member)
    assert Entry.objects.about(remark).filter(act="update").count() == 1
    services.resolve_remark(remark=remark, resolved=False, by=cast.member)
    assert len(parts_of(Reply.objects.get(pk=returned.pk))[0].standing.missing) == 1


def test_a_handed_in_reply_keeps_its_remarks_as_they_are(
    returned: Reply, cast: SimpleNamespace, as_user: Sign
) -> None:
    remark = remark_of(returned)
    services.resolve_remark(remark=remark, resolved=True, by=cast.member)
    services.submit_reply(reply=returned, version=3, by=cast.member)
    response = as_user(cast.member).post(f"/rounds/remarks/{remark.pk}/", {"resolved": "0"})
    assert response.status_code == 409
    assert "いま「承認待ち」" in response.content.decode()


def test_the_review_remembers_what_was_remarked(
    returned: Reply, cast: SimpleNamespace, as_user: Sign, fake: FakeSection
) -> None:
    services.resolve_remark(remark=remark_of(returned), resolved=True, by=cast.member)
    services.submit_reply(reply=returned, version=3, by=cast.lead, approve=True)
    fake.moved = {returned.pk: [Change("mismatch", 80, "食い違う取組", "")]}
    page = as_user(cast.secretariat).get(f"/rounds/{returned.round_id}/").content.decode()
    assert "<b>二つ目</b>：理由を書いてください。" in page
    assert "（対応済み）" in page


def test_the_cards_carry_their_keys(waiting: Reply, cast: SimpleNamespace, as_user: Sign, fake: FakeSection) -> None:
    fake.moved = {waiting.pk: [Change("done", 60, "終えた取組", "")]}
    page = as_user(cast.secretariat).get(f"/rounds/{waiting.round_id}/").content.decode()
    assert "data-card" in page
    assert 'data-key="a"' in page
    assert 'data-key="r"' in page
    assert "<kbd>J</kbd>" in page
    assert "js/rounds.js" in page
