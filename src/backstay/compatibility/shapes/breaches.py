"""What one branch against another leaves: breaches, edges to children, duties."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from backstay.compatibility.shapes.branches import Branch
    from backstay.compatibility.shapes.nodes import Node
    from backstay.compatibility.shapes.shape import Shape


class Step(NamedTuple):
    """One step down in a value: a member by name, an item by place, any item, or a name."""

    kind: str
    key: str | int = ""

    def __str__(self) -> str:
        if self.kind == "member":
            return str(self.key)
        return {"item": f"[{self.key}]", "items": "[]", "name": "(name)"}[self.kind]


class Edge(NamedTuple):
    """A child of the sender that has to be of the receiver's shape."""

    step: Step
    sender: Shape
    receiver: Shape


class Breach(NamedTuple):
    """One thing that the receiver refuses at this place.

    ``challenge`` holds the sender's values that are refused (a branch), or lists them.
    ``doubt`` says why it is only possible; ``undeclared``: it takes a member that the sender does
    not declare.
    """

    kind: str
    keyword: str
    sender: Node | None
    receiver: Node | None
    subject: str = ""
    says: tuple[object, object] = (None, None)
    challenge: Branch | tuple[Any, ...] | None = None
    doubt: str = ""
    undeclared: bool = False


class Duty(NamedTuple):
    """Something that holds if one of the ways holds, and is else the breach."""

    ways: tuple[tuple[Edge, ...], ...]
    breach: Breach


class Outcome(NamedTuple):
    """What is left to be decided between two branches, and what is decided already."""

    breaches: list[Breach]
    edges: list[Edge]
    duties: list[Duty]
    warnings: list[Breach]
