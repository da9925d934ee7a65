"""The door to PyYAML: events of a YAML text, with positions, and nothing that builds objects.

Why PyYAML: its C scanner keeps a position for every event and reads 25 MB/s. Without it we would
need a YAML scanner of our own. Where the C part is missing, its slower Python scanner gives the
same events.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml
from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "AliasEvent",
    "CollectionStartEvent",
    "DocumentEndEvent",
    "DocumentStartEvent",
    "Event",
    "MappingEndEvent",
    "MappingStartEvent",
    "ScalarEvent",
    "SequenceEndEvent",
    "SequenceStartEvent",
    "StreamEndEvent",
    "StreamStartEvent",
    "YamlFault",
    "events",
    "extent",
]


class YamlFault(Exception):  # noqa: N818 (a fault in the text, not in the program)
    """The text is not YAML; `index` is the character at which that showed, or None."""

    def __init__(self, problem: str, index: int | None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.index = index


def events(text: str) -> Iterator[Event]:
    """Give the events of `text` in order; their marks count characters (not bytes) from its start.

    Raises:
        YamlFault: the text is not YAML.
    """
    try:
        next_event = (yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader)(
            text
        ).get_event
        while (event := next_event()) is not None:
            yield event
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = error.problem or error.context or "not YAML"
        raise YamlFault(problem, mark.index if mark else None) from error
    except yaml.reader.ReaderError as error:
        raise YamlFault(f"{error.reason} ({_shown(error.character)})", error.position) from error


def extent(event: Event) -> tuple[int, int]:
    """The characters from and to which an event stands in the text."""
    assert event.start_mark is not None
    assert event.end_mark is not None
    return event.start_mark.index, event.end_mark.index


def _shown(character: object) -> str:
    code = character if isinstance(character, int) else ord(str(character)[:1] or "\0")
    return f"U+{code:04X}"
