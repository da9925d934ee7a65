from __future__ import annotations

import re
from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.data import Column
from backstay.model.findings import Finding, Fix
from backstay.model.identifiers import quoted
from backstay.practices._index_names import new_index_name
from backstay.practices.practice import practice

# Tokens by which a row is looked up. Those of other services (access_token of an OAuth account,
# push_token of a device) are kept and sent, and need not be unique.
_LOOKED_UP = re.compile(
    r"(token|((password_)?reset|verification|confirmation|invitation|invite|session|unsubscribe"
    r"|magic_link|api)_(token|key))(_hash|_digest)?\Z"
)
_TEXTS = ("text", "character varying", "character", "bytea", "uuid")


@practice(area="security", severity="medium")
def token_not_unique(column: Column, backend: Backend) -> Iterator[Finding]:
    """A token that opens something is not unique.

    Why: Whoever shows the token is taken for the row that holds it. Without a unique index
        nothing keeps two rows from holding the same one, so that a bug in the generator lets one
        account into another, and each look-up reads the whole table.
    Fix: Add a unique index on the column, and store a digest of the token instead of itself.
    Trade-offs: The index is written with each token. A digest cannot be shown again.
    Alternatives: Signed tokens that carry what they are for need no look-up, but cannot be revoked
        one by one.
    Upkeep: Delete expired tokens; the table otherwise only grows.
    References: https://cheatsheetseries.owasp.org/cheatsheets/Forgot_Password_Cheat_Sheet.html

    Bad (schema.sql):
        create table password_reset (
            id bigint primary key,
            token text not null -- finding
        );
    Good (schema.sql):
        create table password_reset (
            id bigint primary key,
            token_digest bytea not null unique,
            access_token text
        );
    """
    kind = column.type.partition("(")[0]
    if kind not in _TEXTS or not _LOOKED_UP.match(column.name):
        return
    if any(
        index.unique and column.name in (index.columns or (column.name,))
        for index in backend.indexes_on(column.table)
    ):
        return
    name = quoted(column.name)
    index, qualified = new_index_name(column.table, (column.name,), "key", backend)
    hashed = column.name.endswith(("hash", "digest"))
    yield Finding(
        message=f"{column.table}.{column.name} is not unique: two rows may hold the same token",
        evidence=(column,),
        fix=Fix(
            text="Add a unique index"
            + ("." if hashed else ", and store a digest of the token instead of the token."),
            sql=f"create unique index concurrently {index} on {column.table} ({name});",
            undo=f"drop index concurrently {qualified};",
        ),
    )
