"""One line from two schemas to what breaks between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from backstay.compatibility.shapes.comparison import Comparison
from backstay.compatibility.shapes.nodes import Documents

if TYPE_CHECKING:
    from backstay.compatibility.shapes.nodes import Dialect, Node
    from backstay.compatibility.shapes.reading import Direction
    from backstay.compatibility.shapes.results import Break, Confirmation


class Found(NamedTuple):
    """A comparison with its breaks, so that they can be confirmed."""

    comparison: Comparison
    breaks: tuple[Break, ...]

    @property
    def kinds(self) -> list[tuple[str, str]]:
        """Kind and path of each break."""
        return [(broken.kind, broken.path_text) for broken in self.breaks]

    def confirmed(self) -> list[Confirmation]:
        """What the validator says of each."""
        return [self.comparison.confirm(broken) for broken in self.breaks]


def root(schema: Any, dialect: Dialect = "openapi-3.1") -> Node:
    """The only node of a document that is one schema."""
    return Documents().add("api.json", schema, dialect).root


def compare(
    old: Any,
    new: Any,
    direction: Direction = "request",
    dialects: tuple[Dialect, Dialect] = ("openapi-3.1", "openapi-3.1"),
) -> Found:
    """What breaks between two schemas."""
    comparison = Comparison(direction)
    judgement = comparison.compare(root(old, dialects[0]), root(new, dialects[1]))
    return Found(comparison, judgement.breaks)


def members(**properties: Any) -> dict[str, Any]:
    """An object with these properties."""
    return {"type": "object", "properties": properties}
