"""JSON and YAML files as plain values (dict with text keys, list, str, int, float, bool, None).

YAML is read as version 1.2 says (`on` and `12:30` are text), with `<<` merged and aliases
followed. Positions are not kept: `positions.locate` works them out for what is reported.
"""

from __future__ import annotations

import re
from typing import Any, Literal, TypeAlias

import msgspec

from backstay.readers import limits
from backstay.readers.collector import collector_paused
from backstay.readers.encoding import decode_text, encoding_of
from backstay.readers.json_duplicates import key_count, repeated_keys
from backstay.readers.spans import Span, line_of, spans_of
from backstay.readers.unreadable import Unreadable

Syntax: TypeAlias = Literal["json", "yaml"]

_BYTE_OF_FAULT = re.compile(r" \(byte (\d+)\)$")


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """One document of a file.

    Attributes:
        name: the file's name, as given.
        syntax: how it is written; JSON may stand in a `.yaml` file.
        value: plain values; every mapping key is text, as written (`200:` is "200").
        duplicates: (pointer, place of the later key) for each key given twice; the last one counts.
        index: its position in a YAML file with several documents, from 0.
    """

    name: str
    syntax: Syntax
    value: Any
    duplicates: tuple[tuple[str, Span], ...] = ()
    index: int = 0


def load_document(data: bytes, *, name: str) -> Document:
    """Read a file that should hold one document.

    Raises:
        Unreadable: it is no JSON or YAML text, goes beyond a limit, or holds several documents.
    """
    documents = load_documents(data, name=name)
    filled = [document for document in documents if document.value is not None]
    if len(filled) > 1:
        raise Unreadable(f"holds {len(filled)} documents (parted by '---') where one is expected")
    return filled[0] if filled else documents[0]


def load_documents(data: bytes, *, name: str) -> tuple[Document, ...]:
    """Read all documents of a file; an empty one has the value None. There is always at least one.

    Raises:
        Unreadable: it is no JSON or YAML text, or goes beyond a limit.
    """
    with collector_paused():
        if name.lower().endswith(".json"):
            return (_load_json(data, name),)
        if looks_like_json(data):
            try:
                return (_load_json(data, name),)
            except Unreadable:
                return _load_yaml(data, name)
        return _load_yaml(data, name)


def looks_like_json(data: bytes) -> bool:
    """Whether the text starts as a JSON mapping or list does."""
    return data[:4096].lstrip(b" \t\r\n\xef\xbb\xbf\xff\xfe\0")[:1] in (b"{", b"[")
