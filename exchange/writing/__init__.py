"""Workbooks and other files that go out."""
