"""Versions of GraphQL schemas for tests, and what their comparison gives."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import graphql

from backstay.compatibility.comparison import Comparison, Version
from backstay.compatibility.graphql import compare_graphql

if TYPE_CHECKING:
    from backstay.model.changes import Change


def sdl(*texts: str) -> Version:
    """Files a.graphql, b.graphql, ... of SDL."""
    files = {f"{chr(97 + at)}.graphql": text.encode() for at, text in enumerate(texts)}
    return Version(files=files, documents=tuple(files))


def introspected(text: str, **options: bool) -> Version:
    """schema.json: what a server with this schema answers to the introspection query."""
    schema = graphql.build_schema(text)
    result = graphql.introspection_from_schema(schema, **options)
    return as_json({"data": result})


def as_json(value: Any) -> Version:
    """schema.json with a value, or with a text as it is."""
    text = value if isinstance(value, str) else json.dumps(value)
    return Version(files={"schema.json": text.encode()}, documents=("schema.json",))


def compared(old: str | Version, new: str | Version) -> Comparison:
    """The comparison of two versions, given as such or as SDL."""
    return compare_graphql(
        sdl(old) if isinstance(old, str) else old, sdl(new) if isinstance(new, str) else new
    )


def listed(comparison: Comparison) -> list[tuple[str, str, str]]:
    """(kind, subject, compatibility) of each change."""
    return [(change.change, change.subject, change.compatibility) for change in comparison.changes]


def only(comparison: Comparison, kind: str) -> Change:
    """The change of a kind."""
    (found,) = [change for change in comparison.changes if change.change == kind]
    return found
