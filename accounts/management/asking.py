"""A first password from who types a command: asked for twice, or taken from the environment."""

import getpass
import os

from django.core.management.base import CommandError


def first_password() -> str:
    """`DXPORTAL_ADMIN_PASSWORD`, or what was typed twice alike. Raises CommandError where the two differ."""
    given = os.environ.get("DXPORTAL_ADMIN_PASSWORD")
    if given:
        return given
    try:
        typed = getpass.getpass("最初のパスワード: ")
        again = getpass.getpass("もう一度: ")
    except EOFError as error:
        raise CommandError("パスワードが入力されませんでした。DXPORTAL_ADMIN_PASSWORD でも渡せます。") from error
    if typed != again:
        raise CommandError("2回のパスワードが違います。はじめからやり直してください。")
    return typed
