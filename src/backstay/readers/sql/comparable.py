"""Whether a foreign key between two types can be, where both types are well known."""

from __future__ import annotations

from backstay.readers.sql.items import Item, TypeUse, UserType

# A foreign key may go from a type to itself and to those of its family that come later.
_FAMILIES = (
    ({"smallint", "integer", "bigint"}, {"numeric"}, {"real", "double precision"}),
    ({"text", "character varying", "character", "bpchar", "name"},),
    ({"date", "timestamp without time zone", "timestamp with time zone"},),
    ({"time without time zone"}, {"interval"}),
    ({"boolean"},),
    ({"uuid"},),
    ({"bytea"},),
    ({"jsonb"},),
    ({"inet", "cidr"},),
)


def comparable(child: TypeUse, parent: TypeUse) -> bool:
    """False only where PostgreSQL surely refuses a foreign key from one type to the other."""
    child, parent = _bare(child), _bare(parent)
    if child.array != parent.array:
        return _place(child) is None or _place(parent) is None
    if isinstance(child.base, Item) or isinstance(parent.base, Item):
        known = _place(child) or _place(parent)
        return child.base is parent.base or not (
            known or (isinstance(child.base, Item) and isinstance(parent.base, Item))
        )
    first, second = _place(child), _place(parent)
    if first is None or second is None:
        return True
    return first[0] == second[0] and first[1] <= second[1]


def _bare(use: TypeUse) -> TypeUse:
    """The type below domains."""
    while isinstance(use.base, UserType) and use.base.kind == "domain" and use.base.type:
        use = use.base.type
    return use


def _place(use: TypeUse) -> tuple[int, int] | None:
    for number, family in enumerate(_FAMILIES, start=1):
        for step, names in enumerate(family, start=1):
            if use.base in names:
                return number, step
    return None
