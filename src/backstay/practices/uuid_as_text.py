from __future__ import annotations

import re
from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.data import Column
from backstay.model.findings import Finding, Fix
from backstay.model.identifiers import quoted
from backstay.practices.practice import practice

_UUID = re.compile(r"(^|_)(uuid|guid)$", re.IGNORECASE)


@practice(area="data", severity="low")
def uuid_as_text(column: Column, _: Backend) -> Iterator[Finding]:
    """A UUID is stored as text.

    Why: As text it takes 37 bytes instead of 16, in the table and in each index; it compares by
        collation; and nothing keeps upper and lower case, or something else altogether, out.
    Fix: Use the type uuid.
    Trade-offs: The change rewrites the table. Values that are not UUIDs must be mended first.
    Alternatives: Keep text where the value belongs to another system and may change its form.
    Upkeep: None.
    References: https://www.postgresql.org/docs/current/datatype-uuid.html

    Bad (schema.sql):
        create table device (id bigint primary key, uuid varchar(36) not null); -- finding
    Good (schema.sql):
        create table device (id bigint primary key, uuid uuid not null, uuid_note text);
    """
    kind = column.type
    texts = kind == "text" or kind.startswith(("character varying", "character("))
    if not texts or not (_UUID.search(column.name) or ("(36)" in kind and column.name == "id")):
        return
    name = quoted(column.name)
    yield Finding(
        message=f"{column.table}.{column.name} holds a UUID as {kind}",
        evidence=(column,),
        fix=Fix(
            text=f"Change {column.table}.{column.name} to uuid.",
            sql=f"alter table {column.table} alter column {name} type uuid using {name}::uuid;",
            sql_as_patch=False,
        ),
    )
