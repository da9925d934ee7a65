from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.data import Column, Table
from backstay.model.findings import Finding, Fix
from backstay.practices.practice import practice

_NUMBERED = re.compile(r"(?P<stem>[a-z_]*[a-z])_?(?P<number>[1-9]\d?)\Z", re.IGNORECASE)
# Lines of an address are one value in several rows of a form, by postal custom.
_PLAIN_CUSTOM = re.compile(r"(address|addr|street|line|address_line|street_line)\Z", re.IGNORECASE)
_ENOUGH = 3


@practice(area="data", severity="low")
def repeating_columns(table: Table, backend: Backend) -> Iterator[Finding]:
    """A list is spread over numbered columns.

    Why: phone_1, phone_2, phone_3 is a list in a row: each question must be asked of all columns,
        no constraint spans them, and the fourth value needs a migration.
    Fix: Move the values to a table of their own, one a row, with the position if it matters.
    Trade-offs: Reading a whole record then takes a join or an aggregate.
    Alternatives: An array column is fine for values that are only ever read and written whole.
    Upkeep: None.
    References: https://www.postgresql.org/docs/current/arrays.html

    Bad (schema.sql):
        create table contact ( -- finding
            id bigint primary key,
            phone_1 text,
            phone_2 text,
            phone_3 text
        );
    Good (schema.sql):
        create table contact (id bigint primary key, address_1 text, address_2 text);
        create table contact_phone (
            contact_id bigint references contact (id),
            position integer,
            phone text not null,
            primary key (contact_id, position)
        );
    """
    groups: dict[tuple[str, str], list[Column]] = defaultdict(list)
    for column in backend.columns_of(table.name):
        match = _NUMBERED.match(column.name)
        if match and not _PLAIN_CUSTOM.match(match["stem"]):
            groups[match["stem"].lower().rstrip("_"), column.type].append(column)
    for (stem, _), columns in groups.items():
        if len(columns) < _ENOUGH:
            continue
        names = ", ".join(column.name for column in columns)
        yield Finding(
            message=f"{table.name} spreads a list over {names}",
            evidence=(table, *columns),
            about=stem,
            fix=Fix(text=f"Move {names} to a table of their own, one value a row."),
        )
