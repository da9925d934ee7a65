"""What the names in a statement stand for, before it is applied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.model.data import Name
from backstay.readers.sql.items import Index
from backstay.readers.sql.types import qualified, type_text, type_use

if TYPE_CHECKING:
    from backstay.foreign.postgast import Node
    from backstay.readers.sql.database import Database


class Naming:
    """Resolves names as the database stands; where nothing is known, as a new thing's name."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def _name(self, schema: str, name: str) -> Name:
        return Name(database=self.database.name, schema=schema, name=name)

    def relation(self, node: Node) -> Name:
        """The relation that a RangeVar means."""
        return self._found(node.get("schemaname"), node["relname"])

    def dotted(self, parts: list[str]) -> Name:
        """The relation or type that a dotted name means."""
        return self._found(*qualified(parts))

    def _found(self, schema: str | None, name: str) -> Name:
        found = self.database.relation(schema, name) or self.database.type(schema, name)
        if found is not None:
            return self._name(found.schema, found.name)
        return self._name(self.database.schema_to_create_in(schema), name)

    def new(self, node: Node) -> Name:
        """The name that a new relation gets."""
        home = "pg_temp" if node.get("relpersistence") == "t" else node.get("schemaname")
        return self._name(self.database.schema_to_create_in(home), node["relname"])

    def table_of_index(self, name: Name) -> Name:
        """The table of an index, or the index itself where it is not known."""
        index = self.database.relations.get((name.schema, name.name))
        if isinstance(index, Index):
            return self._name(index.table.schema, index.table.name)
        return name

    def type_of_column(self, table: Name, column: str) -> str | None:
        """The type of a column before the statement."""
        relation = self.database.relations.get((table.schema, table.name))
        found = relation.columns.get(column) if relation is not None else None
        return None if found is None or found.implied else type_text(found.type)

    def type_text(self, node: Node) -> str:
        """A type as ``format_type`` prints it."""
        return type_text(type_use(node, self.database))

    def is_volatile(self, parts: list[str]) -> bool:
        """Whether a function of the database is volatile; unknown ones are taken as not."""
        found = self.database.routines_named(*qualified(parts))
        return bool(found) and found[0].volatility == "volatile"
