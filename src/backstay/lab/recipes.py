"""How each column of a table is filled: keys that differ, references that meet, the rest as drawn.

A recipe says a column's value as SQL over the number of a row. A reference names a row of the
parent by its number, and takes the parent's own recipe for the key at that number.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from backstay.lab import values
from backstay.lab.chance import Draw, seed_of
from backstay.lab.pairing import STEEPEST, Pairing, longest_run
from backstay.lab.planning import CannotBuild
from backstay.lab.restrictions import rules_of
from backstay.lab.texts import words_of

if TYPE_CHECKING:
    from backstay.lab.planning import Plan, PlannedColumn, PlannedTable
    from backstay.model.data import ForeignKey, Name

Row = str
Formula = Callable[[Row], str]

_USUAL_NULLS_PERCENT = 10
_RARELY_SET = {"deleted", "removed", "archived", "cancelled", "canceled", "revoked", "banned"}
_RARELY_SET_NULLS_PERCENT = 90
_ROOTS_SHARE = 50  # one row in so many of a tree has no parent
_CHILDLESS_SHARE = 100  # one parent in so many has no children
_DEEPEST = 12


class Part(NamedTuple):
    """Columns that get their values together: those of a foreign key, or one alone."""

    columns: tuple[str, ...]
    capacity: int
    key: ForeignKey | None = None


class Recipes:
    """The recipes of all tables of a plan for given numbers of rows."""

    def __init__(self, plan: Plan, rows: Mapping[Name, int], seed: int) -> None:
        self.plan = plan
        self.rows = rows
        self.seed = seed
        self._tables: dict[Name, TableRecipe] = {}
        self._deep = 0

    def of(self, name: Name) -> TableRecipe:
        """The recipe of one table."""
        found = self._tables.get(name)
        if found is None:
            found = self._tables[name] = TableRecipe(self, self.plan.table(name))
            found.work_out()
        return found

    def value(self, table: Name, column: str, row: Row) -> str:
        """The value of a key column in the row of that number."""
        self._deep += 1
        try:
            if self._deep > _DEEPEST:
                raise CannotBuild(f"the keys of {table} refer to each other in a circle")
            return self.of(table).bare[column](row)
        finally:
            self._deep -= 1


class TableRecipe:
    """How one table is filled.

    Attributes:
        bare: each column's formula, without its empty values.
        nulls: how many of a hundred rows have no value, by column.
        fixed: columns whose values differ as keys ask; others may be changed to please checks.
        references: columns that hold keys of other rows.
        referred: columns whose values other rows hold.
    """

    def __init__(self, recipes: Recipes, table: PlannedTable) -> None:
        self.recipes = recipes
        self.table = table
        self.rows = recipes.rows[table.name]
        self.rules = rules_of(table.checks, recipes.plan.scope)
        self.bare: dict[str, Formula] = {}
        self.nulls: dict[str, int] = {}
        self.fixed: set[str] = set()
        self.references: set[str] = set()
        self.referred = {
            column
            for key in recipes.plan.keys
            if key.parent == table.name
            for column in key.parent_columns
        }
        self._differing: set[str] = set()

    def expression(self, column: str, row: Row) -> str:
        """The value of a column in the row of that number, empty in some."""
        value = self.bare[column](row)
        percent = self.nulls.get(column, 0)
        if not percent:
            return value
        chance = self._draw("null", column, row=row).below(100)
        return f"CASE WHEN {chance} >= {percent} THEN {value} END"

    def work_out(self) -> None:
        """Give each column its formula.

        Raises:
            CannotBuild: the keys ask for what cannot be, or what is not known how to do.
        """
        parts = list(self._references())
        self.references = {column for part in parts for column in part.columns}
        parts += [
            Part((column.name,), values.capacity_of(column, self.rules.of(column.name)))
            for column in self.table.columns
            if column.name not in self.references and column.generated is None
        ]
        for unique in sorted(self._unique_sets(), key=len):
            self._make_unique(unique, [p for p in parts if set(p.columns) & set(unique)])
        for part in parts:
            if part.columns[0] not in self.bare:
                self._assign_freely(part)
        self._put_in_order()

    def _references(self) -> list[Part]:
        """The foreign keys as parts; one whose columns belong to a wider one is met by that."""
        found: list[Part] = []
        keys = [key for key in self.recipes.plan.keys if key.table == self.table.name]
        for key in sorted(keys, key=lambda each: -len(each.columns)):
            taken = {column for part in found for column in part.columns}
            if not set(key.columns) & taken:
                found.append(Part(key.columns, self.recipes.rows[key.parent], key))
            elif not set(key.columns) <= taken:
                raise CannotBuild(
                    f"foreign keys of {self.table.name} share the column "
                    f"{', '.join(sorted(set(key.columns) & taken))}"
                )
        return found

    def _unique_sets(self) -> list[tuple[str, ...]]:
        table = self.table
        indexes = [index.columns for index in table.indexes if index.unique]
        referred = [
            key.parent_columns for key in self.recipes.plan.keys if key.parent == table.name
        ]
        sets = (table.primary_key, *table.uniques, *indexes, *referred)
        return list(dict.fromkeys(each for each in sets if each))

    def _make_unique(self, unique: tuple[str, ...], parts: list[Part]) -> None:
        if set(unique) & self._differing:
            return
        free = [part for part in parts if part.columns[0] not in self.bare]
        alone = next((part for part in free if self._differs_easily(part, parts)), None)
        if alone is not None:
            self._assign_differing(alone, unique)
        elif len(free) == len(parts):
            self._assign_paired(free, unique)
        else:
            raise CannotBuild(
                f"the keys of {self.table.name} overlap in {', '.join(unique)}; "
                "such rows are not known how to make up"
            )

    def _differs_easily(self, part: Part, parts: list[Part]) -> bool:
        if len(parts) == 1:
            return True
        if part.key is not None:
            return False
        column = self.table.column(part.columns[0])
        narrow = values.is_narrow(column, self.rules.of(column.name))
        numbered = column.type.kind == "integer" and any(each.key for each in parts)
        return not narrow and not numbered and part.capacity >= self.rows

    def _assign_differing(self, part: Part, unique: tuple[str, ...]) -> None:
        if part.capacity < self.rows:
            raise CannotBuild(self._too_many(unique, part.capacity))
        self._assign(part, lambda row: row)
        self._differing |= set(part.columns)

    def _assign_paired(self, parts: list[Part], unique: tuple[str, ...]) -> None:
        parts = sorted(parts, key=lambda part: (part.key is None, -part.capacity))
        same = len(parts) > 1 and self._same_parent(parts[0], parts[1])
        seed = seed_of(self.recipes.seed, self.table.name, unique)
        counted = len(parts) > 1 and parts[1].key is None
        for capacities in (self._usual_capacities(parts), [part.capacity for part in parts]):
            pairing = Pairing.of(
                self.rows, tuple(capacities), same=same, counted=counted, seed=seed
            )
            if pairing is not None:
                break
        else:
            raise CannotBuild(self._too_many(unique, math.prod(part.capacity for part in parts)))
        for at, part in enumerate(parts):
            self._assign(part, lambda row, at=at: pairing.ordinal(at, row))  # type: ignore[misc]

    def _usual_capacities(self, parts: list[Part]) -> list[int]:
        """With some parents left childless, and numbers that count within their group."""
        first = parts[0].capacity - (childless(parts[0].capacity) if parts[0].key else 0)
        longest = longest_run(self.rows, first, STEEPEST)
        return [
            part.capacity - childless(part.capacity)
            if part.key is not None
            else min(part.capacity, longest)
            for part in parts
        ]

    def _too_many(self, unique: tuple[str, ...], most: int) -> str:
        return (
            f"{self.table.name} cannot have {self.rows:,} rows: "
            f"({', '.join(unique)}) is unique and has {most:,} values"
        )

    @staticmethod
    def _same_parent(one: Part, other: Part) -> bool:
        return one.key is not None and other.key is not None and one.key.parent == other.key.parent

    def _assign(self, part: Part, ordinal: Formula) -> None:
        """Values of a part by an ordinal: a row of the parent, or the column's own values."""
        self.fixed |= set(part.columns)
        key = part.key
        if key is None:
            column = self.table.column(part.columns[0])
            limits = self.rules.of(column.name)
            self.bare[column.name] = lambda row: values.distinct(
                column, limits, ordinal(row), self.rows
            )
            return
        for own, parents in zip(key.columns, key.parent_columns, strict=True):
            self.bare[own] = lambda row, parents=parents: self.recipes.value(  # type: ignore[misc]
                key.parent, parents, ordinal(row)
            )

    def _assign_freely(self, part: Part) -> None:
        if part.key is None:
            column = self.table.column(part.columns[0])
            limits = self.rules.of(column.name)
            self.bare[column.name] = lambda row: values.drawn(
                column, limits, self._draw(column.name, row=row), self.rows
            )
            if column.nullable and not limits.required:
                self.nulls[column.name] = _usual_nulls(column)
            return
        self._assign(part, self._reference(part.key))
        if all(self._may_be_empty(column) for column in part.columns):
            self._leave_empty(part)

    def _may_be_empty(self, name: str) -> bool:
        return self.table.column(name).nullable and not self.rules.of(name).required

    def _reference(self, key: ForeignKey) -> Formula:
        """Which row of the parent a row refers to; the first ones are referred to most."""
        parents = self.recipes.rows[key.parent]
        if parents < 1 <= self.rows:
            raise CannotBuild(f"{self.table.name} has rows but its parent {key.parent} has none")
        if key.parent == self.table.name:
            # Only rows before it, so that it is a tree.
            return lambda row: f"(1 + {self._draw(key.name, row=row).low_below(f'({row} - 1)')})"
        serving = parents - childless(parents)
        return lambda row: f"(1 + {self._draw(key.name, row=row).low_below(serving)})"

    def _leave_empty(self, part: Part) -> None:
        assert part.key is not None
        if part.key.parent == self.table.name:
            roots = max(1, self.rows // _ROOTS_SHARE)
            for column in part.columns:
                whole = self.bare[column]
                self.bare[column] = lambda row, whole=whole: (  # type: ignore[misc]
                    f"CASE WHEN {row} > {roots} THEN {whole(row)} END"
                )
        elif len(part.columns) == 1:
            self.nulls[part.columns[0]] = _USUAL_NULLS_PERCENT

    def _put_in_order(self) -> None:
        for ordering in self.rules.orderings:
            lesser, greater = ordering.lesser, ordering.greater
            if greater in self.fixed or greater not in self.bare or lesser not in self.bare:
                continue
            if self._follows(lesser, greater):
                continue
            column = self.table.column(greater)
            self.bare[greater] = lambda row, column=column, lesser=lesser: values.later(  # type: ignore[misc]
                column, self.bare[lesser](row), self._draw("after", column.name, row=row)
            )

    def _follows(self, one: str, other: str) -> bool:
        """Whether ``one`` is kept above ``other``, by whatever steps."""
        waiting, seen = [one], {one}
        while waiting:
            current = waiting.pop()
            if current == other:
                return True
            for ordering in self.rules.orderings:
                if ordering.greater == current and ordering.lesser not in seen:
                    seen.add(ordering.lesser)
                    waiting.append(ordering.lesser)
        return False

    def _draw(self, *purpose: str, row: Row) -> Draw:
        return Draw(row=row, seed=seed_of(self.recipes.seed, self.table.name, *purpose))


def childless(parents: int) -> int:
    """How many of so many parents no row refers to: the last ones."""
    return max(1, parents // _CHILDLESS_SHARE) if parents > 1 else 0


def _usual_nulls(column: PlannedColumn) -> int:
    rare = words_of(column.name) & _RARELY_SET
    return _RARELY_SET_NULLS_PERCENT if rare else _USUAL_NULLS_PERCENT
