"""Writes of budgets and funding programmes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from actions import money
from actions.models import Action, Budget, FundingProgramme
from actions.services.labels import labelled, refuse_unknown
from lib import fiscal, ledger
from lib.writes import StaleError, insert, save_versioned

BUDGET_FIELDS = (*money.AMOUNTS, "programme", "note")
PLACE_FIELDS = ("action", "fiscal_year", "kind", "number")
PROGRAMME_FIELDS = (
    "name", "short_name", "level", "valid_from", "valid_to", "rate", "source", "note", "verified",
)  # fmt: skip
FIRST_YEAR, YEARS_AHEAD = 2000, 10
TAKEN = "この年度の{}は、すでに登録されています。その行を編集してください。"
ARCHIVED = "保管した取組の予算は変えられません。取組を元に戻してから入力してください。"


@dataclass(frozen=True)
class BudgetChange:
    """What the 当初 row of one action shall become; `version` is the one the person saw, 0 for none."""

    action: Action
    version: int
    values: Mapping[str, Any] = field(default_factory=dict)


class BudgetsRefused(ValidationError):
    """Some rows cannot be stored, so none was: `rows` has the refusal of each by the action's id."""

    def __init__(self, rows: Mapping[int, ValidationError]) -> None:
        super().__init__(f"{len(rows)}行を保存できません。まだ一つも保存していません。", code="rows")
        self.rows = dict(rows)


@transaction.atomic
def create_budget(
    *, action: Action, fiscal_year: int, by: Any, kind: str = "initial", number: int = 0, **values: Any
) -> Budget:  # fmt: skip
    """Store a row of one year. Raises ValidationError when the year has that row already."""
    refuse_unknown(values, BUDGET_FIELDS)
    budget = Budget(action=action, fiscal_year=fiscal_year, kind=kind, number=number or 0, **values)
    _refuse_archived(action)
    _validate(budget)
    with _place_refused(budget):
        budget.save(force_insert=True)
    ledger.record(by=by, act="create", obj=budget, after=labelled(budget, (*PLACE_FIELDS, *BUDGET_FIELDS)))
    return budget


@transaction.atomic
def update_budget(*, budget: Budget, version: int, by: Any, **values: Any) -> Budget:
    """Change amounts if the row still has `version`; the same values again write nothing."""
    refuse_unknown(values, BUDGET_FIELDS)
    rows = Budget.objects.select_for_update(of=("self",), no_key=True).select_related("action", "programme")
    stored = rows.get(pk=budget.pk)
    _refuse_archived(stored.action)
    for name, value in values.items():
        setattr(budget, name, value)
    _validate(budget)
    before, after = labelled(stored, BUDGET_FIELDS), labelled(budget, BUDGET_FIELDS)
    if before == after and stored.version == version:
        return stored
    save_versioned(budget, version=version, fields=values)
    ledger.record(by=by, act="update", obj=budget, before=before, after=after)
    return budget


@transaction.atomic
def delete_budget(*, budget: Budget, version: int, by: Any) -> None:
    """Take back a row that was entered by mistake; the ledger keeps its amounts. A 決算 stays."""
    held = Budget.objects.select_for_update(of=("self",), no_key=True).select_related("action", "programme")
    stored = held.filter(pk=budget.pk).first()
    if stored is None or stored.version != version:
        raise StaleError(stored)
    if stored.executed is not None:
        raise ValidationError("決算額のある行は削除できません。誤りは、値を直してください。")
    ledger.record(by=by, act="delete", obj=stored, before=labelled(stored, (*PLACE_FIELDS, *BUDGET_FIELDS)))
    stored.delete()


@transaction.atomic
@ledger.gathered()
def save_budgets(*, rows: Sequence[BudgetChange], fiscal_year: int, by: Any) -> int:
    """Store the 当初 rows of several actions and return how many changed; BudgetsRefused has every wrong row."""
    refused: dict[int, ValidationError] = {}
    changed = 0
    for row in sorted(rows, key=lambda r: r.action.pk):
        try:
            changed += _save_initial(row, fiscal_year, by)
        except ValidationError as error:
            refused[row.action.pk] = error
    if refused:
        raise BudgetsRefused(refused)
    return changed


def _save_initial(row: BudgetChange, fiscal_year: int, by: Any) -> bool:
    stored = row.action.budgets.filter(fiscal_year=fiscal_year, kind="initial").first()
    if stored is None:
        if row.version:
            raise StaleError(None)
        if all(value in (None, "") for value in row.values.values()):
            return False
        create_budget(action=row.action, fiscal_year=fiscal_year, by=by, **row.values)
        return True
    if stored.version != row.version:
        raise StaleError(stored)
    return update_budget(budget=stored, version=row.version, by=by, **row.values).version != row.version


@transaction.atomic
def create_programme(*, by: Any, **values: Any) -> FundingProgramme:
    refuse_unknown(values, PROGRAMME_FIELDS)
    programme = FundingProgramme(**values)
    programme.full_clean()
    insert(programme)
    ledger.record(by=by, act="create", obj=programme, after=labelled(programme, PROGRAMME_FIELDS))
    return programme


@transaction.atomic
def update_programme(*, programme: FundingProgramme, version: int, by: Any, **values: Any) -> FundingProgramme:
    """Change a programme. Its years may not shrink below those of the budgets that name it."""
    refuse_unknown(values, PROGRAMME_FIELDS)
    before = labelled(FundingProgramme.objects.select_for_update(no_key=True).get(pk=programme.pk), PROGRAMME_FIELDS)
    for name, value in values.items():
        setattr(programme, name, value)
    programme.full_clean()
    _refuse_years_in_use(programme)
    save_versioned(programme, version=version, fields=values)
    ledger.record(by=by, act="update", obj=programme, before=before, after=labelled(programme, PROGRAMME_FIELDS))
    return programme


def _refuse_years_in_use(programme: FundingProgramme) -> None:
    used = sorted(set(programme.budgets.order_by().values_list("fiscal_year", flat=True)))
    outside = [fiscal.Period(str(year)).label for year in used if not programme.is_valid_in(year)]
    if outside:
        words = f"{'、'.join(outside)}の予算で使われているため、年度をせばめられません。"
        raise ValidationError({"valid_to": words})


def _refuse_archived(action: Action) -> None:
    if action.archived_at:
        raise ValidationError(ARCHIVED)


def _validate(budget: Budget) -> None:
    budget.full_clean(validate_constraints=False)
    last = fiscal.fiscal_year(timezone.localdate()) + YEARS_AHEAD
    if not FIRST_YEAR <= budget.fiscal_year <= last:
        raise ValidationError({"fiscal_year": f"年度は{FIRST_YEAR}年度から{last}年度までにしてください。"})
    place = {name: getattr(budget, name) for name in PLACE_FIELDS}
    if Budget.objects.filter(**place).exclude(pk=budget.pk).exists():
        raise ValidationError(TAKEN.format(budget.kind_label))


@contextmanager
def _place_refused(budget: Budget) -> Iterator[None]:
    """Turn the lost race for a row into the refusal that a slower person gets."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise ValidationError(TAKEN.format(budget.kind_label)) from error


@transaction.atomic
def load_programmes(*, data: Mapping[str, Any], by: Any) -> int:
    """Add the programmes that are not stored yet, known by name; returns how many."""
    known = set(FundingProgramme.objects.values_list("name", flat=True))
    try:
        rows = [{name: row[name] for name in PROGRAMME_FIELDS} for row in data["programmes"]]
    except KeyError as error:
        raise ValidationError(f"読み込むデータに「{error.args[0]}」がありません。") from None
    fresh = [row for row in rows if row["name"] not in known]
    for row in fresh:
        create_programme(by=by, **row)
    return len(fresh)
