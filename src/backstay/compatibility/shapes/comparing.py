"""One branch of a sender against one branch of a receiver.

What the receiver says is taken apart; for each thing it is asked whether the sender's branch may
violate it. What concerns children is handed on as edges between shapes, to be decided by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from backstay.compatibility.shapes import formats
from backstay.compatibility.shapes.branches import (
    ArrayPart,
    Branch,
    Contained,
    NumberPart,
    ObjectPart,
    TextPart,
)
from backstay.compatibility.shapes.complements import number_pieces, undeclared, wrong_item
from backstay.compatibility.shapes.expressions import Fault, Unsupported
from backstay.compatibility.shapes.fitting import fits
from backstay.compatibility.shapes.languages import Unknown, automata, matches, texts
from backstay.compatibility.shapes.nodes import Documents, values_listed
from backstay.compatibility.shapes.numbers import is_without_numbers, numbers
from backstay.compatibility.shapes.texts import text_values
from backstay.compatibility.shapes.values import (
    ARRAY,
    NULL,
    NUMBER,
    OBJECT,
    STRING,
    key_of,
    type_names,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from backstay.compatibility.shapes.branches import Layer, Shape, Shapes
    from backstay.compatibility.shapes.membership import Membership
    from backstay.compatibility.shapes.nodes import Node

MOST_POSITIONS = 64


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


_TEXT = Documents().add("", {"type": "string"}, "openapi-3.1").root


class Comparing:
    """Compares branches in one direction."""

    def __init__(
        self, shapes: Shapes, membership: Membership, is_empty: Callable[[Shape], bool]
    ) -> None:
        self._shapes = shapes
        self._membership = membership
        self._is_empty = is_empty

    def compare(
        self, sender: Branch, receiver: Branch, nodes: tuple[Node | None, Node | None]
    ) -> Outcome:
        """What the sender may send of its branch that the receiver's branch refuses."""
        pair = _Pair(self._shapes, self._membership, sender, receiver, nodes)
        pair.is_empty = self._is_empty
        return pair.compared()

    def disjoint(self, one: Branch, two: Branch) -> bool:
        """Whether it is plain that no value is of both."""
        types = one.types & two.types
        if not types:
            return True
        if one.values is not None and two.values is not None:
            return one.values.keys().isdisjoint(two.values)
        if types & ~OBJECT or one.object is None or two.object is None:
            return False
        return self._objects_apart(one.object, two.object) or self._objects_apart(
            two.object, one.object
        )

    def _objects_apart(self, one: ObjectPart, two: ObjectPart) -> bool:
        """Whether something that one requires cannot be in the other."""
        for name in one.required:
            theirs = two.at(name, self._shapes)
            if theirs.never:
                return True
            if theirs.always or name not in two.required:
                continue
            mine, other = self.pinned(one, name), self.pinned(two, name)
            if mine is not None and other is not None and mine.isdisjoint(other):
                return True
        return False

    def pinned(self, part: ObjectPart, name: str) -> set[object] | None:
        """The few texts to which a member is restricted by an enum, seen without reading deeply."""
        found: set[object] | None = None
        shape = part.at(name, self._shapes)
        for node in (*shape.closed, *shape.open):
            raw = node.raw
            if isinstance(raw.get("enum"), list):
                listed = set(values_listed(node))
            elif "const" in raw and not node.old_style:
                listed = {key_of(raw["const"])}
            else:
                continue
            found = listed if found is None else found & listed
        return found


class _Pair:
    """The comparison of one branch with one other."""

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

    def compared(self) -> Outcome:
        types = self.sender.types & self.receiver.types
        self._types()
        if not types:
            return self.out
        self._values()
        if types & NUMBER and self.receiver.number:
            self._numbers(types & NUMBER)
        if types & STRING and self.receiver.text:
            self._texts(self.sender.text or TextPart(), self.receiver.text)
        if types & ARRAY and self.receiver.array:
            self._arrays(self.sender.array or ArrayPart(), self.receiver.array)
        if types & OBJECT and self.receiver.object:
            self._objects(self.sender.object or ObjectPart(), self.receiver.object)
        if self.receiver.opaque:
            self._breach("undecided", "", None, None, doubt=self.receiver.opaque)
        return self.out

    def _breach(  # noqa: PLR0913 (the fields of a breach)
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

    def _types(self) -> None:
        lost = self.sender.types & ~self.receiver.types
        origins = self.sender.origins.get("type"), self.receiver.origins.get("type")
        for types, kind in ((lost & NULL, "null-value"), (lost & ~NULL, "wrong-type")):
            if types:
                says = (type_names(self.sender.types), type_names(self.receiver.types))
                challenge = self.sender.with_(types=types)
                self._breach(kind, "type", *origins, challenge, says=says)

    def _values(self) -> None:
        sender, receiver = self.sender, self.receiver
        origin = receiver.origins.get("enum") or receiver.origins.get("const")
        if receiver.values is not None:
            refused = _without(sender, receiver)
            if refused:
                mine = sender.origins.get("enum") or sender.origins.get("const")
                listed = None if sender.values is None else tuple(sender.values.values())
                keyword = "enum" if "enum" in receiver.origins else "const"
                self._breach(
                    "unlisted-value",
                    keyword,
                    mine,
                    origin,
                    refused,
                    says=(listed, tuple(receiver.values.values())),
                )
        if receiver.excluded and sender.values is None:
            held = tuple(value for value in receiver.excluded.values() if fits(sender, value))
            if held:
                self._breach("excluded-value", "not", None, None, held)

    def _numbers(self, types: int) -> None:
        mine, theirs = self.sender.number or NumberPart(), self.receiver.number
        assert theirs is not None
        if mine[:-1] == theirs[:-1]:
            return
        for piece in number_pieces(theirs):
            part = mine.meet(piece)
            if next(numbers(part, types), None) is None and is_without_numbers(part, types):
                continue
            kind, keyword = _number_kind(piece, theirs)
            self._breach(
                kind,
                keyword,
                mine.origins.get(keyword),
                theirs.origins.get(keyword),
                self.sender.with_(types=types, number=part),
                says=(_number_says(mine, keyword), _number_says(theirs, keyword)),
            )

    def _texts(self, mine: TextPart, theirs: TextPart) -> None:
        if theirs.shortest > mine.shortest:
            piece = TextPart(longest=theirs.shortest - 1)
            self._text("too-short", "minLength", piece, (mine.shortest, theirs.shortest))
        if theirs.longest is not None and (mine.longest is None or mine.longest > theirs.longest):
            piece = TextPart(shortest=theirs.longest + 1)
            self._text("too-long", "maxLength", piece, (mine.longest, theirs.longest))
        for pattern in theirs.patterns:
            if pattern not in mine.patterns and _is_readable(pattern):
                piece = TextPart(not_patterns=(pattern,))
                says = ((*mine.patterns, None)[0], pattern)
                self._text("pattern-mismatch", "pattern", piece, says)
        for pattern in theirs.not_patterns:
            if pattern not in mine.not_patterns and _is_readable(pattern):
                self._text("excluded-value", "not", TextPart(patterns=(pattern,)), (None, pattern))
        for name in theirs.formats:
            self._format(name, mine)
        for name in theirs.not_formats:
            if name not in mine.not_formats:
                self._text("excluded-value", "not", TextPart(formats=(name,)), (None, name))

    def _format(self, name: str, mine: TextPart) -> None:
        if name in formats.SILENT or any(formats.is_within(own, name) for own in mine.formats):
            return
        keyword, colon, said = name.partition(":")
        kind = "content-mismatch" if colon else "format-mismatch"
        keyword, said = (keyword, said) if colon else ("format", name)
        own = next(
            (f.partition(":")[2] or f for f in mine.formats if (":" in f) == bool(colon)), None
        )
        if not formats.is_decidable(name):
            doubt = f"no validator decides what {keyword} {said} takes"
            receiver = self.receiver.text.origins.get(keyword) if self.receiver.text else None
            self._breach(
                kind, keyword, mine.origins.get(keyword), receiver, says=(own, said), doubt=doubt
            )
            return
        self._text(kind, keyword, TextPart(not_formats=(name,)), (own, said))

    def _text(self, kind: str, keyword: str, piece: TextPart, says: tuple[object, object]) -> None:
        mine = self.sender.text or TextPart()
        theirs = self.receiver.text
        assert theirs is not None
        part = mine.meet(piece)
        doubt = ""
        try:
            if all(key_of(text) in self.sender.excluded for text in _first(part)):
                return
        except Unknown as reason:
            doubt = f"cannot be decided: {reason}"
        challenge = self.sender.with_(types=STRING, text=part)
        sender, receiver = mine.origins.get(keyword), theirs.origins.get(keyword)
        self._breach(kind, keyword, sender, receiver, challenge, says=says, doubt=doubt)

    # Arrays

    def _array(self, **changes: Any) -> Branch:  # noqa: ANN401 (fields of several types)
        met = self.sender.meet(Branch(ARRAY, array=ArrayPart(**changes)))
        return met if met is not None else self.sender.with_(types=0)

    def _arrays(self, mine: ArrayPart, theirs: ArrayPart) -> None:
        most = mine.most
        for layer in mine.layers:
            if layer.rest.never and (most is None or most > len(layer.prefix)):
                most = len(layer.prefix)
        says: tuple[object, object]
        if theirs.fewest > mine.fewest:
            says = (mine.fewest, theirs.fewest)
            challenge = self._array(most=theirs.fewest - 1)
            self._array_breach("too-few-items", "minItems", challenge, says)
        if theirs.most is not None and (most is None or most > theirs.most):
            says = (mine.most, theirs.most)
            challenge = self._array(fewest=theirs.most + 1)
            self._array_breach("too-many-items", "maxItems", challenge, says)
        several = most is None or most > 1
        if theirs.unique and not mine.unique and several:
            challenge = self._array(repeats=True)
            self._array_breach("duplicate-items", "uniqueItems", challenge, (False, True))
        if theirs.repeats and not mine.repeats:
            challenge = self._array(unique=True)
            self._array_breach("excluded-value", "not", challenge, (None, None))
        self._items(mine, theirs, most)
        for held in theirs.contains:
            self._contained(mine, held, most)

    def _array_breach(
        self, kind: str, keyword: str, challenge: Branch, says: tuple[object, object]
    ) -> None:
        mine, theirs = self.sender.array, self.receiver.array
        sender = mine.origins.get(keyword) if mine else None
        receiver = theirs.origins.get(keyword) if theirs else None
        if challenge.types:
            self._breach(kind, keyword, sender, receiver, challenge, says=says)

    def _items(self, mine: ArrayPart, theirs: ArrayPart, most: int | None) -> None:
        length = max((len(layer.prefix) for layer in (*mine.layers, *theirs.layers)), default=0)
        length = min(length, MOST_POSITIONS)
        for place in range(length + 1):
            if most is not None and place >= most:
                return
            sender = self.sender.items_at(place, self.shapes)
            for held in mine.contains:
                if most is not None and held.fewest >= most - held.start:
                    sender = self.shapes.meet(sender, held.shape)
            receiver = self.receiver.items_at(place, self.shapes)
            if place < length and self.is_empty(sender):
                return
            if receiver.always or sender.never:
                continue
            if receiver.never:
                node = next((i.node for i in theirs.layers if i.at(place).never), self.nodes[1])
                part = wrong_item(place, self.shapes.true, node or _TEXT, self.shapes)
                challenge = self._array(fewest=part.fewest)
                says = (most, place)
                self._breach("too-many-items", "items", None, node, challenge, says=says)
                return
            step = Step("items") if place == length else Step("item", place)
            if place == length and length:
                step = Step("item", place)
            self.out.edges.append(Edge(step, sender, receiver))

    def _contained(self, mine: ArrayPart, held: Contained, most: int | None) -> None:
        if held in mine.contains:
            return
        if held.fewest:
            ways: list[tuple[Edge, ...]] = [
                (Edge(Step("items"), own.shape, held.shape),)
                for own in mine.contains
                if own.fewest >= held.fewest and own.start >= held.start
            ]
            if mine.fewest - held.start >= held.fewest:
                ways.append(tuple(self._all_items(mine, held, most)))
            flipped = held._replace(fewest=0, most=held.fewest - 1)
            challenge = self._array(contains=(flipped,))
            says = (next((o.fewest for o in mine.contains), None), held.fewest)
            breach = self._contained_breach("missing-item", held, challenge, says)
            self.out.duties.append(Duty(tuple(ways), breach))
        if held.most is not None and (most is None or most - held.start > held.most):
            ways = [
                (Edge(Step("items"), held.shape, self.shapes.opened(own.shape)),)
                for own in mine.contains
                if own.most is not None and own.most <= held.most and own.start <= held.start
            ]
            flipped = held._replace(fewest=held.most + 1, most=None)
            challenge = self._array(contains=(flipped,))
            says = (next((o.most for o in mine.contains), None), held.most)
            breach = self._contained_breach("surplus-item", held, challenge, says)
            self.out.duties.append(Duty(tuple(ways), breach))

    def _all_items(self, mine: ArrayPart, held: Contained, most: int | None) -> Iterator[Edge]:
        length = max((len(layer.prefix) for layer in mine.layers), default=0)
        for place in range(held.start, max(length, held.start) + 1):
            if most is None or place < most:
                sender = self.sender.items_at(place, self.shapes)
                yield Edge(Step("item", place), sender, held.shape)

    def _contained_breach(
        self, kind: str, held: Contained, challenge: Branch, says: tuple[object, object]
    ) -> Breach:
        mine = self.sender.array
        node = mine.origins.get("contains") if mine else None
        return Breach(
            kind,
            "contains",
            node or self.nodes[0],
            held.node or self.nodes[1],
            says=says,
            challenge=challenge,
            doubt=self.sender.opaque or "",
        )

    # Objects

    def _object(self, **changes: Any) -> Branch:  # noqa: ANN401 (fields of several types)
        met = self.sender.meet(Branch(OBJECT, object_=ObjectPart(**changes)))
        return met if met is not None else self.sender.with_(types=0)

    def _objects(self, mine: ObjectPart, theirs: ObjectPart) -> None:
        for name, node in theirs.required.items():
            if name not in mine.required:
                challenge = self._object(absent=frozenset((name,)))
                self._breach(
                    "missing-property",
                    "required",
                    self._declarer(mine, name),
                    node,
                    challenge,
                    subject=name,
                    says=(False, True),
                )
        for name in theirs.absent:
            if not mine.at(name, self.shapes).never:
                challenge = self._object(required={name: self.nodes[0]})
                self._breach("unexpected-property", "not", None, None, challenge, subject=name)
        self._sizes(mine, theirs)
        for name, other, node in theirs.dependents:
            self._dependent(mine, name, other, node)
        self._members(mine, theirs)
        self._names(mine, theirs)
        for held in theirs.contains:
            if held not in mine.contains:
                self._held(held)

    def _declarer(self, part: ObjectPart, name: str) -> Node | None:
        return next((layer.node for layer in part.layers if name in layer.properties), None)

    def _sizes(self, mine: ObjectPart, theirs: ObjectPart) -> None:
        fewest = max(mine.fewest, len(mine.required))
        most = mine.most
        closing = [layer for layer in mine.layers if layer.rest.never and not layer.patterns]
        for layer in closing:
            held = sum(1 for name in layer.properties if not mine.at(name, self.shapes).never)
            most = held if most is None else min(most, held)
        says: tuple[object, object]
        if theirs.fewest > fewest:
            says = (mine.fewest, theirs.fewest)
            self._sized("too-few-properties", "minProperties", says, most=theirs.fewest - 1)
        if theirs.most is not None and (most is None or most > theirs.most):
            says = (mine.most, theirs.most)
            self._sized("too-many-properties", "maxProperties", says, fewest=theirs.most + 1)

    def _sized(self, kind: str, keyword: str, says: tuple[object, object], **changes: int) -> None:
        challenge = self._object(**changes)
        mine, theirs = self.sender.object, self.receiver.object
        sender = mine.origins.get(keyword) if mine else None
        receiver = theirs.origins.get(keyword) if theirs else None
        if challenge.types:
            self._breach(kind, keyword, sender, receiver, challenge, says=says)

    def _dependent(self, mine: ObjectPart, name: str, other: str, node: Node) -> None:
        if other in mine.required or mine.at(name, self.shapes).never:
            return
        if any((name, other) == (own, brought) for own, brought, _ in mine.dependents):
            return
        challenge = self._object(required={name: node}, absent=frozenset((other,)))
        if challenge.types:
            subject = f"{name} -> {other}"
            keyword = "dependentRequired"
            self._breach(
                "missing-dependent-property", keyword, None, node, challenge, subject=subject
            )

    def _members(self, mine: ObjectPart, theirs: ObjectPart) -> None:
        names = mine.named() | theirs.named()
        for name in names:
            self._member(mine, theirs, name)
        for name, pattern in self._others(mine, theirs, names):
            if not mine.at(name, self.shapes).never:
                self._member(mine, theirs, name)
            else:
                self._undeclared(mine, theirs, name, pattern)

    def _member(self, mine: ObjectPart, theirs: ObjectPart, name: str) -> None:
        sender = mine.at(name, self.shapes)
        receiver = theirs.at(name, self.shapes)
        if sender.never or receiver.always or name in theirs.absent:
            return
        brought = (other for own, other, _ in mine.dependents if own == name)
        if any(self.is_empty(mine.at(other, self.shapes)) for other in brought):
            return
        if receiver.never:
            node = _refuser(theirs, name) or self.nodes[1]
            challenge = self._object(required={name: node})
            if challenge.types:
                self._breach(
                    "unexpected-property",
                    "additionalProperties",
                    sender.node or self._declarer(mine, name),
                    node,
                    challenge,
                    subject=name,
                )
            return
        self.out.edges.append(Edge(Step("member", name), sender, receiver))

    def _others(
        self, mine: ObjectPart, theirs: ObjectPart, names: dict[str, None]
    ) -> Iterator[tuple[str, str | None]]:
        """Names that stand for all that are not said by name: one for each pattern, one for none.

        Only a name that a pattern of either side tells apart can make a difference.
        """
        patterns = dict.fromkeys(
            pattern
            for part in (mine, theirs)
            for layer in part.layers
            for pattern, _ in layer.patterns
        )
        given = set()
        for pattern in patterns:
            apart = tuple(other for other in patterns if other != pattern)
            for chosen in (*_a_name((pattern,), apart, names), *_a_name((pattern,), (), names)):
                if chosen not in given:
                    given.add(chosen)
                    yield chosen, pattern
        yield from ((chosen, None) for chosen in _a_name((), tuple(patterns), names))

    def _undeclared(
        self, mine: ObjectPart, theirs: ObjectPart, name: str, pattern: str | None
    ) -> None:
        """What a receiver says about members that the sender neither declares nor speaks of."""
        written = mine.at(name, self.shapes, as_written=True)
        receiver = theirs.at(name, self.shapes)
        if not written.always or receiver.always or name in theirs.absent:
            return
        layer = next((layer for layer in theirs.layers if not _layer_at(layer, name).always), None)
        if layer is None:
            return
        keyword = "additionalProperties" if pattern is None else "patternProperties"
        held = undeclared(layer, self.shapes.true)
        for negated in self.shapes.negations(receiver):
            held = undeclared(layer, negated)
        if pattern is not None:
            held = held._replace(pattern=pattern, not_patterns=(), names=frozenset())
        challenge = self._opened(ObjectPart(contains=(held,)))
        self._breach("unexpected-property", keyword, None, layer.node, challenge, undeclared=True)

    def _opened(self, part: ObjectPart) -> Branch | None:
        """The sender's objects as they are written, with what a part says besides."""
        mine = self.sender.object or ObjectPart()
        layers = tuple(layer for layer in mine.layers if not layer.closes)
        return self.sender.with_(types=OBJECT, object=mine._replace(layers=layers).meet(part))

    def _names(self, mine: ObjectPart, theirs: ObjectPart) -> None:
        for shape, node in theirs.names:
            if any(shape is own for own, _ in mine.names):
                continue
            bad = [
                name
                for name in mine.named()
                if not mine.at(name, self.shapes).never and not self._is_name(shape, name)
            ]
            for name in bad:
                challenge = self._object(required={name: node})
                if challenge.types:
                    self._breach(
                        "property-name-mismatch",
                        "propertyNames",
                        None,
                        node,
                        challenge,
                        subject=name,
                    )
            text = self.shapes.of((), (_TEXT,))
            own_names = self.shapes.meet(text, *(own for own, _ in mine.names))
            if not any(layer.closes for layer in mine.layers):
                if all(not layer.rest.never for layer in mine.layers):
                    self.out.edges.append(Edge(Step("name"), own_names, shape))
            elif not mine.names and not bad:
                negated = self.shapes.negations(shape)
                held = Contained(self.shapes.true, named=negated[0] if negated else None)
                challenge_ = self._opened(ObjectPart(contains=(held,)))
                self._breach(
                    "property-name-mismatch",
                    "propertyNames",
                    None,
                    node,
                    challenge_,
                    undeclared=True,
                )

    def _is_name(self, shape: Shape, name: str) -> bool:
        return self.membership.belongs(shape, name)

    def _held(self, held: Contained) -> None:
        """A member that the receiver wants to see because it negates what others may be."""
        flipped = []
        if held.fewest:
            flipped.append(held._replace(fewest=0, most=held.fewest - 1))
        if held.most is not None:
            flipped.append(held._replace(fewest=held.most + 1, most=None))
        for other in flipped:
            challenge = self._object(contains=(other,))
            breach = Breach(
                "excluded-value",
                "not",
                self.nodes[0],
                held.node or self.nodes[1],
                challenge=challenge,
                doubt=self.sender.opaque or "",
            )
            self.out.duties.append(Duty((), breach))


def _without(sender: Branch, receiver: Branch) -> Branch | tuple[Any, ...] | None:
    """The sender's values that a receiver's list lacks."""
    listed = receiver.values or {}
    if sender.values is not None:
        return tuple(value for key, value in sender.values.items() if key not in listed) or None
    return sender.with_(types=sender.types & receiver.types).meet(Branch(excluded=listed))


def _first(part: TextPart) -> list[str]:
    found = []
    for text in text_values(part):
        found.append(text)
        if len(found) >= 8:
            break
    return found


def _is_readable(pattern: str) -> bool:
    try:
        automata(pattern)
    except Fault:
        return False
    except Unsupported:
        return True
    return True


def _number_kind(piece: NumberPart, theirs: NumberPart) -> tuple[str, str]:
    if piece.not_multiples:
        return "not-a-multiple", "multipleOf"
    if piece.multiples:
        return "excluded-value", "not"
    low, high = theirs.low, theirs.high
    if piece.high is not None and piece.high == low:
        return "below-minimum", "minimum"
    if piece.low is not None and piece.low == high:
        return "above-maximum", "maximum"
    return "beyond-integer-format", "format"


def _number_says(part: NumberPart, keyword: str) -> object:
    if keyword == "multipleOf":
        return float(part.multiples[0]) if part.multiples else None
    if keyword == "format":
        return part.formats[0] if part.formats else None
    bound = part.low if keyword == "minimum" else part.high
    if bound is None:
        return None
    return int(bound) if bound.denominator == 1 else float(bound)


def _refuser(part: ObjectPart, name: str) -> Node | None:
    for layer in part.layers:
        shape = _layer_at(layer, name)
        if shape.never:
            return layer.node
    return None


def _layer_at(layer: Layer, name: str) -> Shape:
    if name in layer.properties:
        return layer.properties[name]
    for pattern, shape in layer.patterns:
        if matches(pattern, name):
            return shape
    return layer.rest


def _a_name(
    patterns: tuple[str, ...], not_patterns: tuple[str, ...], taken: dict[str, None]
) -> list[str]:
    """A name that is not taken, in a list; none where there is none or it cannot be told."""
    if not patterns and not not_patterns:
        fresh = "extra"
        while fresh in taken:
            fresh += "_"
        return [fresh]
    try:
        for count, text in enumerate(texts(patterns, not_patterns, 1)):
            if text not in taken:
                return [text]
            if count > 20:
                break
    except Unknown:
        pass
    return []
