"""Recipes that the checks of a table accept: tried on some rows, and changed where they fail.

The common forms of checks are understood beforehand (``restrictions``). What is left is found by
trial: columns empty or not, set to constants that the check names, texts in usual forms.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from backstay.lab import values
from backstay.lab.chance import Draw, seed_of
from backstay.lab.planning import CannotBuild
from backstay.lab.quoting import identifier
from backstay.lab.restrictions import FREE, columns_in, constants_beside
from backstay.lab.texts import distinct_forms, fitted, other_forms

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from backstay.foreign.psycopg import Connection
    from backstay.lab.planning import PlannedCheck, PlannedColumn
    from backstay.lab.recipes import Formula, TableRecipe

_SAMPLE = 40
_MOST_TRIALS = 300
_MOST_KEPT = 4
_LABELS = 8
_ROW = "made.n"


def satisfy_checks(connection: Connection, recipe: TableRecipe) -> None:
    """Change a recipe until the table's checks hold for its rows.

    Raises:
        CannotBuild: no way was found; the text names the check.
    """
    if recipe.rows == 0:
        return
    for check in recipe.table.checks:
        if not _holds(connection, recipe, check, {}):
            _change(connection, recipe, check)
    for check in recipe.table.checks:
        if not _holds(connection, recipe, check, {}):
            raise CannotBuild(_unsolved(recipe, check))


def _unsolved(recipe: TableRecipe, check: PlannedCheck) -> str:
    return (
        f"no rows were found that check {check.name} of {recipe.table.name} accepts: "
        f"{' '.join(check.expression.split())[:200]}"
    )


def _change(connection: Connection, recipe: TableRecipe, check: PlannedCheck) -> None:
    columns = _columns_of(recipe, check)
    options = [list(_options(recipe, column, check)) for column in columns]
    kept: list[dict[str, Formula]] = []
    for trial in itertools.islice(itertools.product(*options), _MOST_TRIALS):
        chosen = dict(zip(columns, trial, strict=True))
        if _holds(connection, recipe, check, chosen):
            kept.append(chosen)
        if len(kept) == _MOST_KEPT:
            break
    if not kept:
        raise CannotBuild(_unsolved(recipe, check))
    for column in columns:
        _alternate(recipe, column, check, [chosen[column] for chosen in kept])


def _alternate(
    recipe: TableRecipe, column: str, check: PlannedCheck, formulas: Sequence[Formula]
) -> None:
    """Let rows take turns between formulas; the same turn for all columns of the check."""
    recipe.nulls.pop(column, None)
    if len(formulas) == 1:
        recipe.bare[column] = formulas[0]
        return
    seed = seed_of(recipe.recipes.seed, recipe.table.name, check.name)

    def formula(row: str) -> str:
        turn = Draw(row=row, seed=seed).below(len(formulas))
        arms = " ".join(f"WHEN {at} THEN {each(row)}" for at, each in enumerate(formulas))
        return f"CASE {turn} {arms} END"

    recipe.bare[column] = formula


def _options(recipe: TableRecipe, name: str, check: PlannedCheck) -> Iterator[Formula]:
    """What a column could be: as it is, empty, a constant of the check, a text in a usual form."""
    column = recipe.table.column(name)
    as_it_is = recipe.bare[name]
    yield as_it_is
    if column.nullable and name not in recipe.referred:
        yield lambda _: f"NULL::{column.type.sql}"
    if name in recipe.references:
        return
    if name not in recipe.fixed:
        named = "value" if check.domain else name
        found = constants_beside(named, check.expression, recipe.recipes.plan.scope)
        for value in dict.fromkeys((*found, *_few_values(column))):
            text = values.constant(column, value)
            yield lambda _, text=text: text  # type: ignore[misc]
    if column.type.kind == "text" and len(_columns_of(recipe, check)) == 1:
        yield from _usual_forms(recipe, column)


def _few_values(column: PlannedColumn) -> tuple[str, ...]:
    few = column.type.kind in {"boolean", "enum"} and not column.type.array
    return values.choices_of(column, FREE)[:_LABELS] if few else ()


def _usual_forms(recipe: TableRecipe, column: PlannedColumn) -> Iterator[Formula]:
    limits = recipe.rules.of(column.name)
    makers = [distinct_forms] if column.name in recipe.fixed else [distinct_forms, other_forms]
    for maker in makers:
        for at, _ in enumerate(maker("0")):
            yield lambda row, maker=maker, at=at: (  # type: ignore[misc]
                f"({fitted(maker(row)[at], column.type.length, limits)})::{column.type.sql}"
            )


def _columns_of(recipe: TableRecipe, check: PlannedCheck) -> tuple[str, ...]:
    if check.domain:
        return check.columns
    named = columns_in(check.expression, recipe.recipes.plan.scope)
    return tuple(column.name for column in recipe.table.columns if column.name in named)


def _holds(
    connection: Connection,
    recipe: TableRecipe,
    check: PlannedCheck,
    instead: Mapping[str, Formula],
) -> bool:
    """Whether a check holds for some first and last rows, with some columns' formulas replaced."""
    from backstay.foreign.psycopg import Error, errors  # noqa: PLC0415 (slow to import)

    columns = []
    for name in _columns_of(recipe, check):
        if name not in recipe.bare:
            return True  # generated: it follows from the others, and the load itself will tell
        formula = instead.get(name)
        value = formula(_ROW) if formula is not None else recipe.expression(name, _ROW)
        columns.append(f"{value} AS {identifier('value' if check.domain else name)}")
    later = max(1, recipe.rows - _SAMPLE)
    statement = (  # all names are quoted, and all expressions are ours or allowed
        f"SELECT coalesce(bool_and(coalesce((\n{check.expression}\n), true)), true) FROM ("  # noqa: S608
        f"SELECT {', '.join(columns)} FROM (SELECT generate_series(1::bigint, "
        f"{min(_SAMPLE, recipe.rows)}) UNION SELECT generate_series({later}::bigint, "
        f"{recipe.rows})) AS made(n)) AS {identifier(recipe.table.name.name)}"
    )
    try:
        with connection.transaction():
            found = connection.execute(statement.encode()).fetchone()
    except (errors.QueryCanceled, errors.OperationalError):
        raise
    except Error:  # such as a constant that is no value of the type
        return False
    return bool(found and found[0])
