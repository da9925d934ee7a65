"""What an index on a foreign key changes at one size, measured: deletes, look-ups, inserts.

Each state of the indexes is measured in a session of its own: the plans behind a foreign key are
cached in a session. The first five runs of one are planned for the value at hand, and so are these;
a session that has run more may use one plan for all values.
"""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from backstay.lab.building import run
from backstay.lab.counters import Work, work_of
from backstay.lab.filling import fill
from backstay.lab.quoting import identifier, identifiers, relation
from backstay.lab.timing import Comparison, compare
from backstay.model.data import Name
from backstay.proofs.key_values import KeyValue, childless, equals, most_and_least

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from backstay.foreign.psycopg import Connection
    from backstay.lab.planning import Plan, PlannedTable
    from backstay.lab.server import Server
    from backstay.model.data import ForeignKey
    from backstay.proofs.bounds import Clock

INDEX = "backstay_trial"
CONTROL_INDEX = "backstay_control"
_ORDERED = {"integer", "numeric", "float", "timestamp", "date", "time", "text", "boolean", "enum"}
# Fourteen pairs are the fewest that can decide under the one rule with these looks.
_LOOKS = (14, 20, 40, 80)
_TIMING_SECONDS = 6.0
_BATCH_ROWS = 1_000


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """A statement about one parent, which is "most referred", "least referred" or "childless"."""

    parent: str
    children: int
    statement: str


class Operations(msgspec.Struct, frozen=True, kw_only=True):
    """What is measured; ``setup`` runs before it in each transaction."""

    deletes: tuple[Operation, ...]
    lookups: tuple[Operation, ...]
    setup: tuple[str, ...] = ()


class Writing(msgspec.Struct, frozen=True, kw_only=True):
    """What inserting so many rows into the child costs."""

    rows: int
    pages: int
    wal_bytes: int


class Arm(msgspec.Struct, frozen=True, kw_only=True):
    """Counts in one state of the indexes, by statement."""

    works: dict[str, Work]


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """All measures at one size.

    Attributes:
        again: the deletes repeated without any change.
        other: the deletes with an index on another column; None where there is no other column.
        times: of the delete that gains least, with the index against without.
        milliseconds: medians of that delete without and with the index.
        writing: inserting into the child without and with the index; empty for a tree.
    """

    rows: dict[Name, int]
    operations: Operations
    without: Arm
    again: Arm
    other: Arm | None
    other_column: str | None
    indexed: Arm
    index_bytes: int
    times: Comparison
    milliseconds: tuple[float, float]
    writing: tuple[Writing, ...]
    statements: tuple[str, ...]

    def gain(self, operation: Operation) -> int:
        """Pages that the index saves beyond what the controls differ by; negative for a loss."""
        statement = operation.statement
        before = self.without.works[statement].pages
        controls = [self.again, *([self.other] if self.other else [])]
        noise = max(abs(arm.works[statement].pages - before) for arm in controls)
        return before - self.indexed.works[statement].pages - noise

    @property
    def worst(self) -> Operation:
        """The delete that gains least from the index, as a share of its cost."""
        return _worst(self.operations.deletes, self.without, self.indexed)

    @property
    def worst_lookup(self) -> Operation:
        """The look-up that gains least."""
        return _worst(self.operations.lookups, self.without, self.indexed)


class Bench(NamedTuple):
    """Where a trial runs, and on which key."""

    server: Server
    database: str
    clock: Clock
    plan: Plan
    key: ForeignKey

    def session(self, *, autocommit: bool = False) -> Connection:
        """A new session."""
        return self.clock.connect(self.server, self.database, autocommit=autocommit)

    def change(self, statement: str) -> str:
        """Run a statement that changes the schema, in a session of its own."""
        with self.session(autocommit=True) as connection:
            run(connection, statement)
        return statement

    def create_index(self, name: str, columns: tuple[str, ...]) -> str:
        """The statement for an index on the child."""
        table = relation(self.key.table)
        return f"CREATE INDEX {identifier(name)} ON {table} ({identifiers(columns)})"

    def drop_index(self, name: str) -> str:
        """The statement that drops an index of the child."""
        return f"DROP INDEX {identifier(self.key.table.schema)}.{identifier(name)}"


def run_trial(bench: Bench, rows: Mapping[Name, int], *, seed: int) -> Trial:
    """Build the tables at a size, and measure without the index, with another one, and with it.

    Raises:
        CannotBuild: the tables cannot be built or filled.
        LimitReached: it takes too long.
    """
    with bench.session(autocommit=True) as connection:
        filled = fill(connection, bench.plan, rows)
    operations = _operations(bench)
    both = (*operations.deletes, *operations.lookups)
    without, again = _measured(bench, operations, both), _measured(bench, operations)
    column = _other_column(bench)
    other = None
    if column is not None:
        bench.change(bench.create_index(CONTROL_INDEX, (column,)))
        other = _measured(bench, operations)
        bench.change(bench.drop_index(CONTROL_INDEX))
    created = bench.change(bench.create_index(INDEX, bench.key.columns))
    indexed = _measured(bench, operations, both)
    worst = _worst(operations.deletes, without, indexed)
    times, milliseconds = _timed(bench, operations, worst, seed)
    index_bytes = _index_bytes(bench)
    return Trial(
        rows=dict(filled.rows),
        operations=operations,
        without=without,
        again=again,
        other=other,
        other_column=column,
        indexed=indexed,
        index_bytes=index_bytes,
        times=times,
        milliseconds=milliseconds,
        writing=_writing(bench),
        statements=(*filled.statements, *operations.setup, worst.statement, created),
    )


def _operations(bench: Bench) -> Operations:
    key, plan = bench.key, bench.plan
    child, parent = plan.table(key.table), plan.table(key.parent)
    with bench.session() as connection:
        referred = most_and_least(connection, key)
        free = childless(connection, key)
    found: dict[str, KeyValue] = {}
    if referred is not None:
        found = {"most referred": referred[0], "least referred": referred[1]}
    setup: tuple[str, ...] = ()
    if free is None and referred is not None:
        # Each parent has children: those of the least referred one go first.
        free = found.pop("least referred")
        condition = equals(child, key.columns, free)
        setup = (f"DELETE FROM {relation(child.name)} WHERE {condition}",)  # noqa: S608
    if free is not None:
        found["childless"] = KeyValue(free.texts, 0)
    deletable = found if _takes_children_along(key, child) else {"childless": found["childless"]}
    return Operations(
        deletes=tuple(
            Operation(
                parent=name,
                children=value.children,
                statement=f"DELETE FROM {relation(parent.name)} "  # noqa: S608
                f"WHERE {equals(parent, key.parent_columns, value)}",
            )
            for name, value in deletable.items()
        ),
        lookups=tuple(
            Operation(
                parent=name,
                children=value.children,
                statement=f"SELECT * FROM {relation(child.name)} "  # noqa: S608
                f"WHERE {equals(child, key.columns, value)}",
            )
            for name, value in found.items()
        ),
        setup=setup,
    )


def _takes_children_along(key: ForeignKey, child: PlannedTable) -> bool:
    """Whether a parent with children may be deleted; in a tree that could be most of the table."""
    if key.table == key.parent or key.on_delete in {"no action", "restrict"}:
        return False
    set_null = key.set_null_columns or key.columns
    return key.on_delete != "set null" or all(child.column(name).nullable for name in set_null)


def _measured(bench: Bench, operations: Operations, wanted: Sequence[Operation] = ()) -> Arm:
    """Counts in a fresh session, of the deletes unless more is wanted."""
    with bench.session() as connection:
        for statement in operations.setup:
            connection.execute(statement.encode())
        work_of(connection, operations.deletes[0].statement)  # loads catalogs and plans
        works = {
            operation.statement: work_of(connection, operation.statement)
            for operation in wanted or operations.deletes
        }
        connection.rollback()
    return Arm(works=works)


def _writing(bench: Bench) -> tuple[Writing, ...]:
    """Writing without and with the index, which goes then. Last: undone inserts take room."""
    if bench.key.table == bench.key.parent:
        return ()
    indexed = _written(bench)
    bench.change(bench.drop_index(INDEX))
    return _written(bench), indexed


def _written(bench: Bench) -> Writing:
    """What it costs to put the first rows of the child back after deleting them."""
    table = bench.plan.table(bench.key.table)
    name = relation(table.name)
    columns = identifiers(column.name for column in table.columns if column.generated is None)
    first = f"SELECT ctid FROM {name} ORDER BY ctid LIMIT {_BATCH_ROWS}"  # noqa: S608
    insertion = f"INSERT INTO {name} ({columns}) SELECT {columns} FROM batch"  # noqa: S608
    batch = f"CREATE TEMP TABLE batch AS SELECT * FROM {name} WHERE ctid IN ({first})"  # noqa: S608
    with bench.session() as connection:
        run(connection, batch)
        run(connection, f"DELETE FROM {name} WHERE ctid IN ({first})")  # noqa: S608
        work_of(connection, insertion)
        pages = work_of(connection, insertion).pages
        explained = connection.execute(
            f"EXPLAIN (ANALYZE, WAL, TIMING OFF, FORMAT JSON) {insertion}".encode()
        ).fetchone()
        connection.rollback()
    assert explained is not None
    plan = explained[0][0]["Plan"]
    rows = int(plan["Plans"][0]["Actual Rows"])
    return Writing(rows=rows, pages=pages, wal_bytes=int(plan["WAL Bytes"]))


def _other_column(bench: Bench) -> str | None:
    """A column of the child that the key does not have, for an index that must not help."""
    table = bench.plan.table(bench.key.table)
    for column in table.columns:
        ordered = column.type.kind in _ORDERED and not column.type.array
        if ordered and column.name not in bench.key.columns:
            return column.name
    return None


def _timed(
    bench: Bench, operations: Operations, operation: Operation, seed: int
) -> tuple[Comparison, tuple[float, float]]:
    """Wall time of a delete with the index against without, in pairs in one transaction.

    Nobody else is connected, so the index may go and come back within it. The harmless change of
    the table makes both arms plan anew, as losing the index does for one of them.
    """
    seconds: dict[str, list[float]] = {"without": [], "with": []}
    harmless = f"ALTER TABLE {relation(bench.key.table)} SET (fillfactor = 100)"
    with bench.session() as connection:
        for statement in operations.setup:
            connection.execute(statement.encode())

        def arm(name: str, *changes: str) -> Callable[[], float]:
            def once() -> float:
                connection.execute("SAVEPOINT before_run")
                for change in changes:
                    connection.execute(change.encode())
                started = time.perf_counter()
                connection.execute(operation.statement.encode())
                taken = time.perf_counter() - started
                connection.execute("ROLLBACK TO before_run")
                seconds[name].append(taken)
                return taken

            return once

        without = arm("without", harmless, bench.drop_index(INDEX))
        indexed = arm("with", harmless)
        indexed()
        without()
        times = compare(
            without,
            indexed,
            seed=seed,
            looks=_LOOKS,
            budget_seconds=min(_TIMING_SECONDS, bench.clock.remaining()),
        )
        connection.rollback()
    medians = [round(1000 * statistics.median(seconds[name]), 3) for name in ("without", "with")]
    return times, (medians[0], medians[1])


def _index_bytes(bench: Bench) -> int:
    with bench.session() as connection:
        row = connection.execute(
            "SELECT pg_relation_size(format('%%I.%%I', %s::text, %s::text)::regclass)",
            (bench.key.table.schema, INDEX),
        ).fetchone()
    assert row is not None
    return int(row[0])


def _worst(operations: Sequence[Operation], before: Arm, after: Arm) -> Operation:
    def share(operation: Operation) -> float:
        pages = before.works[operation.statement].pages
        return after.works[operation.statement].pages / max(1, pages)

    return max(operations, key=share)
