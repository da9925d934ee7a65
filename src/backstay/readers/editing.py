"""Minimal edits of JSON and YAML texts: comments, order, indentation and line ends stay.

Each edit is checked before it is given: the new text is loaded and must hold exactly what was
meant. What cannot be edited so (what aliases share, keys given twice) is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backstay.model.errors import BackstayError
from backstay.readers import edit_block, edit_flow
from backstay.readers.containers import json_containers, yaml_containers
from backstay.readers.documents import load_documents
from backstay.readers.encoding import decode_text, encoding_of
from backstay.readers.pointers import segments_of
from backstay.readers.unreadable import Unreadable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backstay.readers.containers import Child, Container
    from backstay.readers.edit_flow import Edit

_GONE = object()


class CannotEdit(BackstayError):  # noqa: N818 (named by what to do: edit by hand)
    """The change cannot be made by a small edit of the text."""


def put(  # noqa: PLR0913 (a place has several parts)
    data: bytes,
    pointer: str,
    key: str,
    value: Any,  # noqa: ANN401 (plain data)
    *,
    name: str,
    document: int = 0,
) -> bytes:
    """Set `key` in the mapping at `pointer`: replace its value, or add it at the end.

    Raises:
        CannotEdit: there is no mapping, or no small edit does it.
        Unreadable: the file is no JSON or YAML text.
    """
    source = _Source(data, name, document)
    segments = segments_of(pointer)
    target = source.containers(segments)[-1]
    if target.kind == "mapping" and target.child(key) is None:
        if target.style == "block":
            edit = edit_block.inserted(source.text, target, key, value)
        else:
            edit = edit_flow.inserted(source.text, target, key, value)
        return source.edited(edit, (*segments, key), value)
    if target.kind == "mapping":
        return _replaced(source, (*segments, key), value)
    if source.value_at(segments) is None:
        return _replaced(source, segments, {key: value})
    raise CannotEdit(f"there is no mapping at '{pointer}'")


def replace(
    data: bytes,
    pointer: str,
    value: Any,  # noqa: ANN401 (plain data)
    *,
    name: str,
    document: int = 0,
) -> bytes:
    """Replace the value at `pointer`.

    Raises:
        CannotEdit: there is nothing at the pointer, or no small edit does it.
        Unreadable: the file is no JSON or YAML text.
    """
    return _replaced(_Source(data, name, document), segments_of(pointer), value)


def remove(data: bytes, pointer: str, *, name: str, document: int = 0) -> bytes:
    """Take out the member or item at `pointer`.

    Raises:
        CannotEdit: there is nothing at the pointer, or no small edit does it.
        Unreadable: the file is no JSON or YAML text.
    """
    source = _Source(data, name, document)
    segments = segments_of(pointer)
    if not segments:
        raise CannotEdit("a whole document cannot be taken out")
    parent, child, _ = _parts(source, segments)
    if len(parent.children) == 1:
        return _replaced(source, segments[:-1], {} if parent.kind == "mapping" else [])
    if parent.style == "block":
        edit = edit_block.removed(source.text, parent, child)
    else:
        edit = edit_flow.removed(source.text, parent, child)
    return source.edited(edit, segments, _GONE)


def _replaced(source: _Source, segments: Sequence[str], value: Any) -> bytes:  # noqa: ANN401
    if segments:
        parent, child, old = _parts(source, segments)
        if parent.style == "block":
            edit = edit_block.replaced(source.text, child, old, value)
        else:
            edit = edit_flow.replaced(source.text, parent, child, value)
    else:
        whole = source.containers(())[0]
        edits = edit_block if whole.style == "block" else edit_flow
        edit = edits.whole_replaced(source.text, whole, value)
    return source.edited(edit, segments, value)


def _parts(source: _Source, segments: Sequence[str]) -> tuple[Container, Child, Container]:
    """The container of what stands at the end of a path, its place there, and itself."""
    *_, parent, itself = source.containers(segments)
    child = parent.child(segments[-1])
    if child is None:
        raise CannotEdit(f"there is no '{segments[-1]}' that could be edited")
    return parent, child, itself


class _Source:
    """A text to be edited."""

    def __init__(self, data: bytes, name: str, document: int) -> None:
        self.data = data
        self.name = name
        self.document = document
        self.text = decode_text(data)
        self.documents = load_documents(data, name=name)
        if document >= len(self.documents):
            raise CannotEdit(f"the file has no document {document}")

    def containers(self, segments: Sequence[str]) -> list[Container]:
        """What stands along a path, from the whole document on."""
        try:
            if self.documents[0].syntax == "json":
                return json_containers(self.text, segments)
            return yaml_containers(self.text, segments, self.document)
        except KeyError as missing:
            raise CannotEdit(f"there is no '{missing.args[0]}' that could be edited") from None

    def value_at(self, segments: Sequence[str]) -> Any:  # noqa: ANN401
        """The value at the end of a path that exists."""
        value = self.documents[self.document].value
        for segment in segments:
            value = value[int(segment)] if isinstance(value, list) else value[segment]
        return value

    def edited(self, edit: Edit, segments: Sequence[str], value: Any) -> bytes:  # noqa: ANN401
        """The file after an edit which is to set (or take out) what is at the end of a path."""
        start, end, written = edit
        encoding, mark = encoding_of(self.data)
        text = self.text[:start] + written + self.text[end:]
        data = self.data[:mark] + text.encode(encoding)
        meant = [document.value for document in self.documents]
        meant[self.document] = _with(meant[self.document], segments, value)
        try:
            found = [document.value for document in load_documents(data, name=self.name)]
        except Unreadable:
            found = []
        if not _same(found, meant):
            raise CannotEdit("no small edit of the text makes this change alone")
        return data


def _with(value: Any, segments: Sequence[str], new: Any) -> Any:  # noqa: ANN401
    """A copy in which the end of a path has a new value, or is gone."""
    if not segments:
        return new
    segment = segments[0]
    if isinstance(value, list):
        items = list(value)
        at = int(segment)
        if len(segments) == 1 and new is _GONE:
            del items[at]
        else:
            items[at] = _with(items[at], segments[1:], new)
        return items
    members = dict(value)
    if len(segments) == 1 and new is _GONE:
        del members[segment]
    else:
        members[segment] = _with(members.get(segment), segments[1:], new)
    return members


def _same(one: Any, other: Any) -> bool:  # noqa: ANN401
    """Whether two values are the same, where 1, 1.0 and True are three."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other) or (one != one and other != other)  # noqa: PLR0124 (not a number)
