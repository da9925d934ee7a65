"""What differs in what requests carry: arguments, input fields, arguments of directives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.compatibility.graphql.annotation_changes import compare_member
from backstay.compatibility.graphql.literals import Default, same_value, shown
from backstay.compatibility.graphql.pair import Claim, Pair, Rating
from backstay.compatibility.graphql.types import input_change

if TYPE_CHECKING:
    from backstay.compatibility.graphql.schema import InputValue, Mark


class Holder:
    """What has the inputs: a field, an input object or a directive."""

    def __init__(  # noqa: PLR0913 (what tells the three apart)
        self,
        *,
        prefix: str,
        type_: str = "",
        field: str = "",
        directive: str = "",
        marks: tuple[Mark | None, Mark | None],
        operations: tuple[str, ...] | None,
        rating: Rating,
        lost: bool = False,
    ) -> None:
        self.prefix = prefix
        self.type = type_
        self.field = field
        self.directive = directive
        self.marks = marks
        self.operations = operations
        self.rating = rating
        self.lost = lost

    def subject(self, name: str) -> str:
        """The schema coordinate of an input."""
        if self.directive:
            return f"@{self.directive}({name}:)"
        return f"{self.type}.{self.field}({name}:)" if self.field else f"{self.type}.{name}"

    def claim(self, name: str) -> Claim:
        """What a witness needs to know."""
        if self.prefix == "input-field":
            return Claim(type=self.type, member=name)
        return Claim(type=self.type, member=self.field, argument=name, directive=self.directive)

    @property
    def users(self) -> str:
        """Who gives the inputs."""
        return "uses of the directive" if self.directive else "requests"


def compare_inputs(
    pair: Pair, holder: Holder, old: dict[str, InputValue], new: dict[str, InputValue]
) -> None:
    """Compare the arguments or input fields of something that both versions have."""
    if not (old or new):
        return
    for name, value in new.items():
        if name in old:
            _compare(pair, holder, old[name], value)
        elif not _may_be_hidden(pair.old.unknown, value):
            _added(pair, holder, value)
    for name, value in old.items():
        if name not in new and not holder.lost and not _may_be_hidden(pair.new.unknown, value):
            _removed(pair, holder, value)


def _may_be_hidden(unknown: frozenset[str], value: InputValue) -> bool:
    """Introspection leaves deprecated inputs out unless it is asked for them."""
    return value.deprecated is not None and "input-deprecations" in unknown


def _added(pair: Pair, holder: Holder, value: InputValue) -> None:
    subject = holder.subject(value.name)
    if value.required:
        kind = f"{holder.prefix}-required-added"
        text = (
            f"{subject} is new and required ({value.type}): {holder.users} of old clients do not"
            " give it and are refused."
        )
        rating = holder.rating
    else:
        kind = f"{holder.prefix}-added"
        left_out = "without it"
        if value.default is not None:
            left_out = f"without it, which means {shown(value.default)} now,"
        text = (
            f"{subject} is new and optional ({value.type}): {holder.users} {left_out} stay valid;"
            " clients break only if the server treats them otherwise than before."
        )
        rating = Rating()
    pair.emit(
        kind,
        subject,
        text,
        old=holder.marks[0],
        new=value.mark,
        operations=holder.operations,
        claim=holder.claim(value.name),
        rating=rating,
    )


def _removed(pair: Pair, holder: Holder, value: InputValue) -> None:
    subject = holder.subject(value.name)
    deprecated = value.deprecated is not None
    how = "after having been deprecated" if deprecated else "without having been deprecated"
    pair.emit(
        f"{'deprecated-' if deprecated else ''}{holder.prefix}-removed",
        subject,
        f"{subject} was removed {how}: {holder.users} that still give it are refused.",
        old=value.mark,
        new=holder.marks[1],
        operations=holder.operations,
        claim=holder.claim(value.name),
        rating=holder.rating,
    )


def _compare(pair: Pair, holder: Holder, old: InputValue, new: InputValue) -> None:
    subject = holder.subject(old.name)
    outcome = input_change(old.type, new.type, pair.renamed)
    types = f"({new.type} instead of {old.type})"
    kind = text = ""
    if outcome == "changed":
        kind = "type-changed"
        text = f"is of type {new.type} instead of {old.type}: {holder.users} with a value or"
        text += " variable of the old type are refused."
    elif new.required and not old.required:
        kind = "became-required"
        text = f"is required now ({new.type}): {holder.users} that leave it out are refused."
    elif outcome == "non-null":
        kind = "became-non-null"
        text = f"does not take null any more {types}: {holder.users} that give null, or a variable"
        text += " that may be null, are refused."
    elif outcome == "milder":
        kind = "became-nullable"
        text = f"takes null now {types}. Nobody breaks."
    if kind:
        pair.emit(
            f"{holder.prefix}-{kind}",
            subject,
            f"{subject} {text}",
            old=old.mark,
            new=new.mark,
            operations=holder.operations,
            claim=holder.claim(old.name),
            rating=Rating() if outcome == "milder" and kind == "became-nullable" else holder.rating,
        )
    if kind not in {"type-changed", "became-required"}:
        _compare_defaults(pair, holder, old, new)
    compare_member(pair, subject, old, new, is_input=True)


def _compare_defaults(pair: Pair, holder: Holder, old: InputValue, new: InputValue) -> None:
    if old.default is None and new.default is None:
        return
    subject = holder.subject(old.name)
    if old.default is None:
        kind, what = "added", f"{subject} has the default {shown(new.default)} now"
    elif new.default is None:
        kind, what = "removed", f"{subject} has no default any more; it was {shown(old.default)}"
    else:
        before = Default(old.default, old.type, pair.old)
        if same_value(before, Default(new.default, new.type, pair.new)):
            return
        kind = "changed"
        what = f"{subject} has the default {shown(new.default)} instead of {shown(old.default)}"
    pair.emit(
        f"{holder.prefix}-default-{kind}",
        subject,
        f"{what}: {holder.users} that leave it out stay valid, but mean something else.",
        old=old.mark,
        new=new.mark,
        operations=holder.operations,
    )
