"""The normal form: a shape is a list of branches, and a branch is a conjunction.

A ``Shape`` is a conjunction of nodes, some of them negated, not yet looked into; children are
always shapes, so that circles and large documents cost nothing until they are reached. A
``Branch`` is what one way through anyOf, oneOf, if and not leaves over: types, and a part for each
type that is further constrained. None of a branch's parts is ever changed after it is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backstay.compatibility.shapes.parts import joined
from backstay.compatibility.shapes.values import ANY, type_of

if TYPE_CHECKING:
    from backstay.compatibility.shapes.nodes import Node
    from backstay.compatibility.shapes.parts import (
        ArrayPart,
        NumberPart,
        ObjectPart,
        Origins,
        TextPart,
    )
    from backstay.compatibility.shapes.shape import Shape, Shapes


class Branch:
    """One conjunction. A part of None leaves its type unconstrained.

    ``values`` maps keys of JSON values (``values.key_of``) to the values: the only ones possible.
    ``excluded`` ones are not. A value of the shape is of none of the ``exclusions``. ``opaque``
    says why the branch is only part of the truth.
    """

    __slots__ = (
        "array",
        "excluded",
        "exclusions",
        "joint",
        "number",
        "object",
        "opaque",
        "origins",
        "text",
        "types",
        "values",
    )

    def __init__(  # noqa: PLR0913 (a record; a Struct is three times slower to make)
        self,
        types: int = ANY,
        *,
        values: dict[object, Any] | None = None,
        excluded: dict[object, Any] | None = None,
        number: NumberPart | None = None,
        text: TextPart | None = None,
        array: ArrayPart | None = None,
        object_: ObjectPart | None = None,
        exclusions: tuple[tuple[Shape, Node], ...] = (),
        origins: Origins | None = None,
        opaque: str | None = None,
        joint: bool = False,
    ) -> None:
        self.types = types
        self.values = values
        self.excluded = excluded or {}
        self.number = number
        self.text = text
        self.array = array
        self.object = object_
        self.exclusions = exclusions
        self.origins = origins or {}
        self.opaque = opaque
        self.joint = joint

    @property
    def is_list(self) -> bool:
        """Whether the branch is nothing but a list of values."""
        parts = (self.number, self.text, self.array, self.object)
        return self.values is not None and not any(parts) and not self.exclusions

    def items_at(self, position: int, shapes: Shapes) -> Shape:
        """What the item at a position has to be."""
        if self.array is None:
            return shapes.true
        return shapes.meet(*(layer.at(position) for layer in self.array.layers))

    def with_(self, **changes: Any) -> Branch:  # noqa: ANN401 (fields of several types)
        """The same branch with other fields."""
        made = Branch.__new__(Branch)
        for name in Branch.__slots__:
            setattr(made, name, changes[name] if name in changes else getattr(self, name))
        return made

    def meet(self, other: Branch) -> Branch | None:
        """Both at once; None where no type or no value is left."""
        types = self.types & other.types
        values = self.values
        if values is None:
            values = other.values
        elif other.values is not None:
            values = {key: value for key, value in values.items() if key in other.values}
        excluded = {**self.excluded, **other.excluded} if other.excluded else self.excluded
        if values is not None:
            values = {
                key: value
                for key, value in values.items()
                if key not in excluded and type_of(value) & types
            }
        if not types or values == {}:
            return None
        return Branch(
            types,
            values=values,
            excluded=excluded,
            number=_both(self.number, other.number),
            text=_both(self.text, other.text),
            array=_both(self.array, other.array),
            object_=_both(self.object, other.object),
            exclusions=joined(self.exclusions, other.exclusions),
            origins={**other.origins, **self.origins},
            opaque=self.opaque or other.opaque,
            joint=self.joint or other.joint,
        )


def _both(one: Any, two: Any) -> Any:  # noqa: ANN401 (parts of one type)
    if one is None or two is None:
        return two if one is None else one
    return one.meet(two)
