"""Glossary of the strategy."""

from __future__ import annotations

from django.db import models

from lib.models import Versioned


class Term(Versioned):
    term = models.CharField("用語", max_length=60, unique=True)
    reading = models.CharField("よみ", max_length=60)
    explanation = models.TextField("説明", max_length=1000)
    aliases = models.JSONField("別の書き方", default=list, blank=True)

    class Meta:
        verbose_name = "用語"
        ordering = ("reading", "pk")

    def __str__(self) -> str:
        return self.term
