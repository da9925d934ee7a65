"""From SQL files to facts: the schema is the result of applying the statements, worked out here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backstay.foreign.postgast import Node, SqlFault, parse
from backstay.model.data import Dialect
from backstay.model.facts import Fact, NotChecked, Unread
from backstay.model.migrations import Migration
from backstay.model.places import Place
from backstay.readers.collector import collector_paused
from backstay.readers.sources import Sources
from backstay.readers.sql.application import apply
from backstay.readers.sql.database import Database, NotApplied
from backstay.readers.sql.facts import facts_of
from backstay.readers.sql.layouts import Layout, Part, layouts_of
from backstay.readers.sql.scripts import Script, read_script
from backstay.readers.sql.splitter import Piece, split
from backstay.readers.sql.step import Step
from backstay.readers.unreadable import Unreadable


def read_sql(files: Sequence[str], sources: Sources) -> Iterator[Fact]:
    """The facts in some SQL files (paths below the root of ``sources``)."""
    scripts: list[Script] = []
    for file in sorted(files):
        try:
            scripts.append(read_script(file, sources))
        except Unreadable as error:
            yield Unread(where=Place(file=file), why=error.reason)
    migrations, rest = layouts_of(scripts)
    with collector_paused():
        for layout in [*migrations, *schema_layouts(rest)]:
            yield from _Run(layout).facts()


def schema_layouts(scripts: list[Script]) -> list[Layout]:
    return [
        Layout(
            database=script.file,
            tool="schema",
            parts=(
                Part(
                    script=script,
                    start=script.start,
                    end=len(script.text),
                    version="",
                    title="",
                    direction="up",
                    order=(),
                ),
            ),
        )
        for script in scripts
    ]


class _Run:
    """The application of one database's files."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.database = Database(layout.database)

    def facts(self) -> Iterator[Fact]:
        files = dict.fromkeys(part.script.file for part in self.layout.parts)
        yield Dialect(
            where=Place(file=next(iter(files))),
            database=self.database.name,
            dialect="postgresql",
            layout=self.layout.tool,
            files=tuple(files),
        )
        for order, part in enumerate(self.layout.parts):
            if self.layout.is_migrations:
                yield self._migration(part, order)
            for piece in split(part.script.text, part.start, part.end):
                yield from self._statement(part, piece)
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

    def _statement(self, part: Part, piece: Piece) -> Iterator[Fact]:
        place = part.script.place(piece.start, piece.end)
        text = part.script.text[piece.start : piece.end]
        try:
            if piece.fault is not None:
                raise SqlFault(piece.fault, 0)
            statements = parse(text)
        except SqlFault as fault:
            at = piece.start + (fault.offset or 0)
            yield Unread(where=part.script.place(at, piece.end), why=fault.problem)
            return
        if part.direction == "down":
            return
        for each in statements:
            yield from self._apply(part, place, text, piece.start, each["stmt"])

    def _apply(
        self, part: Part, place: Place, text: bytes, start: int, statement: Node
    ) -> Iterator[Fact]:
        step = Step(database=self.database, file=part.script.file, text=text, start=start)
        try:
            apply(step, statement)
        except NotApplied as reason:
            yield NotChecked(where=place, what="a statement of the schema", why=str(reason))
