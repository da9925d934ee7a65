"""The state of one database while its statements are applied, found by name in constant time."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from backstay.model.places import Place
from backstay.readers.sql import names
from backstay.readers.sql.items import (
    Column,
    Constraint,
    Extension,
    Grant,
    Index,
    Item,
    Link,
    Namespace,
    Relation,
    Routine,
    Sequence,
    Table,
    TypeUse,
    UserType,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

TEMPORARY = "pg_temp"
UNKNOWN_TYPE = TypeUse(base="unknown")

Key = tuple[str, str]


class NotApplied(Exception):  # noqa: N818 (it says what became of a statement)
    """A statement cannot be applied to the schema as it is known; the reason is the message."""


class Database:
    """Everything that the statements so far have made.

    Attributes:
        search_path: schemas in which unqualified names are looked up and made.
        unknown: tables used but not created here, with the place of their first use.
        grants: by kind, object and role.
        temporary: relations of the present session.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.namespaces: dict[str, Namespace] = {}
        self.relations: dict[Key, Relation] = {}
        self.types: dict[Key, UserType] = {}
        self.routines: dict[Key, list[Routine]] = {}
        self.extensions: dict[str, Extension] = {}
        self.constraint_names: Counter[Key] = Counter()
        self.search_path: tuple[str, ...] = ("public",)
        self.starting_path: tuple[str, ...] = ("public",)
        self.unknown: dict[Key, Place] = {}
        # By the parts of a default name, the number up to which all are taken.
        self._tried: dict[tuple[str, str, str | None, str], int] = {}
        self.grants: dict[tuple[str, Item | str, str], Grant] = {}
        self.temporary: list[Relation] = []
        self.namespaces["public"] = Namespace(name="public", where=Place(file=""))

    # Names

    def path(self, schema: str | None) -> tuple[str, ...]:
        """The schemas in which to look for a name."""
        if schema:
            return (TEMPORARY if schema.startswith(TEMPORARY) else schema,)
        return (TEMPORARY, *self.search_path)

    def relation(self, schema: str | None, name: str) -> Relation | None:
        """The relation of that name."""
        for each in self.path(schema):
            found = self.relations.get((each, name))
            if found is not None:
                return found
        return None

    def type(self, schema: str | None, name: str) -> UserType | Relation | None:
        """The type of that name: an enum, domain, ..., or the row type of a relation."""
        for each in self.path(schema):
            found = self.types.get((each, name)) or self.relations.get((each, name))
            if found is not None and not isinstance(found, Index):
                return found
        return None

    def routines_named(self, schema: str | None, name: str) -> list[Routine]:
        """All functions and procedures of that name, in the order of the search path."""
        return [
            routine for each in self.path(schema) for routine in self.routines.get((each, name), ())
        ]

    def schema_to_create_in(self, schema: str | None) -> str:
        """The schema in which a new thing goes."""
        if schema:
            return TEMPORARY if schema.startswith(TEMPORARY) else schema
        return next((each for each in self.search_path if each in self.namespaces), "public")

    def namespace(self, schema: str) -> Namespace:
        """The schema of that name; one that is created elsewhere is taken as given."""
        found = self.namespaces.get(schema)
        if found is None:
            found = self.namespaces[schema] = Namespace(name=schema, where=Place(file=""))
        return found

    def column(self, relation: Relation, name: str, where: Place) -> Column:
        """A column by name; on tables that are created elsewhere it is taken as given.

        Raises:
            NotApplied: the table has no such column.
        """
        found = relation.columns.get(name)
        if found is not None:
            return found
        if isinstance(relation, Table) and relation.implied:
            found = Column(
                name=name, where=where, table=relation, position=0, type=UNKNOWN_TYPE, implied=True
            )
            relation.columns[name] = found
            found.needs(relation, Link.AUTO)
            return found
        raise NotApplied(f"{relation.name} has no column {name}")

    # Names for what has none

    def free_relation_name(
        self, schema: str, first: str, second: str | None, label: str, *, constraint: bool = False
    ) -> str:
        """A name for an index or sequence; that of a constraint must be free as one, too."""
        return self._free_name(
            (schema, first, second, label),
            lambda name: (
                (schema, name) in self.relations
                or (constraint and self.constraint_names[schema, name] > 0)
            ),
        )

    def free_constraint_name(
        self, schema: str, first: str, second: str | None, label: str, others: Iterable[str] = ()
    ) -> str:
        """A name for a constraint without an index."""
        return self._free_name(
            (schema, first, second, label),
            lambda name: self.constraint_names[schema, name] > 0 or name in others,
        )

    def _free_name(
        self, parts: tuple[str, str, str | None, str], taken: Callable[[str], bool]
    ) -> str:
        _, first, second, label = parts
        name, number = names.free_name(first, second, label, taken, self._tried.get(parts, 0))
        self._tried[parts] = number
        return name

    def names_were_freed(self) -> None:
        """Forget which numbers behind default names are taken."""
        self._tried.clear()

    # Changes

    def add_relation(self, relation: Relation) -> None:
        """Take in a new relation.

        Raises:
            NotApplied: the name is taken.
        """
        key = (relation.schema, relation.name)
        if key in self.relations or (key in self.types and not isinstance(relation, Index)):
            raise NotApplied(f"{relation.name} exists already")
        relation.needs(self.namespace(relation.schema))
        self.relations[key] = relation
        if relation.schema == TEMPORARY:
            self.temporary.append(relation)

    def rename_relation(self, relation: Relation, schema: str, name: str) -> None:
        """Give a relation another name or schema.

        Raises:
            NotApplied: the name is taken.
        """
        if (schema, name) in self.relations or (schema, name) in self.types:
            raise NotApplied(f"{name} exists already")
        del self.relations[relation.schema, relation.name]
        self.names_were_freed()
        if schema != relation.schema:
            relation.release(self.namespace(relation.schema))
            relation.needs(self.namespace(schema))
        relation.schema, relation.name = schema, name
        self.relations[schema, name] = relation

    def add_type(self, kind: UserType) -> None:
        """Take in a new type.

        Raises:
            NotApplied: the name is taken.
        """
        key = (kind.schema, kind.name)
        if key in self.types or isinstance(self.relations.get(key), Relation):
            raise NotApplied(f"type {kind.name} exists already")
        kind.needs(self.namespace(kind.schema))
        self.types[key] = kind

    def add_constraint(self, constraint: Constraint) -> None:
        """Take in a new constraint on its table.

        Raises:
            NotApplied: the table has a constraint of that name.
        """
        table = constraint.table
        if constraint.name in table.constraints:
            raise NotApplied(f"{table.name} has a constraint {constraint.name} already")
        table.constraints[constraint.name] = constraint
        self.constraint_names[table.schema, constraint.name] += 1
        for column in constraint.columns:
            constraint.needs(column, Link.AUTO)
        constraint.needs(table, Link.AUTO)

    def rename_constraint(self, constraint: Constraint, name: str) -> None:
        """Give a constraint another name; its index is not touched."""
        table, old = constraint.table, constraint.name
        self.names_were_freed()
        constraint.name = name
        table.constraints = {each.name: each for each in table.constraints.values()}
        self.constraint_names[table.schema, old] -= 1
        self.constraint_names[table.schema, name] += 1

    def rename_type(self, kind: UserType, schema: str, name: str) -> None:
        """Give a type another name or schema.

        Raises:
            NotApplied: the name is taken.
        """
        if (schema, name) in self.types or (schema, name) in self.relations:
            raise NotApplied(f"type {name} exists already")
        del self.types[kind.schema, kind.name]
        kind.release(self.namespace(kind.schema))
        kind.schema, kind.name = schema, name
        kind.needs(self.namespace(schema))
        self.types[schema, name] = kind

    def forget_grant(self, grant: Grant) -> None:
        """Drop a grant that holds nothing any more."""
        del self.grants[grant.kind, grant.target, grant.role]
        for used in list(grant.uses):
            grant.release(used)

    def add_routine(self, routine: Routine) -> None:
        """Take in a new function."""
        routine.needs(self.namespace(routine.schema))
        self.routines.setdefault((routine.schema, routine.name), []).append(routine)

    def move_routine(self, routine: Routine, schema: str, name: str) -> None:
        """Give a function another name or schema."""
        self.routines[routine.schema, routine.name].remove(routine)
        routine.release(self.namespace(routine.schema))
        routine.schema, routine.name = schema, name
        self.add_routine(routine)

    def move_relation(self, relation: Relation, schema: str) -> None:
        """Move a relation to another schema with its indexes, constraints and owned sequences.

        Raises:
            NotApplied: a name is taken there.
        """
        if schema == relation.schema:
            return
        old = relation.schema
        moved = [relation, *getattr(relation, "indexes", {}).values()]
        for column in relation.columns.values():
            moved += [each for each in column.used_by if isinstance(each, Sequence)]
        for each in moved:
            if (schema, each.name) in self.relations or (schema, each.name) in self.types:
                raise NotApplied(f"{each.name} exists already")
        for each in moved:
            self.rename_relation(each, schema, each.name)
        self.names_were_freed()
        for constraint in relation.constraints if isinstance(relation, Table) else ():
            self.constraint_names[old, constraint] -= 1
            self.constraint_names[schema, constraint] += 1

    def rename_schema(self, old: str, new: str) -> None:
        """Give a schema another name, with all that it holds."""
        self.names_were_freed()
        namespace = self.namespaces.pop(old)
        namespace.name = new
        self.namespaces[new] = namespace
        for item in list(namespace.used_by):
            if isinstance(item, Relation):
                del self.relations[old, item.name]
                item.schema = new
                self.relations[new, item.name] = item
            elif isinstance(item, UserType):
                del self.types[old, item.name]
                item.schema = new
                self.types[new, item.name] = item
            elif isinstance(item, Routine):
                item.schema = new
                overloads = self.routines.pop((old, item.name), None)
                if overloads is not None:
                    self.routines[new, item.name] = overloads
            if isinstance(item, Table):
                for constraint in item.constraints:
                    self.constraint_names[old, constraint] -= 1
                    self.constraint_names[new, constraint] += 1
