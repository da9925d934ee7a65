"""Plain values as text, in the style of what stands around them."""

from __future__ import annotations

import json
import re
from typing import Any

from backstay.readers.yaml_scalars import plain_value

# What a YAML scanner does not take as it is inside quotes.
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")

# Narrower than YAML allows, so that it is plain text in YAML 1.1 and to people, too.
_PLAIN_IN_FLOW = re.compile(r"[A-Za-z_/](?:[\w./+@$=~-]| (?=[\w./+@$=~-]))*", re.ASCII)
_PLAIN_IN_BLOCK = re.compile(
    r"[A-Za-z_/](?:[\w./+@$=~-]| (?=[\w./+@$=~-])|:(?=[\w./+@$=~-]))*", re.ASCII
)
_WORDS_OF_YAML_1_1 = frozenset(("y", "n", "yes", "no", "on", "off"))


def json_text(
    value: Any,  # noqa: ANN401 (plain data)
    *,
    indent: tuple[str, str] | None = None,
    spaced: bool = True,
    ascii_only: bool = False,
    newline: str = "\n",
) -> str:
    """A value as JSON.

    Args:
        value: plain data.
        indent: (indentation of the line it starts on, one step), or None for a single line.
        spaced: whether a space follows commas and colons on a single line.
        ascii_only: whether other characters are escaped.
        newline: what ends a line.

    Raises:
        ValueError: it holds a number that JSON does not have (infinite, not a number).
    """
    text = json.dumps(
        value,
        ensure_ascii=ascii_only,
        allow_nan=False,
        indent=indent[1] if indent else None,
        separators=None if indent or spaced else (",", ":"),
    )
    return text.replace("\n", newline + indent[0]) if indent else text


def flow_text(value: Any) -> str:  # noqa: ANN401 (plain data)
    """A value as YAML on one line, with brackets where it is a mapping or list."""
    if isinstance(value, dict):
        pairs = (
            f"{_word(key, _PLAIN_IN_FLOW)}: {flow_text(child)}" for key, child in value.items()
        )
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow_text(child) for child in value) + "]"
    return scalar_text(value, in_flow=True)


def block_lines(value: Any, indent: int, step: int) -> list[str]:  # noqa: ANN401 (plain data)
    """A mapping or list that is not empty as lines of YAML, each indented."""
    lines: list[str] = []
    space = " " * indent
    if isinstance(value, list):
        for item in value:
            if isinstance(item, (dict, list)) and item:
                first, *others = block_lines(item, indent + 2, step)
                lines += [f"{space}- {first[indent + 2 :]}", *others]
            else:
                lines.append(f"{space}- {scalar_text(item)}")
        return lines
    for key, child in value.items():
        head = f"{space}{key_text(key)}:"
        if isinstance(child, (dict, list)) and child:
            lines += [head, *block_lines(child, indent + step, step)]
        else:
            lines.append(f"{head} {scalar_text(child)}")
    return lines


def key_text(key: str) -> str:
    """A key of a YAML mapping."""
    return _word(key, _PLAIN_IN_FLOW)


def scalar_text(value: Any, *, in_flow: bool = False, quote: str = "") -> str:  # noqa: ANN401
    """A scalar, or an empty mapping or list, as YAML; texts with `quote` where that can be."""
    if isinstance(value, str):
        if quote == "'" and value.isprintable():
            return "'" + value.replace("'", "''") + "'"
        plain = _PLAIN_IN_FLOW if in_flow else _PLAIN_IN_BLOCK
        return _quoted(value) if quote == '"' else _word(value, plain)
    if isinstance(value, float) and value != value:  # noqa: PLR0124 (not a number)
        return ".nan"
    if value in (float("inf"), float("-inf")):
        return ".inf" if value > 0 else "-.inf"
    return json.dumps(value)


def _word(text: str, plain: re.Pattern[str]) -> str:
    readable = plain.fullmatch(text) and isinstance(plain_value(text), str)
    return text if readable and text.lower() not in _WORDS_OF_YAML_1_1 else _quoted(text)


def _quoted(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", quoted)
