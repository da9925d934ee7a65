"""Mappings and lists as they stand in a text: one view of JSON and YAML for edits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec

from backstay.readers.json_positions import members_of, whole_range
from backstay.readers.spans import characters_of
from backstay.readers.yaml_positions import YamlNode, yaml_tree

if TYPE_CHECKING:
    from collections.abc import Sequence

Range: TypeAlias = tuple[int, int]
Kind: TypeAlias = Literal["mapping", "list"] | None
Style: TypeAlias = Literal["json", "flow", "block"]


class Child(msgspec.Struct, frozen=True, kw_only=True):
    """A member or item: its name, where its key stands (None in lists), where its value does."""

    segment: str | None
    key: Range | None
    value: Range


class Container(msgspec.Struct, frozen=True, kw_only=True):
    """A value as it stands in a text, in characters; a scalar has the kind None.

    Attributes:
        place: where it stands, with its anchor and tag.
        kind: mapping, list, or None.
        style: JSON, or YAML with brackets (flow) or by indentation (block).
        children: all of them, in order.
    """

    place: Range
    kind: Kind
    style: Style
    children: tuple[Child, ...] = ()

    def child(self, segment: str) -> Child | None:
        """The child of that name; of a key that is given twice, the last."""
        named = [child for child in self.children if child.segment == segment]
        return named[-1] if named else None


def json_containers(text: str, segments: Sequence[str]) -> list[Container]:
    """What stands along a path in a JSON text, from the whole document to the path's end.

    Raises:
        KeyError: the path leads nowhere.
        msgspec.MsgspecError: the text is not JSON.
    """
    utf8 = text.encode()
    found = []
    place = whole_range(utf8)
    for segment in (*segments, None):
        members = list(members_of(utf8, *place))
        index = characters_of(utf8, [*place, *(at for _, k, v in members for at in (*k, *v))])
        found.append(_json_container(utf8, place, members, index))
        if segment is not None:
            place = {name: value for name, _, value in members}[segment]
    return found


def _json_container(
    utf8: bytes, place: Range, members: list[tuple[str, Range, Range]], index: dict[int, int]
) -> Container:
    kinds: dict[bytes, Kind] = {b"{": "mapping", b"[": "list"}
    kind = kinds.get(utf8[place[0] : place[0] + 1])
    children = (
        Child(
            segment=name,
            key=(index[key[0]], index[key[1]]) if kind == "mapping" else None,
            value=(index[value[0]], index[value[1]]),
        )
        for name, key, value in members
    )
    place = (index[place[0]], index[place[1]])
    return Container(place=place, kind=kind, style="json", children=tuple(children))


def yaml_containers(text: str, segments: Sequence[str], document: int) -> list[Container]:
    """What stands along a path in a YAML text, from the whole document to the path's end.

    Raises:
        KeyError: the path leads nowhere, or through an alias or a merge.
        YamlFault: the text is not YAML.
    """
    node = yaml_tree(text, [tuple(segments)], document=document)
    found = []
    for segment in (*segments, None):
        if node is None:
            raise KeyError(segment)
        found.append(_yaml_container(node))
        if segment is not None:
            node = node.own_child(segment)
    return found


def _yaml_container(node: YamlNode) -> Container:
    kind: Kind = None if node.items is None else "list"
    kind = kind if node.members is None else "mapping"
    names = {id(child): name for name, child in (node.members or {}).items()}
    return Container(
        place=(node.start, node.end),
        kind=kind,
        style="flow" if node.flow else "block",
        children=tuple(
            Child(
                segment=str(at) if kind == "list" else names.get(id(child)),
                key=child.key,
                value=(child.start, child.end),
            )
            for at, child in enumerate(node.inner)
        ),
    )
