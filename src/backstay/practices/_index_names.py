"""Names for indexes that fixes make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.model.identifiers import quoted

if TYPE_CHECKING:
    from backstay.model.backend import Backend
    from backstay.model.data import Name

_LONGEST = 60  # of the 63 bytes that PostgreSQL keeps, with room for a number


def new_index_name(
    table: Name, columns: tuple[str, ...], ending: str, backend: Backend
) -> tuple[str, str]:
    """A name that no index of the table has, alone (to create it) and with its schema."""
    taken = {index.name for index in backend.indexes_on(table)}
    stem = f"{'_'.join((table.name, *columns))[: _LONGEST - len(ending) - 1]}_{ending}"
    name = next(
        each for number in range(len(taken) + 1) if (each := f"{stem}{number or ''}") not in taken
    )
    schema = "" if table.schema == "public" else f"{quoted(table.schema)}."
    return quoted(name), schema + quoted(name)
