"""Databases of earlier versions, and that they reach this one with everything that was in them.

`first-sqlite.zip` and `first-postgresql.zip` are backups of the demonstration city as the first version of the portal
built it (commit 7f3ff8b), one for each database. To add a later version, take `manage.py backup` with its code.
"""
