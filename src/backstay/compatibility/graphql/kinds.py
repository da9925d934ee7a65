"""The closed list of ways in which two GraphQL schemas differ.

Each kind has what it means, how it is rated unless its place makes it milder, the direction of
the data it concerns, and for whom it breaks. ``docs/changes.md`` is made from this table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from backstay.model.changes import Compatibility, Direction, Level

DOCUMENTS: tuple[Level, ...] = ("wire", "json", "source")
"""Requests are refused or responses cannot be read: any client breaks."""

CODE: tuple[Level, ...] = ("source",)
"""Requests and responses stay as they are: only code generated from the schema breaks."""

BEHAVIOUR: tuple[Level, ...] = ("behaviour",)
"""Everything stays valid, but may mean something else."""


class Kind(NamedTuple):
    """One way in which schemas differ."""

    meaning: str
    compatibility: Compatibility
    direction: Direction
    breaks: tuple[Level, ...] = ()


TABLE: dict[str, Kind] = {
    "type-added": Kind("A type is new.", "safe", "both"),
    "type-removed": Kind(
        "A type is gone, or has another name: fragments and variables of it are refused.",
        "breaking",
        "both",
        DOCUMENTS,
    ),
    "type-kind-changed": Kind(
        "A type is now of another kind, such as an interface that was an object.",
        "breaking",
        "both",
        DOCUMENTS,
    ),
    "field-added": Kind(
        "A field is new; who does not ask for it does not get it.", "safe", "response"
    ),
    "field-removed": Kind(
        "A field is gone without having been deprecated: queries for it are refused.",
        "breaking",
        "response",
        DOCUMENTS,
    ),
    "deprecated-field-removed": Kind(
        "A deprecated field is gone: queries that still ask for it are refused.",
        "breaking",
        "response",
        DOCUMENTS,
    ),
    "field-type-changed": Kind(
        "A field has another type: queries for it, or the code that reads it, break.",
        "breaking",
        "response",
        DOCUMENTS,
    ),
    "field-became-nullable": Kind(
        "A field, or an item of its list, may now be null, where clients do not expect it.",
        "breaking",
        "response",
        DOCUMENTS,
    ),
    "field-became-non-null": Kind(
        "A field, or an item, is never null any more.", "safe", "response"
    ),
    "enum-value-added": Kind(
        "An enum that responses carry has a new value, which old clients do not know.",
        "risky",
        "response",
        ("source", "behaviour"),
    ),
    "enum-value-removed": Kind(
        "A value of an enum is gone without having been deprecated: requests with it are refused.",
        "breaking",
        "request",
        DOCUMENTS,
    ),
    "deprecated-enum-value-removed": Kind(
        "A deprecated value of an enum is gone: requests with it are refused.",
        "breaking",
        "request",
        DOCUMENTS,
    ),
    "union-member-added": Kind(
        "A union has a new member, which old clients do not expect.",
        "risky",
        "response",
        ("source", "behaviour"),
    ),
    "union-member-removed": Kind(
        "A union lost a member: fragments of that type are refused there.",
        "breaking",
        "response",
        DOCUMENTS,
    ),
    "interface-implementation-added": Kind(
        "A type implements a further interface, whose fields may now bring it.",
        "risky",
        "response",
        ("source", "behaviour"),
    ),
    "interface-implementation-removed": Kind(
        "A type does not implement an interface any more: fragments between them are refused.",
        "breaking",
        "response",
        DOCUMENTS,
    ),
    "root-type-added": Kind("Queries, mutations or subscriptions are new.", "safe", "both"),
    "root-type-removed": Kind(
        "Queries, mutations or subscriptions are not served any more.",
        "breaking",
        "both",
        DOCUMENTS,
    ),
    "root-type-changed": Kind(
        "Queries, mutations or subscriptions start from another type: fragments of the old one are"
        " refused.",
        "breaking",
        "both",
        DOCUMENTS,
    ),
    "one-of-added": Kind(
        "An input object takes exactly one of its fields from now on.",
        "breaking",
        "request",
        DOCUMENTS,
    ),
    "one-of-removed": Kind("An input object takes several of its fields.", "safe", "request"),
    "specified-by-added": Kind("A scalar names the document that specifies it.", "safe", "both"),
    "specified-by-changed": Kind(
        "A scalar is specified by another document: its values may differ.",
        "risky",
        "both",
        BEHAVIOUR,
    ),
    "specified-by-removed": Kind(
        "A scalar does not name its specification any more.", "safe", "both"
    ),
    "directive-added": Kind("A directive is new.", "safe", "request"),
    "directive-removed": Kind(
        "A directive is gone: documents that use it are refused.", "breaking", "request", DOCUMENTS
    ),
    "directive-location-added": Kind(
        "A directive may stand in a further place.", "safe", "request"
    ),
    "directive-location-removed": Kind(
        "A directive may not stand in a place any more: documents that have it there are refused.",
        "breaking",
        "request",
        DOCUMENTS,
    ),
    "directive-repeatable-added": Kind("A directive may be repeated.", "safe", "request"),
    "directive-repeatable-removed": Kind(
        "A directive may not be repeated any more: documents that repeat it are refused.",
        "breaking",
        "request",
        DOCUMENTS,
    ),
    "applied-directive-added": Kind(
        "A directive of the schema's own is applied, with what it means to its server.",
        "risky",
        "both",
        BEHAVIOUR,
    ),
    "applied-directive-changed": Kind(
        "A directive of the schema's own is applied with other arguments, or more or less often.",
        "risky",
        "both",
        BEHAVIOUR,
    ),
    "applied-directive-removed": Kind(
        "A directive of the schema's own is not applied any more.", "risky", "both", BEHAVIOUR
    ),
    "deprecation-added": Kind("Something is deprecated now.", "safe", "both"),
    "deprecation-removed": Kind("Something is not deprecated any more.", "safe", "both"),
    "deprecation-reason-changed": Kind("A deprecation has another reason.", "safe", "both"),
    "description-changed": Kind("A description came, went or changed.", "safe", "both"),
}


def _input_kinds(prefix: str, what: str, optional: Kind) -> dict[str, Kind]:
    """The kinds for what a request may carry: arguments, input fields, arguments of directives."""
    rows: dict[str, Kind] = {
        "added": optional,
        "required-added": Kind(
            f"{what} is new and required: requests without it are refused.",
            "breaking",
            "request",
            DOCUMENTS,
        ),
        "removed": Kind(
            f"{what} is gone without having been deprecated: requests with it are refused.",
            "breaking",
            "request",
            DOCUMENTS,
        ),
        "type-changed": Kind(
            f"{what} has another type: values or variables of the old one are refused.",
            "breaking",
            "request",
            DOCUMENTS,
        ),
        "became-required": Kind(
            f"{what} must be given from now on: requests without it are refused.",
            "breaking",
            "request",
            DOCUMENTS,
        ),
        "became-non-null": Kind(
            f"{what}, or an item of its list, may not be null any more.",
            "breaking",
            "request",
            DOCUMENTS,
        ),
        "became-nullable": Kind(f"{what} may be null, or left out.", "safe", "request"),
        "default-added": Kind(
            f"{what} has a default now: requests without it mean something else.",
            "risky",
            "request",
            BEHAVIOUR,
        ),
        "default-changed": Kind(
            f"{what} has another default: requests without it mean something else.",
            "risky",
            "request",
            BEHAVIOUR,
        ),
        "default-removed": Kind(
            f"{what} has no default any more: requests without it mean something else.",
            "risky",
            "request",
            BEHAVIOUR,
        ),
    }
    deprecated = Kind(
        f"{what} that was deprecated is gone: requests with it are refused.",
        "breaking",
        "request",
        DOCUMENTS,
    )
    return {f"{prefix}-{name}": kind for name, kind in rows.items()} | {
        f"deprecated-{prefix}-removed": deprecated
    }


TABLE |= _input_kinds(
    "argument",
    "An argument of a field",
    Kind(
        "An optional argument is new: what the server does without it may differ, and so does"
        " generated code.",
        "risky",
        "request",
        ("source", "behaviour"),
    ),
)
TABLE |= _input_kinds(
    "input-field",
    "A field of an input object",
    Kind(
        "An optional field of an input object is new: what the server does without it may differ,"
        " and so does generated code.",
        "risky",
        "request",
        ("source", "behaviour"),
    ),
)
TABLE |= _input_kinds(
    "directive-argument",
    "An argument of a directive",
    Kind("An optional argument of a directive is new.", "safe", "request"),
)

KINDS: dict[str, str] = {name: kind.meaning for name, kind in TABLE.items()}
