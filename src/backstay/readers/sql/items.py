"""What a database holds while its statements are applied: mutable things that know who needs them.

The links follow pg_depend (PostgreSQL manual, "System Catalogs"), so that DROP, with CASCADE or
without, takes away what PostgreSQL would take away.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum as Enumeration
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from backstay.foreign.postgast import Node
    from backstay.model.data import Action
    from backstay.model.places import Place


class Link(Enumeration):
    """What happens to a dependent thing when the thing it needs is dropped."""

    NORMAL = 0  # dropped with CASCADE only
    AUTO = 1  # dropped silently
    INTERNAL = 2  # a part of the thing it needs; dropped with it, and never alone


@dataclass(slots=True, eq=False, kw_only=True)
class Item:
    """A thing with a name. ``uses`` and ``used_by`` are the two ends of the same links."""

    name: str
    where: Place
    uses: dict[Item, Link] = field(default_factory=dict)
    used_by: dict[Item, Link] = field(default_factory=dict)
    comment: str | None = None

    def needs(self, other: Item, link: Link = Link.NORMAL) -> None:
        """Note that this thing depends on another one; the stronger link counts."""
        if other is self or (other in self.uses and link is Link.NORMAL):
            return
        self.uses[other] = link
        other.used_by[self] = link

    def release(self, other: Item) -> None:
        """Forget that this thing depends on another one."""
        self.uses.pop(other, None)
        other.used_by.pop(self, None)


@dataclass(slots=True, eq=False, kw_only=True)
class Namespace(Item):
    """A schema in PostgreSQL's sense of the word."""


@dataclass(slots=True, eq=False, kw_only=True)
class TypeUse:
    """A type as a column or argument uses it.

    Attributes:
        base: the printed name of a built-in type, or a type of the database.
        modifiers: "(10,2)", or "(3) with time zone" where it stands inside the name.
    """

    base: str | Item
    modifiers: str = ""
    array: bool = False


@dataclass(slots=True, eq=False, kw_only=True)
class Expression:
    """An expression with its column names and types bound, so that it follows renames."""

    tree: Node
    columns: tuple[Column, ...] = ()
    needs: tuple[Item, ...] = ()


@dataclass(slots=True, eq=False, kw_only=True)
class Column(Item):
    """A column of a table, view or composite type."""

    table: Relation
    position: int
    type: TypeUse
    nullable: bool = True
    not_null_name: str | None = None
    default: Expression | None = None
    default_item: Default | None = None
    identity: Literal["always", "by default"] | None = None
    generated: Expression | None = None
    virtual: bool = False
    collation: str | None = None
    local: bool = True
    inherited: int = 0
    implied: bool = False


@dataclass(slots=True, eq=False, kw_only=True)
class Default(Item):
    """A column's default, where it needs a function, sequence or type."""

    column: Column


@dataclass(slots=True, eq=False, kw_only=True)
class Relation(Item):
    """What shares the name space of tables: tables, views, sequences, indexes, composite types."""

    schema: str
    columns: dict[str, Column] = field(default_factory=dict)


@dataclass(slots=True, eq=False, kw_only=True)
class Table(Relation):
    """A table, also a partitioned or foreign one.

    Attributes:
        implied: used but created in none of the files that were read.
        last_position: of the columns ever added.
        children: tables that inherit from this one or are its partitions, in order.
        partition_columns: those named in the partition key.
    """

    implied: bool = False
    temporary: bool = False
    unlogged: bool = False
    foreign: bool = False
    last_position: int = 0
    constraints: dict[str, Constraint] = field(default_factory=dict)
    indexes: dict[str, Index] = field(default_factory=dict)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    policies: dict[str, Policy] = field(default_factory=dict)
    row_security: bool = False
    row_security_forced: bool = False
    partition_strategy: str | None = None
    partition_keys: tuple[tuple[Column | Expression, str], ...] = ()
    partition_of: Table | None = None
    parents: dict[Table, None] = field(default_factory=dict)
    children: dict[Table, None] = field(default_factory=dict)


@dataclass(slots=True, eq=False, kw_only=True)
class View(Relation):
    """A view or materialized view."""

    definition: str
    materialized: bool = False
    reads: tuple[Relation, ...] = ()
    security_invoker: bool = False
    columns_known: bool = True
    indexes: dict[str, Index] = field(default_factory=dict)
    triggers: dict[str, Trigger] = field(default_factory=dict)


@dataclass(slots=True, eq=False, kw_only=True)
class Sequence(Relation):
    """A sequence; ``owner`` is the column it belongs to."""

    type: str = "bigint"
    owner: Column | None = None


@dataclass(slots=True, eq=False, kw_only=True)
class Composite(Relation):
    """A composite type made by CREATE TYPE ... AS (...)."""


@dataclass(slots=True, eq=False, kw_only=True)
class UserType(Item):
    """An enum, domain, range or base type."""

    schema: str
    kind: Literal["enum", "domain", "range", "base"]
    labels: list[str] = field(default_factory=list)
    type: TypeUse | None = None
    nullable: bool = True
    checks: dict[str, Expression] = field(default_factory=dict)


@dataclass(slots=True, eq=False, kw_only=True)
class IndexPart:
    """One key of an index."""

    key: Column | Expression
    descending: bool = False
    nulls_first: bool = False
    operator_class: str | None = None
    collation: str | None = None
    operator: str | None = None


@dataclass(slots=True, eq=False, kw_only=True)
class Index(Relation):
    """An index."""

    table: Table | View
    parts: tuple[IndexPart, ...]
    include: tuple[Column, ...] = ()
    unique: bool = False
    nulls_not_distinct: bool = False
    method: str = "btree"
    predicate: Expression | None = None
    constraint: Constraint | None = None
    valid: bool = True
    parent: Index | None = None


@dataclass(slots=True, eq=False, kw_only=True)
class Constraint(Item):
    """A primary key, unique, exclusion, foreign key or check constraint.

    Attributes:
        set_null: the columns of ON DELETE SET NULL (...), empty for all.
        inherited: how many parents have it too.
        inheritable: False after NO INHERIT.
    """

    kind: Literal["primary key", "unique", "exclusion", "foreign key", "check"]
    table: Table
    columns: tuple[Column, ...] = ()
    index: Index | None = None
    parent: Table | None = None
    parent_columns: tuple[Column, ...] = ()
    on_delete: Action = "no action"
    on_update: Action = "no action"
    set_null: tuple[Column, ...] = ()
    deferrable: bool = False
    validated: bool = True
    expression: Expression | None = None
    inheritable: bool = True
    inherited: int = 0
    local: bool = True
    source: Constraint | None = None


@dataclass(slots=True, eq=False, kw_only=True)
class Trigger(Item):
    """A trigger."""

    table: Table | View
    timing: Literal["before", "after", "instead of"]
    events: tuple[str, ...]
    each_row: bool
    function: tuple[str, str]
    routine: Routine | None = None
    condition: Expression | None = None
    enabled: bool = True


@dataclass(slots=True, eq=False, kw_only=True)
class Policy(Item):
    """A row level security policy."""

    table: Table
    command: Literal["all", "select", "insert", "update", "delete"]
    roles: tuple[str, ...]
    permissive: bool = True
    using: Expression | None = None
    check: Expression | None = None


@dataclass(slots=True, eq=False, kw_only=True)
class Rule(Item):
    """A rewrite rule."""

    table: Relation


@dataclass(slots=True, eq=False, kw_only=True)
class Routine(Item):
    """A function, procedure or aggregate. ``arguments`` are the types that identify it.

    Attributes:
        source: the statement that made it.
    """

    schema: str
    kind: Literal["function", "procedure", "aggregate"]
    arguments: tuple[TypeUse, ...]
    defaults: int = 0
    variadic: bool = False
    result: TypeUse | None = None
    returns_set: bool = False
    returns_table: bool = False
    outputs: tuple[tuple[str, TypeUse], ...] = ()
    language: str = "sql"
    body: str | None = None
    source: bytes = b""
    security_definer: bool = False
    volatility: Literal["immutable", "stable", "volatile"] = "volatile"
    settings: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, eq=False, kw_only=True)
class Extension(Item):
    """An extension."""

    schema: str | None = None


@dataclass(slots=True, eq=False, kw_only=True)
class Grant(Item):
    """Privileges of one role on one thing, or on all things of a kind in the schema ``target``."""

    kind: str
    target: Item | str
    role: str
    privileges: dict[str, None] = field(default_factory=dict)
    with_option: dict[str, None] = field(default_factory=dict)
