"""What a cell may not begin with, or a spreadsheet would run it (pure)."""

from __future__ import annotations

# In both widths: a spreadsheet set to Japanese reads ＝ as =.
STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
