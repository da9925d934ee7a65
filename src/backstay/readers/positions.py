"""Where in a file the value at a JSON pointer stands; worked out for what is reported only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec

from backstay.readers.collector import collector_paused
from backstay.readers.documents import looks_like_json, utf8_of
from backstay.readers.encoding import decode_text
from backstay.readers.json_positions import json_ranges
from backstay.readers.pointers import segments_of
from backstay.readers.spans import Span, characters_of, spans_of
from backstay.readers.unreadable import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backstay.readers.yaml_positions import YamlNode

Part: TypeAlias = Literal["key", "value"]
Segments: TypeAlias = tuple[str, ...]
Range: TypeAlias = tuple[int, int]


def locate(
    data: bytes, pointer: str, *, name: str, part: Part = "value", document: int = 0
) -> Span:
    """Where the value at a pointer, or its key, stands in a JSON or YAML file.

    What has no key (an item of a list, the whole document) is given as a whole for either part.

    Raises:
        KeyError: there is nothing at that pointer.
        Unreadable: the file is no JSON or YAML text.
    """
    return locate_many(data, [pointer], name=name, part=part, document=document)[pointer]


def locate_many(
    data: bytes, pointers: Iterable[str], *, name: str, part: Part = "value", document: int = 0
) -> dict[str, Span]:
    """Where the values at pointers, or their keys, stand; those that lead nowhere are left out.

    Raises:
        Unreadable: the file is no JSON or YAML text.
    """
    asked = {pointer: segments_of(pointer) for pointer in pointers}
    text = decode_text(data)
    with collector_paused():
        ranges = _ranges(data, text, set(asked.values()), name, document)
    found = {
        pointer: ranges[segments][part == "value"]
        for pointer, segments in asked.items()
        if segments in ranges
    }
    return dict(zip(found, spans_of(data, text, found.values()), strict=True))


def _ranges(
    data: bytes, text: str, asked: set[Segments], name: str, document: int
) -> dict[Segments, tuple[Range, Range]]:
    """(key, value) ranges in characters."""
    must_be_json = name.lower().endswith(".json")
    if must_be_json or looks_like_json(data):
        try:
            return _json_ranges(utf8_of(data), asked)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            if must_be_json:
                raise Unreadable("not valid JSON, or nested too deeply") from None
    return _yaml_ranges(text, asked, document)


def _json_ranges(utf8: bytes, asked: set[Segments]) -> dict[Segments, tuple[Range, Range]]:
    ranges = json_ranges(utf8, asked)
    flat = [at for key, value in ranges.values() for at in (*key, *value)]
    index = characters_of(utf8, flat)
    return {
        pointer: ((index[key[0]], index[key[1]]), (index[value[0]], index[value[1]]))
        for pointer, (key, value) in ranges.items()
    }


def _yaml_ranges(
    text: str, asked: set[Segments], document: int
) -> dict[Segments, tuple[Range, Range]]:
    from backstay.foreign.yaml import YamlFault  # noqa: PLC0415 (PyYAML is slow to import)
    from backstay.readers.yaml_positions import yaml_tree  # noqa: PLC0415 (as above)

    try:
        root = yaml_tree(text, asked, document=document)
    except YamlFault as fault:
        raise Unreadable(f"not valid YAML: {fault.problem}") from None
    found = {}
    for segments in asked:
        node = _node_at(root, segments)
        if node is not None:
            value = (node.start, node.end)
            found[segments] = (node.key or value, value)
    return found


def _node_at(root: YamlNode | None, segments: Segments) -> YamlNode | None:
    node = root
    for segment in segments:
        node = node.child(segment) if node else None
    return node
