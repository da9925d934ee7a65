"""One statement on its way into the schema: its text, its place and the database it changes."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from backstay.model.places import Place
from backstay.readers.sql.database import NotApplied
from backstay.readers.sql.items import Namespace, Relation, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.foreign.postgast import Node
    from backstay.readers.sql.database import Database

_EDGE = re.compile(
    rb"--[^\r\n]*|/\*.*?\*/|'[^']*'|\"[^\"]*\"|\$(?:[A-Za-z_]\w*)?\$|[(),\[\]]", re.DOTALL
)


@dataclass(slots=True, kw_only=True)
class Step:
    """A statement that is being applied.

    Attributes:
        text: the statement in UTF-8; positions in its tree count from its start.
        start: where it begins in the file.
        located: False where the text itself is not in the file, so that only ``outer`` is known.
        outer: the place of the statement that runs this one.
        level: how many functions are being run.
        strict: whether a part that cannot be applied ends the statement, since a handler waits.
        notes: what could not be told, to be reported as not checked.
    """

    database: Database
    file: str
    text: bytes
    start: int
    located: bool = True
    outer: Place | None = None
    level: int = 0
    strict: bool = False
    notes: list[str] = field(default_factory=list)

    def place(self) -> Place:
        """The whole statement."""
        if not self.located and self.outer is not None:
            return self.outer
        return Place(file=self.file, start=self.start, end=self.start + len(self.text))

    def part(self, node: Node, limit: int | None = None) -> Place:
        """An element of a list, such as a column definition, up to its comma or parenthesis."""
        if not self.located:
            return self.place()
        at = node.get("location", 0)
        end = limit if limit is not None else element_end(self.text, at)
        end = at + len(self.text[at:end].rstrip(b" \t\r\n,"))
        return Place(file=self.file, start=self.start + at, end=self.start + end)

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Note what cannot be applied, and go on with the rest of the statement."""
        try:
            yield
        except NotApplied as reason:
            if self.strict:
                raise
            self.notes.append(str(reason))

    def within(self, text: bytes, start: int | None) -> Step:
        """A statement that this one runs, found at ``start`` in the file or not in it at all."""
        return Step(
            database=self.database,
            file=self.file,
            text=text,
            start=self.start if start is None else start,
            located=start is not None,
            outer=self.place(),
            level=self.level + 1,
            strict=self.strict,
        )

    def table(self, node: Node) -> Table:
        """The table that a statement changes; one that no file creates is taken as given.

        Raises:
            NotApplied: the name is that of something else.
        """
        found = self.database.relation(node.get("schemaname"), node["relname"])
        if found is None:
            return self._implied(node)
        if not isinstance(found, Table):
            raise NotApplied(f"{found.name} is not a table")
        return found

    def _implied(self, node: Node) -> Table:
        schema = self.database.schema_to_create_in(node.get("schemaname"))
        table = Table(name=node["relname"], schema=schema, where=self.place(), implied=True)
        self.database.add_relation(table)
        self.database.unknown[schema, table.name] = self.place()
        return table

    def relation(self, schema: str | None, name: str) -> Relation:
        """A relation by name.

        Raises:
            NotApplied: there is none.
        """
        found = self.database.relation(schema, name)
        if found is None:
            raise NotApplied(f"there is no {name}")
        return found

    def namespace(self, name: str) -> Namespace:
        """A schema by name."""
        return self.database.namespace(name)


def element_end(text: bytes, at: int) -> int:
    """Where the list element that begins at ``at`` ends: before its comma or closing bracket."""
    depth = 0
    while edge := _EDGE.search(text, at):
        mark, at = edge[0], edge.end()
        if mark in (b"(", b"["):
            depth += 1
        elif mark in (b")", b"]"):
            depth -= 1
            if depth < 0:
                return edge.start()
        elif mark == b"," and depth == 0:
            return edge.start()
        elif mark[:1] == b"$":
            after = text.find(mark, at)
            at = after + len(mark) if after >= 0 else len(text)
    return len(text)


def option(nodes: list[Node], name: str) -> Any:  # noqa: ANN401 (a part of a tree)
    """The argument of a DefElem in a list of options, or None."""
    for node in nodes:
        element = node.get("DefElem", {})
        if element.get("defname") == name:
            return element.get("arg", True)
    return None
