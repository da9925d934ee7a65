"""Reads SQL: schema files and migrations become facts about the database that they make."""

from __future__ import annotations

from backstay.readers.sql.reader import read_sql

__all__ = ["read_sql"]
