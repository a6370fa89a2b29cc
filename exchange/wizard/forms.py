"""Forms of the wizard's pages; their fields depend on the sheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from exchange.forms import UploadForm
from exchange.wizard import heading, periods
from exchange.wizard.models import Draft
from exchange.wizard.periods import KIND_WORDS, TARGET
from exchange.wizard.places import Guess
from exchange.wizard.targets import Opened, Target, known_places
from exchange.wizard.transform import LEFT_OUT, NUMBERED, Spec, Table, distinct
from lib.forms import PortalForm, WholeNumberField

# More different words than this are no choices but free text.
MOST_WORDS = 300
# Fields about columns of periods.
SPREAD = ("grid", "owner", "figures", "reason")


class StartForm(UploadForm):
    target = forms.ChoiceField(label="取り込み先", help_text="この表の行として取り込みます")
    field_order = ("file", "target")

    def __init__(self, *args: Any, offered: Sequence[Target], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].label = "お手元の表"
        self.fields["file"].help_text += "。題名の行、結合したセル、2段の見出し、和暦、〃 があってもかまいません"
        self.fields["target"].choices = [("", "選んでください"), *((t.value, t.label) for t in offered)]


class SheetForm(PortalForm):
    sheet = forms.CharField(widget=forms.HiddenInput)
    first = WholeNumberField(label="見出しの行", min_value=1, help_text="見出しが始まる行の番号")
    depth = forms.TypedChoiceField(
        label="見出しの段数", coerce=int, choices=[(n, f"{n}段") for n in range(1, heading.DEEPEST + 1)],
        help_text="「期間」の下に「開始」「終了」があるときは2段",
    )  # fmt: skip


class ColumnsForm(PortalForm):
    """One choice a column; then values for fields that no column fills, and the rows to leave out."""

    def __init__(self, *args: Any, table: Table, opened: Opened, draft: Draft, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.table, self.opened, self.chosen = table, opened, draft.chosen()
        self.unfolded = opened.unfolded(table)
        self.names = {s.name: s.label for s in opened.fields()}
        self.years = table.years if opened.has_figures else {}
        self.groups = periods.offered(self.years.values(), timezone.localdate()) if opened.has_figures else []
        self.places = [at for at, label in enumerate(table.labels) if label and self._is_asked(at)]
        for at in self.places:
            self._add(f"c{at}", forms.ChoiceField(
                label=table.labels[at], choices=self._offered(at), required=False, initial=self._proposed(at)
            ))  # fmt: skip
        self._add_fixed()
        self._add_rows()

    def _is_asked(self, at: int) -> bool:
        """Columns of a schedule are read as a whole; what a column of figures holds may be chosen."""
        return at not in self.unfolded or at in self.years

    def _offered(self, at: int) -> list[tuple[str, Any]]:
        """Fields of the row, and what a column of figures may hold, by year; its own head first."""
        first = [("", "取り込まない"), *self.names.items()]
        known = {key for _, group in self.groups for key, _ in group}
        head = self.years.get(at)
        if head is not None and head.key not in known:
            first.insert(1, (head.key, periods.own(head)))
        return [*first, *self.groups]

    def _proposed(self, at: int) -> str:
        head, chosen = self.years.get(at), self.chosen
        if chosen.periods is not None:
            return chosen.periods.get(at) or chosen.columns.get(at, "")
        return chosen.columns.get(at) or (head.key if head is not None and head.fits else "")

    def _add(self, name: str, field: forms.Field) -> None:
        self.fields[name] = field
        self._dress(name, field)

    def _add_fixed(self) -> None:
        self.lacking = {s.name for s in self.opened.missing(self.chosen.columns)}
        for spec in (s for s in self.opened.specs.values() if s.required and not s.locked):
            self._add(f"x-{spec.name}", self._fixed_field(spec))

    def _fixed_field(self, spec: Spec) -> forms.Field:
        now = self.chosen.fixed.get(spec.name, "")
        if spec.has_options and spec.kind != "many":
            only = spec.options[0] if len(spec.options) == 1 else ""
            choices = [("", "（入れない）"), *((o, o) for o in spec.options)]
            return forms.ChoiceField(label=spec.label, choices=choices, required=False, initial=now or only)
        words = f"{NUMBERED} と書くと、行ごとに001からの番号になります" if spec.kind == "text" else ""
        return forms.CharField(label=spec.label, required=False, max_length=100, initial=now, help_text=words)

    def _add_rows(self) -> None:
        counts = self.table.counts()
        self.out = [(kind, counts[kind]) for kind in LEFT_OUT if kind in counts]
        for kind, count in self.out:
            label = f"{heading.KIND_WORDS[kind]}（{count}行）も取り込む"
            self.fields[f"k-{kind}"] = forms.BooleanField(label=label, required=False, initial=kind in self.chosen.kept)
        if self.opened.has_figures:
            self._add_figures()
        elif self.unfolded:
            self._add_grid("予定表の{}列を工程の段階にする")
            owners = list(self.opened.spread.owners or ())
            self._add("owner", forms.ChoiceField(
                label="主体が書かれていない段階の主体", choices=[(o, o) for o in owners], required=False,
                initial=self.chosen.owner or owners[-1],
            ))  # fmt: skip

    def _add_grid(self, words: str, more: str = "") -> None:
        label = words.format(len(self.unfolded))
        self.fields["grid"] = forms.BooleanField(
            label=label, required=False, initial=self.chosen.grid, help_text=more
        )  # fmt: skip

    def _add_figures(self) -> None:
        """Years and half-years beside each other become rows of targets and actuals."""
        if self.years:
            self._add_grid("年度・半期の{}列を目標と実績にする", self._told())
        silent = [self.table.labels[at] for at, column in sorted(self.years.items()) if not column.kind]
        if silent:
            words = "、".join(silent[:4]) + ("など" if len(silent) > 4 else "")
            self._add("figures", forms.ChoiceField(
                label="目標か実績かが見出しにない列", required=False, initial=self.chosen.figures or TARGET,
                choices=[*KIND_WORDS.items(), ("", "取り込まない")],
                help_text=f"{words}。行ごとに「目標」「実績」と書いてあるときは、行の言葉によります",
            ))  # fmt: skip
        self._add("reason", forms.CharField(
            label="登録ずみの実績と値が違うときの訂正の理由", required=False, max_length=300,
            initial=self.chosen.reason,
            help_text="前の値とともに履歴に残ります。空欄なら、値の違う行は確かめる画面でエラーになります",
        ))  # fmt: skip

    def _told(self) -> str:
        """How the heads were read, and which of them the portal has no place for."""
        found = self.years.values()
        unfit = "、".join(dict.fromkeys(c.label for c in found if not c.fits))
        told = periods.told(c for c in found if c.fits)
        return f"{told}。{unfit}は取り込みません（目標は年度ごとに1つの数です）" if unfit else told

    # ---- what the template shows

    def columns(self) -> Iterator[tuple[Any, str, list[str]]]:
        for at in self.places:
            yield self[f"c{at}"], self.table.labels[at], self.table.samples(at)

    def fixed(self) -> list[Any]:
        """Values for required fields that no column gives."""
        return [f for f in self._fixed() if f.name.removeprefix("x-") in self.lacking or f.value() or f.errors]

    def rest(self) -> list[Any]:
        """The same for fields that a column gives already; its blank cells take them."""
        shown = {f.name for f in self.fixed()}
        return [f for f in self._fixed() if f.name not in shown]

    def _fixed(self) -> list[Any]:
        return [self[n] for n in self.fields if n.startswith("x-")]

    def rows(self) -> list[Any]:
        return [self[n] for n in self.fields if n.startswith("k-") or n in SPREAD]

    # ---- what was chosen

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        given: dict[str, str] = {}
        for at in self.places:
            name = data.get(f"c{at}", "")
            if name and name in given and not (_is_period(name) and not self._spreads()):
                what = "期間" if _is_period(name) else "項目"
                self.add_error(f"c{at}", f"「{given[name]}」の列と同じ{what}です。どちらかを選び直してください。")
            elif name:
                given[name] = self.table.labels[at]
        if all(map(_is_period, given)) and not self.errors:
            raise ValidationError("取り込む列を一つは選んでください。")
        return data

    def _spreads(self) -> bool:
        """Whether columns of periods are taken; where no head names one, those that were chosen are."""
        return bool(self.cleaned_data.get("grid")) if "grid" in self.fields else True

    def choices(self) -> dict[str, Any]:
        data = self.cleaned_data
        chosen = {at: data[f"c{at}"] for at in self.places if data.get(f"c{at}")}
        return {
            "columns": {at: name for at, name in chosen.items() if not _is_period(name)},
            "periods": {at: name for at, name in chosen.items() if _is_period(name)} if self.groups else None,
            "fixed": {n.removeprefix("x-"): data[n] for n in self.fields if n.startswith("x-") and data.get(n)},
            "kept": [kind for kind, _ in self.out if data.get(f"k-{kind}")],
            "grid": self._spreads(),
            **{name: data.get(name, "") for name in ("owner", "figures", "reason")},
        }


def _is_period(name: str) -> bool:
    """Keys of periods have signs that names of fields have not."""
    return ":" in name


class ValuesForm(PortalForm):
    """One choice a word, for every column whose values are fixed."""

    def __init__(self, *args: Any, table: Table, opened: Opened, draft: Draft, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = draft.chosen()
        lines, known = table.wanted(chosen), known_places()
        self.groups: list[tuple[Spec, str, list[tuple[str, int, str, Guess]]]] = []
        for at, name in sorted(chosen.columns.items()):
            spec = opened.specs.get(name)
            if spec is None or not spec.has_options:
                continue
            words = list(distinct(lines, at, spec).items())[:MOST_WORDS]
            self.groups.append((spec, table.labels[at], self._words(spec, words, chosen.values, opened, known)))

    def _words(self, spec: Spec, words: list[tuple[str, int]], before: Any, opened: Opened, known: Any) -> list[Any]:
        offered = [("", "（空欄のままにする）"), *((o, o) for o in spec.options)]
        made = []
        for number, (word, count) in enumerate(words):
            kept = before.get(spec.name, {}).get(word)
            guess = opened.guess(spec, word, known) if kept is None else Guess(kept if kept in spec.options else "")
            name = f"v-{spec.name}-{number}"
            self.fields[name] = forms.ChoiceField(label=word, choices=offered, required=False, initial=guess.option)
            self._dress(name, self.fields[name])
            made.append((name, word, count, guess))
        return made

    def shown(self) -> list[tuple[str, str, list[tuple[Any, str, int, Guess]]]]:
        return [
            (label, spec.label, [(self[name], word, count, guess) for name, word, count, guess in words])
            for spec, label, words in self.groups
        ]

    def choices(self) -> dict[str, dict[str, str]]:
        return {
            spec.name: {word: self.cleaned_data.get(name, "") for name, word, _, _ in words}
            for spec, _, words in self.groups
        }
