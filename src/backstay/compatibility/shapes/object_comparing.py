"""Objects of a sender against what a receiver says about objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.compatibility.shapes.breaches import Breach, Duty, Edge, Step
from backstay.compatibility.shapes.complements import undeclared
from backstay.compatibility.shapes.languages import Unknown, matches, texts
from backstay.compatibility.shapes.nodes import Documents
from backstay.compatibility.shapes.parts import Contained, ObjectPart
from backstay.compatibility.shapes.values import OBJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.compatibility.shapes.branches import Branch
    from backstay.compatibility.shapes.nodes import Node
    from backstay.compatibility.shapes.pairing import Pairing
    from backstay.compatibility.shapes.parts import Layer
    from backstay.compatibility.shapes.shape import Shape


_TEXT = Documents().add("", {"type": "string"}, "openapi-3.1").root
MOST_POSITIONS = 64


class ObjectComparing:
    """Finds what of a sender's objects is refused."""

    def __init__(self, pair: Pairing) -> None:
        self.pair = pair

    def compare(self, mine: ObjectPart, theirs: ObjectPart) -> None:
        """Note what of the one is refused by the other."""
        for name, node in theirs.required.items():
            if name not in mine.required:
                challenge = self.pair.objects(absent=frozenset((name,)))
                self.pair.breach(
                    "missing-property",
                    "required",
                    self._declarer(mine, name),
                    node,
                    challenge,
                    subject=name,
                    says=(False, True),
                )
        for name in theirs.absent:
            if not mine.at(name, self.pair.shapes).never:
                challenge = self.pair.objects(required={name: self.pair.nodes[0]})
                self.pair.breach("unexpected-property", "not", None, None, challenge, subject=name)
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
            held = sum(1 for name in layer.properties if not mine.at(name, self.pair.shapes).never)
            most = held if most is None else min(most, held)
        says: tuple[object, object]
        if theirs.fewest > fewest:
            says = (mine.fewest, theirs.fewest)
            self._sized("too-few-properties", "minProperties", says, most=theirs.fewest - 1)
        if theirs.most is not None and (most is None or most > theirs.most):
            says = (mine.most, theirs.most)
            self._sized("too-many-properties", "maxProperties", says, fewest=theirs.most + 1)

    def _sized(self, kind: str, keyword: str, says: tuple[object, object], **changes: int) -> None:
        challenge = self.pair.objects(**changes)
        mine, theirs = self.pair.sender.object, self.pair.receiver.object
        sender = mine.origins.get(keyword) if mine else None
        receiver = theirs.origins.get(keyword) if theirs else None
        if challenge.types:
            self.pair.breach(kind, keyword, sender, receiver, challenge, says=says)

    def _dependent(self, mine: ObjectPart, name: str, other: str, node: Node) -> None:
        if other in mine.required or mine.at(name, self.pair.shapes).never:
            return
        if any((name, other) == (own, brought) for own, brought, _ in mine.dependents):
            return
        challenge = self.pair.objects(required={name: node}, absent=frozenset((other,)))
        if challenge.types:
            subject = f"{name} -> {other}"
            keyword = "dependentRequired"
            self.pair.breach(
                "missing-dependent-property", keyword, None, node, challenge, subject=subject
            )

    def _members(self, mine: ObjectPart, theirs: ObjectPart) -> None:
        names = mine.named() | theirs.named()
        for name in names:
            self._member(mine, theirs, name)
        for name, pattern in self._others(mine, theirs, names):
            if not mine.at(name, self.pair.shapes).never:
                self._member(mine, theirs, name)
            else:
                self._undeclared(mine, theirs, name, pattern)

    def _member(self, mine: ObjectPart, theirs: ObjectPart, name: str) -> None:
        sender = mine.at(name, self.pair.shapes)
        receiver = theirs.at(name, self.pair.shapes)
        if sender.never or receiver.always or name in theirs.absent:
            return
        brought = (other for own, other, _ in mine.dependents if own == name)
        if any(self.pair.is_empty(mine.at(other, self.pair.shapes)) for other in brought):
            return
        if receiver.never:
            node = _refuser(theirs, name) or self.pair.nodes[1]
            challenge = self.pair.objects(required={name: node})
            if challenge.types:
                self.pair.breach(
                    "unexpected-property",
                    "additionalProperties",
                    sender.node or self._declarer(mine, name),
                    node,
                    challenge,
                    subject=name,
                )
            return
        self.pair.out.edges.append(Edge(Step("member", name), sender, receiver))

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
        written = mine.at(name, self.pair.shapes, as_written=True)
        receiver = theirs.at(name, self.pair.shapes)
        if not written.always or receiver.always or name in theirs.absent:
            return
        layer = next((layer for layer in theirs.layers if not _layer_at(layer, name).always), None)
        if layer is None:
            return
        keyword = "additionalProperties" if pattern is None else "patternProperties"
        held = undeclared(layer, self.pair.shapes.true)
        for negated in self.pair.shapes.negations(receiver):
            held = undeclared(layer, negated)
        if pattern is not None:
            held = held._replace(pattern=pattern, not_patterns=(), names=frozenset())
        challenge = self._opened(ObjectPart(contains=(held,)))
        self.pair.breach(
            "unexpected-property", keyword, None, layer.node, challenge, undeclared=True
        )

    def _opened(self, part: ObjectPart) -> Branch | None:
        """The sender's objects as they are written, with what a part says besides."""
        mine = self.pair.sender.object or ObjectPart()
        layers = tuple(layer for layer in mine.layers if not layer.closes)
        return self.pair.sender.with_(types=OBJECT, object=mine._replace(layers=layers).meet(part))

    def _names(self, mine: ObjectPart, theirs: ObjectPart) -> None:
        for shape, node in theirs.names:
            if any(shape is own for own, _ in mine.names):
                continue
            bad = [
                name
                for name in mine.named()
                if not mine.at(name, self.pair.shapes).never and not self._is_name(shape, name)
            ]
            for name in bad:
                challenge = self.pair.objects(required={name: node})
                if challenge.types:
                    self.pair.breach(
                        "property-name-mismatch",
                        "propertyNames",
                        None,
                        node,
                        challenge,
                        subject=name,
                    )
            text = self.pair.shapes.of((), (_TEXT,))
            own_names = self.pair.shapes.meet(text, *(own for own, _ in mine.names))
            if not any(layer.closes for layer in mine.layers):
                if all(not layer.rest.never for layer in mine.layers):
                    self.pair.out.edges.append(Edge(Step("name"), own_names, shape))
            elif not mine.names and not bad:
                negated = self.pair.shapes.negations(shape)
                held = Contained(self.pair.shapes.true, named=negated[0] if negated else None)
                challenge_ = self._opened(ObjectPart(contains=(held,)))
                self.pair.breach(
                    "property-name-mismatch",
                    "propertyNames",
                    None,
                    node,
                    challenge_,
                    undeclared=True,
                )

    def _is_name(self, shape: Shape, name: str) -> bool:
        return self.pair.membership.belongs(shape, name)

    def _held(self, held: Contained) -> None:
        """A member that the receiver wants to see because it negates what others may be."""
        flipped = []
        if held.fewest:
            flipped.append(held._replace(fewest=0, most=held.fewest - 1))
        if held.most is not None:
            flipped.append(held._replace(fewest=held.most + 1, most=None))
        for other in flipped:
            challenge = self.pair.objects(contains=(other,))
            breach = Breach(
                "excluded-value",
                "not",
                self.pair.nodes[0],
                held.node or self.pair.nodes[1],
                challenge=challenge,
                doubt=self.pair.sender.opaque or "",
            )
            self.pair.out.duties.append(Duty((), breach))


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
