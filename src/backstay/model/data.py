"""Facts about relational data: what a schema holds after all its statements have run.

Type names are those of PostgreSQL's ``format_type``: "bigint", "character varying(80)",
"timestamp with time zone". Expressions are SQL text as PostgreSQL would print it.
"""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from backstay.model.facts import Fact
from backstay.model.identifiers import quoted


class Name(msgspec.Struct, frozen=True, kw_only=True, order=True, cache_hash=True):
    """The name of a relation, type or function.

    Attributes:
        database: the source that the name lives in (a migration folder, a schema file, a live
            database), so that two schemas in one repository never mix.
        schema: "public" unless said otherwise.
        name: unquoted, folded as PostgreSQL folds it.
    """

    database: str
    schema: str = "public"
    name: str

    def __str__(self) -> str:
        plain = quoted(self.name)
        return plain if self.schema == "public" else f"{quoted(self.schema)}.{plain}"


Action = Literal["no action", "restrict", "cascade", "set null", "set default"]


def _columns(names: tuple[str, ...]) -> str:
    return "(" + ", ".join(map(quoted, names)) + ")"


class NamedFact(Fact, frozen=True, kw_only=True):
    """A fact about something with a name of its own in a database."""

    name: Name

    @property
    def scope(self) -> str:
        """The database."""
        return self.name.database


class TableFact(Fact, frozen=True, kw_only=True):
    """A fact about a part of a table."""

    table: Name

    @property
    def scope(self) -> str:
        """The database."""
        return self.table.database


class DatabaseFact(Fact, frozen=True, kw_only=True):
    """A fact about a database as a whole, or something in it without a qualified name."""

    database: str

    @property
    def scope(self) -> str:
        """The database."""
        return self.database


class Dialect(DatabaseFact, frozen=True, kw_only=True, tag="dialect", tag_field="kind"):
    """Which SQL a database source is written in, and with which layout its files come.

    Attributes:
        dialect: "postgresql", "mysql", "sqlite" or "unknown".
        layout: "schema" for plain files, or the migration tool: "diesel", "flyway", ...
        files: paths, in the order in which they apply.
    """

    dialect: str
    layout: str
    files: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.database} ({self.dialect}, {self.layout})"


class Table(NamedFact, frozen=True, kw_only=True, tag="table", tag_field="kind"):
    """A table.

    Attributes:
        row_security: row level security is enabled; ``row_security_forced`` for its owner too.
        partition_key: "range (created_at)" on a partitioned table.
        partition_of: the parent, on a partition.
        inherits: parents by old-style inheritance.
        comment: text of COMMENT ON TABLE.
    """

    row_security: bool = False
    row_security_forced: bool = False
    partition_key: str | None = None
    partition_of: Name | None = None
    inherits: tuple[Name, ...] = ()
    unlogged: bool = False
    comment: str | None = None

    def __str__(self) -> str:
        return f"table {self.name}"


class Column(TableFact, frozen=True, kw_only=True, tag="column", tag_field="kind"):
    """A column, in the order of ``position`` (from 1, gaps where columns were dropped).

    Attributes:
        type: as ``format_type`` prints it, arrays with "[]".
        default: SQL expression.
        identity: of GENERATED ... AS IDENTITY.
        generated: SQL expression of GENERATED ALWAYS AS (...) STORED or VIRTUAL.
        serial: written as serial, bigserial or smallserial (default from an owned sequence).
        user_type: the enum or domain, where the type is one.
    """

    name: str
    position: int
    type: str
    nullable: bool = True
    default: str | None = None
    identity: Literal["always", "by default"] | None = None
    generated: str | None = None
    serial: bool = False
    user_type: Name | None = None
    collation: str | None = None
    comment: str | None = None

    def __str__(self) -> str:
        return f"column {self.table}.{quoted(self.name)}"


class PrimaryKey(TableFact, frozen=True, kw_only=True, tag="primary-key", tag_field="kind"):
    """A primary key."""

    name: str
    columns: tuple[str, ...]

    def __str__(self) -> str:
        return f"primary key {self.table} {_columns(self.columns)}"


class Unique(TableFact, frozen=True, kw_only=True, tag="unique", tag_field="kind"):
    """A unique constraint (unique indexes without a constraint are indexes)."""

    name: str
    columns: tuple[str, ...]
    nulls_not_distinct: bool = False
    deferrable: bool = False

    def __str__(self) -> str:
        return f"unique {self.table} {_columns(self.columns)}"


class ForeignKey(TableFact, frozen=True, kw_only=True, tag="foreign-key", tag_field="kind"):
    """A foreign key. ``parent_columns`` is resolved to the parent's key where it was left out.

    ``set_null_columns`` are those of ON DELETE SET NULL (...), empty for all.
    """

    name: str
    columns: tuple[str, ...]
    parent: Name
    parent_columns: tuple[str, ...]
    on_delete: Action = "no action"
    on_update: Action = "no action"
    set_null_columns: tuple[str, ...] = ()
    deferrable: bool = False
    validated: bool = True

    def __str__(self) -> str:
        return (
            f"foreign key {self.table} {_columns(self.columns)}"
            f" references {self.parent} {_columns(self.parent_columns)}"
        )


class Check(TableFact, frozen=True, kw_only=True, tag="check", tag_field="kind"):
    """A check constraint with the columns that its expression names."""

    name: str
    expression: str
    columns: tuple[str, ...] = ()
    validated: bool = True

    def __str__(self) -> str:
        return f"check {quoted(self.name)} on {self.table}: {self.expression}"


class Exclusion(TableFact, frozen=True, kw_only=True, tag="exclusion", tag_field="kind"):
    """An exclusion constraint; its index is an Index fact too."""

    name: str
    definition: str

    def __str__(self) -> str:
        return f"exclusion {quoted(self.name)} on {self.table}"


class IndexKey(msgspec.Struct, frozen=True, kw_only=True):
    """One key of an index: a column, or an expression (then ``column`` is None)."""

    column: str | None = None
    expression: str | None = None
    descending: bool = False
    nulls_first: bool = False
    operator_class: str | None = None
    collation: str | None = None

    def __str__(self) -> str:
        text = quoted(self.column) if self.column is not None else f"({self.expression})"
        if self.collation:
            text += f" collate {quoted(self.collation)}"
        if self.operator_class:
            text += f" {self.operator_class}"
        if self.descending:
            text += " desc"
        if self.nulls_first != self.descending:
            text += " nulls first" if self.nulls_first else " nulls last"
        return text


class Index(TableFact, frozen=True, kw_only=True, tag="index", tag_field="kind"):
    """An index. Those behind primary keys, unique and exclusion constraints are indexes too.

    Attributes:
        predicate: of a partial index, SQL text.
        constraint: name of the constraint that the index serves.
        valid: False after a concurrent build that failed (live only).
    """

    name: str
    keys: tuple[IndexKey, ...]
    include: tuple[str, ...] = ()
    unique: bool = False
    nulls_not_distinct: bool = False
    method: str = "btree"
    predicate: str | None = None
    constraint: str | None = None
    valid: bool = True

    def __str__(self) -> str:
        keys = ", ".join(map(str, self.keys))
        return f"index {quoted(self.name)} on {self.table} ({keys})"

    @property
    def qualified_name(self) -> str:
        """The index's name as SQL names it; an index lives in its table's schema."""
        plain = quoted(self.name)
        schema = self.table.schema
        return plain if schema == "public" else f"{quoted(schema)}.{plain}"

    @property
    def definition(self) -> str:
        """The statement that makes it, concurrently."""
        unique = "unique " if self.unique else ""
        text = f"create {unique}index concurrently {quoted(self.name)} on {self.table}"
        text += f" using {self.method} ({', '.join(map(str, self.keys))})"
        if self.include:
            text += f" include ({', '.join(map(quoted, self.include))})"
        if self.nulls_not_distinct:
            text += " nulls not distinct"
        return f"{text} where {self.predicate}" if self.predicate else text

    @property
    def columns(self) -> tuple[str, ...] | None:
        """The key columns in order, or None where a key is an expression."""
        names = tuple(key.column for key in self.keys if key.column is not None)
        return names if len(names) == len(self.keys) else None

    def leads_with(self, columns: tuple[str, ...]) -> bool:
        """Whether equality on all these columns, in any order, can use this index whole."""
        head = {key.column for key in self.keys[: len(columns)]}
        return (
            self.valid
            and (self.predicate is None or _only_not_null(self.predicate, columns))
            and self.method in {"btree", "hash"}
            and len(self.keys) >= len(columns)
            and head == set(columns)
        )


def _only_not_null(predicate: str, columns: tuple[str, ...]) -> bool:
    """Whether the predicate holds for every row that equality on the columns can find."""
    parts = re.split(
        r"\s+and\s+", predicate.replace("(", " ").replace(")", " "), flags=re.IGNORECASE
    )
    implied = {f"{quoted(column)} is not null" for column in columns}
    return all(" ".join(part.split()).lower() in implied for part in parts)


class View(NamedFact, frozen=True, kw_only=True, tag="view", tag_field="kind"):
    """A view with the relations that its query reads.

    Attributes:
        columns: their names in order, None where they cannot be told.
    """

    definition: str
    materialized: bool = False
    reads: tuple[Name, ...] = ()
    columns: tuple[str, ...] | None = None
    security_invoker: bool = False

    def __str__(self) -> str:
        return f"{'materialized view' if self.materialized else 'view'} {self.name}"


class Enum(NamedFact, frozen=True, kw_only=True, tag="enum", tag_field="kind"):
    """An enumerated type with its labels in order."""

    labels: tuple[str, ...]

    def __str__(self) -> str:
        return f"enum {self.name}"


class Domain(NamedFact, frozen=True, kw_only=True, tag="domain", tag_field="kind"):
    """A domain over a type."""

    type: str
    nullable: bool = True
    checks: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"domain {self.name}"


class Sequence(NamedFact, frozen=True, kw_only=True, tag="sequence", tag_field="kind"):
    """A sequence, with the column that owns it where one does."""

    type: str = "bigint"
    owner_table: Name | None = None
    owner_column: str | None = None

    def __str__(self) -> str:
        return f"sequence {self.name}"


class Policy(TableFact, frozen=True, kw_only=True, tag="policy", tag_field="kind"):
    """A row level security policy."""

    name: str
    command: Literal["all", "select", "insert", "update", "delete"] = "all"
    roles: tuple[str, ...] = ("public",)
    permissive: bool = True
    using: str | None = None
    check: str | None = None

    def __str__(self) -> str:
        return f"policy {quoted(self.name)} on {self.table}"


class Trigger(TableFact, frozen=True, kw_only=True, tag="trigger", tag_field="kind"):
    """A trigger."""

    name: str
    timing: Literal["before", "after", "instead of"]
    events: tuple[str, ...]
    each_row: bool
    function: Name
    condition: str | None = None
    enabled: bool = True

    def __str__(self) -> str:
        return f"trigger {quoted(self.name)} on {self.table}"


class Function(NamedFact, frozen=True, kw_only=True, tag="function", tag_field="kind"):
    """A function or procedure.

    Attributes:
        arguments: types of the input arguments, as ``format_type`` prints them.
        settings: SET clauses, as ("search_path", "pg_catalog").
        body: source text, None where it is compiled code.
    """

    arguments: tuple[str, ...]
    returns: str | None
    language: str
    body: str | None
    security_definer: bool = False
    volatility: Literal["immutable", "stable", "volatile"] = "volatile"
    settings: tuple[tuple[str, str], ...] = ()
    procedure: bool = False

    def __str__(self) -> str:
        return f"function {self.name}({', '.join(self.arguments)})"


class Extension(DatabaseFact, frozen=True, kw_only=True, tag="extension", tag_field="kind"):
    """An extension that the schema creates."""

    name: str
    schema: str | None = None

    def __str__(self) -> str:
        return f"extension {quoted(self.name)}"


class Grant(DatabaseFact, frozen=True, kw_only=True, tag="grant", tag_field="kind"):
    """Privileges given on one object (or on all tables of a schema) to one role."""

    privileges: tuple[str, ...]
    object_kind: str
    object: str
    role: str
    with_grant_option: bool = False

    def __str__(self) -> str:
        what = ", ".join(self.privileges)
        return f"grant {what} on {self.object_kind} {self.object} to {self.role}"


class TableSize(TableFact, frozen=True, kw_only=True, tag="table-size", tag_field="kind"):
    """How many rows a table holds, and who says so ("stated", "statistics", "snapshot")."""

    rows: int
    source: str

    def __str__(self) -> str:
        return f"size of {self.table}: {self.rows:,} rows ({self.source})"
