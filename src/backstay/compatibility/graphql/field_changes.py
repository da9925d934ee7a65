"""What differs in the fields of objects and interfaces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.compatibility.graphql.annotation_changes import compare_member
from backstay.compatibility.graphql.input_changes import Holder, compare_inputs
from backstay.compatibility.graphql.kinds import CODE
from backstay.compatibility.graphql.pair import Claim, Pair, Rating
from backstay.compatibility.graphql.schema import BUILT_IN_SCALARS
from backstay.compatibility.graphql.types import depth_of, name_of, output_change

if TYPE_CHECKING:
    from backstay.compatibility.graphql.schema import Field, Schema, TypeDefinition

_NARROWER = {("Float", "Int"), ("ID", "String"), ("String", "ID")}
"""(old, new) scalars where responses of the new one are responses of the old one too."""


def compare_fields(pair: Pair, old: TypeDefinition, new: TypeDefinition) -> None:
    """Compare the fields of a type that both versions have."""
    for name, field in new.fields.items():
        before = old.fields.get(name)
        if before is not None:
            _compare(pair, old, before, field)
        elif not pair.old.lost.may_have(old.name):
            pair.emit(
                "field-added",
                f"{old.name}.{name}",
                f"{old.name}.{name} was added ({field.type}). Nobody breaks.",
                old=old.mark,
                new=field.mark,
                operations=pair.reach_new.of_field(new.name, name),
            )
    for name, field in old.fields.items():
        if name not in new.fields and not pair.new.lost.may_have(new.name):
            _removed(pair, old, new, field)


def _removed(pair: Pair, old: TypeDefinition, new: TypeDefinition, field: Field) -> None:
    subject = f"{old.name}.{field.name}"
    deprecated = field.deprecated is not None
    how = "after having been deprecated" if deprecated else "without having been deprecated"
    pair.emit(
        "deprecated-field-removed" if deprecated else "field-removed",
        subject,
        f"{subject} was removed {how}: queries that still ask for it are refused.",
        old=field.mark,
        new=new.mark,
        operations=pair.reach_old.of_field(old.name, field.name),
        claim=Claim(type=old.name, member=field.name),
    )


def _compare(pair: Pair, owner: TypeDefinition, old: Field, new: Field) -> None:
    subject = f"{owner.name}.{old.name}"
    if old.type != new.type:
        _compare_types(pair, owner, old, new)
    if old.arguments or new.arguments:
        holder = Holder(
            prefix="argument",
            type_=owner.name,
            field=old.name,
            marks=(old.mark, new.mark),
            operations=pair.reach_old.of_field(owner.name, old.name),
            rating=Rating(),
        )
        compare_inputs(pair, holder, old.arguments, new.arguments)
    compare_member(pair, subject, old, new)


def _compare_types(pair: Pair, owner: TypeDefinition, old: Field, new: Field) -> None:
    subject = f"{owner.name}.{old.name}"
    types = f"({new.type} instead of {old.type})"
    outcome = output_change(old.type, new.type, pair.renamed)
    rating = Rating()
    if outcome == "changed":
        kind = "field-type-changed"
        text = f"{subject} is of type {new.type} instead of {old.type}: "
        rating, who = _rated(pair, old.type, new.type)
        text += who
    elif outcome == "nullable":
        kind = "field-became-nullable"
        text = f"{subject} may hold null now {types}: clients that rely on a value fail on it."
    elif outcome == "milder":
        kind = "field-became-non-null"
        text = f"{subject} holds no null any more {types}. Nobody breaks."
    else:
        return
    pair.emit(
        kind,
        subject,
        text,
        old=old.mark,
        new=new.mark,
        operations=pair.reach_old.of_field(owner.name, old.name),
        claim=Claim(type=owner.name, member=old.name),
        rating=rating,
    )


def _rated(pair: Pair, old: str, new: str) -> tuple[Rating, str]:
    """How a change of a field's type is rated, and who breaks."""
    before, after = name_of(old), name_of(new)
    leaves = _is_leaf(pair.old, before), _is_leaf(pair.new, after)
    if leaves != (True, True) and pair.renamed.get(before, before) != after:
        return Rating(), "queries that select from the old type are refused."
    if depth_of(old) != depth_of(new):
        return Rating(), "clients cannot read what they get."
    if _is_narrower(pair, before, after):
        if output_change(old.replace(before, "T"), new.replace(after, "T"), {}) == "nullable":
            return Rating(), "clients that rely on a value fail on null."
        who = "every value is one of the old type too, so that only generated code breaks."
        return Rating(breaks=CODE), who
    own = [name for name in (before, after) if _is_own_scalar(pair, name)]
    if own:
        doubt = f"what values the scalar {own[0]} has is not in the schema"
        return Rating(doubt=doubt), "clients may not be able to read what they get."
    return Rating(), "clients cannot read what they get."


def _is_leaf(schema: Schema, name: str) -> bool:
    found = schema.types.get(name)
    return name in BUILT_IN_SCALARS or (found is not None and found.kind in {"scalar", "enum"})


def _is_own_scalar(pair: Pair, name: str) -> bool:
    found = pair.old.types.get(name) or pair.new.types.get(name)
    return found is not None and found.kind == "scalar"


def _is_narrower(pair: Pair, old: str, new: str) -> bool:
    if (old, new) in _NARROWER:
        return True
    after = pair.new.types.get(new)
    if after is None or after.kind != "enum":
        return False
    before = pair.old.types.get(old)
    if before is not None and before.kind == "enum":
        return set(after.values) <= set(before.values)
    return old in {"String", "ID"}
