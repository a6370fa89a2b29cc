"""The chain: appending, and what the verifier says after any tampering."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Department
from audit import chain, services
from audit.models import ChainHead, Entry
from audit.querysets import EntryQuerySet
from lib import ledger
from tests.builders import make_department, make_user

BY = ledger.command("試験")


def write(count: int) -> None:
    department = make_department()
    for n in range(count):
        ledger.record(by=BY, act="update", obj=department, before={"name": f"{n}"}, after={"name": f"{n + 1}"})


def test_entries_are_numbered_from_one_and_bound_to_the_one_before(db: None) -> None:
    write(3)
    entries = list(Entry.objects.order_by("seq"))
    assert [e.seq for e in entries] == [1, 2, 3]
    assert [e.previous_hash for e in entries] == [chain.GENESIS, entries[0].hash, entries[1].hash]
    head = ChainHead.objects.get()
    assert (head.seq, head.hash) == (3, entries[2].hash)


def test_entry_keeps_who_what_and_both_values(db: None) -> None:
    user = make_user("secretariat", login_id="secretariat", display_name="事務局")
    department = make_department(name="税務課")
    before, after = {"name": "課税課", "code": "1"}, {"name": "税務課", "code": "1"}
    ledger.record(by=user, act="update", obj=department, before=before, after=after, note="改称")
    entry = Entry.objects.get()
    assert (entry.actor_id, entry.actor, entry.origin) == (user.pk, "事務局（secretariat）", "web")
    assert (entry.object_type, entry.object_id) == ("accounts.department", str(department.pk))
    assert (entry.object_label, entry.changes, entry.note) == ("税務課", {"name": ["課税課", "税務課"]}, "改称")
    assert entry.act_label == "変更"


def test_many_events_take_as_many_queries_as_one(db: None) -> None:
    write(1)
    department = make_department()
    counts = []
    for number in (1, 60):
        events = [ledger.event(by=BY, act="load", obj=department, note=str(n)) for n in range(number)]
        with CaptureQueriesContext(connection) as queries:
            ledger.record_many(events)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert services.verify() == services.Verdict(62)


def test_no_event_writes_nothing(db: None) -> None:
    ledger.record_many([])
    assert not ChainHead.objects.exists()


def test_gathered_acts_are_written_at_the_end_in_their_order(db: None) -> None:
    with ledger.gathered():
        write(1)
        with ledger.gathered():
            write(2)
        assert not Entry.objects.exists()
    assert services.verify() == services.Verdict(3)


def test_gathered_acts_that_end_in_a_refusal_are_not_written(db: None) -> None:
    @ledger.gathered()
    def refused() -> None:
        write(1)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        refused()
    write(1)
    assert Entry.objects.count() == 1


def test_unknown_act_is_refused(db: None) -> None:
    with pytest.raises(ImproperlyConfigured, match="unknown act"):
        ledger.record(by=BY, act="hack", obj=make_department())
    assert not Entry.objects.exists()


def test_nobody_is_not_an_actor(db: None) -> None:
    from django.contrib.auth.models import AnonymousUser

    with pytest.raises(TypeError):
        ledger.record(by=AnonymousUser(), act="update", obj=make_department())


def test_entry_disappears_with_the_transaction_it_belongs_to(db: None) -> None:
    write(1)
    with transaction.atomic():
        write(2)
        transaction.set_rollback(True)
    assert Entry.objects.count() == 1
    assert services.verify() == services.Verdict(1)


def test_entries_cannot_be_saved_or_deleted_one_by_one(db: None) -> None:
    write(1)
    entry = Entry.objects.get()
    with pytest.raises(TypeError):
        entry.save()
    with pytest.raises(TypeError):
        entry.delete()


def change_field(name: str, value: object) -> Callable[[], None]:
    return lambda: Entry.objects.filter(seq=3).update(**{name: value}) and None


def swap() -> None:
    Entry.objects.filter(seq=2).update(seq=99)
    Entry.objects.filter(seq=3).update(seq=2)
    Entry.objects.filter(seq=99).update(seq=3)


def forge_one() -> None:
    """Alter an entry and give it a matching hash of its own."""
    entry = Entry.objects.get(seq=3)
    entry.actor = "別人"
    Entry.objects.filter(seq=3).update(actor="別人", hash=chain.digest(entry))


def forge_the_rest() -> None:
    """Alter an entry and compute every later hash anew; only the head still remembers."""
    previous = Entry.objects.get(seq=2).hash
    for entry in Entry.objects.filter(seq__gte=3).order_by("seq"):
        entry.previous_hash, entry.actor = previous, "別人"
        previous = chain.digest(entry)
        Entry.objects.filter(seq=entry.seq).update(
            actor=entry.actor, previous_hash=entry.previous_hash, hash=previous
        )


TAMPERINGS: dict[str, tuple[Callable[[], object], int, str]] = {
    "actor": (change_field("actor", "別人"), 3, "書き換え"),
    "actor_id": (change_field("actor_id", 7), 3, "書き換え"),
    "act": (change_field("act", "create"), 3, "書き換え"),
    "object": (change_field("object_id", "99"), 3, "書き換え"),
    "label": (change_field("object_label", "別の課"), 3, "書き換え"),
    "changes": (change_field("changes", {"name": ["2", "9"]}), 3, "書き換え"),
    "note": (change_field("note", "あとから"), 3, "書き換え"),
    "origin": (change_field("origin", "web"), 3, "書き換え"),
    "time": (lambda: Entry.objects.filter(seq=3).update(at=Entry.objects.get(seq=2).at), 3, "書き換え"),
    "hash": (change_field("hash", "f" * 64), 3, "書き換え"),
    "previous": (change_field("previous_hash", "f" * 64), 3, "つながって"),
    "deleted": (lambda: Entry.objects.filter(seq=3).delete(), 3, "抜けて"),
    "first deleted": (lambda: Entry.objects.filter(seq=1).delete(), 1, "抜けて"),
    "reordered": (swap, 2, "つながって"),
    "last deleted": (lambda: Entry.objects.filter(seq=5).delete(), 5, "末尾の記録が失われて"),
    "all deleted": (lambda: Entry.objects.all().delete(), 1, "末尾の記録が失われて"),
    "head deleted": (lambda: ChainHead.objects.all().delete(), 5, "控えがありません"),
    "head set back": (lambda: ChainHead.objects.update(seq=4), 5, "控えと一致しません"),
    "one forged": (forge_one, 4, "つながって"),
    "rest forged": (forge_the_rest, 5, "控えと一致しません"),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_verifier_names_the_first_broken_entry(db: None, name: str) -> None:
    tamper, seq, reason = TAMPERINGS[name]
    write(5)
    tamper()
    verdict = services.verify()
    assert not verdict.sound
    assert verdict.broken_seq == seq
    assert reason in verdict.reason


def test_what_is_written_while_the_verifier_walks_is_no_loss(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody stops working for it; a false alarm is the end of every belief in it."""
    write(3)
    real, late = chain.digest, iter([1])

    def interrupted(entry: chain.Hashable) -> str:
        if entry.seq == 3 and next(late, 0):
            write(2)
        return real(entry)

    rows = list(Entry.objects.order_by("seq"))
    monkeypatch.setattr(chain, "digest", interrupted)
    monkeypatch.setattr(EntryQuerySet, "iterator", lambda self, **kw: iter(rows if not self.query.where else self))
    assert services.verify() == services.Verdict(5)


def test_command_says_how_many_hold(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    write(4)
    call_command("audit_verify")
    assert "操作の記録 4 件のつながりを確かめました。異常はありません。" in capsys.readouterr().out


def test_command_is_content_with_an_empty_book(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("audit_verify")
    assert "0 件" in capsys.readouterr().out


def test_command_exits_with_one_and_the_number(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    write(4)
    Entry.objects.filter(seq=2).update(note="あとから")
    with pytest.raises(SystemExit) as stop:
        call_command("audit_verify")
    assert stop.value.code == 1
    assert "記録 2 番: 内容が書き換えられています（正しい記録は 1 件まで）" in capsys.readouterr().err


def test_verifier_reads_the_same_from_a_fresh_connection(db: None) -> None:
    """Times and JSON survive the database: the hash is computed before the row is stored."""
    department = make_department(name="第１課「東」\n改行")
    ledger.record(by=BY, act="create", obj=department, after={"数": 3, "無": None, "並び": ["い", "ろ"], "真": True})
    assert services.verify() == services.Verdict(1)


@given(
    st.dictionaries(
        st.text(max_size=8).filter(lambda s: "\x00" not in s),
        st.lists(st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20), max_size=2),
        max_size=4,
    )
)
def test_hash_depends_on_every_value_and_not_on_key_order(changes: dict[str, list[object]]) -> None:
    import datetime as dt

    base = {
        "seq": 1, "at": dt.datetime(2026, 11, 1, tzinfo=dt.UTC), "actor_id": None, "actor": "試験", "act": "update",
        "object_type": "t", "object_id": "1", "object_label": "対象", "changes": changes, "note": "", "origin": "web",
        "previous_hash": chain.GENESIS,
    }  # fmt: skip
    digest = chain.digest(SimpleNamespace(**base))
    turned = dict(reversed(changes.items()))
    assert chain.digest(SimpleNamespace(**base | {"changes": turned})) == digest
    assert chain.digest(SimpleNamespace(**base | {"changes": {**changes, "もう一つ": [1, 2]}})) != digest
    assert chain.digest(SimpleNamespace(**base | {"note": "別"})) != digest
    jst = base["at"].astimezone(dt.timezone(dt.timedelta(hours=9)))
    assert chain.digest(SimpleNamespace(**base | {"at": jst})) == digest


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_make_one_unbroken_chain() -> None:
    """Eight threads append at the same time; every entry is there and the chain holds."""
    department = make_department()
    start = threading.Barrier(8)
    failures: list[BaseException] = []

    def work(number: int) -> None:
        start.wait()
        try:
            for n in range(5):
                ledger.record(by=BY, act="update", obj=department, note=f"{number}-{n}")
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert Entry.objects.count() == 40
    assert services.verify() == services.Verdict(40)


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_the_race_breaks_the_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that the test above can fail: two writers that read the head before either moves it."""
    department = make_department()
    write(1)
    head = ChainHead.objects.get()
    both_read = threading.Barrier(2, timeout=10)
    failures: list[BaseException] = []

    def append_unlocked() -> None:
        seen = ChainHead.objects.get()
        both_read.wait()
        event = ledger.event(by=BY, act="update", obj=department)
        try:
            entry = Entry(
                seq=seen.seq + 1, at=department.created_at, actor=BY.label, act=event.act, object_type="t",
                object_id="1", object_label="t", origin="command", previous_hash=seen.hash,
            )  # fmt: skip
            entry.hash = chain.digest(entry)
            Entry.objects.bulk_create([entry])
            ChainHead.objects.update(seq=F("seq") + 1, hash=entry.hash)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=append_unlocked) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert head.seq == 1
    assert len(failures) == 1, "the same number is given twice, and one write is lost"


def test_accounts_writes_reach_the_book_although_accounts_lies_below_it(db: None) -> None:
    import datetime as dt

    from accounts.services import create_department, update_department

    department = create_department(
        by=BY, code="0101", name="総務課", short_name="総務課", kind="section", parent=None, order=1,
        valid_from=dt.date(2026, 4, 1), valid_to=None,
    )  # fmt: skip
    update_department(department=department, version=1, by=BY, name="総務企画課")
    assert list(Entry.objects.order_by("seq").values_list("act", flat=True)) == ["create", "update"]
    assert Entry.objects.about(department).first().changes == {"name": ["総務課", "総務企画課"]}
    assert Department.objects.get().version == 2
