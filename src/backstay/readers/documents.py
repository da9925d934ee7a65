"""JSON and YAML files as plain values (dict with text keys, list, str, int, float, bool, None).

YAML is read as version 1.2 says (`on` and `12:30` are text), with `<<` merged and aliases
followed. Positions are not kept: `positions.locate` works them out for what is reported.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import msgspec

from backstay.readers import limits
from backstay.readers.collector import collector_paused
from backstay.readers.encoding import decode_text, encoding_of
from backstay.readers.json_duplicates import may_repeat_keys, repeated_keys, shape_of
from backstay.readers.spans import Span, characters_of, line_of, spans_of
from backstay.readers.unreadable import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable

Syntax: TypeAlias = Literal["json", "yaml"]

_TOO_DEEP = f"nested deeper than {limits.MAX_DEPTH} levels"
_HALF_PAIR = re.compile(rb"\\u[dD][89a-fA-F]")
_BYTE_OF_FAULT = re.compile(r" \(byte (\d+)\)$")


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """One document of a file.

    Attributes:
        name: the file's name, as given.
        syntax: how it is written; JSON may stand in a `.yaml` file.
        value: plain values; every mapping key is text, as written (`200:` is "200").
        duplicates: (pointer, place of the later key) for keys given twice, of which the last
            counts; the first thousand of them.
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


def utf8_of(data: bytes) -> bytes:
    """The text as UTF-8 without a byte order mark."""
    encoding, skip = encoding_of(data)
    if encoding == "utf-8":
        return data[skip:] if skip else data
    return decode_text(data).encode()


def _load_json(data: bytes, name: str) -> Document:
    _bound("JSON", len(data), limits.MAX_JSON_BYTES)
    utf8 = utf8_of(data)
    if utf8.count(b",") + utf8.count(b"[") + utf8.count(b"{") > limits.MAX_VALUES:
        raise Unreadable(f"more than {limits.MAX_VALUES:,} commas and brackets")
    try:
        value = msgspec.json.decode(utf8)
    except UnicodeDecodeError:
        decode_text(data)
        raise Unreadable("not UTF-8 text; save the file as UTF-8") from None
    except RecursionError:
        raise Unreadable(_TOO_DEEP) from None
    except msgspec.MsgspecError as error:
        raise _json_fault(str(error), data, utf8) from None
    depth, keys = shape_of(value)
    if depth > limits.MAX_DEPTH:
        raise Unreadable(_TOO_DEEP)
    duplicates: tuple[tuple[str, Span], ...] = ()
    if may_repeat_keys(utf8, keys):
        duplicates = _placed_in_bytes(data, utf8, repeated_keys(utf8))
    return Document(name=name, syntax="json", value=value, duplicates=duplicates)


def _load_yaml(data: bytes, name: str) -> tuple[Document, ...]:
    from backstay.foreign.yaml import YamlFault  # noqa: PLC0415 (PyYAML is slow to import)
    from backstay.readers.yaml_values import yaml_documents  # noqa: PLC0415 (as above)

    _bound("YAML", len(data), limits.MAX_YAML_BYTES)
    text = decode_text(data)
    try:
        found = yaml_documents(text)
    except YamlFault as fault:
        line = None if fault.index is None else line_of(text, fault.index)
        raise Unreadable(f"not valid YAML: {fault.problem}", line=line) from None
    if not found:
        return (Document(name=name, syntax="yaml", value=None),)
    return tuple(
        Document(
            name=name,
            syntax="yaml",
            value=document.value,
            duplicates=_placed(data, text, document.duplicates),
            index=index,
        )
        for index, document in enumerate(found)
    )


def _bound(kind: str, size: int, most: int) -> None:
    if size > most:
        raise Unreadable(
            f"{kind} of {size / 1e6:,.0f} MB; files of more than {most / 1e6:,.0f} MB are not read"
        )


def _json_fault(problem: str, data: bytes, utf8: bytes) -> Unreadable:
    decode_text(data)  # says so where the bytes are not text
    if at := _BYTE_OF_FAULT.search(problem):
        line = utf8.count(b"\n", 0, int(at[1])) + 1
        return Unreadable(f"not valid JSON: {problem[: at.start()]}", line=line)
    last = utf8.rstrip().count(b"\n") + 1
    if "truncated" not in problem:
        return Unreadable(f"not valid JSON: {problem}")
    if not utf8.strip():
        return Unreadable("an empty file, not JSON")
    if half := _HALF_PAIR.search(utf8):
        return Unreadable(
            "not valid JSON: cut off, or half of a surrogate pair stands alone",
            line=utf8.count(b"\n", 0, half.start()) + 1,
        )
    return Unreadable("not valid JSON: the text is cut off in the middle of a value", line=last)


def _placed(
    data: bytes, text: str, found: Iterable[tuple[str, int, int]]
) -> tuple[tuple[str, Span], ...]:
    found = list(found)
    spans = spans_of(data, text, [(start, end) for _, start, end in found]) if found else []
    return tuple((pointer, span) for (pointer, _, _), span in zip(found, spans, strict=True))


def _placed_in_bytes(
    data: bytes, utf8: bytes, found: list[tuple[str, int, int]]
) -> tuple[tuple[str, Span], ...]:
    index = characters_of(utf8, [at for _, start, end in found for at in (start, end)])
    return _placed(data, decode_text(data), [(p, index[a], index[b]) for p, a, b in found])
