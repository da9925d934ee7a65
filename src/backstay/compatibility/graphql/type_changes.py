"""What differs in the types of a schema: which there are, and what they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.compatibility.graphql.annotation_changes import (
    compare_applied,
    compare_descriptions,
    compare_member,
)
from backstay.compatibility.graphql.field_changes import compare_fields
from backstay.compatibility.graphql.input_changes import Holder, compare_inputs
from backstay.compatibility.graphql.kinds import CODE
from backstay.compatibility.graphql.pair import Claim, Pair, Rating

if TYPE_CHECKING:
    from backstay.compatibility.graphql.schema import EnumValue, TypeDefinition, TypeKind

_WORDS: dict[TypeKind, str] = {
    "scalar": "scalar",
    "object": "object type",
    "interface": "interface",
    "union": "union",
    "enum": "enum",
    "input": "input object",
}


def compare_types(pair: Pair) -> None:
    """Compare all types, in the order of the new version; those that are gone come last."""
    for name, new in pair.new.types.items():
        was = pair.named_before.get(name, name)
        old = pair.old.types.get(was)
        if name not in pair.old.types and not pair.old.lost.may_have(name):
            _added(pair, new)
        if old is not None:
            _compare(pair, old, new)
    for name, old in pair.old.types.items():
        if name not in pair.new.types and not pair.new.lost.may_have(name):
            _removed(pair, old)


def _added(pair: Pair, new: TypeDefinition) -> None:
    pair.emit(
        "type-added",
        new.name,
        f"The {_WORDS[new.kind]} {new.name} was added. Nobody breaks.",
        old=None,
        new=new.mark,
        operations=pair.reach_new.of_type(new.name),
    )


def _removed(pair: Pair, old: TypeDefinition) -> None:
    name = old.name
    rating = Rating()
    breaks = "queries with a fragment on it are refused"
    if old.kind in {"scalar", "enum", "input"}:
        breaks = "queries with a variable of it are refused"
        if pair.reach_old.is_returned(name) and not pair.reach_old.is_given(name):
            rating = Rating(breaks=CODE)
            breaks = "only responses carried it, so that just generated code breaks"
    now = pair.renamed.get(name)
    what = f"was renamed to {now}" if now else "was removed"
    pair.emit(
        "type-removed",
        name,
        f"The {_WORDS[old.kind]} {name} {what}: {breaks}.",
        old=old.mark,
        new=pair.new.types[now].mark if now else None,
        operations=pair.reach_old.of_type(name),
        claim=Claim(type=name),
        rating=rating,
    )


def _compare(pair: Pair, old: TypeDefinition, new: TypeDefinition) -> None:
    marks = (old.mark, new.mark)
    if old.kind != new.kind:
        pair.emit(
            "type-kind-changed",
            old.name,
            f"{old.name} is of kind {_WORDS[new.kind]} instead of {_WORDS[old.kind]}: queries that"
            " use it as before are refused, and generated code does not fit.",
            old=old.mark,
            new=new.mark,
            operations=pair.reach_old.of_type(old.name),
            claim=Claim(type=old.name),
        )
    elif old.kind in {"object", "interface"}:
        compare_fields(pair, old, new)
        _compare_interfaces(pair, old, new)
    elif old.kind == "input":
        _compare_input_object(pair, old, new)
    elif old.kind == "enum":
        _compare_values(pair, old, new)
    elif old.kind == "union":
        _compare_members(pair, old, new)
    else:
        _compare_specifications(pair, old, new)
    compare_descriptions(pair, old.name, old.description, new.description, marks)
    compare_applied(pair, old.name, old.applied, new.applied, marks)


def _compare_input_object(pair: Pair, old: TypeDefinition, new: TypeDefinition) -> None:
    operations = pair.reach_old.of_type(old.name)
    if old.one_of != new.one_of and "one-of" not in pair.unknown:
        text = f"{old.name} takes several of its fields now. Nobody breaks."
        if new.one_of:
            text = (
                f"{old.name} takes exactly one of its fields now: requests that give none, null or"
                " several are refused."
            )
        pair.emit(
            "one-of-added" if new.one_of else "one-of-removed",
            old.name,
            text,
            old=old.mark,
            new=new.mark,
            operations=operations,
            claim=Claim(type=old.name),
        )
    holder = Holder(
        prefix="input-field",
        type_=old.name,
        marks=(old.mark, new.mark),
        operations=operations,
        rating=Rating(),
        lost=pair.new.lost.may_have(new.name),
    )
    compare_inputs(pair, holder, old.inputs, new.inputs)


def _compare_values(pair: Pair, old: TypeDefinition, new: TypeDefinition) -> None:
    for name, value in new.values.items():
        before = old.values.get(name)
        if before is not None:
            compare_member(pair, f"{old.name}.{name}", before, value)
        elif not pair.old.lost.may_have(old.name):
            _value_added(pair, old, value)
    for name, value in old.values.items():
        if name not in new.values and not pair.new.lost.may_have(new.name):
            _value_removed(pair, old, new, value)


def _value_added(pair: Pair, old: TypeDefinition, value: EnumValue) -> None:
    subject = f"{old.name}.{value.name}"
    rating = Rating()
    text = f"{subject} was added: clients that switch over the values of {old.name} may meet one"
    text += " that they do not know."
    if pair.reach_old.is_given(old.name) and not pair.reach_old.is_returned(old.name):
        rating = Rating(compatibility="safe", direction="request")
        text = f"{subject} was added; only requests carry {old.name}. Nobody breaks."
    pair.emit(
        "enum-value-added",
        subject,
        text,
        old=old.mark,
        new=value.mark,
        operations=pair.reach_old.of_type(old.name),
        rating=rating,
        claim=Claim(type=old.name, member=value.name),
    )


def _value_removed(pair: Pair, old: TypeDefinition, new: TypeDefinition, value: EnumValue) -> None:
    subject = f"{old.name}.{value.name}"
    deprecated = value.deprecated is not None
    how = "after having been deprecated" if deprecated else "without having been deprecated"
    rating = Rating()
    breaks = "requests that still give it are refused"
    if pair.reach_old.is_returned(old.name) and not pair.reach_old.is_given(old.name):
        rating = Rating(breaks=CODE, direction="response")
        breaks = "only responses carried it, so that just code that names it breaks"
    pair.emit(
        "deprecated-enum-value-removed" if deprecated else "enum-value-removed",
        subject,
        f"{subject} was removed {how}: {breaks}.",
        old=value.mark,
        new=new.mark,
        operations=pair.reach_old.of_type(old.name),
        rating=rating,
        claim=Claim(type=old.name, member=value.name),
    )


def _compare_members(pair: Pair, old: TypeDefinition, new: TypeDefinition) -> None:
    operations = pair.reach_old.of_type(old.name)
    for member, mark in new.members.items():
        was = pair.named_before.get(member, member)
        if member not in old.members and was not in old.members:
            pair.emit(
                "union-member-added",
                f"{old.name} = {member}",
                f"{member} was added to the union {old.name}: clients meet a type there that they"
                " have no fragment for.",
                old=old.mark,
                new=mark,
                operations=operations,
                claim=Claim(type=old.name, other=member),
            )
    for member, mark in old.members.items():
        now = pair.renamed.get(member, member)
        if now not in new.members and not pair.new.lost.may_have(new.name):
            pair.emit(
                "union-member-removed",
                f"{old.name} = {member}",
                f"{member} was removed from the union {old.name}: queries with a fragment on"
                f" {member} there are refused.",
                old=mark,
                new=new.mark,
                operations=operations,
                claim=Claim(type=old.name, other=member),
            )


def _compare_interfaces(pair: Pair, old: TypeDefinition, new: TypeDefinition) -> None:
    for interface, mark in new.interfaces.items():
        was = pair.named_before.get(interface, interface)
        if was not in old.interfaces and not pair.old.lost.may_have(old.name):
            known = was in pair.old.types
            breaks = "fields of that type may bring it, which clients do not expect."
            pair.emit(
                "interface-implementation-added",
                f"{old.name} implements {interface}",
                f"{old.name} implements {interface} now: {breaks if known else 'nobody breaks.'}",
                old=old.mark,
                new=mark,
                operations=pair.reach_old.of_type(was) if known else (),
                rating=Rating() if known else Rating(compatibility="safe"),
            )
    for interface, mark in old.interfaces.items():
        now = pair.renamed.get(interface, interface)
        # Where the interface is gone as a whole, that is the change.
        gone = now not in pair.new.types
        if now not in new.interfaces and not gone and not pair.new.lost.may_have(new.name):
            pair.emit(
                "interface-implementation-removed",
                f"{old.name} implements {interface}",
                f"{old.name} does not implement {interface} any more: queries with a fragment on"
                f" {old.name} where {interface} stands are refused.",
                old=mark,
                new=new.mark,
                operations=pair.reach_old.of_type(old.name),
                claim=Claim(type=old.name, other=interface),
            )


def _compare_specifications(pair: Pair, old: TypeDefinition, new: TypeDefinition) -> None:
    was, now = old.specified_by, new.specified_by
    if was == now or "specified-by" in pair.unknown:
        return
    kind = "changed" if was and now else "added" if now else "removed"
    texts = {
        "added": "names its specification now. Nobody breaks.",
        "changed": "is specified by another document: its values may differ.",
        "removed": "does not name its specification any more. Nobody breaks.",
    }
    pair.emit(
        f"specified-by-{kind}",
        old.name,
        f"The scalar {old.name} {texts[kind]}",
        old=old.mark,
        new=new.mark,
        operations=pair.reach_old.of_type(old.name),
    )
