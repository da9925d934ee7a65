"""Collects changes: one for each root cause, with all the operations that it reaches."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from backstay.compatibility.comparison import Witness
from backstay.compatibility.openapi.documents import place
from backstay.compatibility.shapes.nodes import Node
from backstay.model.changes import LEVELS, Change, Compatibility, Direction, Level

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backstay.compatibility.openapi.elements import Operation
    from backstay.model.places import Place

ALL = LEVELS
DATA: tuple[Level, ...] = ("wire", "json")
SOURCE: tuple[Level, ...] = ("source",)
BEHAVIOUR: tuple[Level, ...] = ("behaviour",)
MEANING: tuple[Level, ...] = ("json", "behaviour")
UNNOTICED: tuple[Level, ...] = ("source", "behaviour")
MOST_SUBJECT = 4_000
STATIC = 2

Nodes = tuple[Node | None, Node | None]
Making = Callable[[], Witness | None]

_WEIGHT: dict[Compatibility, int] = {"safe": 0, "risky": 1, "breaking": 2}


class Exchange(NamedTuple):
    """One operation in both versions.

    Attributes:
        to_api: the direction of its requests: "request", or "response" where the API sends them.
        unstable: the operation is declared to be a draft or alpha: nothing is promised.
    """

    old: Operation
    new: Operation
    label: str
    to_api: Direction = "request"
    unstable: bool = False

    @property
    def from_api(self) -> Direction:
        """The direction of its responses."""
        return "response" if self.to_api == "request" else "request"

    def sides(self, direction: Direction) -> tuple[Operation, Operation]:
        """The sender's operation and the receiver's."""
        return (self.old, self.new) if direction == "request" else (self.new, self.old)


class Statement(NamedTuple):
    """What is said about one difference, before it is known whom else it reaches.

    Attributes:
        detail: what tells it from others of its kind at the same node, such as a name.
        old, new: the nodes; ``keyword`` is the one in them that differs.
        witness: makes the witness, on demand.
    """

    kind: str
    text: str
    compatibility: Compatibility
    breaks: tuple[Level, ...]
    direction: Direction
    old: Node | None = None
    new: Node | None = None
    keyword: str = ""
    detail: str = ""
    certain: bool = True
    doubt: str | None = None
    witness: Making | None = None


class Voice:
    """States differences in one part of an operation: its requests, or its responses."""

    def __init__(self, ledger: Ledger, part: Literal["requests", "responses"]) -> None:
        self._ledger = ledger
        self._part = part

    def safe(  # noqa: PLR0913 (the fields of a statement)
        self,
        exchange: Exchange,
        kind: str,
        text: str,
        nodes: Nodes,
        *,
        keyword: str = "",
        detail: str = "",
    ) -> None:
        """State what breaks nobody."""
        self._say(exchange, kind, text, nodes, keyword=keyword, detail=detail)

    def risky(  # noqa: PLR0913 (the fields of a statement)
        self,
        exchange: Exchange,
        kind: str,
        text: str,
        nodes: Nodes,
        *,
        keyword: str = "",
        detail: str = "",
        breaks: tuple[Level, ...] = UNNOTICED,
        doubt: str | None = None,
    ) -> None:
        """State what breaks some."""
        self._say(
            exchange, kind, text, nodes, keyword=keyword, detail=detail, compatibility="risky",
            breaks=breaks, doubt=doubt,
        )  # fmt: skip

    def broken(  # noqa: PLR0913 (the fields of a statement)
        self,
        exchange: Exchange,
        kind: str,
        text: str,
        nodes: Nodes,
        *,
        keyword: str = "",
        detail: str = "",
        breaks: tuple[Level, ...] = ALL,
        doubt: str | None = None,
        witness: Making | None = None,
    ) -> None:
        """State what breaks those who do as before."""
        self._say(
            exchange, kind, text, nodes, keyword=keyword, detail=detail, compatibility="breaking",
            breaks=breaks, doubt=doubt, witness=witness,
        )  # fmt: skip

    def _say(  # noqa: PLR0913 (the fields of a statement)
        self,
        exchange: Exchange,
        kind: str,
        text: str,
        nodes: Nodes,
        *,
        compatibility: Compatibility = "safe",
        breaks: tuple[Level, ...] = (),
        **fields: Any,  # noqa: ANN401 (fields of a statement)
    ) -> None:
        direction = exchange.to_api if self._part == "requests" else exchange.from_api
        old, new = nodes
        statement = Statement(kind, text, compatibility, breaks, direction, old, new, **fields)
        self._ledger.state(exchange, statement)


class _Cause:
    """A change in the making."""

    def __init__(self, statement: Statement, subject: str) -> None:
        self.statement = statement
        self.subject = subject
        self.directions: dict[Direction, None] = {}
        self.operations: dict[str, None] = {}
        self.compatibility: Compatibility = "safe"
        self.promised = False


class Ledger:
    """All changes of one comparison, in the order in which they were found."""

    def __init__(self, document: str) -> None:
        self._document = document
        self._causes: dict[tuple[str, str], _Cause] = {}

    def add(self, statement: Statement, operations: Iterable[str], *, unstable: bool) -> None:
        """Take in what was found at some operations."""
        subject = self._subject(statement)
        cause = self._causes.get((statement.kind, subject))
        if cause is None:
            cause = self._causes[statement.kind, subject] = _Cause(statement, subject)
        cause.directions[statement.direction] = None
        cause.operations.update(dict.fromkeys(operations))
        compatibility = statement.compatibility
        if unstable and compatibility == "breaking":
            compatibility = "risky"
        if not unstable:
            cause.promised = True
        if _WEIGHT[compatibility] > _WEIGHT[cause.compatibility]:
            cause.compatibility = compatibility
            cause.statement = statement

    def state(self, exchange: Exchange, statement: Statement) -> None:
        """Take in what was found at one operation."""
        self.add(statement, (exchange.label,), unstable=exchange.unstable)

    def _subject(self, statement: Statement) -> str:
        node = statement.new or statement.old
        assert node is not None
        subject = node.pointer[:MOST_SUBJECT]
        if statement.detail:
            subject += "/" + statement.detail.replace("~", "~0").replace("/", "~1")
        if node.document.name != self._document and statement.new is not None:
            subject = f"{node.document.name}#{subject}"
        return subject

    def changes(self) -> tuple[tuple[Change, Making | None], ...]:
        """The changes, each with what makes its witness."""
        return tuple((self._change(cause), cause.statement.witness) for cause in self._kept())

    def _kept(self) -> list[_Cause]:
        """All but safe changes of a keyword about which something else is said already."""
        said = {
            (cause.statement.new.document.name, cause.statement.new.pointer)
            for cause in self._causes.values()
            if cause.statement.new is not None and cause.compatibility != "safe"
        }
        return [
            cause
            for cause in self._causes.values()
            if cause.statement.kind != "constraint-changed"
            or cause.statement.new is None
            or (cause.statement.new.document.name, cause.statement.new.pointer) not in said
        ]

    def _change(self, cause: _Cause) -> Change:
        found = cause.statement
        old, new = _place(found.old, found.keyword), _place(found.new, found.keyword)
        where = new or old
        assert where is not None
        text = found.text
        if not cause.promised and found.compatibility == "breaking":
            text += " The operation is a draft or alpha: nothing was promised."
        both = len(cause.directions) > 1
        return Change(
            where=where,
            language="openapi",
            change=found.kind,
            text=text,
            compatibility=cause.compatibility,
            direction="both" if both else found.direction,
            breaks=found.breaks if cause.compatibility != "safe" else (),
            subject=cause.subject,
            old=old,
            new=new,
            operations=tuple(cause.operations),
            group=group_of(found),
            certain=found.certain and found.doubt is None,
            doubt=found.doubt,
            document=self._document,
        )


def group_of(statement: Statement) -> str | None:
    """What changes have in common that are shown as one: the kind, and the name it is about.

    That is a member's name, a media type or a scope; for whole operations the first static parts
    of the path.
    """
    node = statement.new or statement.old
    if node is None:
        return None
    steps = [step.replace("~1", "/").replace("~0", "~") for step in node.pointer.split("/")[1:]]
    name = statement.detail or _member(steps)
    if statement.kind.startswith("operation-") and len(steps) == len(("paths", "path", "method")):
        static = [part for part in steps[1].split("/") if part and not part.startswith("{")]
        name = "/".join(static[:STATIC])
    return f"{statement.kind} {statement.direction} {name}" if name else None


def _member(steps: list[str]) -> str:
    """The last member that a pointer names, or the component."""
    for at in range(len(steps) - 1, 0, -1):
        if steps[at - 1] == "properties":
            return steps[at]
    if steps[:1] == ["components"] and len(steps) > len(("components", "schemas")):
        return steps[2]
    return steps[1] if steps[:1] == ["definitions"] and len(steps) > 1 else ""


def _place(node: Node | None, keyword: str) -> Place | None:
    return None if node is None else place(node, keyword)
