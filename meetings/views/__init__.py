"""Pages of the meetings, a module a noun."""
