"""Which of a receiver's branches to try for which of a sender's, and in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.compatibility.shapes.values import INTEGER, NUMBER

if TYPE_CHECKING:
    from backstay.compatibility.shapes.branches import Branch
    from backstay.compatibility.shapes.nodes import Node


def split_by_type(branch: Branch, theirs: list[Branch]) -> list[Branch]:
    """A sender's branch by type, where the receiver has a choice."""
    if len(theirs) < 2 or branch.values is not None:
        return [branch]
    groups = [1 << bit for bit in range(7)]
    if not any(b.types & NUMBER in {INTEGER, NUMBER & ~INTEGER} for b in theirs):
        groups = [bit for bit in groups if not bit & NUMBER] + [NUMBER]
    found = [branch.types & group for group in groups if branch.types & group]
    return [branch] if len(found) == 1 else [branch.with_(types=types) for types in found]


def likely_first(branch: Branch, theirs: list[Branch]) -> list[Branch]:
    """The receiver's branches, the one that stands at the same place first."""
    if branch.object is None or len(theirs) < 2:
        return list(theirs)
    mine = {_place(layer.node) for layer in branch.object.layers}

    def rank(other: Branch) -> bool:
        layers = other.object.layers if other.object else ()
        return not any(_place(layer.node) in mine for layer in layers)

    return sorted(theirs, key=rank)


def _place(node: Node) -> tuple[str, ...]:
    """The last few keys of the way to a node: enough to guess that two are one in two versions."""
    keys: list[str] = []
    held: Node | None = node
    while held is not None and len(keys) < 4:
        keys.append(held.key)
        held = held.parent
    return tuple(keys)
