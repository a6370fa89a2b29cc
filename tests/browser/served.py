"""The portal as it is served, but for the time that checking a password takes on purpose: journeys sign in fifty times."""

from __future__ import annotations

from django.contrib.auth.hashers import PBKDF2PasswordHasher

PBKDF2PasswordHasher.iterations = 1000

from dxportal.wsgi import application as application  # noqa: E402
