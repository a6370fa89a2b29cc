"""Keeping: the whole portal in one file, taken while it is in use, and put back into an empty place."""
