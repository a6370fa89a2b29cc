"""Sessions in the database as Django keeps them, read by a statement that is compiled once: every page begins so."""

from __future__ import annotations

from django.contrib.sessions.backends.db import SessionStore as Stored
from django.contrib.sessions.models import Session
from django.utils import timezone

from lib.prepared import PreparedRows

_SESSION = PreparedRows(Session, lambda key: Session.objects.filter(session_key=key))


class SessionStore(Stored):
    def _get_session_from_db(self) -> Session | None:
        key = self.session_key or ""
        # What a cookie says may be anything; a key is letters and digits.
        stored = _SESSION.objects(key) if key.isalnum() else []
        found = next((s for s in stored if s.expire_date > timezone.now()), None)
        if found is None:
            self._session_key = None
        return found
