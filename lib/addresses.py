"""Addresses of pages, each found once a process: thirty stand on a page, and none changes while the process lives."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.template import Context
from django.template.base import Parser, Token
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as parsed
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse
from django.utils.html import conditional_escape

Named = tuple[tuple[str, Any], ...]


class Address(URLNode):
    """Django's `{% url %}`. It does not ask which instance of an app is meant: every namespace stands once."""

    def render(self, context: Context) -> str:
        # With their kinds, because True and 1 are equal and their addresses are not.
        args = tuple((type(value), value) for value in (arg.resolve(context) for arg in self.args))
        named = tuple((name, value.resolve(context)) for name, value in self.kwargs.items())
        try:
            found = _found(self.view_name.resolve(context), args, named, get_script_prefix(), get_urlconf())
        except (NoReverseMatch, TypeError):
            return super().render(context)  # what cannot be found, or not kept, is Django's to tell
        if self.asvar:
            context[self.asvar] = found
            return ""
        return conditional_escape(found) if context.autoescape else found


@lru_cache(maxsize=8192)
def _found(name: str, args: tuple[tuple[type, Any], ...], named: Named, prefix: str, urlconf: str | None) -> str:
    return reverse(name, urlconf, args=[value for _, value in args], kwargs=dict(named))


def tag(parser: Parser, token: Token) -> Address:
    node = parsed(parser, token)
    return Address(node.view_name, node.args, node.kwargs, node.asvar)
