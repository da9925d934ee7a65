"""From SQL files to facts: the schema is the result of applying the statements, worked out here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backstay.model.facts import Fact, Unread
from backstay.model.places import Place
from backstay.readers.collector import collector_paused
from backstay.readers.sources import Sources
from backstay.readers.sql.layouts import Layout, Part, layouts_of
from backstay.readers.sql.run import Run
from backstay.readers.sql.scripts import Script, read_script
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
            yield from Run(layout).facts()


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
