"""Identifiers as PostgreSQL prints them: quoted where they are keywords or not plain."""

from __future__ import annotations

from backstay.model.identifiers import quoted as identifier

__all__ = ["identifier", "literal"]


def literal(text: str) -> str:
    """A string constant as SQL text."""
    quoted = "'" + text.replace("'", "''") + "'"
    return "E" + quoted.replace("\\", "\\\\") if "\\" in text else quoted
