"""Values of a compose file as text, with variables replaced by their defaults.

`${NAME:-default}` becomes its default and is marked as assumed, since the environment may hold
something else; `${NAME}` and `$NAME` without a default become a hole, written `${NAME}`.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

# Compose nests defaults (`${A:-${B:-x}}`); a real file does so twice at most.
_MAX_NESTING = 10

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OPERATOR = re.compile(r":?[-?+]")
_BRACE = re.compile(r"\$\{|\}")
HOLE = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """A value as text. ``assumed``: a default stands in it."""

    text: str
    assumed: bool = False

    @property
    def is_hole(self) -> bool:
        """Whether the whole value comes from outside."""
        return HOLE.fullmatch(self.text) is not None


def text_of(value: Any) -> Text | None:  # noqa: ANN401 (plain data)
    """A scalar as compose reads it; None for null, a list or a mapping."""
    if isinstance(value, str):
        return interpolated(value) if "$" in value else Text(text=value)
    if isinstance(value, bool):
        return Text(text="true" if value else "false")
    if isinstance(value, (int, float)):
        return Text(text=str(value))
    return None


def plain(value: Any) -> str | None:  # noqa: ANN401 (plain data)
    """The text of a scalar, or None."""
    found = text_of(value)
    return found.text if found else None


def interpolated(template: str, depth: int = 0) -> Text:
    """The text with variables replaced; what is no variable stays as it is."""
    pieces: list[str] = []
    braces = _braces(template)
    assumed = False
    at = 0
    while (dollar := template.find("$", at)) >= 0:
        pieces.append(template[at:dollar])
        piece, at, defaulted = _variable(template, dollar, braces, depth)
        assumed = assumed or defaulted
        pieces.append(piece)
    pieces.append(template[at:])
    return Text(text="".join(pieces), assumed=assumed)


def _variable(
    template: str, dollar: int, braces: dict[int, int], depth: int
) -> tuple[str, int, bool]:
    """What stands for the variable at `dollar`, where it ends, and whether a default was used."""
    if template.startswith("$", dollar + 1):
        return "$", dollar + 2, False
    braced = template.startswith("{", dollar + 1)
    name = _NAME.match(template, dollar + 1 + braced)
    end = braces.get(dollar, -1)
    if name is None or (braced and end < name.end()):
        return "$", dollar + 1, False
    hole = f"${{{name.group()}}}"
    operator = _OPERATOR.match(template, name.end(), end) if braced else None
    if operator is None:
        return hole, (end + 1 if braced else name.end()), False
    if operator.group().endswith("-") and depth < _MAX_NESTING:
        return interpolated(template[operator.end() : end], depth + 1).text, end + 1, True
    return ("" if operator.group().endswith("+") else hole), end + 1, False


def _braces(template: str) -> dict[int, int]:
    """For each `${`, where its `}` stands; one pass, whatever the text holds."""
    pairs: dict[int, int] = {}
    opened: list[int] = []
    for mark in _BRACE.finditer(template):
        if mark.group() == "${":
            opened.append(mark.start())
        elif opened:
            pairs[opened.pop()] = mark.start()
    return pairs


def entries_of(value: Any) -> list[tuple[str, Any, str | int]]:  # noqa: ANN401 (plain data)
    """Name, value and key or position of a list of `NAME=value` or a mapping, as compose allows.

    A name without a value has the value None.
    """
    if isinstance(value, dict):
        return [(key, item, key) for key, item in value.items()]
    found: list[tuple[str, Any, str | int]] = []
    for position, item in enumerate(value if isinstance(value, list) else ()):
        text = item if isinstance(item, str) else plain(item)
        if text is not None:
            name, equals, rest = text.partition("=")
            found.append((name.strip(), rest if equals else None, position))
    return found


def texts_of(value: Any) -> tuple[str, ...]:  # noqa: ANN401 (plain data)
    """A scalar, or the scalars of a list, as texts."""
    items = value if isinstance(value, list) else [value]
    return tuple(text for item in items if (text := plain(item)) is not None)


def command_text(value: Any) -> str | None:  # noqa: ANN401 (plain data)
    """A command in either form as one line; None for null, which keeps the image's own."""
    if isinstance(value, list):
        return " ".join(texts_of(value))
    return plain(value)
