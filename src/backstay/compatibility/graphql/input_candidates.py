"""Queries that may show changes of what requests carry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.compatibility.graphql.queries import (
    Candidate,
    NoSampleError,
    Writer,
    literal,
    sample,
)
from backstay.compatibility.graphql.types import depth_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from backstay.compatibility.graphql.pair import Claim
    from backstay.compatibility.graphql.schema import InputValue
    from backstay.compatibility.graphql.selecting import Selecting


def argument_changed(selecting: Selecting, claim: Claim) -> Iterator[Candidate]:
    """The field without the argument, and with it in each way that the old version takes."""
    old = selecting.pair.old.types.get(claim.type)
    field = None if old is None else old.fields.get(claim.member)
    if field is None:
        return
    name = claim.argument
    argument = field.arguments.get(name)
    if argument is None or not argument.required:
        yield from selecting.select(claim.type, field, about=name, but=name)
    if argument is not None:
        for writer, text in _given_values(selecting, argument):
            given = {name: text}
            yield from selecting.select(claim.type, field, given, about=name, writer=writer)


def input_field_changed(selecting: Selecting, claim: Claim) -> Iterator[Candidate]:
    """The input object without the field, and with it in each way that the old version takes."""
    old = selecting.pair.old.types.get(claim.type)
    if old is None:
        return
    given = old.inputs.get(claim.member)
    if given is None or not given.required:
        yield from _objects(selecting, claim, {}, but=claim.member)
    if given is not None:
        for writer, text in _given_values(selecting, given):
            yield from _objects(selecting, claim, {claim.member: text}, writer)


def one_of_added(selecting: Selecting, claim: Claim) -> Iterator[Candidate]:
    """The input object with two fields, with none, and with null."""
    pair = selecting.pair
    old, new = pair.old.types.get(claim.type), pair.new.types.get(claim.type)
    if old is None or new is None:
        return
    texts: dict[str, str] = {}
    for name, value in old.inputs.items():
        if name in new.inputs and len(texts) < 2:
            try:
                texts[name] = literal(pair, sample(pair, value.type), value.type)
            except NoSampleError:
                continue
    nulls = [{name: "null"} for name in list(texts)[:1]]
    for given in (texts, {}, *nulls):
        yield from _objects(selecting, claim, given)


def enum_value_removed(selecting: Selecting, claim: Claim) -> Iterator[Candidate]:
    """The value, given to an argument or in an input object."""
    for use in selecting.routes.uses(claim.type):
        writer = selecting.writer()
        try:
            text = writer.along(use, claim.member)
        except NoSampleError:
            continue
        given = {use.argument: text}
        yield from selecting.select(use.type, use.field, given, about=claim.member, writer=writer)


def _given_values(selecting: Selecting, given: InputValue) -> Iterator[tuple[Writer, str]]:
    """Ways to give an argument or an input field that the old version takes."""
    pair = selecting.pair
    writer = selecting.writer()
    try:
        value = sample(pair, given.type)
    except NoSampleError:
        value = None
    nullable = not given.type.endswith("!")
    if value is not None or nullable:
        yield writer, writer.variable(given.name, given.type, value)
    if nullable:
        yield selecting.writer(), "null"
    for lists in range(1, depth_of(given.type) + 1):
        yield selecting.writer(), "[" * lists + "null" + "]" * lists
    if value is not None:
        yield selecting.writer(), literal(pair, value, given.type)


def _objects(
    selecting: Selecting,
    claim: Claim,
    fields: Mapping[str, str],
    declared: Writer | None = None,
    but: str = "",
) -> Iterator[Candidate]:
    """Queries that give an input object with some fields, but without one."""
    about = claim.member or claim.type
    part = ", ".join(f"{name}: {text}" for name, text in fields.items())
    for use in selecting.routes.uses(claim.type):
        # What is declared is in the text already, so that each use goes on with a copy.
        writer = declared.copy() if declared is not None else selecting.writer()
        try:
            text = writer.along(use, writer.object(claim.type, fields, but))
        except NoSampleError:
            continue
        given = {use.argument: text}
        for made in selecting.select(use.type, use.field, given, about=about, writer=writer):
            yield made._replace(about=(about, part))
