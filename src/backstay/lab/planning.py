"""Which parts of a schema an experiment builds, worked out from facts.

What the facts hold is a stranger's. Types come from a list, and expressions run only as
``expressions`` allows; what that leaves out is said in ``Plan.left_out``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from backstay.lab.column_types import ColumnType, type_of
from backstay.lab.expressions import Scope, UnknownPart, checked_expression
from backstay.lab.quoting import relation
from backstay.model.data import Check, Column, Domain, Enum, ForeignKey, Index, Name

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from backstay.model.backend import Backend

_METHODS = {"btree", "hash", "gin", "gist", "brin", "spgist"}
_OPERATOR_CLASSES = {
    *("array_ops", "inet_ops", "int4_ops", "int8_ops", "jsonb_ops", "jsonb_path_ops", "range_ops"),
    *("text_ops", "text_pattern_ops", "bpchar_pattern_ops", "varchar_pattern_ops", "uuid_ops"),
}


class CannotBuild(Exception):  # noqa: N818 (what cannot be done, with the reason)
    """The lab cannot build or fill these tables; the text names what stands in the way."""


class PlannedColumn(msgspec.Struct, frozen=True, kw_only=True):
    """A column as it will be built. ``default`` and ``generated`` are allowed expressions."""

    name: str
    type: ColumnType
    nullable: bool
    default: str | None = None
    generated: str | None = None


class PlannedCheck(msgspec.Struct, frozen=True, kw_only=True):
    """A condition on rows. A domain's names its column "value"; then ``domain`` is True."""

    name: str
    expression: str
    columns: tuple[str, ...]
    domain: bool = False


class PlannedTable(msgspec.Struct, frozen=True, kw_only=True):
    """A table as it will be built; ``uniques`` are the column sets that no two rows may share."""

    name: Name
    columns: tuple[PlannedColumn, ...]
    primary_key: tuple[str, ...] = ()
    uniques: tuple[tuple[str, ...], ...] = ()
    checks: tuple[PlannedCheck, ...] = ()
    indexes: tuple[Index, ...] = ()

    def column(self, name: str) -> PlannedColumn:
        """The column of that name."""
        for column in self.columns:
            if column.name == name:
                return column
        raise CannotBuild(f"{self.name} has no column {name} that is known")


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What will be built.

    Attributes:
        keys: the foreign keys between the tables that are kept.
        left_out: sentences about what differs from the real schema.
    """

    tables: tuple[PlannedTable, ...]
    keys: tuple[ForeignKey, ...] = ()
    enums: tuple[Enum, ...] = ()
    domains: tuple[Domain, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def scope(self) -> Scope:
        """What expressions over these tables may name."""
        return Scope(
            types=tuple(each.name for each in (*self.enums, *self.domains)),
            relations=tuple(table.name for table in self.tables),
        )

    def table(self, name: Name) -> PlannedTable:
        """The table of that name."""
        for table in self.tables:
            if table.name == name:
                return table
        raise CannotBuild(f"{name} is not among the tables of the experiment")


def plan_tables(
    backend: Backend,
    tables: Sequence[Name],
    *,
    keys: Sequence[ForeignKey],
    essential: Collection[tuple[Name, str]],
    wanted: Callable[[Index], bool] = lambda _: True,
) -> Plan:
    """What to build for an experiment on ``tables``.

    Args:
        backend: the facts.
        tables: which to build.
        keys: the foreign keys among them to keep.
        essential: columns that must be of their real type, with the checks on them.
        wanted: which indexes matter; the others are left out without a word.

    Raises:
        CannotBuild: a table is not known, or something essential cannot be built.
    """
    return _Planner(backend, tuple(keys), frozenset(essential), wanted).plan(tables)


class _Planner:
    """Collects what is left out while the parts are planned."""

    def __init__(
        self,
        backend: Backend,
        keys: tuple[ForeignKey, ...],
        essential: frozenset[tuple[Name, str]],
        wanted: Callable[[Index], bool],
    ) -> None:
        self.backend = backend
        self.keys = keys
        self.essential = essential
        self.wanted = wanted
        self.enums = {enum.name: enum for enum in backend.of(Enum)}
        self.domains = {domain.name: domain for domain in backend.of(Domain)}
        self.left_out: list[str] = []

    def plan(self, names: Sequence[Name]) -> Plan:
        tables = tuple(self._table(name) for name in dict.fromkeys(names))
        used = [column.type for table in tables for column in table.columns]
        enum_names = {each.base for each in used if each.kind == "enum"}
        domain_names = {each.domain for each in used}
        return Plan(
            tables=tables,
            keys=self.keys,
            enums=tuple(e for e in self.enums.values() if relation(e.name) in enum_names),
            domains=tuple(d for d in self.domains.values() if d.name in domain_names),
            left_out=tuple(dict.fromkeys(self.left_out)),
        )

    def _table(self, name: Name) -> PlannedTable:
        backend = self.backend
        dialect = backend.dialect_of(name.database)
        if dialect is not None and dialect.dialect != "postgresql":
            raise CannotBuild(f"{name} is a table of {dialect.dialect}; the lab has PostgreSQL")
        columns = backend.columns_of(name)
        if backend.table(name) is None or not columns:
            raise CannotBuild(f"the columns of {name} are not known: its definition was not read")
        primary = backend.primary_key_of(name)
        planned = PlannedTable(
            name=name,
            columns=tuple(self._column(column) for column in columns),
            primary_key=primary.columns if primary else (),
            uniques=tuple(unique.columns for unique in backend.uniques_of(name)),
        )
        planned = msgspec.structs.replace(planned, checks=tuple(self._checks(planned)))
        planned = msgspec.structs.replace(planned, indexes=tuple(self._indexes(planned)))
        self._note_kind(name)
        return planned

    def _note_kind(self, name: Name) -> None:
        table = self.backend.table(name)
        if table is not None and table.partition_key is not None:
            self.left_out.append(f"{name} was built as one table, not as partitions.")
        if any(trigger.enabled for trigger in self.backend.triggers_of(name)):
            self.left_out.append(f"The triggers of {name} did not run.")

    def _column(self, column: Column) -> PlannedColumn:
        found = type_of(column, self.enums, self.domains)
        where = f"{column.table} ({column.name})"
        if found.stands_in_for is not None:
            if found.is_unknown and (column.table, column.name) in self.essential:
                raise CannotBuild(
                    f"the lab's PostgreSQL has no type {found.stands_in_for}, which {where} needs"
                )
            self.left_out.append(
                f"{where} was built as {found.base} in place of {found.stands_in_for}."
            )
        generated = self._kept(column.generated, f"the generation of {where}")
        if generated is not None and self._is_key_column(column):
            generated = None
        return PlannedColumn(
            name=column.name,
            type=found,
            nullable=column.nullable,
            default=self._default(column, where),
            generated=generated,
        )

    def _is_key_column(self, column: Column) -> bool:
        if (column.table, column.name) in self.essential:
            return True
        sets = [unique.columns for unique in self.backend.uniques_of(column.table)]
        sets += [index.columns or () for index in self.backend.indexes_on(column.table)]
        sets += [key.columns for key in self.keys if key.table == column.table]
        sets += [key.parent_columns for key in self.keys if key.parent == column.table]
        return any(column.name in each for each in sets)

    def _default(self, column: Column, where: str) -> str | None:
        """The default for SET DEFAULT; else it is never asked for, as rows bring their values."""
        sets_default = any(
            key.table == column.table
            and column.name in key.columns
            and "set default" in {key.on_delete, key.on_update}
            for key in self.keys
        )
        if column.default is None or not sets_default:
            return None
        kept = self._kept(column.default, f"the default of {where}")
        if kept is None:
            raise CannotBuild(f"the default of {where} is not one that the lab runs")
        return kept

    def _kept(self, expression: str | None, what: str) -> str | None:
        if expression is None:
            return None
        try:
            checked_expression(expression, self._type_scope())
        except UnknownPart as part:
            self.left_out.append(f"Left out: {what}, for its {part}.")
            return None
        return expression

    def _type_scope(self) -> Scope:
        return Scope(types=(*self.enums, *self.domains))

    def _checks(self, table: PlannedTable) -> Iterator[PlannedCheck]:
        for check in self.backend.checks_of(table.name):
            if self._may_run(check, check.columns, table):
                yield PlannedCheck(
                    name=check.name, expression=check.expression, columns=check.columns
                )
        for column in table.columns:
            domain = self.domains.get(column.type.domain) if column.type.domain else None
            for number, text in enumerate(domain.checks if domain else (), start=1):
                if domain is not None and not column.type.array:
                    yield PlannedCheck(
                        name=f"{domain.name.name}_{number}",
                        expression=self._of_domain(domain, text),
                        columns=(column.name,),
                        domain=True,
                    )

    def _of_domain(self, domain: Domain, text: str) -> str:
        try:
            checked_expression(text, self._type_scope())
        except UnknownPart as part:
            raise CannotBuild(f"the check of domain {domain.name} has the {part}") from part
        return text

    def _may_run(self, check: Check, columns: tuple[str, ...], table: PlannedTable) -> bool:
        part = self._unknown_part(check, columns, table)
        if part is None:
            return True
        if any((table.name, column) in self.essential for column in columns):
            raise CannotBuild(
                f"check {check.name} of {table.name} has the {part}, which the lab does not run"
            )
        self.left_out.append(f"Left out: check {check.name} of {table.name}, for its {part}.")
        return False

    def _unknown_part(
        self, check: Check, columns: tuple[str, ...], table: PlannedTable
    ) -> str | None:
        try:
            checked_expression(check.expression, self._type_scope())
        except UnknownPart as part:
            return str(part)
        unknown = {column.name for column in table.columns if column.type.is_unknown}
        return "column of a type that is not known here" if unknown & set(columns) else None

    def _indexes(self, table: PlannedTable) -> Iterator[Index]:
        names = {column.name for column in table.columns if column.type.stands_in_for is None}
        for index in self.backend.indexes_on(table.name):
            if index.constraint is not None or not self.wanted(index):
                continue
            try:
                self._check_index(index, names)
            except UnknownPart as part:
                self.left_out.append(
                    f"Left out: index {index.name} of {table.name}, for its {part}."
                )
            else:
                yield self._simplified(index)

    @staticmethod
    def _simplified(index: Index) -> Index:
        """Without uniqueness over expressions or a part of the rows: it changes no measure here."""
        if index.columns is not None and index.predicate is None:
            return index
        return msgspec.structs.replace(index, unique=False)

    def _check_index(self, index: Index, names: Collection[str]) -> None:
        if index.method not in _METHODS:
            raise UnknownPart(f"method {index.method}")
        for key in index.keys:
            if key.operator_class is not None and key.operator_class not in _OPERATOR_CLASSES:
                raise UnknownPart(f"operator class {key.operator_class}")
            if key.collation is not None:
                raise UnknownPart(f"collation {key.collation}")
            if key.expression is not None:
                checked_expression(key.expression, self._type_scope())
            if key.column is not None and key.column not in names:
                raise UnknownPart(f"column {key.column} of a type that is not known here")
        if index.predicate is not None:
            checked_expression(index.predicate, self._type_scope())
