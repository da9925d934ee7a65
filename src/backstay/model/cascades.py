"""What goes with a row when it is deleted: the foreign keys that cascade, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from backstay.model.data import ForeignKey, Name

if TYPE_CHECKING:
    from backstay.model.backend import Backend


class Cascade(msgspec.Struct, frozen=True, kw_only=True):
    """The foreign keys along which a delete from ``root`` goes on, nearest first.

    Attributes:
        levels: how many steps the farthest table is away.
    """

    root: Name
    keys: tuple[ForeignKey, ...]
    levels: int

    @property
    def tables(self) -> tuple[Name, ...]:
        """The tables that lose rows, the root not counted."""
        return tuple(dict.fromkeys(key.table for key in self.keys if key.table != self.root))


def cascade_from(root: Name, backend: Backend, first: ForeignKey | None = None) -> Cascade:
    """What a delete from ``root`` cascades to; along ``first`` alone where it is given."""
    keys: list[ForeignKey] = []
    levels = {root: 0}
    waiting = [root]
    for table in waiting:
        onward = (first,) if first is not None and table == root else backend.foreign_keys_to(table)
        for key in onward:
            if key.on_delete != "cascade":
                continue
            keys.append(key)
            if key.table not in levels:
                levels[key.table] = levels[table] + 1
                waiting.append(key.table)
    return Cascade(root=root, keys=tuple(dict.fromkeys(keys)), levels=max(levels.values()))


def keys_without_index(cascade: Cascade, backend: Backend) -> tuple[ForeignKey, ...]:
    """The steps at which the whole table is read for each row that goes."""
    return tuple(
        key
        for key in cascade.keys
        if not any(index.leads_with(key.columns) for index in backend.indexes_on(key.table))
    )
