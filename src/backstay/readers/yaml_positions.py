"""Where the values of a YAML text stand, in one pass over its events.

Only what lies on the way to a wanted pointer is kept, and what is anchored, since an alias may lead
there. A value that is reached through an alias or a merge stands where it is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from backstay.foreign import yaml
from backstay.readers.pointers import is_position
from backstay.readers.yaml_scalars import is_merge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Segments: TypeAlias = tuple[str, ...]
Range: TypeAlias = tuple[int, int]
Wanted: TypeAlias = "dict[str, Any]"

# What is anchored or merged is wanted as a whole.
_EVERYTHING: Wanted = {}
_MERGE = bytes((0x3C, 0x3C)).decode()  # told from a quoted "<<" by identity


class YamlNode:
    """A value and where it stands.

    Attributes:
        start, end: its characters; its anchor and tag belong to it.
        flow: whether it is written with brackets.
        key: where its key stands, if it has one.
        text: of a scalar, as it would be as a key.
        members: of a mapping that lies on the way, by key; of a key given twice, the last.
        merges: of such a mapping: what its `<<` keys name.
        items: of a list that lies on the way.
        inner: of either: all values in order, also those of `<<` and of keys without a name.
        target: of an alias: what it stands for.
    """

    __slots__ = (
        "end", "flow", "inner", "items", "key", "members", "merges", "start", "target", "text",
    )  # fmt: skip

    def __init__(
        self, start: int, end: int, *, text: str | None = None, flow: bool = False
    ) -> None:
        self.start = start
        self.end = end
        self.flow = flow
        self.text = text
        self.key: Range | None = None
        self.inner: list[YamlNode] = []
        self.members: dict[str, YamlNode] | None = None
        self.merges: list[YamlNode] = []
        self.items: list[YamlNode] | None = None
        self.target: YamlNode | None = None

    def own_child(self, segment: str) -> YamlNode | None:
        """The member or item of that name that is written right here."""
        if self.items is None:
            return self.members.get(segment) if self.members else None
        known = is_position(segment) and int(segment) < len(self.items)
        return self.items[int(segment)] if known else None

    def child(self, segment: str) -> YamlNode | None:
        """The member or item of that name, also through aliases and merges."""
        node = self.target or self
        if node.items is not None:
            return node.own_child(segment)
        for mapping in _with_merged(node):
            if mapping.members and segment in mapping.members:
                return mapping.members[segment]
        return None


def _with_merged(node: YamlNode) -> Iterator[YamlNode]:
    """A mapping and what it merges, own keys first; each once, as merges may run in circles."""
    todo, seen = [node], set()
    while todo:
        node = todo.pop()
        node = node.target or node
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        todo += reversed([*node.merges, *(node.items or ())])


class _Frame:
    """A mapping or list that is still open; `wanted` is None where nothing in it is."""

    __slots__ = ("awaits_key", "is_mapping", "key", "key_range", "node", "wanted")

    def __init__(self, node: YamlNode, wanted: Wanted | None, *, is_mapping: bool) -> None:
        self.node = node
        self.wanted = wanted
        self.is_mapping = is_mapping
        self.awaits_key = is_mapping
        self.key: str | None = None
        self.key_range: Range = (0, 0)


def yaml_tree(text: str, pointers: Iterable[Segments], *, document: int = 0) -> YamlNode | None:
    """The root of a document, with what lies on the way to the pointers, and beside the way.

    Raises:
        YamlFault: the text is not YAML.
    """
    wanted: Wanted = {}
    for pointer in pointers:
        level = wanted
        for segment in pointer:
            level = level.setdefault(segment, {})
    return _Composer(text, wanted).compose(document)


class _Composer:
    def __init__(self, text: str, wanted: Wanted) -> None:
        self.text = text
        self.last_end = 0
        self.anchors: dict[str, YamlNode] = {}
        self.root = YamlNode(0, 0)
        self.root.items = []
        # The stream is a list of documents, of which the first that is kept is number 0.
        self.frame = _Frame(self.root, {"0": wanted}, is_mapping=False)
        self.stack: list[_Frame] = []

    def compose(self, document: int) -> YamlNode | None:
        handlers: dict[type[yaml.Event], Callable[[Any], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._open_mapping,
            yaml.SequenceStartEvent: self._open_list,
            yaml.MappingEndEvent: self._close,
            yaml.SequenceEndEvent: self._close,
            yaml.AliasEvent: self._alias,
        }
        number = -1
        for event in yaml.events(self.text):
            kind = type(event)
            number += kind is yaml.DocumentStartEvent
            if number == document and kind in handlers:
                handlers[kind](event)
            elif number > document:
                break
        assert self.root.items is not None
        return self.root.items[0] if self.root.items else None

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        start, end = yaml.extent(event)
        if event.style in ("|", ">"):
            end = start + len(self.text[start:end].rstrip())
        self.last_end = end
        if event.anchor is None and self._skips():
            return
        node = YamlNode(start, end, text=event.value)
        if event.anchor:
            self.anchors[event.anchor] = node
        if self.frame.awaits_key:
            self._key(_MERGE if is_merge(event) else event.value, (start, end))
        else:
            self._attach(node)

    def _skips(self) -> bool:
        """Whether the frame wants nothing; then only the turns of keys and values matter."""
        frame = self.frame
        if frame.wanted is not None:
            return False
        frame.awaits_key = frame.is_mapping and not frame.awaits_key
        return True

    def _key(self, key: str | None, place: Range) -> None:
        self.frame.key = key
        self.frame.key_range = place
        self.frame.awaits_key = False

    def _attach(self, node: YamlNode) -> Wanted | None:
        """Put a value in its place; gives what of it is wanted."""
        frame = self.frame
        frame.awaits_key = frame.is_mapping
        if frame.wanted is None:
            return None
        holder = frame.node
        holder.inner.append(node)
        if holder.items is not None:
            holder.items.append(node)
            segment = str(len(holder.items) - 1)
        else:
            assert holder.members is not None
            node.key = frame.key_range
            if frame.key is _MERGE:
                holder.merges.append(node)
                return _EVERYTHING
            if frame.key is None:
                return None
            holder.members[frame.key] = node
            segment = frame.key
        return _EVERYTHING if frame.wanted is _EVERYTHING else frame.wanted.get(segment)

    def _open_mapping(self, event: yaml.MappingStartEvent) -> None:
        self._open(event, is_mapping=True)

    def _open_list(self, event: yaml.SequenceStartEvent) -> None:
        self._open(event, is_mapping=False)

    def _open(self, event: yaml.CollectionStartEvent, *, is_mapping: bool) -> None:
        start, end = yaml.extent(event)
        node = YamlNode(start, end, flow=bool(event.flow_style))
        if self.frame.awaits_key:
            # A key that is itself a mapping or list: it has no pointer to ask for.
            self._key(None, (start, end))
            wanted = None
        else:
            wanted = self._attach(node)
        if event.anchor:
            self.anchors[event.anchor] = node
            wanted = _EVERYTHING
        if wanted is not None:
            node.members, node.items = ({}, None) if is_mapping else (None, [])
        self.stack.append(self.frame)
        self.frame = _Frame(node, wanted, is_mapping=is_mapping)

    def _close(self, event: yaml.Event) -> None:
        node = self.frame.node
        # The end of a block comes with the next token, after comments and empty lines.
        node.end = yaml.extent(event)[1] if node.flow else self.last_end
        self.last_end = node.end
        self.frame = self.stack.pop()

    def _alias(self, event: yaml.AliasEvent) -> None:
        start, end = yaml.extent(event)
        self.last_end = end
        target = self.anchors.get(event.anchor or "")
        if self.frame.awaits_key:
            self._key(target.text if target else None, (start, end))
            return
        node = YamlNode(start, end)
        node.target = target
        self._attach(node)
