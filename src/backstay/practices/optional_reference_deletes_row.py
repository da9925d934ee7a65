from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.data import ForeignKey
from backstay.model.findings import Finding, Fix
from backstay.model.identifiers import quoted
from backstay.practices.practice import practice

# Who made something owns it: what they leave behind usually goes with them on purpose.
_OWNERS = ("creator", "author", "owner", "sender", "recipient")


@practice(area="data", severity="medium", proof="cascade-fan-out")
def optional_reference_deletes_row(key: ForeignKey, backend: Backend) -> Iterator[Finding]:
    """A row is deleted with something that it only optionally refers to.

    Why: A column that may be null says that the row makes sense without what it points to. With
        ON DELETE CASCADE the row goes all the same when that is deleted: removing a moderator
        removes the reports that they resolved, removing a theme removes the settings that use it.
    Fix: Use ON DELETE SET NULL: the row stays and forgets the reference.
    Trade-offs: Who or what it was is lost; readers must expect null where they saw a value.
    Alternatives: RESTRICT keeps the referenced row for as long as it is named; a soft delete keeps
        both. Where the row really belongs to the other one, make the column NOT NULL.
    Upkeep: Ask for each new foreign key what should happen to the row when the other one goes.
    References: https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-FK

    Bad (schema.sql):
        create table member (id bigint primary key);
        create table post (id bigint primary key);
        create table report (
            id bigint primary key,
            post_id bigint not null references post (id) on delete cascade,
            resolver_id bigint references member (id) on delete cascade -- finding
        );
        create index on report (post_id);
        create index on report (resolver_id);
    Good (schema.sql):
        create table member (id bigint primary key);
        create table post (id bigint primary key);
        create table report (
            id bigint primary key,
            post_id bigint not null references post (id) on delete cascade,
            resolver_id bigint references member (id) on delete set null
        );
        create index on report (post_id);
        create index on report (resolver_id);
    """
    if key.on_delete != "cascade" or key.parent == key.table:
        return
    columns = [backend.column(key.table, name) for name in key.columns]
    if any(column is None or not column.nullable for column in columns):
        return
    if not _belongs_to_another(key, backend) or _is_one_of_several(key, backend):
        return
    names = ", ".join(map(quoted, key.columns))
    constraint = quoted(key.name)
    on_update = "" if key.on_update == "no action" else f" on update {key.on_update}"
    parents = ", ".join(map(quoted, key.parent_columns))
    yield Finding(
        message=f"deleting a row of {key.parent} deletes the rows of {key.table} that name it in"
        f" {names}, though {names} may be null",
        evidence=(key, *(column for column in columns if column is not None)),
        cause=f"{names} to {key.parent} in {key.parent.database}",
        fix=Fix(
            text=f"Let {names} become null instead, or forbid null if the row belongs to"
            f" {key.parent}. Look first what the code takes null in {names} to mean.",
            sql=f"alter table {key.table} drop constraint {constraint};\n"
            f"alter table {key.table} add constraint {constraint} foreign key ({names})\n"
            f"    references {key.parent} ({parents}) on delete set null{on_update} not valid;\n"
            f"alter table {key.table} validate constraint {constraint};",
            sql_as_patch=False,
        ),
    )


def _belongs_to_another(key: ForeignKey, backend: Backend) -> bool:
    """Whether a required foreign key says what the row really belongs to."""
    for other in backend.foreign_keys_of(key.table):
        columns = [backend.column(key.table, name) for name in other.columns]
        if all(column is not None and not column.nullable for column in columns):
            return True
    return False


def _is_one_of_several(key: ForeignKey, backend: Backend) -> bool:
    """Whether the row is about what the column names: "exactly one of post and comment".

    A rule over several references says so, and so does a name that is just the other table's
    (post_id), where one that names a role (resolver_id) does not.
    """
    name = key.parent.name
    stem = key.columns[0].removesuffix("_id")
    if stem in {name, name.removesuffix("s"), name.removesuffix("es")} or name.endswith("_" + stem):
        return True
    references = {name for other in backend.foreign_keys_of(key.table) for name in other.columns}
    if stem.endswith(_OWNERS):
        return True
    return any(
        len(references & set(check.columns)) > 1 and set(key.columns) & set(check.columns)
        for check in backend.checks_of(key.table)
    )
