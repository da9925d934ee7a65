"""From the text of one statement to its trees, within limits that keep the parser safe."""

from __future__ import annotations

import re
from itertools import islice

from backstay.foreign.postgast import Node, SqlFault, parse
from backstay.readers.sql.splitter import without_quotes

# PostgreSQL's parser keeps its stack within bounds for brackets, but recurses for chains of
# operators: some 50,000 fill a stack of 8 MB. Threads may have a sixteenth of that.
_MOST_OPERATORS = 2_500
_SMALL = 2 * _MOST_OPERATORS
_OPERATORS = re.compile(
    rb"[-+*/<>=~!@#%^&|?\[:]+|\b(?:union|intersect|except|join|is|isnull|notnull|collate|at)\b",
    re.IGNORECASE,
)
# Far above any statement that people write; its tree takes forty times as much memory.
_LONGEST = 4_000_000
_VARIABLE = re.compile(rb"(?<![:\w]):(?=['\"A-Za-z_])")
_PLACEHOLDER = re.compile(rb"\$\{(\w+)\}")
_INSERT = re.compile(
    rb"insert\s+into\s+((?:\"[^\"]+\"|[\w$\x80-\xff]+)(?:\s*\.\s*(?:\"[^\"]+\"|[\w$\x80-\xff]+))*)"
    rb"(?:\s*\([^()]*\))?\s*(?:overriding\s+(?:system|user)\s+value\s+)?values\b",
    re.IGNORECASE,
)


def is_data(text: bytes) -> bool:
    """Whether a statement brings rows of constants and nothing else."""
    return text[:6].lower() == b"insert" and _INSERT.match(text) is not None


def trees_of(text: bytes, fault: str | None = None) -> list[Node]:
    """The statements in some text, usually one; ``fault`` is what its splitter found wrong.

    A long INSERT of constants is read up to its VALUES: only the table matters.

    Raises:
        SqlFault: the text does not parse, or is nested too deeply.
    """
    if fault is not None:
        raise SqlFault(fault, 0)
    if b"\0" in text:
        raise SqlFault("holds a zero byte", text.index(b"\0"))
    if len(text) > _SMALL:
        data = _INSERT.match(text)
        if data:
            text = b"INSERT INTO " + data[1] + b" DEFAULT VALUES"
        elif len(text) > _LONGEST:
            raise SqlFault(f"a statement of {len(text) // 1_000_000} MB is not read", None)
        elif _has_more_operators(text, _MOST_OPERATORS):
            raise SqlFault("an expression or a query with thousands of operators is not read", None)
    return [statement["stmt"] for statement in _parsed(text) if "stmt" in statement]


def _parsed(text: bytes) -> list[Node]:
    """The trees, if need be with the variables of psql and Flyway read as plain names.

    Spaces take the place of their marks, so that positions stay.
    """
    try:
        return parse(text)
    except SqlFault:
        filled = _PLACEHOLDER.sub(rb"  \1 ", text)
        filled = _VARIABLE.sub(b" ", filled)
        if filled == text:
            raise
        try:
            return parse(filled)
        except SqlFault:
            pass
        raise


def _has_more_operators(text: bytes, most: int) -> bool:
    found = _OPERATORS.finditer(without_quotes(text))
    return next(islice(found, most, None), None) is not None
