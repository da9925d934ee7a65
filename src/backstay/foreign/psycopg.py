"""The door to psycopg: connections to PostgreSQL that suit experiments.

Why psycopg: the maintained driver of PostgreSQL, with libpq built in. Without it we would drive
`psql` as a subprocess. It takes a quarter of a second to import, so import this door where used.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import Error, OperationalError, errors, sql
from psycopg.conninfo import make_conninfo

__all__ = ["Connection", "Error", "OperationalError", "connect", "errors", "sql"]

Connection = psycopg.Connection[tuple[Any, ...]]


def connect(*, autocommit: bool = False, **parameters: str | int) -> Connection:
    """Connect with libpq's connection `parameters`.

    Statements are never prepared behind our back: psycopg would do so at the fifth run, and a
    prepared plan ignores an index that came or went since.

    Raises:
        OperationalError: the server refused, or is not there.
    """
    return psycopg.connect(
        make_conninfo("", **parameters), autocommit=autocommit, prepare_threshold=None
    )
