"""The portal as it is served, without the time that checking a password takes on purpose: journeys sign in often."""

from __future__ import annotations

from django.contrib.auth.hashers import PBKDF2PasswordHasher

PBKDF2PasswordHasher.iterations = 1000

from dxportal.wsgi import application as application  # noqa: E402
