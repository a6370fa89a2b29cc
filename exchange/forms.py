"""Forms of the exchange: the file, and the confirmation of what was shown."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings

from lib.forms import PortalForm


class UploadForm(PortalForm):
    file = forms.FileField(
        label="入力したファイル", max_length=200,
        error_messages={"required": "ファイルを選んでください。"},
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = f"Excel（.xlsx、.xls）かCSV、{self.megabytes}MBまで"

    @property
    def megabytes(self) -> int:
        return settings.EXCHANGE_LIMITS["file_bytes"] // settings.MEGABYTE

    def clean_file(self) -> Any:
        """Refuse by the announced size, before the file is read into memory."""
        file = self.cleaned_data["file"]
        if file.size > settings.EXCHANGE_LIMITS["file_bytes"]:
            raise forms.ValidationError(f"ファイルが大きすぎます。{self.megabytes}MBまでです。")
        return file


class ConfirmForm(PortalForm):
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
