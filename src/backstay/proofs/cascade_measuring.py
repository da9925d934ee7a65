"""A delete that cascades, run for real and undone: what goes, table by table, and at what cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from backstay.lab.building import run
from backstay.lab.counters import Work, work_of
from backstay.lab.filling import fill
from backstay.lab.quoting import identifier, identifiers, relation
from backstay.model.data import ForeignKey, Name
from backstay.proofs.key_values import KeyValue, equals

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from backstay.foreign.psycopg import Connection
    from backstay.lab.planning import Plan
    from backstay.lab.server import Server
    from backstay.model.cascades import Cascade
    from backstay.proofs.bounds import Clock

# How long the delete may take as the schema is; one that takes longer says enough.
PATIENCE_SECONDS = 3.0
_INDEX = "backstay_step_{}"


class Deletion(NamedTuple):
    """One delete: its statement, and its work, or None where it did not end in time."""

    statement: str
    work: Work | None


class Deletions(msgspec.Struct, frozen=True, kw_only=True):
    """All deletes of one size.

    Attributes:
        most: of the row with the most rows below it, with an index at each step.
        again: the same once more, as the first control.
        usual: of a row with about the mean number of rows that refer to it.
        lone: of a row that nothing refers to, as the second control; None where there is none.
        as_is: of the row with the most again, without the indexes that the schema lacks.
        instead: the same with SET NULL at the first step.
    """

    rows: dict[Name, int]
    most: Deletion
    again: Deletion
    usual: Deletion
    lone: Deletion | None
    as_is: Deletion
    instead: Deletion | None
    statements: tuple[str, ...]


class Ground(NamedTuple):
    """Where deletes are measured. ``missing`` are the steps without an index."""

    server: Server
    database: str
    clock: Clock
    plan: Plan
    cascade: Cascade
    missing: tuple[ForeignKey, ...]

    def session(self, *, autocommit: bool = False) -> Connection:
        """A new session."""
        return self.clock.connect(self.server, self.database, autocommit=autocommit)

    @property
    def first_keys(self) -> tuple[ForeignKey, ...]:
        """The keys that refer to the root by the same columns as the nearest one."""
        root, columns = self.cascade.root, self.cascade.keys[0].parent_columns
        return tuple(
            key for key in self.cascade.keys if key.parent == root and key.parent_columns == columns
        )

    def change(self, statements: Iterable[str]) -> None:
        """Run statements that change the schema."""
        with self.session(autocommit=True) as connection:
            for statement in statements:
                run(connection, statement)


def measure_deletes(ground: Ground, rows: Mapping[Name, int], *, instead: bool) -> Deletions:
    """Build and fill the tables and delete from the root; ``instead`` also tries SET NULL.

    Raises:
        CannotBuild: the tables cannot be built or filled.
        LimitReached: it takes too long.
    """
    with ground.session(autocommit=True) as connection:
        filled = fill(connection, ground.plan, rows)
    # With indexes first: without them a delete may take hours, and which row has most is unknown.
    ground.change(_index_statements(ground))
    roots = _roots(ground)
    with ground.session() as connection:
        _deletion(ground, connection, roots.most)  # loads catalogs and plans
        most, again, usual = (
            _deletion(ground, connection, value) for value in (roots.most, roots.most, roots.usual)
        )
        lone = _deletion(ground, connection, roots.lone) if roots.lone is not None else None
        connection.rollback()
    set_null = _set_null(ground, roots.most) if instead else None
    return Deletions(
        rows=dict(filled.rows),
        most=most,
        again=again,
        usual=usual,
        lone=lone,
        instead=set_null,
        as_is=_unindexed(ground, roots.most) if ground.missing else most,
        statements=(*filled.statements, most.statement),
    )


def _index_statements(ground: Ground) -> Iterable[str]:
    for number, key in enumerate(ground.missing):
        name = identifier(_INDEX.format(number))
        yield f"CREATE INDEX {name} ON {relation(key.table)} ({identifiers(key.columns)})"


def _drop_statements(ground: Ground) -> Iterable[str]:
    for number, key in enumerate(ground.missing):
        name = identifier(_INDEX.format(number))
        yield f"DROP INDEX {identifier(key.table.schema)}.{name}"


class _Roots(NamedTuple):
    most: KeyValue
    usual: KeyValue
    lone: KeyValue | None


def _roots(ground: Ground) -> _Roots:
    """Rows of the root that are referred to most, about as often as the mean, and never."""
    root, keys = ground.cascade.root, ground.first_keys
    columns = keys[0].parent_columns
    names = [f"k{number}" for number in range(len(columns))]
    arms = " UNION ALL ".join(
        f"SELECT {', '.join(map(_aliased, key.columns, names))} FROM {relation(key.table)}"  # noqa: S608
        for key in keys
    )
    joined = " AND ".join(
        f"p.{identifier(column)} = counted.{name}"
        for column, name in zip(columns, names, strict=True)
    )
    texts = ", ".join(f"p.{identifier(column)}::text" for column in columns)
    order = ", ".join(f"p.{identifier(column)}" for column in columns)
    grouped = ", ".join(names)
    query = (
        f"WITH counted AS (SELECT {grouped}, count(*) AS n FROM ({arms}) AS r GROUP BY {grouped}), "  # noqa: S608
        f"roots AS MATERIALIZED (SELECT coalesce(n, 0) AS n, ARRAY[{texts}] AS key, "
        f"row_number() OVER (ORDER BY {order}) AS at "
        f"FROM {relation(root)} AS p LEFT JOIN counted ON {joined}) "
        "(SELECT 1, key, n FROM roots ORDER BY n DESC, at LIMIT 1) UNION ALL "
        "(SELECT 2, key, n FROM roots ORDER BY abs(n - (SELECT avg(n) FROM roots)), at LIMIT 1) "
        "UNION ALL (SELECT 3, key, n FROM roots WHERE n = 0 ORDER BY at DESC LIMIT 1)"
    )
    with ground.session() as connection:
        found = connection.execute(query.encode()).fetchall()
    by_place = {place: KeyValue(tuple(key), int(count)) for place, key, count in found}
    return _Roots(most=by_place[1], usual=by_place[2], lone=by_place.get(3))


def _aliased(column: str, name: str) -> str:
    return f"{identifier(column)} AS {name}"


def _statement(ground: Ground, value: KeyValue) -> str:
    root = ground.plan.table(ground.cascade.root)
    condition = equals(root, ground.first_keys[0].parent_columns, value)
    return f"DELETE FROM {relation(root.name)} WHERE {condition}"  # noqa: S608


def _deletion(ground: Ground, connection: Connection, value: KeyValue) -> Deletion:
    statement = _statement(ground, value)
    return Deletion(statement, work_of(connection, statement))


def _unindexed(ground: Ground, value: KeyValue) -> Deletion:
    """The delete without the missing indexes, given up where it takes too long."""
    from backstay.foreign.psycopg import errors  # noqa: PLC0415 (slow to import)

    ground.change(_drop_statements(ground))
    with ground.session() as connection:
        milliseconds = round(1000 * min(PATIENCE_SECONDS, ground.clock.remaining()))
        connection.execute(f"SET LOCAL statement_timeout = {milliseconds}".encode())
        try:
            return _deletion(ground, connection, value)
        except errors.QueryCanceled:
            return Deletion(_statement(ground, value), None)
        finally:
            connection.rollback()


def _set_null(ground: Ground, value: KeyValue) -> Deletion:
    """The delete if the first step set null; the constraint is undone with the transaction."""
    key = ground.cascade.keys[0]
    name, columns = identifier(key.name), identifiers(key.columns)
    with ground.session() as connection:
        run(connection, f"ALTER TABLE {relation(key.table)} DROP CONSTRAINT {name}")
        run(
            connection,
            f"ALTER TABLE {relation(key.table)} ADD CONSTRAINT {name} FOREIGN KEY ({columns}) "
            f"REFERENCES {relation(key.parent)} ({identifiers(key.parent_columns)}) "
            "ON DELETE SET NULL NOT VALID",
        )
        found = _deletion(ground, connection, value)
        connection.rollback()
    return found
