"""Backends described by SQL, read by the real reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.model.backend import Backend
from backstay.model.data import Name
from backstay.model.facts import Unread
from backstay.readers.sources import Sources
from backstay.readers.sql import read_sql

if TYPE_CHECKING:
    from pathlib import Path

FILE = "schema.sql"


def described(sql: str, folder: Path) -> Backend:
    (folder / FILE).write_text(sql, "utf-8")
    backend = Backend(read_sql([FILE], Sources(folder)))
    assert not backend.of(Unread), backend.of(Unread)
    return backend


def named(name: str) -> Name:
    schema, _, rest = name.rpartition(".")
    return Name(database=FILE, schema=schema or "public", name=rest)
