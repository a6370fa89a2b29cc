"""Which pages grow, and by what: a module an area, each with PAGES and SINGLE."""

from tests.growth import accounts, depth, exchange, meetings, money, packs, pages, proposals
from tests.growth.base import MOST, Grow, Page

__all__ = ["MOST", "PAGES", "QUERIES", "SINGLE", "Grow", "Page"]

MODULES = (accounts, depth, exchange, meetings, packs, pages, money, proposals)
PAGES = [page for module in MODULES for page in module.PAGES]
SINGLE = {route for module in MODULES for route in module.SINGLE}
QUERIES = pages.QUERIES
