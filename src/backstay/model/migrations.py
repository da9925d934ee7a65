"""Facts about migrations: the files and each statement in them, in the order of application."""

from __future__ import annotations

from typing import Literal

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


class MigrationStatement(
    DatabaseFact, frozen=True, kw_only=True, tag="migration-statement", tag_field="kind"
):
    """One statement of a migration and its effect on the schema.

    Attributes:
        migration: version of the migration.
        order: place in the migration, from 0.
        effect: what it does, such as "create table", "add column", "insert"; "unknown" where
            the statement could not be understood.
        objects: the relations that it names and changes.
        created_here: those of ``objects`` that the same migration created.
    """

    migration: str
    direction: Literal["up", "down"]
    order: int
    sql: str
    effect: str
    objects: tuple[Name, ...] = ()
    created_here: tuple[Name, ...] = ()

    def __str__(self) -> str:
        return f"statement {self.order} of {self.migration} ({self.direction}): {self.effect}"
