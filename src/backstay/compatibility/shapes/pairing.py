"""One branch of a sender beside one of a receiver, and what is found out about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backstay.compatibility.shapes.branches import Branch
from backstay.compatibility.shapes.breaches import Breach, Outcome
from backstay.compatibility.shapes.parts import ArrayPart, ObjectPart
from backstay.compatibility.shapes.values import ARRAY, OBJECT

if TYPE_CHECKING:
    from collections.abc import Callable

    from backstay.compatibility.shapes.membership import Membership
    from backstay.compatibility.shapes.nodes import Node
    from backstay.compatibility.shapes.shape import Shape, Shapes


class Pairing:
    """The two branches, the nodes that stand for them, and the outcome so far."""

    def __init__(
        self,
        shapes: Shapes,
        membership: Membership,
        sender: Branch,
        receiver: Branch,
        nodes: tuple[Node | None, Node | None],
    ) -> None:
        self.shapes = shapes
        self.membership = membership
        self.sender = sender
        self.receiver = receiver
        self.nodes = nodes
        self.out = Outcome([], [], [], [])
        self.is_empty: Callable[[Shape], bool] = lambda shape: shape.never

    def breach(  # noqa: PLR0913 (the fields of a breach)
        self,
        kind: str,
        keyword: str,
        sender: Node | None,
        receiver: Node | None,
        challenge: Branch | tuple[Any, ...] | None = None,
        *,
        subject: str = "",
        says: tuple[object, object] = (None, None),
        doubt: str = "",
        undeclared: bool = False,
    ) -> Breach:
        """Note a breach; without nodes of its own it is about the pair's."""
        breach = Breach(
            kind,
            keyword,
            sender or self.nodes[0],
            receiver or self.nodes[1],
            subject,
            says,
            challenge,
            doubt or (self.sender.opaque or ""),
            undeclared,
        )
        (self.out.warnings if undeclared else self.out.breaches).append(breach)
        return breach

    def arrays(self, **changes: Any) -> Branch:  # noqa: ANN401 (fields of several types)
        """The sender's arrays with what else is said of them."""
        met = self.sender.meet(Branch(ARRAY, array=ArrayPart(**changes)))
        return met if met is not None else self.sender.with_(types=0)

    def objects(self, **changes: Any) -> Branch:  # noqa: ANN401 (fields of several types)
        """The sender's objects with what else is said of them."""
        met = self.sender.meet(Branch(OBJECT, object_=ObjectPart(**changes)))
        return met if met is not None else self.sender.with_(types=0)
