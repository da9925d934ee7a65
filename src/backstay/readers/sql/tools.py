"""Which migration tool a folder of migrations belongs to, where names alone do not tell."""

from __future__ import annotations

import re
import tomllib
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import msgspec

from backstay.readers.unreadable import Unreadable

if TYPE_CHECKING:
    from backstay.readers.sources import Sources
    from backstay.readers.sql.layouts import Layout, Part

_NO_TRANSACTION = re.compile(rb"\s*--[ \t]*no-transaction\b")
_TIMESTAMP = 14


def with_tools(layouts: list[Layout], sources: Sources) -> list[Layout]:
    """The layouts with their tools named and each part's transaction told."""
    return [_with_tool(layout, sources) for layout in layouts]


def _with_tool(layout: Layout, sources: Sources) -> Layout:
    tool = layout.tool
    if tool == "paired":
        # golang-migrate and sqlx name files alike; sqlx is used from Rust.
        tool = "sqlx" if _in_rust(layout.database, sources) else "golang-migrate"
    elif tool == "plain" and _all_stamped(layout) and _in_rust(layout.database, sources):
        tool = "sqlx"
    parts = layout.parts
    if tool == "sqlx":
        parts = tuple(
            msgspec.structs.replace(
                part, in_transaction=_NO_TRANSACTION.match(part.script.text) is None
            )
            for part in parts
        )
    elif tool == "diesel":
        parts = tuple(_with_metadata(part, sources) for part in parts)
    return msgspec.structs.replace(layout, tool=tool, parts=parts)


def _all_stamped(layout: Layout) -> bool:
    return all(len(part.version) == _TIMESTAMP for part in layout.parts)


def _in_rust(folder: str, sources: Sources) -> bool:
    """Whether a Rust package lies around the folder."""
    path = PurePosixPath(folder)
    for each in (path, *path.parents):
        try:
            if sources.path(str(each / "Cargo.toml")).is_file():
                return True
        except Unreadable:
            return False
    return False


def _with_metadata(part: Part, sources: Sources) -> Part:
    """Diesel runs a migration in a transaction unless its metadata.toml says otherwise."""
    file = str(PurePosixPath(part.script.file).parent / "metadata.toml")
    try:
        if not sources.path(file).is_file():
            return part
        text = sources.read(file).decode("utf-8", "replace")
        told = tomllib.loads(text).get("run_in_transaction", True)
    except (Unreadable, tomllib.TOMLDecodeError):
        return part
    return msgspec.structs.replace(part, in_transaction=bool(told))
