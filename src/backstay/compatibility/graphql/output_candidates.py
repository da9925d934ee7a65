"""Queries and responses that may show changes of what responses carry."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from backstay.compatibility.graphql.queries import (
    COMPOSITE,
    Candidate,
    NoSampleError,
    leaf_values,
    object_of,
    sample,
    selection_of,
    wrapped,
)
from backstay.compatibility.graphql.types import depth_of, name_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.compatibility.graphql.pair import Claim, Pair
    from backstay.compatibility.graphql.schema import Field, TypeDefinition
    from backstay.compatibility.graphql.selecting import Selecting

_MOST_PARTS = 5


def field_removed(selecting: Selecting, claim: Claim) -> Iterator[Candidate]:
    """The field, asked for."""
    old, _ = _field_of(selecting.pair, claim)
    if old is not None:
        yield from selecting.select(claim.type, old, about=old.name)


def field_type_changed(selecting: Selecting, claim: Claim) -> Iterator[Candidate]:
    """The field, what stands below it, and a response with a value of the new type."""
    old, new = _field_of(selecting.pair, claim)
    if old is None or new is None:
        return
    yield from selecting.select(claim.type, old, about=old.name)
    yield from _parts(selecting, claim, old, new)
    before, after = name_of(old.type), name_of(new.type)
    if depth_of(old.type) != depth_of(new.type) and selection_of(selecting.pair, old.type):
        value = wrapped(object_of(selecting.pair, before), depth_of(new.type))
        yield from selecting.respond(claim.type, old, value)
    for value in leaf_values(selecting.pair, after):
        yield from selecting.respond(claim.type, old, wrapped(value, depth_of(new.type)))


def field_became_nullable(selecting: Selecting, claim: Claim) -> Iterator[Candidate]:
    """A response with null for the field, or for an item of its list."""
    old, _ = _field_of(selecting.pair, claim)
    if old is not None:
        for lists in range(depth_of(old.type) + 1):
            yield from selecting.respond(claim.type, old, wrapped(None, lists))


def enum_value_added(selecting: Selecting, claim: Claim) -> Iterator[Candidate]:
    """A response with the new value."""
    for type_, field in selecting.routes.returning(claim.type):
        value = wrapped(claim.member, depth_of(field.type))
        yield from selecting.respond(type_, field, value)


def union_member_added(selecting: Selecting, claim: Claim) -> Iterator[Candidate]:
    """A response with an object of the new type."""
    for type_, field in selecting.routes.returning(claim.type):
        value = wrapped({"__typename": claim.other}, depth_of(field.type))
        yield from selecting.respond(type_, field, value)


def membership_removed(selecting: Selecting, claim: Claim) -> Iterator[Candidate]:
    """Fragments between a type and a union that it was in, or an interface that it had."""
    yield from selecting.fragment(claim.type, claim.other)
    yield from selecting.fragment(claim.other, claim.type)


def type_gone(selecting: Selecting, claim: Claim) -> Iterator[Candidate]:
    """Fragments on the type, variables of it, and fields that return it."""
    pair = selecting.pair
    old = pair.old.types.get(claim.type)
    if old is None:
        return
    if old.kind in COMPOSITE:
        for role, root in pair.old.roots.items():
            if root.type == claim.type:
                yield from _at_root(selecting, role, claim.type)
        yield from _fragments(selecting, claim.type)
    else:
        yield from _variables(selecting, claim.type)
    for type_, field in selecting.routes.returning(claim.type):
        yield from selecting.select(type_, field, about=claim.type)


def root_changed(selecting: Selecting, claim: Claim) -> Iterator[Candidate]:
    """A fragment on the old root type."""
    yield from _at_root(selecting, claim.other, claim.type)


def _field_of(pair: Pair, claim: Claim) -> tuple[Field | None, Field | None]:
    old = pair.old.types.get(claim.type)
    new = pair.new.types.get(pair.renamed.get(claim.type, claim.type))
    return (
        None if old is None else old.fields.get(claim.member),
        None if new is None else new.fields.get(claim.member),
    )


def _parts(selecting: Selecting, claim: Claim, field: Field, after: Field) -> Iterator[Candidate]:
    """Fields and fragments below a field that its new type does not have."""
    pair = selecting.pair
    old = pair.old.types.get(name_of(field.type))
    new = pair.new.types.get(name_of(after.type))
    if old is None or new is None or old.kind not in COMPOSITE:
        return
    for part in islice(_parts_lost(old, new), _MOST_PARTS):
        writer = selecting.writer()
        inner = writer.field(part, {}, "", selection_of(pair, part.type))
        yield from selecting.select(claim.type, field, about=part.name, writer=writer, inner=inner)
    left = pair.old.possible_types(old.name) - pair.new.possible_types(new.name)
    for name in [old.name, *sorted(left)[:_MOST_PARTS]]:
        inner = f"... on {name} {{ __typename }}"
        yield from selecting.select(claim.type, field, about=name, inner=inner)


def _parts_lost(old: TypeDefinition, new: TypeDefinition) -> Iterator[Field]:
    for name, field in old.fields.items():
        arguments = field.arguments.values()
        if name not in new.fields and not any(argument.required for argument in arguments):
            yield field


def _variables(selecting: Selecting, name: str) -> Iterator[Candidate]:
    """Queries with a variable of an input type, wherever one may be given."""
    for use in selecting.routes.uses(name):
        whole = use.field.arguments[use.argument].type
        type_ = whole if name_of(whole) == name else f"{name}!"
        writer = selecting.writer()
        try:
            text = writer.variable("value", type_, sample(selecting.pair, type_))
            text = writer.along(use, text)
        except NoSampleError:
            continue
        given = {use.argument: text}
        yield from selecting.select(use.type, use.field, given, about=name, writer=writer)


def _fragments(selecting: Selecting, name: str) -> Iterator[Candidate]:
    """Fragments on a type, wherever the old version allows them."""
    schema = selecting.pair.old
    inner = f"... on {name} {{ __typename }}"
    for type_, field in selecting.routes.returning(name):
        yield from selecting.select(type_, field, about=name, inner=inner)
    possible = schema.possible_types(name)
    for other in schema.types.values():
        abstract = other.kind in {"interface", "union"} and other.name != name
        if abstract and possible & schema.possible_types(other.name):
            yield from selecting.fragment(other.name, name)
    if name not in possible:
        for other_name in sorted(possible)[:_MOST_PARTS]:
            yield from selecting.fragment(other_name, name)


def _at_root(selecting: Selecting, role: str, name: str) -> Iterator[Candidate]:
    """A fragment on a root type; a subscription has to select a field."""
    about = name if role in selecting.pair.new.roots else role
    if role != "subscription":
        inner = f"{{ ... on {name} {{ __typename }} }}"
        yield selecting.writer().operation(role, inner)._replace(about=(about, ""))
        return
    root = selecting.pair.old.types.get(name)
    for field in islice(root.fields.values() if root is not None else (), 1):
        writer = selecting.writer()
        try:
            text = writer.field(field, {}, "", selection_of(selecting.pair, field.type))
        except NoSampleError:
            return
        made = writer.operation(role, f"{{ ... on {name} {{ {text} }} }}")
        yield made._replace(about=(about, ""))
