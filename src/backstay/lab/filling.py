"""A schema filled with believable rows, fast: made inside the server, keys and indexes last."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec

from backstay.lab.building import add_keys, create_tables, run
from backstay.lab.conditions import satisfy_checks
from backstay.lab.quoting import identifiers, relation
from backstay.lab.recipes import Recipes
from backstay.model.data import Name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backstay.foreign.psycopg import Connection
    from backstay.lab.planning import Plan, PlannedTable

# Compiling the long expressions takes longer than running them.
_SETTINGS = ("SET jit = off", "SET maintenance_work_mem = '128MB'", "SET TimeZone = 'UTC'")


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """What was done.

    Attributes:
        rows: by table.
        statements: that made the rows, in order.
        seconds: of wall time, for all of it.
    """

    rows: dict[Name, int]
    statements: tuple[str, ...]
    seconds: float


def fill(connection: Connection, plan: Plan, rows: Mapping[Name, int], *, seed: int = 1) -> Filled:
    """Build the tables of a plan in an empty database and fill them.

    The rows of the same plan, numbers and seed are the same each time. Where no number is given, a
    table gets none.

    Args:
        connection: in autocommit mode, to a database of our own.
        plan: what to build.
        rows: how many rows each table gets.
        seed: another one gives other rows.

    Raises:
        CannotBuild: the keys or checks ask for what cannot be made up; the text names them.
    """
    started = time.monotonic()
    wanted = {table.name: rows.get(table.name, 0) for table in plan.tables}
    recipes = Recipes(plan, wanted, seed)
    statements = []
    for setting in _SETTINGS:
        run(connection, setting)
    # One transaction: with wal_level = minimal, rows of tables made in it need no log.
    with connection.transaction():
        create_tables(connection, plan)
        filled = [table for table in plan.tables if wanted[table.name]]
        for table in filled:
            satisfy_checks(connection, recipes.of(table.name))
        for table in filled:
            statements.append(_insertion(table, recipes))
            run(connection, statements[-1])
        add_keys(connection, plan)
    names = ", ".join(relation(table.name) for table in plan.tables)
    run(connection, f"VACUUM (ANALYZE) {names}")
    return Filled(rows=wanted, statements=tuple(statements), seconds=time.monotonic() - started)


def _insertion(table: PlannedTable, recipes: Recipes) -> str:
    recipe = recipes.of(table.name)
    columns = [column.name for column in table.columns if column.generated is None]
    expressions = ", ".join(recipe.expression(column, "made.n") for column in columns)
    return (  # all names are quoted, and all expressions are ours or allowed
        f"INSERT INTO {relation(table.name)} ({identifiers(columns)}) SELECT {expressions} "  # noqa: S608
        f"FROM generate_series(1::bigint, {recipe.rows}) AS made(n)"
    )
