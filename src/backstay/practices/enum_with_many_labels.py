from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.data import Enum
from backstay.model.findings import Finding, Fix
from backstay.practices.practice import practice

# Past this it is a list of data rather than a set of states (judgement, not measured).
_MANY = 30


@practice(area="data", severity="info")
def enum_with_many_labels(enum: Enum, _: Backend) -> Iterator[Finding]:
    """A long list of values is an enumerated type instead of a table.

    Why: A label can be added but never removed, each addition is a migration, and a label has no
        room for what such lists grow: a title, an order, a date from which it no longer applies.
    Fix: Keep the values in a lookup table and refer to it by foreign key.
    Trade-offs: Reading a name takes a join or a cache; each insert checks the foreign key.
    Alternatives: An enum is right for a few states that code branches on.
    Upkeep: Whoever owns the list can then change it without a deploy.
    References: https://www.postgresql.org/docs/current/datatype-enum.html#DATATYPE-ENUM-IMPLEMENTATION-DETAILS

    Bad (schema.sql):
        create type unit as enum ( -- finding
            'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p',
            'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', 'aa', 'ab', 'ac', 'ad', 'ae'
        );
    Good (schema.sql):
        create type order_state as enum ('placed', 'paid', 'shipped', 'returned');
    """
    if len(enum.labels) <= _MANY:
        return
    yield Finding(
        message=f"{enum.name} has {len(enum.labels)} labels",
        evidence=(enum,),
        fix=Fix(text=f"Keep the values of {enum.name} in a lookup table."),
    )
