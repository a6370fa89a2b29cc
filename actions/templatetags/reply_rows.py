"""The rows of a reply's page, written here: thirty of them as templates took nine tenths of the page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from actions.forms.reports import open_stones
from actions.models import Action, Milestone
from actions.queries import lifecycle_word, reason_word
from actions.sections import RowView
from actions.templatetags.reply_fields import (
    LIFECYCLES,
    NO_GRADE,
    REASON_HINT,
    REASONS,
    Choices,
    Fields,
    names_of,
    refused,
    told_by,
)  # fmt: skip
from lib.fiscal import half_of
from lib.templatetags.portal import icon, state
from lib.wareki import format_date
from rounds.models import Reply

register = template.Library()

REQUIRED = '<span class="req">必須</span>'
TAKEN_BACK = "この取組に入力した内容を消して、前回のままにします。よろしいですか。"
REASON = f' maxlength="300" class="in" placeholder="{REASON_HINT}"'


@register.simple_tag(takes_context=True)
def reply_rows(context: template.Context, views: Iterable[RowView], reply: Reply) -> SafeString:
    """Every row of the reply, each with its fields where the reader may change it."""
    page = Page.of(context, reply)
    return mark_safe("\n".join(Drawing(view, page).whole() for view in views))


@register.simple_tag(takes_context=True)
def reply_row(
    context: template.Context, view: RowView, reply: Reply, *, refusal: str = "", acted: bool = False
) -> SafeString:
    """One row; `refusal` says why nothing was stored, `acted` puts the focus back on its button."""
    return mark_safe(Drawing(view, Page.of(context, reply)).whole(refusal=refusal or "", acted=bool(acted)))


@register.simple_tag(takes_context=True)
def reply_row_parts(context: template.Context, view: RowView, reply: Reply) -> SafeString:
    """What a saved row exchanges: its version, state, messages, and never a field."""
    return mark_safe("\n".join(Drawing(view, Page.of(context, reply)).parts()))


@dataclass(frozen=True)
class Page:
    """What all rows of a page share: the token of their forms, and addresses around the key of an action."""

    token: str
    row: tuple[str, str]
    same: tuple[str, str]
    undo: tuple[str, str]
    detail: tuple[str, str]

    @classmethod
    def of(cls, context: template.Context, reply: Reply) -> Page:
        key = context.get("csrf_token")
        token = format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', key) if key else ""
        names = ("actions:row", "actions:row_no_change", "actions:row_undo")
        return cls(token, *(_around(name, reply.pk, 0) for name in names), _around("actions:detail", 0))


def _around(name: str, *args: int) -> tuple[str, str]:
    """An address before and behind the key of the action, for which 0 stands."""
    head, _, tail = reverse(name, args=args).rpartition("/0/")
    return f"{head}/", f"/{tail}"


def _at(around: tuple[str, str], pk: int) -> str:
    return f"{around[0]}{pk}{around[1]}"


class Drawing:
    """One row and its pieces."""

    def __init__(self, view: RowView, page: Page) -> None:
        self.view, self.row, self.page = view, view.row, page
        self.action, self.report, self.anchor = self.row.action, self.row.report, self.row.anchor
        self.title = escape(self.action.title)
        self.named = f'<span class="vh">：{self.title}</span>'

    @cached_property
    def fields(self) -> Fields:
        unsaid: set[str] = set()
        if self.row.lacks_reason:
            unsaid = {n for n in ("reason_kind", "reason") if not getattr(self.report, n)}
        return Fields(self.anchor, told_by(self.row, self.view.form), frozenset(unsaid))

    def whole(self, *, refusal: str = "", acted: bool = False) -> str:
        static = self.view.is_static
        note = _refusal(refusal) if refusal else ""
        body = "\n".join(self._static(acted) if static else self._form(acted))
        return f'<li class="act{" same" if static else ""}" id="{self.anchor}">{note}{body}</li>'

    def parts(self) -> Iterator[str]:
        """Pieces exchanged beside the answer."""
        version = escape(self.fields.told.shown("version"))
        yield f'<input type="hidden" name="version" id="{self.anchor}-version" value="{version}" hx-swap-oob="true">'
        for name, body in (("calc", self._calc_words()), ("status", self._status()), ("demand", self._demand())):
            yield f'<div hx-swap-oob="innerHTML:#{self.anchor}-{name}">{body}</div>'
        for name in names_of(self.row):
            yield f'<div hx-swap-oob="innerHTML:#{self.anchor}-e-{name}">{self.fields.wrong(name)}</div>'

    # ---- both kinds of row

    def _name(self) -> str:
        action = self.action
        link = f'<a href="{_at(self.page.detail, action.pk)}">{self.title}</a>'
        span = f"{half_of(action.starts_on).short_label}〜{half_of(action.ends_on).short_label}"
        code = escape(action.code)
        return f'<div class="name"><h3>{link}</h3><span class="was">{code}　{span}</span></div>'

    def _calc(self) -> str:
        return f'<div class="calc" id="{self.anchor}-calc">{self._calc_words()}</div>'

    def _calc_words(self) -> str:
        words = f'{state(self.row.state)}<p class="rule">{self.row.rule}</p>'
        if odd := self.row.contradiction:
            words += f'<p class="rule fg-late">{odd}です。確かめてください</p>'
        return words

    # ---- a row to read

    def _static(self, acted: bool) -> Iterator[str]:
        row, report = self.row, self.report
        if self.view.form:
            yield from map(_refusal, self.view.form.non_field_errors())
        yield self._name()
        lifecycle, percent = _was(row.lifecycle_before), _was(f"{row.before.percent}%")
        if report:
            lifecycle, percent = escape(lifecycle_word(report.lifecycle)), f"{report.percent}%"
        yield f'<div class="static">{lifecycle}</div>'
        yield f'<div class="static"><span class="num">{percent}</span></div>'
        yield f'<div class="static txt">{"".join(self._said())}</div>'
        yield self._calc()
        yield f'<div class="end">{self._end()}\n{"".join(self._buttons(acted))}</div>'

    def _said(self) -> Iterator[str]:
        """What a report says, line by line."""
        row, report = self.row, self.report
        if report is None:
            yield '<span class="was">報告がありません</span>'
            return
        if report.grade_id:
            yield f'<p class="given"><span class="was">自己評価</span> <b>{escape(str(report.grade))}</b></p>'
        if row.new_ends_on:
            now = "" if report.accepted_at else f"{format_date(self.action.ends_on, 'month_end')} → "
            new = format_date(row.new_ends_on, "month_end")
            yield f'<p class="given"><span class="was">終了予定日</span> {now}<b>{new}</b></p>'
        for title, old, new in self.view.moved:
            head = f'<span class="was">節目「{escape(title)}」の期日</span>'
            yield f'<p class="given">{head} {escape(old)} → <b>{escape(new)}</b></p>'
        for stone in report.milestones_done.values():
            yield f'<p class="given">{icon("flag", 14)}{escape(stone["title"])}を達成</p>'
        yield from self._words()

    def _words(self) -> Iterator[str]:
        report, last = self.report, self.row.last
        assert report is not None
        if report.no_change:
            yield f"<b>変更なし</b>として報告{'します' if self.view.editable else ''}。<br>"
            yield f'<span class="was">前回：{escape(last.done)}</span>' if last and last.done else ""
        else:
            yield f'<span class="prose">{escape(report.done) or "（記入なし）"}</span>'
        if report.reason:
            kind = f'<span class="tag">{escape(reason_word(report.reason_kind))}</span> ' if report.reason_kind else ""
            yield f'<p class="given"><span class="was">理由</span> {kind}{escape(report.reason)}</p>'

    def _end(self) -> str:
        row, report = self.row, self.report
        if not row.is_led and self.view.editable:
            return '<span class="sub">担当が変わりました</span>'
        if report and report.no_change:
            return _saved("変更なし")
        if row.lacks_reason:
            return f'<span class="err">{icon("circle-alert")}理由なし</span>'
        return _saved("報告あり") if report else '<span class="was">未回答</span>'

    def _buttons(self, acted: bool) -> Iterator[str]:
        report, page, pk = self.report, self.page, self.action.pk
        if not (self.view.editable and report):
            return
        swap = f'hx-target="#{self.anchor}" hx-swap="outerHTML"'
        if self.row.is_led:
            url = _at(page.row, pk)
            yield f'<a class="btn small" href="{url}" hx-get="{url}" {swap}>変える{self.named}</a>\n'
        url = _at(page.undo, pk)
        yield f'<form method="post" action="{url}" hx-post="{url}" {swap}>{page.token}'
        yield f'<input type="hidden" name="version" value="{report.version}">'
        yield f'<button class="btn bare small"{_focus(acted)}>取り消す{self.named}</button></form>'

    # ---- a row to fill in

    def _form(self, acted: bool) -> Iterator[str]:
        row, fields, anchor, url = self.row, self.fields, self.anchor, _at(self.page.row, self.action.pk)
        version = fields.told.shown("version")
        given = f' value="{escape(version)}"' if version else ""
        yield (
            f'<form class="row-form" method="post" action="{url}" hx-post="{url}" hx-trigger="change, submit"'
            f' hx-target="#{anchor}" hx-swap="none" hx-sync="this:queue last" aria-label="{self.title}"'
            f' data-warn-unsaved novalidate>{self.page.token}'
            f'<input type="hidden" name="version"{given} id="{anchor}-version">'
        )
        yield self._name()
        lifecycle = fields.select("lifecycle", "状況", LIFECYCLES, focus=self.view.opened)
        yield self._lab("lifecycle", "状況", lifecycle, f"前回 {row.lifecycle_before}")
        before = row.before.percent
        attrs = f' inputmode="numeric" autocomplete="off" class="in num" placeholder="{before}"'
        percent = f'<span class="unit">{fields.text("percent", "進捗率", attrs)}%</span>{fields.cell("percent")}'
        yield self._lab("percent", "進捗率", percent, f"前回 {before}%")
        last = escape(row.last.done) if row.last else ""
        words = "実績と次にすること"
        yield self._lab("done", words, fields.area("done", words), f"前回：{last or '報告なし'}", " txt")
        yield self._calc()
        yield self._save(acted)
        yield f'<div class="more">{self._grade()}{self._dates()}</div>'
        yield f"{self._why()}\n</form>"

    def _lab(self, name: str, label: str, control: str, was: str, css: str = "") -> str:
        head = f'<label class="lab" for="{self.anchor}-{name}">{label}</label>'
        return f'<div class="f{css}">{head}{control}<span class="was">{was}</span></div>'

    def _labelled(self, name: str, label: str, control: str, more: str = "") -> str:
        return f'<div class="f"><label for="{self.anchor}-{name}">{label}</label>{control}{more}</div>'

    def _save(self, acted: bool) -> str:
        url, report = _at(self.page.same, self.action.pk), self.report
        word = "変更なしにする" if report else f"{icon('equal')}変更なし"
        bare, ask = (" bare", f' data-ask="{TAKEN_BACK}"') if report else ("", "")
        return (
            f'<div class="end"><span id="{self.anchor}-status" role="status">{self._status()}</span>\n'
            f'<button class="btn small row-save">保存{self.named}</button>\n'
            f'<button class="btn small{bare}"{ask} formaction="{url}" hx-post="{url}"'
            f' hx-target="#{self.anchor}" hx-swap="outerHTML" hx-sync="closest form:queue last"{_focus(acted)}>'
            f"{word}{self.named}</button></div>"
        )

    def _status(self) -> str:
        if self.fields.told.errors or self.row.lacks_reason:
            return f'<span class="err">{icon("circle-alert")}要修正</span>'
        return _saved("保存済み") if self.report else ""

    def _demand(self) -> str:
        errors, row = "".join(refused(e, css=" whole") for e in self.fields.told.general), self.row
        if row.lacks_reason:
            return errors + refused(row.demand)
        return errors + ('<p class="was">この報告には理由が必要です（入力済み）</p>' if row.demand else "")

    def _grade(self) -> str:
        if not self.row.grades:
            return ""
        label = f'<label for="{self.anchor}-grade">自己評価</label>'
        control = self.fields.select("grade", "自己評価", self._grades())
        was = escape(str(self.row.grade_before or "評価なし"))
        return f'<div class="f grade">{label}{control}<span class="was">前回 {was}</span></div>'

    def _grades(self) -> Choices:
        return (NO_GRADE, *((str(g.pk), str(g)) for g in self.row.grades))

    def _dates(self) -> str:
        action, row, told = self.action, self.row, self.fields.told
        stones = open_stones(row)
        names = ["new_ends_on", *(f"{kind}{m.pk}" for m in stones for kind in ("due_", "stone_"))]
        is_open = any(told.values.get(n) or told.is_wrong(n) for n in names)
        hint = f"例 {format_date(action.ends_on, 'short')}"
        was = f'<span class="was">いま {format_date(action.ends_on)}{_pushed(action)}</span>'
        ends = self._labelled(
            "new_ends_on", "新しい終了予定日", self.fields.day("new_ends_on", "新しい終了予定日", hint), was
        )
        word = "期日・節目の変化" if row.milestones else "期日の変化"
        return (
            f'<details class="alt"{" open" if is_open else ""}><summary>{word}{self.named}</summary>'
            f'<div class="dates">{ends}</div>{self._stones(stones)}</details>'
        )

    def _stones(self, asked: list[Milestone]) -> str:
        if not self.row.milestones:
            return ""
        keys = {m.pk for m in asked}
        lines = [*map(self._stone, asked), *(_reached(m) for m in self.row.milestones if m.pk not in keys)]
        return f'<ul class="row-stones" aria-label="節目">{"".join(lines)}</ul>'

    def _stone(self, stone: Milestone) -> str:
        title, day = escape(stone.title), self.fields.day
        due, done = f"due_{stone.pk}", f"stone_{stone.pk}"
        now = f'<span class="was">いまの期日 {format_date(stone.due_on)}</span>'
        return (
            f"<li><p><b>{title}</b><br>{now}</p>"
            f"{self._labelled(due, '新しい期日', day(due, f'「{title}」の新しい期日'))}"
            f"{self._labelled(done, '達成日', day(done, f'「{title}」の達成日'))}</li>"
        )

    def _why(self) -> str:
        fields, told = self.fields, self.fields.told
        said = self.report and self.report.reason
        css = " filled" if said or told.is_wrong("reason") or told.is_wrong("reason_kind") else ""
        kind = fields.select("reason_kind", "理由の区分", REASONS, demanded=True)
        reason = fields.text("reason", "理由と見通し", REASON, demanded=True) + fields.cell("reason")
        return (
            f'<div class="why{css}"><div class="demand" id="{self.anchor}-demand">{self._demand()}</div>'
            f"{self._labelled('reason_kind', f'理由の区分{REQUIRED}', kind)}"
            f"{self._labelled('reason', f'理由と見通し{REQUIRED}', reason)}</div>"
        )


def _was(words: str) -> str:
    return f'<span class="was">前回 {words}</span>'


def _saved(word: str) -> str:
    return f'<span class="saved">{icon("check", 16, "3")}{word}</span>'


def _focus(acted: bool) -> str:
    return " data-focus" if acted else ""


def _pushed(action: Action) -> str:
    return f"　計画変更{action.pushes}回" if action.pushes else ""


def _refusal(words: Any) -> str:
    return f'<p class="err refusal" role="alert">{icon("circle-alert")}<span>{escape(str(words))}</span></p>'


def _reached(stone: Milestone) -> str:
    head = f'<b>{escape(stone.title)}</b><br><span class="was">期日 {format_date(stone.due_on)}</span>'
    done = f"{format_date(stone.done_on)} 達成" if stone.done_on else " 達成"
    return f'<li class="reached"><p>{head}</p><p class="saved">{icon("check", 14, "3")}{done}</p></li>'
