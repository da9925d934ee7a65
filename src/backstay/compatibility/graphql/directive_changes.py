"""What differs in the directives that a schema defines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.compatibility.graphql.annotation_changes import compare_descriptions
from backstay.compatibility.graphql.input_changes import Holder, compare_inputs
from backstay.compatibility.graphql.kinds import CODE
from backstay.compatibility.graphql.pair import Claim, Pair, Rating
from backstay.compatibility.graphql.schema import BUILT_IN_DIRECTIVES, EXECUTABLE

if TYPE_CHECKING:
    from backstay.compatibility.graphql.schema import DirectiveDefinition

_IN_SCHEMAS = Rating(breaks=CODE)


def compare_directives(pair: Pair) -> None:
    """Compare all directives; of those that GraphQL itself defines, only redefinitions."""
    for name, new in pair.new.directives.items():
        old = pair.old.directives.get(name)
        if old is not None:
            _compare(pair, old, new)
        elif name not in BUILT_IN_DIRECTIVES and not pair.old.lost.may_have(f"@{name}"):
            text = f"Directive @{name} was added. Nobody breaks."
            pair.emit("directive-added", f"@{name}", text, old=None, new=new.mark)
    for name, old in pair.old.directives.items():
        if name in pair.new.directives or name in BUILT_IN_DIRECTIVES:
            continue
        if not pair.new.lost.may_have(f"@{name}"):
            pair.emit(
                "directive-removed",
                f"@{name}",
                f"Directive @{name} was removed: {_users(old)} that use it are refused.",
                old=old.mark,
                new=None,
                claim=Claim(directive=name),
                rating=_rating(old),
            )


def _rating(directive: DirectiveDefinition) -> Rating:
    return Rating() if EXECUTABLE.intersection(directive.locations) else _IN_SCHEMAS


def _users(directive: DirectiveDefinition) -> str:
    return "documents" if EXECUTABLE.intersection(directive.locations) else "other schemas"


def _compare(pair: Pair, old: DirectiveDefinition, new: DirectiveDefinition) -> None:
    name = old.name
    marks = (old.mark, new.mark)
    _compare_locations(pair, old, new)
    if "repeatable" not in pair.unknown and old.repeatable != new.repeatable:
        kind = "added" if new.repeatable else "removed"
        text = f"Directive @{name} may be repeated now. Nobody breaks."
        if not new.repeatable:
            text = (
                f"Directive @{name} may not be repeated any more: {_users(old)} that apply it"
                " twice to the same thing are refused."
            )
        pair.emit(
            f"directive-repeatable-{kind}",
            f"@{name}",
            text,
            old=old.mark,
            new=new.mark,
            claim=Claim(directive=name),
            rating=_rating(old),
        )
    holder = Holder(
        prefix="directive-argument",
        directive=name,
        marks=marks,
        operations=None,
        rating=_rating(old),
    )
    compare_inputs(pair, holder, old.arguments, new.arguments)
    compare_descriptions(pair, f"@{name}", old.description, new.description, marks)


def _compare_locations(pair: Pair, old: DirectiveDefinition, new: DirectiveDefinition) -> None:
    name = old.name
    for location, mark in new.locations.items():
        if location not in old.locations:
            pair.emit(
                "directive-location-added",
                f"@{name} on {location}",
                f"Directive @{name} may stand on {location} now. Nobody breaks.",
                old=old.mark,
                new=mark,
            )
    for location, mark in old.locations.items():
        if location not in new.locations:
            executable = location in EXECUTABLE
            users = "documents" if executable else "schemas"
            pair.emit(
                "directive-location-removed",
                f"@{name} on {location}",
                f"Directive @{name} may not stand on {location} any more: {users} that have it"
                " there are refused.",
                old=mark,
                new=new.mark,
                claim=Claim(directive=name, other=location),
                rating=Rating() if executable else _IN_SCHEMAS,
            )
