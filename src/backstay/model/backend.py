"""The Backend: all facts, with the questions that one can ask them.

Every question is answered from an index that is built once, on first use, so that the cost of a
review stays linear in the number of facts.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from backstay.model.contracts import (
    ApiDocument,
    ApiPath,
    Operation,
    Schema,
    SecurityRequirement,
    SecurityScheme,
)
from backstay.model.data import (
    Check,
    Column,
    Dialect,
    Enum,
    ForeignKey,
    Index,
    Name,
    Policy,
    PrimaryKey,
    Table,
    TableSize,
    Trigger,
    Unique,
    View,
)
from backstay.model.deployment import ImageBuild, Service
from backstay.model.facts import Fact

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator

F = TypeVar("F", bound=Fact)

# Far above what real schemas have, so that made-up ones end: references in a row, and members of
# allOf in one schema.
_MAX_STEPS = 100
_MAX_MEMBERS = 200


class Backend:
    """All facts about one backend."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self.facts: tuple[Fact, ...] = tuple(facts)

    @cached_property
    def _by_type(self) -> dict[type[Fact], list[Fact]]:
        found: dict[type[Fact], list[Fact]] = defaultdict(list)
        for fact in self.facts:
            found[type(fact)].append(fact)
        return found

    def of(self, kind: type[F]) -> tuple[F, ...]:
        """All facts of one type, in the order in which they were read."""
        return tuple(self._by_type.get(kind, ()))  # type: ignore[arg-type]  # keyed by type

    def _grouped(self, kind: type[F], key: Callable[[F], Hashable]) -> dict[Hashable, list[F]]:
        groups: dict[Hashable, list[F]] = defaultdict(list)
        for fact in self.of(kind):
            groups[key(fact)].append(fact)
        return groups

    # Data

    @cached_property
    def _tables(self) -> dict[Name, Table]:
        return {table.name: table for table in self.of(Table)}

    @cached_property
    def _columns(self) -> dict[Hashable, list[Column]]:
        return self._grouped(Column, lambda column: column.table)

    @cached_property
    def _column(self) -> dict[tuple[Name, str], Column]:
        return {(column.table, column.name): column for column in self.of(Column)}

    @cached_property
    def _indexes(self) -> dict[Hashable, list[Index]]:
        return self._grouped(Index, lambda index: index.table)

    @cached_property
    def _foreign_keys(self) -> dict[Hashable, list[ForeignKey]]:
        return self._grouped(ForeignKey, lambda key: key.table)

    @cached_property
    def _referring(self) -> dict[Hashable, list[ForeignKey]]:
        return self._grouped(ForeignKey, lambda key: key.parent)

    @cached_property
    def _primary_keys(self) -> dict[Name, PrimaryKey]:
        return {key.table: key for key in self.of(PrimaryKey)}

    @cached_property
    def _uniques(self) -> dict[Hashable, list[Unique]]:
        return self._grouped(Unique, lambda unique: unique.table)

    @cached_property
    def _checks(self) -> dict[Hashable, list[Check]]:
        return self._grouped(Check, lambda check: check.table)

    @cached_property
    def _policies(self) -> dict[Hashable, list[Policy]]:
        return self._grouped(Policy, lambda policy: policy.table)

    @cached_property
    def _triggers(self) -> dict[Hashable, list[Trigger]]:
        return self._grouped(Trigger, lambda trigger: trigger.table)

    @cached_property
    def _enums(self) -> dict[Name, Enum]:
        return {enum.name: enum for enum in self.of(Enum)}

    @cached_property
    def _views(self) -> dict[Name, View]:
        return {view.name: view for view in self.of(View)}

    @cached_property
    def _sizes(self) -> dict[Name, TableSize]:
        return {size.table: size for size in self.of(TableSize)}

    @cached_property
    def _dialects(self) -> dict[str, Dialect]:
        return {dialect.database: dialect for dialect in self.of(Dialect)}

    def table(self, name: Name) -> Table | None:
        """The table of that name."""
        return self._tables.get(name)

    def columns_of(self, table: Name) -> tuple[Column, ...]:
        """A table's columns in order."""
        return tuple(self._columns.get(table, ()))

    def column(self, table: Name, name: str) -> Column | None:
        """One column."""
        return self._column.get((table, name))

    def indexes_on(self, table: Name) -> tuple[Index, ...]:
        """All indexes on a table, those behind constraints included."""
        return tuple(self._indexes.get(table, ()))

    def foreign_keys_of(self, table: Name) -> tuple[ForeignKey, ...]:
        """The foreign keys that a table has."""
        return tuple(self._foreign_keys.get(table, ()))

    def foreign_keys_to(self, table: Name) -> tuple[ForeignKey, ...]:
        """The foreign keys that refer to a table."""
        return tuple(self._referring.get(table, ()))

    def primary_key_of(self, table: Name) -> PrimaryKey | None:
        """A table's primary key."""
        return self._primary_keys.get(table)

    def uniques_of(self, table: Name) -> tuple[Unique, ...]:
        """A table's unique constraints."""
        return tuple(self._uniques.get(table, ()))

    def checks_of(self, table: Name) -> tuple[Check, ...]:
        """A table's check constraints."""
        return tuple(self._checks.get(table, ()))

    def policies_of(self, table: Name) -> tuple[Policy, ...]:
        """A table's row level security policies."""
        return tuple(self._policies.get(table, ()))

    def triggers_of(self, table: Name) -> tuple[Trigger, ...]:
        """A table's triggers."""
        return tuple(self._triggers.get(table, ()))

    def enum(self, name: Name) -> Enum | None:
        """The enumerated type of that name."""
        return self._enums.get(name)

    def view(self, name: Name) -> View | None:
        """The view of that name."""
        return self._views.get(name)

    def size_of(self, table: Name) -> TableSize | None:
        """How many rows a table is known to hold."""
        return self._sizes.get(table)

    def dialect_of(self, database: str) -> Dialect | None:
        """In which dialect and layout a database source comes."""
        return self._dialects.get(database)

    # Contracts

    @cached_property
    def _documents(self) -> dict[str, ApiDocument]:
        return {document.scope: document for document in self.of(ApiDocument)}

    @cached_property
    def _operations(self) -> dict[Hashable, list[Operation]]:
        return self._grouped(Operation, lambda operation: operation.scope)

    @cached_property
    def _schemas(self) -> dict[str, Schema]:
        return {schema.key: schema for schema in self.of(Schema)}

    @cached_property
    def _schemes(self) -> dict[Hashable, list[SecurityScheme]]:
        return self._grouped(SecurityScheme, lambda scheme: scheme.scope)

    @cached_property
    def _paths(self) -> dict[Hashable, list[ApiPath]]:
        return self._grouped(ApiPath, lambda path: path.scope)

    @cached_property
    def _requirements(self) -> dict[str, SecurityRequirement]:
        return {requirement.scope: requirement for requirement in self.of(SecurityRequirement)}

    @cached_property
    def _schemas_in(self) -> dict[Hashable, list[Schema]]:
        return self._grouped(Schema, lambda schema: schema.scope)

    def document(self, file: str) -> ApiDocument | None:
        """The API document in a file."""
        return self._documents.get(file)

    def operations_in(self, file: str) -> tuple[Operation, ...]:
        """The operations of the document in a file."""
        return tuple(self._operations.get(file, ()))

    def security_schemes_in(self, file: str) -> tuple[SecurityScheme, ...]:
        """The security schemes of the document in a file."""
        return tuple(self._schemes.get(file, ()))

    def paths_in(self, file: str) -> tuple[ApiPath, ...]:
        """The paths of the document in a file, without those of callbacks and webhooks."""
        return tuple(self._paths.get(file, ()))

    def security_of(self, file: str) -> SecurityRequirement | None:
        """The document-wide security of the document in a file."""
        return self._requirements.get(file)

    def schemas_in(self, file: str) -> tuple[Schema, ...]:
        """All schema nodes of the document in a file, those in files that it refers to included."""
        return tuple(self._schemas_in.get(file, ()))

    def schema(self, key: str | None) -> Schema | None:
        """The schema node of that key, references followed (circles end in None)."""
        for _ in range(_MAX_STEPS):
            found = self._schemas.get(key) if key is not None else None
            if found is None or found.reference is None:
                return found
            key = found.reference
        return None

    def property_of(self, schema: Schema, name: str) -> Schema | None:
        """A property of an object schema, members of allOf included."""
        for found, key in self.properties_of(schema):
            if found == name:
                return self.schema(key)
        return None

    def properties_of(self, schema: Schema) -> Iterator[tuple[str, str]]:
        """Names and keys of the properties of an object schema, members of allOf included."""
        waiting, seen = [schema], {schema.key}
        while waiting and len(seen) < _MAX_MEMBERS:
            current = waiting.pop(0)
            yield from current.properties
            for key in current.all_of:
                member = self.schema(key)
                if member is not None and member.key not in seen:
                    seen.add(member.key)
                    waiting.append(member)

    # Deployment

    @cached_property
    def _services(self) -> dict[Hashable, list[Service]]:
        return self._grouped(Service, lambda service: service.scope)

    @cached_property
    def _builds(self) -> dict[str, ImageBuild]:
        return {build.scope: build for build in self.of(ImageBuild)}

    def services_in(self, file: str) -> tuple[Service, ...]:
        """The services of one compose file."""
        return tuple(self._services.get(file, ()))

    def build_of(self, service: Service) -> ImageBuild | None:
        """The Dockerfile that a service is built from."""
        return self._builds.get(service.dockerfile) if service.dockerfile else None
