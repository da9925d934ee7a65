"""Names that PostgreSQL gives to constraints, indexes and sequences which have none.

After ``makeObjectName``, ``ChooseRelationName``, ``ChooseConstraintName`` and
``ChooseIndexColumnNames`` as PostgreSQL's documentation and behaviour show them: parts joined with
underscores, cut to 63 bytes, numbered on a clash.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_LONGEST = 63


def cut(name: str, longest: int = _LONGEST) -> str:
    """A name cut to so many bytes of UTF-8, between characters."""
    if len(name) * 4 <= longest:
        return name
    data = name.encode("utf-8", "surrogatepass")
    return name if len(data) <= longest else data[:longest].decode("utf-8", "ignore")


def object_name(first: str, second: str | None, label: str) -> str:
    """``first_second_label``, the longer of the first two cut so that the whole fits."""
    room = _LONGEST - len(label.encode()) - 1 - (1 if second is not None else 0)
    first_size, second_size = len(first.encode()), len((second or "").encode())
    while first_size + second_size > room:
        if first_size > second_size:
            first_size -= 1
        else:
            second_size -= 1
    parts = [cut(first, first_size)]
    if second is not None:
        parts.append(cut(second, second_size))
    return "_".join([*parts, label])


def free_name(
    first: str, second: str | None, label: str, taken: Callable[[str], bool], number: int = 0
) -> tuple[str, int]:
    """The first of ``label``, ``label1``, ``label2``, ... that makes a name which is not taken.

    Args:
        first: usually the table.
        second: usually its columns.
        label: what the name is for, such as "key".
        taken: whether there is such a name.
        number: from which on to try.
    """
    while taken(name := object_name(first, second, f"{label}{number or ''}")):
        number += 1
    return name, number


def joined(columns: Iterable[str]) -> str:
    """Column names with underscores between, as they stand in the name of an index or key."""
    text = ""
    for column in columns:
        text += ("_" if text else "") + column
        if len(text.encode()) > _LONGEST:
            break
    return cut(text)


def index_columns(names: Sequence[str]) -> list[str]:
    """Names of the columns of an index itself: repeated ones get numbers."""
    found: list[str] = []
    for name in names:
        column, number = name, 0
        while column in found:
            number += 1
            column = cut(name, _LONGEST - len(str(number))) + str(number)
        found.append(column)
    return found
