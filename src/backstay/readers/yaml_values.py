"""YAML text to plain values, in one pass over its events and without recursion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import msgspec

from backstay.foreign import yaml
from backstay.readers import limits
from backstay.readers.pointers import pointer_of
from backstay.readers.spans import line_of
from backstay.readers.unreadable import Unreadable
from backstay.readers.yaml_scalars import is_merge, scalar_value

if TYPE_CHECKING:
    from collections.abc import Callable

# Told from a quoted "<<" key by identity, so it must not be a shared constant.
_MERGE = bytes((0x3C, 0x3C)).decode()


class YamlDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One document of a stream; `duplicates` are (pointer, start, end) of keys given again."""

    value: Any
    duplicates: tuple[tuple[str, int, int], ...] = ()


class _Anchored(msgspec.Struct, frozen=True, kw_only=True):
    value: Any
    text: str | None = None
    size: int = 1
    height: int = 0


class _Frame:
    """A mapping or list that is still open."""

    __slots__ = ("anchor", "count_before", "height", "is_mapping", "key", "merges", "target")

    def __init__(self, target: Any, anchor: str | None, count_before: int) -> None:  # noqa: ANN401
        self.target = target
        self.is_mapping = type(target) is dict
        self.key: str | None = None
        self.merges: list[Any] = []
        self.anchor = anchor
        self.count_before = count_before
        self.height = 1


def yaml_documents(text: str) -> list[YamlDocument]:
    """All documents of a YAML stream as plain values.

    Raises:
        YamlFault: the text is not YAML.
        Unreadable: it goes beyond a limit, or an alias stands for something that holds it.
    """
    return _Builder(text).build()


class _Builder:
    def __init__(self, text: str) -> None:
        self.text = text
        self.found: list[YamlDocument] = []
        self.duplicates: list[tuple[str, int, int]] = []
        # None stands for an anchored value that is still open.
        self.anchors: dict[str, _Anchored | None] = {}
        self.count = 0
        self.aliased = 0
        self.frame = _Frame([], None, 0)
        self.stack: list[_Frame] = []

    def build(self) -> list[YamlDocument]:
        handlers: dict[type[yaml.Event], Callable[[Any], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._open_mapping,
            yaml.SequenceStartEvent: self._open_list,
            yaml.MappingEndEvent: self._close,
            yaml.SequenceEndEvent: self._close,
            yaml.AliasEvent: self._alias,
            yaml.DocumentEndEvent: self._finish_document,
        }
        for event in yaml.events(self.text):
            if handle := handlers.get(type(event)):
                handle(event)
        return self.found

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        frame = self.frame
        self._count(event)
        if event.anchor:
            self._anchor_scalar(event)
        if frame.is_mapping and frame.key is None:
            self._key(_MERGE if is_merge(event) else event.value, event)
        elif frame.is_mapping and frame.key is not _MERGE:
            assert frame.key is not None
            frame.target[frame.key] = scalar_value(event)
            frame.key = None
        else:
            self._add(scalar_value(event), event)

    def _key(self, key: str, event: yaml.Event) -> None:
        frame = self.frame
        again = key in frame.target and key is not _MERGE
        if again and len(self.duplicates) < limits.MAX_DUPLICATES:
            pointer = pointer_of([*self._path(), key])
            self.duplicates.append((pointer, *yaml.extent(event)))
        frame.key = key

    def _path(self) -> list[str | int]:
        frames = [*self.stack[1:], self.frame][:-1]
        return [(frame.key or "?") if frame.is_mapping else len(frame.target) for frame in frames]

    def _add(self, value: Any, event: yaml.Event, text: str | None = None) -> None:  # noqa: ANN401
        frame = self.frame
        if not frame.is_mapping:
            frame.target.append(value)
        elif frame.key is None:
            self._key(_key_text(value) if text is None else text, event)
        else:
            if frame.key is _MERGE:
                frame.merges.append(value)
            else:
                frame.target[frame.key] = value
            frame.key = None

    def _open_mapping(self, event: yaml.MappingStartEvent) -> None:
        self._open(event, {})

    def _open_list(self, event: yaml.SequenceStartEvent) -> None:
        self._open(event, [])

    def _open(self, event: yaml.CollectionStartEvent, target: Any) -> None:  # noqa: ANN401
        self.stack.append(self.frame)
        self.frame = _Frame(target, event.anchor, self.count)
        self._count(event)
        if event.anchor:
            self.anchors[event.anchor] = None
        if len(self.stack) > limits.MAX_DEPTH:
            self._refuse(f"nested deeper than {limits.MAX_DEPTH} levels", event)

    def _close(self, event: yaml.Event) -> None:
        frame = self.frame
        self.frame = parent = self.stack.pop()
        parent.height = max(parent.height, frame.height + 1)
        if frame.merges:
            _merge(frame.target, frame.merges)
        if frame.anchor:
            self.anchors[frame.anchor] = _Anchored(
                value=frame.target, size=self.count - frame.count_before, height=frame.height
            )
        self._add(frame.target, event)

    def _anchor_scalar(self, event: yaml.ScalarEvent) -> None:
        self.anchors[event.anchor or ""] = _Anchored(value=scalar_value(event), text=event.value)

    def _alias(self, event: yaml.AliasEvent) -> None:
        name = event.anchor or ""
        if name not in self.anchors:
            self._refuse(f"alias *{name} has no anchor before it", event)
        anchored = self.anchors[name]
        if anchored is None:
            self._refuse(f"alias *{name} stands inside its own anchor, without end", event)
        self.count += anchored.size
        self.aliased += anchored.size
        if self.aliased > limits.MAX_ALIASED_VALUES:
            bound = f"{limits.MAX_ALIASED_VALUES:,}"
            self._refuse(f"aliases stand for more than {bound} values (an alias bomb?)", event)
        if len(self.stack) + anchored.height > limits.MAX_DEPTH:
            self._refuse(f"nested deeper than {limits.MAX_DEPTH} levels", event)
        self.frame.height = max(self.frame.height, anchored.height + 1)
        self._add(anchored.value, event, anchored.text)

    def _finish_document(self, _: yaml.DocumentEndEvent) -> None:
        value = self.frame.target.pop()
        self.found.append(YamlDocument(value=value, duplicates=tuple(self.duplicates)))
        self.duplicates.clear()
        self.anchors.clear()

    def _count(self, event: yaml.Event) -> None:
        self.count += 1
        if self.count > limits.MAX_VALUES:
            self._refuse(f"more than {limits.MAX_VALUES:,} values", event)

    def _refuse(self, reason: str, event: yaml.Event) -> NoReturn:
        raise Unreadable(reason, line=line_of(self.text, yaml.extent(event)[0]))


def _merge(target: dict[str, Any], merges: list[Any]) -> None:
    """Take over what `<<` names; own keys win, then the earlier mapping."""
    for merge in merges:
        sources = merge if isinstance(merge, list) else [merge]
        if not all(isinstance(source, dict) for source in sources):
            target["<<"] = merge
            continue
        for source in sources:
            for key, value in source.items():
                target.setdefault(key, value)


def _key_text(value: Any) -> str:  # noqa: ANN401
    """The text of a key that is itself a mapping or a list."""
    return msgspec.json.encode(value).decode()
