"""Keys that a JSON mapping gives twice: decoders keep the last one silently."""

from __future__ import annotations

import re
from itertools import chain
from typing import Any

import msgspec

from backstay.readers import limits
from backstay.readers.pointers import pointer_of

_SPACED_COLON = re.compile(rb'"[ \t\r\n]+:')
_TOKEN = re.compile(rb'("(?:[^"\\]|\\.)*")(\s*:)?|[{}\[\],]')


def may_repeat_keys(utf8: bytes | memoryview, keys: int) -> bool:
    """Whether the text may hold more keys than the `keys` that its value has.

    A quote and a colon end a key, unless the quote is escaped, so that counting them (C speed)
    settles nearly all files.
    """
    text = bytes(utf8)
    written = text.count(b'":') + len(_SPACED_COLON.findall(text)) - text.count(b'\\":')
    return written != keys


def repeated_keys(utf8: bytes) -> list[tuple[str, int, int]]:
    """(pointer, start, end) of each key given again, in bytes of `utf8`, which is valid JSON."""
    found: list[tuple[str, int, int]] = []
    path: list[str | int] = []
    seen: list[set[str] | None] = []
    for token in _TOKEN.finditer(utf8):
        quoted, colon = token.groups()
        mark = token.group()
        if mark in (b"{", b"["):
            path.append(0 if mark == b"[" else "")
            seen.append(None if mark == b"[" else set())
        elif mark in (b"}", b"]"):
            path.pop()
            seen.pop()
        elif mark == b"," and isinstance(path[-1], int):
            path[-1] += 1
        elif colon:
            path[-1] = key = msgspec.json.decode(quoted, type=str)
            keys = seen[-1]
            if keys is not None and key in keys:
                found.append((pointer_of(path), *token.span(1)))
                if len(found) == limits.MAX_DUPLICATES:
                    break
            elif keys is not None:
                keys.add(key)
    return found


def shape_of(value: Any) -> tuple[int, int]:  # noqa: ANN401 (plain data)
    """How deep a value is nested and how many keys it has; without recursion."""
    level = [value]
    depth = keys = 0
    while True:
        mappings = [child for child in level if type(child) is dict]
        lists = [child for child in level if type(child) is list]
        if not mappings and not lists:
            return depth, keys
        depth += 1
        keys += sum(map(len, mappings))
        level = list(chain(chain.from_iterable(map(dict.values, mappings)), *lists))
