"""様式: a municipality's own workbook, whose cells are mapped to the columns of a list."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models

from accounts.models import User
from lib.models import Versioned


class Blank(Versioned):
    """An .xlsx that is filled with one row of a list (a card), or with all of them (one row is repeated)."""

    title = models.CharField("様式の名称", max_length=100)
    source = models.SlugField("一覧", max_length=40)
    file_name = models.CharField("ファイル名", max_length=200)
    content = models.BinaryField("ファイル", default=bytes)
    sheet = models.CharField("シート", max_length=31)
    row = models.PositiveIntegerField(
        "くり返す行", null=True, blank=True, validators=[MinValueValidator(1)],
        help_text="一覧の件数だけ増やす行の番号。空欄なら、1件を1枚に書きます",
    )  # fmt: skip
    # Pairs of a cell and a column of the list (or one of the words of `mapping.WORDS`).
    cells = models.JSONField("セルの対応", default=list)
    made_by = models.ForeignKey(User, verbose_name="登録した人", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "様式"
        ordering = ("title", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("title",), name="blank_title",
                violation_error_message="この名称の様式は、すでに登録されています。",
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return self.title

    @property
    def is_card(self) -> bool:
        return self.row is None
