"""Search over everything a reader may see, by substring (Japanese has no word breaks).

Width, case and kana make no difference: `ｺﾝﾋﾞﾆ` finds コンビニ, `ｄｘ` finds DX, `でじたる` finds デジタル.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet, Window
from django.urls import reverse

from actions.models import Action
from lib import markup
from lib.fold import excerpt, fold
from strategy.models import (
    ChecklistItem,
    Edition,
    Element,
    Indicator,
    PersonalVision,
    PlanRelation,
    PriorityItem,
    RegisterEntry,
)
from strategy.queries_reading import terms_by_row

SHOWN = 10


@dataclass(frozen=True)
class Hit:
    """`note` says where the hit stands; `found` is the text around it when the title does not show it."""

    title: str
    url: str
    note: str = ""
    found: str = ""


@dataclass(frozen=True)
class Group:
    title: str
    total: int
    rows: list[Hit]
    more: str = ""


def everything(text: str, *, drafts: bool) -> list[Group]:
    """Groups of hits for `text`; what belongs to drafts only when `drafts`."""
    return [
        _actions(text), _elements(text, drafts), _indicators(text), _items(text), _entries(text), _checks(text),
        _relations(text, drafts), _terms(text), _visions(text),
    ]  # fmt: skip


def _in(text: str, *fields: str) -> Q:
    """Rows of which one of the fields contains the text, both folded."""
    wanted, found = fold(text), Q()
    for field in fields:
        found |= Q(**{f"{field}__folded__contains": wanted})
    return found


def _cut(rows: QuerySet) -> tuple[int, list]:
    """How many there are, and the first of them (1 query)."""
    found = list(rows.annotate(of_all=Window(Count("pk")))[:SHOWN])
    return (found[0].of_all if found else 0), found


def _around(text: str, title: str, *texts: str) -> str:
    """The first of `texts` that contains the text, cut around it; nothing when the title shows it."""
    wanted = fold(text)
    if wanted in fold(title):
        return ""
    return next((excerpt(t, text) for t in texts if wanted in fold(t)), "")


def _actions(text: str) -> Group:
    total, rows = _cut(Action.objects.live().found(text).select_related("lead_department"))
    hits = [
        Hit(str(a), reverse("actions:detail", args=[a.pk]), a.lead_department.name, _around(text, str(a), a.purpose))
        for a in rows
    ]
    return Group("取組", total, hits, f"{reverse('actions:list')}?{urlencode({'q': text})}")


def _elements(text: str, drafts: bool) -> Group:
    editions = Edition.objects.visible(drafts=drafts)
    total, rows = _cut(
        Element.objects.found(text).filter(edition__in=editions).select_related("edition__plan", "layer")
    )
    hits = [
        Hit(
            str(e), reverse("strategy:element", args=[e.pk]), f"{e.edition}　{e.layer.name}",
            _around(text, str(e), markup.plain(e.body)),
        )
        for e in rows
    ]  # fmt: skip
    return Group("戦略", total, hits)


def _indicators(text: str) -> Group:
    total, rows = _cut(Indicator.objects.live().found(text).select_related("department"))
    hits = [
        Hit(
            i.name, reverse("indicators:detail", args=[i.pk]), i.department.name,
            _around(text, i.name, i.note, i.source),
        )
        for i in rows
    ]  # fmt: skip
    return Group("指標", total, hits, f"{reverse('indicators:list')}?{urlencode({'q': text})}")


def _items(text: str) -> Group:
    total, rows = _cut(PriorityItem.objects.filter(_in(text, "name", "description")).select_related("plan"))
    hits = [
        Hit(i.name, reverse("national:item", args=[i.key]), str(i.plan), _around(text, i.name, i.description))
        for i in rows
    ]
    return Group("国の計画", total, hits)


def _entries(text: str) -> Group:
    total, rows = _cut(RegisterEntry.objects.filter(_in(text, "name")).select_related("register"))
    hits = [Hit(e.name, reverse("national:register", args=[e.register.key]), e.register.name) for e in rows]
    return Group("登録簿", total, hits)


def _checks(text: str) -> Group:
    total, rows = _cut(ChecklistItem.objects.filter(_in(text, "text", "evidence")).select_related("group__checklist"))
    hits = [
        Hit(
            c.text, reverse("national:checklist", args=[c.group.checklist.key]),
            f"{c.group.checklist}　{c.group}", _around(text, c.text, c.evidence),
        )
        for c in rows
    ]  # fmt: skip
    return Group("点検表", total, hits)


def _relations(text: str, drafts: bool) -> Group:
    """Relations of plans of which the reader may open at least one edition."""
    plans = Edition.objects.visible(drafts=drafts).values("plan_id")
    found = PlanRelation.objects.filter(_in(text, "name", "other__name", "basis", "note"), plan__in=plans)
    total, rows = _cut(found.select_related("plan", "other"))
    hits = [
        Hit(str(r), f"{reverse('strategy:relations', args=[r.plan_id])}#r{r.pk}", str(r.plan),
            _around(text, str(r), r.basis, r.note))
        for r in rows
    ]  # fmt: skip
    return Group("ほかの計画との関係", total, hits)


def _terms(text: str) -> Group:
    """As the glossary's own page finds them: other ways to write a term count too."""
    found = [term for _, terms in terms_by_row(text) for term in terms]
    hits = [Hit(t.term, f"{reverse('strategy:terms')}#t{t.pk}", t.explanation) for t in found[:SHOWN]]
    return Group("用語", len(found), hits, f"{reverse('strategy:terms')}?{urlencode({'q': text})}")


def _visions(text: str) -> Group:
    """Shared visions only: not even the author finds a private one here."""
    total, rows = _cut(PersonalVision.objects.shared().found(text))
    url = f"{reverse('strategy:visions')}?{urlencode({'q': text})}"
    hits = [Hit("公開されたビジョン", f"{url}#v{v.pk}", found=_around(text, "", v.ideal, v.will_do)) for v in rows]
    return Group("みんなのビジョン", total, hits, url)
