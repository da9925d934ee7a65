"""The comparison of two versions of a GraphQL schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.compatibility.comparison import Comparison, Version
from backstay.compatibility.graphql.annotation_changes import (
    compare_applied,
    compare_descriptions,
)
from backstay.compatibility.graphql.directive_changes import compare_directives
from backstay.compatibility.graphql.pair import Claim, Pair
from backstay.compatibility.graphql.reading import Reading, read
from backstay.compatibility.graphql.renaming import renamed_types
from backstay.compatibility.graphql.schema import ROLES
from backstay.compatibility.graphql.type_changes import compare_types
from backstay.compatibility.graphql.witness import Witnesses
from backstay.foreign.graphql_core import collector_paused
from backstay.model.facts import NotChecked
from backstay.model.places import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.compatibility.graphql.schema import Role, Schema

_PLURALS: dict[Role, str] = {
    "query": "Queries",
    "mutation": "Mutations",
    "subscription": "Subscriptions",
}


def compare(old: Version, new: Version) -> Comparison:
    """Compare two versions; see `compare_graphql`."""
    with collector_paused():
        before, after = read(old, "old"), read(new, "new")
        # What one version cannot give is left out of the other too, so that it does not look new.
        if skipped := after.failed & frozenset(old.documents) - before.failed:
            before = _again(read(old, "old", leave_out=before.failed | skipped), before)
        if skipped := before.failed & frozenset(new.documents) - after.failed:
            after = _again(read(new, "new", leave_out=after.failed | skipped), after)
        renamed = renamed_types(before.schema, after.schema)
        pair = Pair(before.schema, after.schema, renamed)
        compare_types(pair)
        _compare_roots(pair)
        compare_directives(pair)
        _compare_schemas(pair)
    return Comparison(
        changes=tuple(pair.changes),
        notes=(*before.notes, *after.notes, *_not_compared(before.schema, after.schema)),
        witness=Witnesses(pair, before.judge, after.judge).of,
    )


def _again(reading: Reading, first: Reading) -> Reading:
    """A reading of fewer files, with what was noted on the failed ones at first."""
    failures = [note for note in first.notes if note.scope in first.failed]
    return Reading(
        schema=reading.schema,
        notes=(*failures, *reading.notes),
        judge=reading.judge,
        failed=first.failed,
    )


def _compare_roots(pair: Pair) -> None:
    for role in ROLES:
        old, new = pair.old.roots.get(role), pair.new.roots.get(role)
        what = _PLURALS[role]
        if old is None and new is not None and not pair.old.lost.may_have(new.type):
            text = f"{what} are served now, from {new.type}. Nobody breaks."
            pair.emit("root-type-added", f"schema {role}", text, old=None, new=new.mark)
        if old is None or (new is not None and new.type == old.type):
            continue
        if new is None:
            if old.type not in pair.new.types or pair.new.lost.everything:
                continue
            text = f"{what} are not served any more: each of them is refused."
        else:
            text = f"{what} start from {new.type} instead of {old.type}: fragments on {old.type}"
            text += " are refused there."
        pair.emit(
            "root-type-removed" if new is None else "root-type-changed",
            f"schema {role}",
            text,
            old=old.mark,
            new=new.mark if new is not None else None,
            operations=pair.reach_old.of_type(old.type),
            claim=Claim(type=old.type, other=role),
        )


def _compare_schemas(pair: Pair) -> None:
    marks = (pair.old.mark, pair.new.mark)
    if "schema-description" not in pair.unknown:
        compare_descriptions(pair, "schema", pair.old.description, pair.new.description, marks)
    compare_applied(pair, "schema", pair.old.applied, pair.new.applied, marks)


def _not_compared(old: Schema, new: Schema) -> Iterator[NotChecked]:
    """What one side cannot tell because its introspection query did not ask for it."""
    names = {
        "applied": "applied directives",
        "descriptions": "descriptions",
        "deprecations": "deprecations of fields and enum values",
        "input-deprecations": "deprecations of arguments and input fields",
        "repeatable": "whether directives are repeatable",
        "specified-by": "specifications of scalars",
        "one-of": "@oneOf",
    }
    missing = [text for key, text in names.items() if key in old.unknown ^ new.unknown]
    silent = old if old.unknown - new.unknown else new
    if missing and silent.mark is not None:
        yield NotChecked(
            where=Place(file=silent.mark.source.file, pointer=silent.mark.pointer),
            what=", ".join(missing),
            why="the introspection result of one version does not hold them",
        )
