"""Forms of the publication."""

from __future__ import annotations

from django import forms

from lib.forms import PortalForm


class ApproveForm(PortalForm):
    note = forms.CharField(
        label="承認の根拠", max_length=200,
        help_text="決裁の番号や、公開を決めた会議など。公開用のページにも載ります。氏名は書きません。",
    )  # fmt: skip


class WithdrawForm(PortalForm):
    reason = forms.CharField(label="取り消す理由", max_length=200)
