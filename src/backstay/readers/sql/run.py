"""Applies the files of one database in order and tells the facts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from backstay.foreign.postgast import Node, SqlFault
from backstay.model.data import Name
from backstay.model.facts import Fact, NotChecked, Unread
from backstay.model.migrations import Effect, Migration, MigrationStatement
from backstay.readers.sql.application import apply
from backstay.readers.sql.database import TEMPORARY, Database, NotApplied
from backstay.readers.sql.effects import effects_of
from backstay.readers.sql.facts import facts_of
from backstay.readers.sql.naming import Naming
from backstay.readers.sql.removal import drop
from backstay.readers.sql.splitter import Piece, split
from backstay.readers.sql.statements import is_data, trees_of
from backstay.readers.sql.step import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.model.places import Place
    from backstay.readers.sql.layouts import Layout, Part

_DATA = {"insert", "update", "delete", "merge", "copy", "select"}
_LONGEST_DATA = 1_000

# In bytes of statements. One of CREATE TABLE costs some 100 bytes of memory in the end; the body
# of a routine costs little, so that of other statements only so much counts.
_MOST_DEFINITIONS = 8_000_000
_COUNTED_OF_OTHERS = 300
_TABLE = re.compile(rb"(?:create|alter)\b[^;(]{0,60}?\btable\b", re.IGNORECASE)
DEFECT = "Backstay fails on it"
# More inserts of constants in one migration are counted and no facts of their own.
_MOST_DATA = 1_000


# What a statement of a form that nobody thought of would raise. It must not cost the others; tests
# with random statements look that there is none.
_DEFECTS = (LookupError, TypeError, ValueError, AttributeError, AssertionError, RecursionError)


def _problem_in(step: Step, statement: Node) -> str | None:
    """Apply a statement; why it could not be, or None."""
    try:
        apply(step, statement)
    except NotApplied as reason:
        return str(reason)
    except RecursionError:
        return "it is nested too deeply"
    except _DEFECTS as defect:
        return f"{DEFECT} ({type(defect).__name__}: {defect}): please report this statement"
    return None


class Run:
    """The application of one database's files."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.database = Database(layout.database)
        self.naming = Naming(self.database)
        self.definitions = 0

    def facts(self) -> Iterator[Fact]:
        """The migrations with their statements, and the schema at the end."""
        for order, part in enumerate(self.layout.parts):
            if self.layout.is_migrations:
                yield self._migration(part, order)
            yield from _PartRun(self, part).facts()
            if self.definitions > _MOST_DEFINITIONS:
                # The rest may hold the keys of what was read: half a schema would mislead.
                why = f"more than {_MOST_DEFINITIONS // 1_000_000} MB of definitions"
                where = part.script.place(part.start, part.end)
                yield NotChecked(where=where, what=f"the database {self.database.name}", why=why)
                return
        yield from facts_of(self.database)

    def _migration(self, part: Part, order: int) -> Fact:
        return Migration(
            where=part.script.place(part.start, part.end),
            database=self.database.name,
            tool=self.layout.tool,
            version=part.version,
            title=part.title,
            order=order,
            direction=part.direction,
            in_transaction=part.in_transaction,
        )


class _PartRun:
    """One migration, or one schema file: a session of its own."""

    def __init__(self, run: Run, part: Part) -> None:
        self.run = run
        self.part = part
        self.database = run.database
        self.order = 0
        self.rows = 0
        self.created: set[Name] = set()

    def facts(self) -> Iterator[Fact]:
        part = self.part
        self.database.search_path = self.database.starting_path
        for piece in split(part.script.text, part.start, part.end):
            yield from self._piece(piece)
            if self.run.definitions > _MOST_DEFINITIONS:
                return
        if self.rows > _MOST_DATA and self.run.layout.is_migrations:
            why = f"{self.rows - _MOST_DATA} more statements that insert constants"
            yield NotChecked(
                where=part.script.place(part.start, part.end), what=self._what(), why=why
            )
        temporary = [
            relation
            for relation in self.database.temporary
            if self.database.relations.get((TEMPORARY, relation.name)) is relation
        ]
        if temporary:
            drop(self.database, temporary, cascade=True)
        self.database.temporary.clear()

    def _piece(self, piece: Piece) -> Iterator[Fact]:
        script = self.part.script
        text = script.text[piece.start : piece.end]
        place = script.place(piece.start, piece.end)
        if is_data(text) and self._is_beyond_measure():
            return
        is_table = _TABLE.match(text) is not None
        self.run.definitions += len(text) if is_table else min(len(text), _COUNTED_OF_OTHERS)
        try:
            statements = trees_of(text, piece.fault)
        except SqlFault as fault:
            at = piece.start + min(fault.offset or 0, len(text))
            yield Unread(where=script.place(at, piece.end), why=fault.problem)
            yield from self._statement_fact(text, place, (Effect(what="unknown"),))
            return
        for statement in statements:
            yield from self._statement(statement, text, piece, place)

    def _is_beyond_measure(self) -> bool:
        """Whether to pass over one more statement of data: in schema files, and after many."""
        self.rows += 1
        return not self.run.layout.is_migrations or self.rows > _MOST_DATA

    def _statement(
        self, statement: Node, text: bytes, piece: Piece, place: Place
    ) -> Iterator[Fact]:
        if self.run.layout.is_migrations:
            yield from self._statement_fact(text, place, self._effects(statement))
        if self.part.direction == "down":
            return
        step = Step(
            database=self.database, file=self.part.script.file, text=text, start=piece.start
        )
        problem = _problem_in(step, statement)
        for why in [*step.notes, *([problem] if problem else [])]:
            yield NotChecked(where=place, what=self._what(), why=why)

    def _effects(self, statement: Node) -> tuple[Effect, ...]:
        try:
            return effects_of(statement, self.run.naming)
        except _DEFECTS:
            return (Effect(what="unknown"),)

    def _what(self) -> str:
        part = self.part
        if self.run.layout.is_migrations:
            return f"the effect of a statement in migration {part.version} {part.title}".rstrip()
        return f"the effect of a statement in {part.script.file}"

    def _statement_fact(
        self, text: bytes, place: Place, effects: tuple[Effect, ...]
    ) -> Iterator[Fact]:
        if not self.run.layout.is_migrations:
            return
        for effect in effects:
            if effect.on is not None and effect.what.startswith("create "):
                self.created.add(effect.on)
            if effect.what == "rename table" and effect.on in self.created:
                assert effect.on is not None
                renamed = Name(
                    database=effect.on.database, schema=effect.on.schema, name=effect.new or ""
                )
                self.created.add(renamed)
        objects = tuple(
            dict.fromkeys(
                name for effect in effects for name in (effect.on, effect.other) if name is not None
            )
        )
        what = effects[0].what if effects else "other"
        cut = what in _DATA and len(text) > _LONGEST_DATA
        sql = text[:_LONGEST_DATA].decode("utf-8", "ignore") + "..." if cut else text.decode()
        yield MigrationStatement(
            where=place,
            database=self.database.name,
            migration=self.part.version,
            direction=self.part.direction,
            order=self.order,
            sql=sql,
            effect=what,
            effects=effects,
            objects=objects,
            created_here=tuple(name for name in objects if name in self.created),
        )
        self.order += 1
