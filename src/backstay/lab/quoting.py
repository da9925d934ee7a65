"""Names and texts as they stand in the SQL that the lab writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backstay.model.data import Name


def identifier(name: str) -> str:
    """A name between double quotes, always: keywords and strangers' names need no thought then."""
    return '"' + name.replace('"', '""') + '"'


def identifiers(names: Iterable[str]) -> str:
    """Several names with commas between."""
    return ", ".join(map(identifier, names))


def relation(name: Name) -> str:
    """A table, view or type with its schema."""
    return f"{identifier(name.schema)}.{identifier(name.name)}"


def literal(text: str) -> str:
    """A text constant. The lab's servers have standard_conforming_strings on."""
    return "'" + text.replace("'", "''") + "'"
