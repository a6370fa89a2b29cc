"""One safe way from a file to rows: `read_workbook`."""

from exchange.parsing.limits import Limits
from exchange.reading.model import Cell, Sheet, Workbook
from exchange.reading.reader import Refused, limits_from_settings, read_workbook

__all__ = ["Cell", "Limits", "Refused", "Sheet", "Workbook", "limits_from_settings", "read_workbook"]
