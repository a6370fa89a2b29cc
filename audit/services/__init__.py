"""Writes of the ledger and of the read log, and the verifier of the ledger."""

from audit.services.archives import verify_archives
from audit.services.cutting import cut
from audit.services.digests import Digest, read_digests, verify_digests, write_digest
from audit.services.ledger import append, last_writer
from audit.services.lines import lines_of
from audit.services.reads import prune, record_read
from audit.services.verifying import Verdict, verify

__all__ = [
    "Digest", "Verdict", "append", "cut", "last_writer", "lines_of", "prune", "read_digests", "record_read", "verify",
    "verify_archives", "verify_digests", "write_digest",
]  # fmt: skip
