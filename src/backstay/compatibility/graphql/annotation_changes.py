"""What differs in what is said about things: descriptions, deprecations, applied directives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.compatibility.graphql.pair import Claim, Pair, Rating, clip

if TYPE_CHECKING:
    from backstay.compatibility.graphql.schema import Applied, EnumValue, Field, InputValue, Mark

_ONE_OF = (
    "here @oneOf is a directive of the schema's own: its name says that exactly one is taken, what"
    " the server does cannot be seen"
)


def compare_member(
    pair: Pair,
    subject: str,
    old: Field | InputValue | EnumValue,
    new: Field | InputValue | EnumValue,
    *,
    is_input: bool = False,
) -> None:
    """Compare what is said about a field, an argument, an input field or an enum value."""
    compare_descriptions(pair, subject, old.description, new.description, (old.mark, new.mark))
    compare_applied(pair, subject, old.applied, new.applied, (old.mark, new.mark))
    if ("input-deprecations" if is_input else "deprecations") not in pair.unknown:
        _compare_deprecations(pair, subject, old, new)


def _compare_deprecations(
    pair: Pair,
    subject: str,
    old: Field | InputValue | EnumValue,
    new: Field | InputValue | EnumValue,
) -> None:
    was, now = old.deprecated, new.deprecated
    if was == now:
        return
    if was is None:
        kind = "deprecation-added"
        text = f"{subject} is deprecated: {clip(now)}. Clients may go on until it is removed."
    elif now is None:
        kind = "deprecation-removed"
        text = f"{subject} is not deprecated any more. Nobody breaks."
    else:
        kind = "deprecation-reason-changed"
        text = f"The deprecation of {subject} says {clip(now)!r} instead of {clip(was)!r}."
    pair.emit(kind, subject, text, old=old.mark, new=new.mark)


def compare_descriptions(
    pair: Pair,
    subject: str,
    old: str | None,
    new: str | None,
    marks: tuple[Mark | None, Mark | None],
) -> None:
    """Compare two descriptions, of which either may be missing."""
    if old == new or "descriptions" in pair.unknown:
        return
    if old is None:
        text = f"{subject} has a description now: {clip(new)!r}."
    elif new is None:
        text = f"{subject} has no description any more."
    else:
        text = f"The description of {subject} changed."
    pair.emit("description-changed", subject, text, old=marks[0], new=marks[1])


def compare_applied(
    pair: Pair,
    subject: str,
    old: tuple[Applied, ...],
    new: tuple[Applied, ...],
    marks: tuple[Mark | None, Mark | None],
) -> None:
    """Compare the directives that are applied to something, by name and arguments."""
    if not (old or new) or "applied" in pair.unknown:
        return
    for name in dict.fromkeys(applied.name for applied in (*new, *old)):
        before = [applied for applied in old if applied.name == name]
        after = [applied for applied in new if applied.name == name]
        if [each.arguments for each in before] != [each.arguments for each in after]:
            _applied_change(pair, f"{subject} @{name}", before, after, marks)


def _applied_change(
    pair: Pair,
    subject: str,
    before: list[Applied],
    after: list[Applied],
    marks: tuple[Mark | None, Mark | None],
) -> None:
    element, _, name = subject.rpartition(" @")
    rating = Rating()
    if not before:
        kind, what = "applied-directive-added", f"@{name} is applied to {element} now"
        if name == "oneOf":
            rating = Rating(
                compatibility="breaking", breaks=("wire", "json", "source"), doubt=_ONE_OF
            )
    elif not after:
        kind, what = "applied-directive-removed", f"@{name} is not applied to {element} any more"
        if name == "oneOf":
            rating = Rating(compatibility="safe")
    else:
        kind = "applied-directive-changed"
        what = f"@{name} is applied to {element} as {_listed(after)} instead of {_listed(before)}"
    pair.emit(
        kind,
        subject,
        f"{what}; what that means to clients only the server knows.",
        old=before[0].mark if before else marks[0],
        new=after[0].mark if after else marks[1],
        claim=Claim(directive=name),
        rating=rating,
    )


def _listed(applied: list[Applied]) -> str:
    return clip(" ".join(f"@{each.name}({each.arguments})" for each in applied))
