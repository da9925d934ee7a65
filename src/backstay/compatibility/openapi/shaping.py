"""Puts the relation between shapes to use: which values of a part would be refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from backstay.compatibility.comparison import Witness
from backstay.compatibility.openapi.ledger import DATA, Exchange, Ledger, Statement
from backstay.compatibility.openapi.media_types import is_json
from backstay.compatibility.openapi.members import Members
from backstay.compatibility.openapi.messages import request_of, response_of
from backstay.compatibility.openapi.tightening import CONTRADICTORY
from backstay.compatibility.openapi.wording import capital, shape_text, spoken, within
from backstay.compatibility.shapes.comparison import Comparison as ShapeComparison
from backstay.compatibility.shapes.kinds import NOTES
from backstay.compatibility.shapes.sampling import NothingFound

if TYPE_CHECKING:
    from collections.abc import Callable

    from backstay.compatibility.openapi.documents import Description
    from backstay.compatibility.openapi.lifecycle import Policy
    from backstay.compatibility.openapi.structure import Structures
    from backstay.compatibility.shapes.nodes import Node
    from backstay.compatibility.shapes.results import Break, Spot
    from backstay.compatibility.shapes.sameness import Sameness
    from backstay.model.changes import Compatibility, Direction, Level

TYPED = frozenset(
    [
        "wrong-type",
        "null-value",
        "unlisted-value",
        "missing-property",
        "unexpected-property",
        "no-alternative",
        "several-alternatives",
        "unknown-variant",
        "nothing-accepted",
    ]
)
UNREAD = ("unreadable-keyword", "unreadable-pattern", "unresolved-reference")
LOOSE = "outside JSON values are texts, and readers differ in what they make of them"


class Typed(Protocol):
    """What may have a schema: a parameter, or a media type of a body."""

    @property
    def node(self) -> Node:
        """Where it stands."""

    @property
    def schema(self) -> Node | None:
        """Its schema."""


class Part(NamedTuple):
    """A part of a message whose shape is compared.

    Attributes:
        name: as people say it: "the body of POST /orders".
        key: where it stands: a parameter's place and key, or "body" and the media type.
        code: of the response that holds it; "" for a request.
        old, new: the schemas in the documents.
        compared: what is compared in their place, where they are written as something else.
        is_text: values are texts on the wire.
    """

    name: str
    key: tuple[str, str]
    code: str
    old: Node
    new: Node
    compared: tuple[Node, Node] | None = None
    is_text: bool = False


class Shaping:
    """Compares the shapes of parts and states what breaks."""

    def __init__(
        self,
        descriptions: tuple[Description, Description],
        ledger: Ledger,
        structures: Structures,
        sameness: Sameness,
        policy: Policy,
    ) -> None:
        self.descriptions = descriptions
        self._ledger = ledger
        self._comparisons: dict[str, ShapeComparison] = {
            "request": ShapeComparison("request"),
            "response": ShapeComparison("response"),
        }
        self._sameness = sameness
        self._structures = structures
        self._members = {
            name: Members(held.direction, structures, sameness, policy, held.is_empty)
            for name, held in self._comparisons.items()
        }
        self._known: dict[tuple[int, int, str, bool], tuple[Statement, ...]] = {}

    def compare(self, exchange: Exchange, direction: Direction, part: Part) -> None:
        """State what would be refused of a part, and what else differs in it."""
        if self._sameness.nodes(part.old, part.new) and part.compared is None:
            return
        old, new = part.compared or (part.old, part.new)
        key = (id(old.target() or old), id(new.target() or new), direction, part.is_text)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._statements(exchange, direction, part)
        for statement in known:
            self._ledger.state(exchange, statement)

    def unknown(
        self, exchange: Exchange, direction: Direction, what: str, both: tuple[Typed, Typed]
    ) -> None:
        """State that a part has a shape in one version only."""
        old, new = both
        if (old.schema is None) == (new.schema is None):
            return
        kind = "schema-added" if old.schema is None else "schema-removed"
        how = "now has a shape" if old.schema is None else "no longer has a shape"
        text = f"{capital(what)} {how}; in the other version nothing is known of it."
        narrower = (direction == "request") == (old.schema is None)
        statement = Statement(
            kind, text, "risky" if narrower else "safe", DATA, direction, old.node, new.node,
            "schema", doubt="without a schema nothing says what is sent" if narrower else None,
        )  # fmt: skip
        self._ledger.state(exchange, statement)

    def _statements(
        self, exchange: Exchange, direction: Direction, part: Part
    ) -> tuple[Statement, ...]:
        comparison = self._comparisons[direction]
        old, new = part.compared or (part.old, part.new)
        judgement = comparison.compare(old, new)
        found = [
            self._broken(exchange, direction, part, each)
            for each in judgement.breaks
            if not (each.undeclared and _is_named(each, direction))
        ]
        said = self._members[direction].compare(part.old, part.new, part.name)
        if part.compared is not None:
            # As texts they were judged above; what their types alone would mean is no matter.
            said = tuple(each for each in said if each.doubt != CONTRADICTORY)
        if part.key[0] != "body":
            # What a parameter means that is left out was stated of the parameter.
            roots = self._structures.of(part.new).parts
            said = tuple(
                each
                for each in said
                if each.kind != "property-default-changed" or each.new not in roots
            )
        return (*found, *said)

    def _broken(
        self, exchange: Exchange, direction: Direction, part: Part, found: Break
    ) -> Statement:
        old = self._node(0, found.old, part.old)
        new = self._node(1, found.new, part.new)
        where = spoken(new.pointer, within(found.path_text, part.name))
        doubt = found.doubt or None
        compatibility: Compatibility = "breaking"
        receiver = old if direction == "response" else new
        if found.undeclared and not is_open(found.keyword, receiver):
            compatibility = "risky"
            doubt = doubt or "only who sends members that are declared nowhere is hit"
        elif part.is_text and _takes_text(found, direction):
            compatibility, doubt = "risky", doubt or LOOSE
        return Statement(
            kind=found.kind,
            text=shape_text(found, where, direction),
            compatibility=compatibility,
            breaks=_levels(found.kind),
            direction=direction,
            old=old,
            new=new,
            keyword=found.keyword,
            detail=_detail(found, new),
            certain=found.certainty == "certain",
            doubt=doubt,
            witness=lambda: self._witness(exchange, direction, part, found),
        )

    def _node(self, side: int, spot: Spot, fallback: Node) -> Node:
        """The node of a spot; for what was made up here, the schema that it stands for."""
        if spot.document.startswith("\0"):
            return fallback
        found = self.descriptions[side].documents.node(spot.document, spot.pointer)
        return fallback if found is None else found

    def note(self) -> None:
        """Note what in the schemas could not be read, in the descriptions that they are of."""
        for comparison in self._comparisons.values():
            for note in comparison.notes():
                description = self.descriptions[0 if note.side == "old" else 1]
                node = description.documents.node(note.spot.document, note.spot.pointer)
                if node is None or note.spot.document.startswith("\0"):
                    continue
                reference = node.raw.get("$ref") if isinstance(node.raw, dict) else None
                if note.kind == "unresolved-reference" and isinstance(reference, str):
                    description.dangling(node, reference)
                elif note.kind in UNREAD:
                    about = f"`{note.keyword}`: " if note.keyword else ""
                    description.unread(node, f"{about}{NOTES[note.kind]}")

    def example(self, direction: Direction) -> Callable[[Node], Any]:
        """What makes values of a direction's sender."""
        comparison = self._comparisons[direction]
        sampler = comparison._relation.sampler  # noqa: SLF001 (until there is a public way)
        shapes = comparison._relation.reading.shapes  # noqa: SLF001 (until there is a public way)

        def example(node: Node) -> Any:  # noqa: ANN401 (any JSON)
            try:
                return sampler.smallest(shapes.of((node,)))
            except NothingFound:
                return None

        return example

    def _witness(
        self, exchange: Exchange, direction: Direction, part: Part, found: Break
    ) -> Witness | None:
        confirmed = self._comparisons[direction].confirm(found)
        if not confirmed.has_witness:
            return None
        sender, _ = exchange.sides(direction)
        example = self.example(direction)
        parts = {part.key: confirmed.witness}
        value = (
            response_of(sender, part.code, example, parts)
            if part.code
            else request_of(sender, example, parts)
        )
        sure = confirmed.verdict == "confirmed"
        said = {
            confirmed.accepted_by: "accepted" if sure else "accepted, as far as we can tell",
            confirmed.refused_by: f"{part.name}: "
            + ("; ".join(confirmed.errors) or confirmed.reason),
        }
        return Witness(
            value=value,
            old_says=said["old"],
            new_says=said["new"],
            confirmed=sure,
            validator=validator_name(),
        )


def validator_name() -> str:
    """The independent validator with its version."""
    from importlib.metadata import version  # noqa: PLC0415 (only for a witness)

    return f"jsonschema-rs {version('jsonschema-rs')}"


OTHERS = frozenset(
    ["additionalProperties", "patternProperties", "propertyNames", "unevaluatedProperties"]
)


def is_open(keyword: str, receiver: Node) -> bool:
    """Whether a receiver expects members that nobody declares: it says what they have to be.

    One that takes none says nothing of the kind, and whether anybody sends some is not known.
    """
    if keyword in OTHERS:
        held = receiver.raw.get(keyword) if isinstance(receiver.raw, dict) else None
        return held is not None and held is not False
    return not OTHERS.isdisjoint(receiver.pointer.split("/"))


def _is_named(found: Break, direction: Direction) -> bool:
    """Whether it is about a member that the receiver names, and that nobody else knows of."""
    spot = found.old if direction == "response" else found.new
    return spot.pointer.split("/")[-2:-1] == ["properties"]


def _takes_text(found: Break, direction: Direction) -> bool:
    """Whether the receiver reads text where the sender wrote something else as text."""
    taken = found.old_says if direction == "response" else found.new_says
    return found.kind in {"wrong-type", "null-value"} and '"string"' in (taken or "")


def _levels(kind: str) -> tuple[Level, ...]:
    return (*DATA, "source") if kind in TYPED else DATA


def _detail(found: Break, new: Node) -> str:
    """What tells two breaks of one kind at one node apart."""
    if found.subject:
        return "" if new.key == found.subject else found.subject
    said = found.keyword
    return "" if not said or said in {"type", "enum", "const"} or new.key == said else said


def is_loose(media: str) -> bool:
    """Whether values of this media type have no types on the wire."""
    return not is_json(media)
