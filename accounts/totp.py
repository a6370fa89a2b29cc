"""One-time passwords of an authenticator app, and recovery codes on paper (the clock is passed in)."""

from __future__ import annotations

import hashlib
import secrets
from itertools import groupby

import pyotp
import segno

STEP = 30
# One step before and after: clocks of phones differ.
DRIFT = 1
CODES = 10
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def new_secret() -> str:
    return pyotp.random_base32()


def address(secret: str, *, name: str, issuer: str) -> str:
    """What an authenticator app reads from the picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=issuer)


def matching_step(secret: str, code: str, *, at: float, after: int) -> int | None:
    """The time step whose code this is; None for a wrong one, and for one of a step up to `after` (used before)."""
    typed = code.replace(" ", "").encode()  # as bytes: what is typed may be any text
    now = int(at) // STEP
    for step in range(now - DRIFT, now + DRIFT + 1):
        if step > after and secrets.compare_digest(pyotp.TOTP(secret).at(step * STEP).encode(), typed):
            return step
    return None


def picture(text: str) -> tuple[str, int]:
    """The QR code as one SVG path of dark runs, and how many modules wide it is."""
    runs = []
    matrix = segno.make(text, error="m").matrix
    for y, row in enumerate(matrix):
        x = 0
        for dark, run in groupby(row):
            width = len(list(run))
            if dark:
                runs.append(f"M{x} {y}h{width}v1h-{width}z")
            x += width
    return "".join(runs), len(matrix)


def new_codes() -> list[str]:
    """Recovery codes as they are written down, e.g. `7KQM-2XJF-D4PA`."""
    return ["-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3)) for _ in range(CODES)]


def digest_of(code: str) -> str:
    """What is kept of a recovery code: 60 random bits need no slow hash."""
    return hashlib.sha256(code.upper().replace("-", "").replace(" ", "").encode()).hexdigest()
