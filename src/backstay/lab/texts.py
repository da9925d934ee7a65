"""Texts that look like what a column's name promises, at their usual length."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from backstay.lab.quoting import literal

if TYPE_CHECKING:
    from backstay.lab.chance import Draw
    from backstay.lab.restrictions import Restriction

_WORDS = re.compile(r"[a-z]+|[A-Z][a-z]*")
_FIRST = ("Ada", "Amir", "Chen", "Edith", "Grace", "Ivo", "Lena", "Mary", "Noor", "Rosa", "Tunde")
_LAST = (
    "Abe",
    "Baker",
    "Costa",
    "Diaz",
    "Fischer",
    "Hall",
    "Ito",
    "Khan",
    "Meyer",
    "Okoro",
    "Silva",
)
_FEW = {
    "country": ("US", "DE", "IN", "BR", "GB", "FR", "JP", "NG"),
    "currency": ("EUR", "USD", "GBP", "JPY"),
    "language": ("en", "de", "fr", "es", "hi", "pt"),
    "locale": ("en", "de", "fr", "es", "hi", "pt"),
    "city": ("Lagos", "Lima", "Berlin", "Pune", "Osaka", "Boston", "Leeds"),
}
_STATES = ("new", "open", "done", "held", "gone")
_STATE_WORDS = {"status", "state", "type", "kind", "role", "category", "level", "method", "channel"}
_NAME_WORDS = {"name", "title", "label", "subject", "author", "company", "firstname", "lastname"}
_LONG_WORDS = {
    *("body", "comment", "content", "description", "message", "note", "notes", "text", "bio"),
    *("summary", "details", "reason", "address"),
}
_SENTENCE = "of rows made up to look like real ones "


def drawn_text(name: str, length: int | None, limits: Restriction, draw: Draw) -> str:
    """A text for a column of that name that need not differ from row to row."""
    return fitted(_drawn(name, draw), length, limits)


def distinct_text(name: str, length: int | None, limits: Restriction, ordinal: str) -> str:
    """A text that differs for each ordinal from 1, as long as 16 to the power of its length allows.

    In lower case it differs as well, for unique indexes on ``lower(...)``.
    """
    longest = min(length or 64, limits.longest or 64)
    shape = _distinct(name, ordinal)
    if shape is not None and longest >= 48:
        return shape
    digits = max(min(longest, 15), 1)
    wide = max(digits, limits.shortest) if limits.shortest <= longest else digits
    return f"lpad(to_hex({ordinal}), {wide}, '0')"


def distinct_forms(row: str) -> tuple[str, ...]:
    """Texts in forms that patterns in checks often ask for, each different from row to row."""
    hexadecimal = f"to_hex({row})"
    return (
        f"'user' || {row} || '@example.com'",
        f"'https://example.com/' || {hexadecimal}",
        f"lpad({row}::text, 10, '0')",
        f"'a' || {hexadecimal}",
        f"'a-' || {hexadecimal}",
        f"upper('A' || {hexadecimal})",
        f"'A-' || lpad({row}::text, 6, '0')",
        f"'+1' || lpad({row}::text, 10, '0')",
        f"md5({row}::text)",
        f"'v1.' || {row} || '.0'",
        f"'/' || {hexadecimal}",
        f"chr((97 + {row} % 26)::integer) || translate({row}::text, '0123456789', 'abcdefghij')",
    )


def other_forms(row: str) -> tuple[str, ...]:
    """More such texts, of which there are only a few different ones."""
    return (
        f"'#' || lpad(to_hex({row} & 16777215), 6, '0')",
        f"'10.' || ({row} & 255) || '.0.1'",
        f"lpad(({row} % 1000)::text, 3, '0')",
        "'USD'",
        "'de'",
        "'en-GB'",
        "'Europe/Berlin'",
        "'12:00'",
        "'2025-01-31'",
    )


def fitted(text: str, length: int | None, limits: Restriction) -> str:
    """A text brought to the length that its column allows."""
    longest = _least(length, limits.longest)
    if longest is not None:
        text = f"left({text}, {longest})"
    return f"rpad({text}, {limits.shortest}, 'x')" if limits.shortest > 1 else text


def picked(choices: tuple[str, ...], index: str, type_sql: str) -> str:
    """One of the choices by its number from 1."""
    return f"(ARRAY[{', '.join(map(literal, choices))}]::{type_sql}[])[({index})::integer]"


def words_of(name: str) -> set[str]:
    """The words in a column's name."""
    return {word.lower() for word in _WORDS.findall(name)}


def _drawn(name: str, draw: Draw) -> str:
    words = words_of(name)
    for word, choices in _FEW.items():
        if word in words:
            return picked(choices, f"1 + {draw.low_below(len(choices))}", "text")
    if words & _STATE_WORDS:
        return picked(_STATES, f"1 + {draw.low_below(len(_STATES))}", "text")
    if words & _LONG_WORDS:
        return f"repeat({literal(_SENTENCE)}, (1 + {draw.low_below(12)})::integer)"
    shape = _distinct(name, draw.below(1_000_000_000))
    return shape if shape is not None else f"to_hex({draw.bits})"


def _distinct(name: str, ordinal: str) -> str | None:
    words = words_of(name)
    if words & {"email", "mail"}:
        return f"'user' || {ordinal} || '@example.com'"
    if words & {"url", "uri", "link", "website", "href"}:
        return f"'https://example.com/' || to_hex({ordinal})"
    if words & {"phone", "mobile", "tel"}:
        return f"'+' || (15550000000 + {ordinal})"
    if words & _NAME_WORDS:
        first = picked(_FIRST, f"1 + {ordinal} % {len(_FIRST)}", "text")
        last = picked(_LAST, f"1 + {ordinal} % {len(_LAST)}", "text")
        return f"{first} || ' ' || {last} || ' ' || {ordinal}"
    return None


def _least(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else min(one, other)
