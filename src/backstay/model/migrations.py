"""Facts about migrations: the files and each statement in them, in the order of application."""

from __future__ import annotations

from typing import Literal

import msgspec

from backstay.model.data import DatabaseFact, Name


class Migration(DatabaseFact, frozen=True, kw_only=True, tag="migration", tag_field="kind"):
    """One migration file (or the up or down part of one).

    Attributes:
        tool: "diesel", "flyway", "golang-migrate", "dbmate", "sqlx", "plain", ...
        order: place in the order of application, from 0.
        in_transaction: whether the tool runs it in one transaction; None where unknown.
    """

    tool: str
    version: str
    title: str
    order: int
    direction: Literal["up", "down"]
    in_transaction: bool | None = None

    def __str__(self) -> str:
        return f"migration {self.version} {self.title} ({self.direction})"


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a statement does; ALTER TABLE may do many.

    Attributes:
        what: one of ``EFFECTS``.
        on: the relation, type or function that is changed.
        column: the column, where it is about one.
        other: the second relation: the parent of a foreign key, the partition that is attached.
        old: the former type of a column or the former name of what is renamed.
        new: the new type of a column or the new name of what is renamed.
        details: some of ``DETAILS``.
    """

    what: str
    on: Name | None = None
    column: str | None = None
    other: Name | None = None
    old: str | None = None
    new: str | None = None
    details: tuple[str, ...] = ()


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split(", "))


# The whole vocabulary of Effect.what.
EFFECTS = _words(
    "create table, create table as, drop table, rename table, set schema, set owner, set options",
    "set logged, set unlogged, set tablespace, set replica identity, cluster on",
    "inherit, stop inheriting, attach partition, detach partition",
    "add column, drop column, rename column, alter column type, set column options",
    "set default, drop default, set not null, drop not null, set expression, drop expression",
    "add identity, alter identity, drop identity",
    "add primary key, add unique, add exclusion, add check, add foreign key",
    "add not null constraint, validate constraint, alter constraint, drop constraint",
    "rename constraint, create index, create index concurrently, drop index",
    "drop index concurrently, rename index, alter index, reindex, reindex concurrently",
    "create view, drop view, rename view, alter view, create materialized view",
    "drop materialized view, refresh materialized view, refresh materialized view concurrently",
    "create sequence, alter sequence, drop sequence, rename sequence",
    "create enum, add enum value, rename enum value, create domain, alter domain",
    "create type, alter type, drop type, rename type",
    "create function, alter function, drop function, rename function",
    "create trigger, drop trigger, rename trigger, enable trigger, disable trigger",
    "create rule, drop rule, create policy, alter policy, drop policy, rename policy",
    "enable row security, disable row security, force row security, do not force row security",
    "create schema, drop schema, rename schema, create extension, alter extension",
    "drop extension, create statistics, alter statistics, drop statistics",
    "create publication, alter publication, drop publication",
    "create role, alter role, drop role, grant, revoke, set default privileges, comment",
    "insert, update, delete, merge, truncate, copy, select, call, do, set, lock",
    "vacuum, vacuum full, analyze, cluster, begin, commit, rollback, savepoint",
    "other, unknown",
)

# The whole vocabulary of Effect.details.
DETAILS = _words(
    "if exists, if not exists, or replace, cascade, concurrently, not null, default",
    "volatile default, generated, identity, serial, not valid, using index, deferrable",
    "unique, partial, using, all rows",
)


class MigrationStatement(
    DatabaseFact, frozen=True, kw_only=True, tag="migration-statement", tag_field="kind"
):
    """One statement of a migration and its effect on the schema.

    Attributes:
        migration: version of the migration.
        order: place in the migration, from 0.
        sql: its text; long data statements are cut and end in "...".
        effect: what it does first or mainly, one of ``EFFECTS``; "unknown" where the statement
            could not be understood.
        effects: all that it does.
        objects: the relations that it names and changes.
        created_here: those of ``objects`` that the same migration created.
    """

    migration: str
    direction: Literal["up", "down"]
    order: int
    sql: str
    effect: str
    effects: tuple[Effect, ...] = ()
    objects: tuple[Name, ...] = ()
    created_here: tuple[Name, ...] = ()

    def __str__(self) -> str:
        return f"statement {self.order} of {self.migration} ({self.direction}): {self.effect}"
