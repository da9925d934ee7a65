"""Shapes as branches: allOf multiplies, anyOf adds, oneOf adds and excludes, not complements.

A circle that does not pass through a child (``A: {allOf: [A]}``) says nothing. What exceeds the
limits is marked ``opaque``: its branch then takes more than the schema does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from backstay.compatibility.shapes.branches import Branch
from backstay.compatibility.shapes.complements import complement
from backstay.compatibility.shapes.emptiness import is_barren
from backstay.compatibility.shapes.keywords import Keywords, nullable_alone
from backstay.compatibility.shapes.languages import problem
from backstay.compatibility.shapes.nodes import Node
from backstay.compatibility.shapes.parts import ArrayPart, ItemLayer, Layer, ObjectPart
from backstay.compatibility.shapes.shape import Shape, Shapes
from backstay.compatibility.shapes.values import NULL, OBJECT
from backstay.compatibility.shapes.variants import names_of, property_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Direction = Literal["request", "response"]

MOST_BRANCHES = 128
MOST_ALTERNATIVES = 600
MOST_JOINT = 6
MOST_DEPTH = 40


class Remark(NamedTuple):
    """Something about one node: a name from ``kinds.NOTES``, and the keyword it is about."""

    kind: str
    node: Node
    keyword: str


class Reading:
    """Reads shapes of one direction, each once.

    In a request, what is ``readOnly`` is not carried; in a response, what is ``writeOnly``.
    """

    def __init__(self, direction: Direction) -> None:
        self.shapes = Shapes()
        self.remarks: dict[tuple[str, int, str], Remark] = {}
        self.withheld = "readOnly" if direction == "request" else "writeOnly"
        self._keywords = Keywords(self.shapes, self.withheld, self._note)
        self.read: dict[int, Node] = {}
        self._positive: dict[int, list[Branch]] = {}
        self._negative: dict[int, list[Branch]] = {}
        self._of_shape: dict[int, list[Branch]] = {}
        self._under_way: set[int] = set()
        self._depth = 0
        self._made: dict[tuple[int, str], Node] = {}

    def branches(self, shape: Shape) -> list[Branch]:
        """The branches of a shape; none if it is obviously empty."""
        known = self._of_shape.get(shape.identity)
        if known is None:
            known = self._of_shape[shape.identity] = self._read(shape)
        return known

    def close(self, branch: Branch) -> Branch:
        """The branch of a sender that sends nothing but what it declares.

        An object that declares no property, or that gives a schema for the others, is a map and
        stays open; so does one that has to hold more than it declares. Names that are not carried
        in this direction are never sent.
        """
        part, listed = branch.object, branch.array
        if listed is not None and listed.layers:
            items = tuple(self._closed_items(layer) for layer in listed.layers)
            branch = branch.with_(array=listed._replace(layers=items))
        if not branch.types & OBJECT or part is None:
            return branch
        layers = [self._closed_layer(layer) for layer in part.layers]
        layers += self._closing(part, [layer for layer in layers if layer.declares])
        return branch.with_(object=part._replace(layers=tuple(layers)))

    def _closing(self, part: ObjectPart, layers: list[Layer]) -> Iterator[Layer]:
        """What keeps a sender from sending more than it declares, or what is not carried."""
        names = part.declared()
        patterns = tuple(
            (pattern, self.shapes.true) for layer in layers for pattern, _ in layer.patterns
        )
        if (names or patterns) and not any(layer.is_map for layer in layers):
            names |= dict.fromkeys(part.required)
            names |= {other: None for _, other, _ in part.dependents}
            if patterns or part.fewest <= len(names):
                properties = dict.fromkeys(names, self.shapes.true)
                yield Layer(
                    properties,
                    patterns,
                    self.shapes.false,
                    layers[0].node,
                    says_rest=False,
                    closes=True,
                )
        if part.withheld:
            refused = dict.fromkeys(part.withheld, self.shapes.false)
            yield Layer(refused, (), self.shapes.true, layers[0].node, says_rest=False)

    def _closed_layer(self, layer: Layer) -> Layer:
        if not layer.declares:
            return layer
        close = self.shapes.closed
        return Layer(
            {name: close(shape) for name, shape in layer.properties.items()},
            tuple((pattern, close(shape)) for pattern, shape in layer.patterns),
            close(layer.rest),
            layer.node,
            says_rest=layer.says_rest,
            is_map=layer.is_map,
        )

    def _closed_items(self, layer: ItemLayer) -> ItemLayer:
        if not layer.covers and not layer.prefix:
            return layer
        prefix = tuple(self.shapes.closed(shape) for shape in layer.prefix)
        return layer._replace(prefix=prefix, rest=self.shapes.closed(layer.rest))

    def _read(self, shape: Shape) -> list[Branch]:
        if shape.never:
            return []
        made = [Branch()]
        for node in shape.closed:
            made = self._product(made, self._of(node))
        if shape.closed:
            made = [self.close(branch) for branch in made]
        for node in shape.open:
            made = self._product(made, [b for b in self._of(node) if not b.joint])
        for node in shape.negated:
            made = self._product(made, self._against(node))
        return made

    def _of(self, node: Node) -> list[Branch]:
        known = self._positive.get(id(node))
        if known is not None:
            return known
        if id(node) in self._under_way:
            return [Branch()]
        if self._depth >= MOST_DEPTH:
            return [Branch(opaque="allOf, anyOf or oneOf are nested too deeply")]
        self._under_way.add(id(node))
        self._depth += 1
        try:
            made = self._combined(node)
        finally:
            self._depth -= 1
            self._under_way.discard(id(node))
        if not self._under_way:
            self._positive[id(node)] = made
            self.read[id(node)] = node
        return made

    def note_empty(self, shape: Shape) -> None:
        """Note a shape of one node that was found to be empty."""
        nodes = (*shape.closed, *shape.open)
        if len(nodes) == 1 and not shape.negated and nodes[0].raw is not False:
            self._note("empty-shape", nodes[0], "")

    def is_plainly_empty(self, node: Node) -> bool:
        """Whether no branch of a node that was read is left."""
        return not self._positive[id(node)]

    def _against(self, node: Node) -> list[Branch]:
        known = self._negative.get(id(node))
        if known is None and id(node) in self._under_way:
            return [Branch(opaque="it is defined by what it is not itself")]
        if known is None:
            known = [Branch()]
            for branch in self._of(node):
                if branch.joint:
                    continue
                if branch.opaque:
                    known = [b.with_(opaque=branch.opaque) for b in known]
                    continue
                known = self._product(known, complement(branch, self.shapes, self))
            if not self._under_way:
                self._negative[id(node)] = known
        return known

    def _product(self, left: Sequence[Branch], right: Sequence[Branch]) -> list[Branch]:
        if len(left) * len(right) > MOST_BRANCHES and min(len(left), len(right)) > 1:
            reason = f"more than {MOST_BRANCHES} combinations of alternatives"
            return [branch.with_(opaque=reason) for branch in min(left, right, key=len)]
        met = (one.meet(two) for one in left for two in right)
        return [branch for branch in met if branch is not None and not is_barren(branch)]

    def _combined(self, node: Node) -> list[Branch]:  # noqa: C901, PLR0912 (one keyword after the other)
        raw = node.raw
        if isinstance(raw, bool):
            return [Branch()] if raw else []
        if not isinstance(raw, dict):
            self._note("unreadable-keyword", node, "")
            return [Branch()]
        target = node.target()
        if target is not node:
            if target is None:
                self._note("unresolved-reference", node, "$ref")
                return [Branch()]
            return self._of(target)
        self._check_patterns(node)
        own = self._keywords.branch(node)
        made = [own] if own is not None and not is_barren(own) else []
        for keyword in ("$ref", "$dynamicRef"):
            if isinstance(raw.get(keyword), str):
                made = self._product(made, self._referred(node, keyword))
        for member in self._schemas(node, "allOf"):
            made = self._product(made, self._of(member))
        if not node.old_style:
            for condition in self._conditions(node):
                made = self._product(made, condition)
        if isinstance(raw.get("not"), (dict, bool)):
            denied = node.child("not")
            assert denied is not None
            made = self._product(made, self._against(denied.target() or denied))
        if "anyOf" in raw and (members := self._schemas(node, "anyOf")):
            made = self._product(made, self._any(self._named(node, members)))
        if "oneOf" in raw and (members := self._schemas(node, "oneOf")):
            made = self._product(made, self._one(node, self._named(node, members)))
        if "unevaluatedProperties" in raw or "unevaluatedItems" in raw:
            made = [self._evaluated(node, branch) for branch in made]
        if nullable_alone(node):
            made = [*made, Branch(NULL)]
        return made

    def _referred(self, node: Node, keyword: str) -> list[Branch]:
        found = node.document.documents.find(node.raw[keyword], node)
        target = found.target() if found is not None else None
        if target is None:
            self._note("unresolved-reference", node, keyword)
            return [Branch()]
        return self._of(target)

    def _schemas(self, node: Node, keyword: str) -> list[Node]:
        held = node.raw.get(keyword)
        if held is None:
            return []
        if not isinstance(held, list):
            self._note("unreadable-keyword", node, keyword)
            return []
        members = []
        for member in node.items(keyword):
            if isinstance(member.raw, (dict, bool)):
                members.append(member)
            else:
                self._note("unreadable-keyword", node, keyword)
        return members

    def _any(self, members: list[tuple[Node, Branch | None]]) -> list[Branch]:
        ways = [self._way(member, pin) for member, pin in members]
        made = [branch for way in ways for branch in way]
        if len(made) > MOST_ALTERNATIVES:
            return [Branch(opaque=f"more than {MOST_ALTERNATIVES} alternatives")]
        if all(branch.is_list for branch in made) and made:
            return [_merged(made)]
        if len(ways) <= MOST_JOINT:
            for at, one in enumerate(ways):
                for two in ways[at + 1 :]:
                    if len(one) * len(two) <= MOST_JOINT and _declare_apart(one, two):
                        both = self._product(one, two)
                        made += [branch.with_(joint=True) for branch in both]
        return made

    def _one(self, node: Node, members: list[tuple[Node, Branch | None]]) -> list[Branch]:
        ways = [self._way(member, pin) for member, pin in members]
        found = [branch for way in ways for branch in way]
        if len(found) > MOST_ALTERNATIVES:
            return [Branch(opaque=f"more than {MOST_ALTERNATIVES} alternatives")]
        if all(branch.is_list for branch in found) and found:
            once = [k for b in found for k in b.values or {}]
            merged = _merged(found)
            values = merged.values or {}
            kept = {k: v for k, v in values.items() if once.count(k) == 1}
            return [merged.with_(values=kept)] if kept else []
        shapes = [self.shapes.of((), (member,)) for member, _ in members]
        made = []
        for at, way in enumerate(ways):
            rest = tuple((s, node) for place, s in enumerate(shapes) if place != at)
            if any(shape.always for shape, _ in rest):
                continue
            rest = tuple((shape, where) for shape, where in rest if not shape.never)
            made += [b.with_(exclusions=(*b.exclusions, *rest)) for b in way]
        return made

    def _way(self, member: Node, pin: Branch | None) -> list[Branch]:
        target = member.target()
        found = self._of(target if target is not None else member)
        if pin is None:
            return found
        return self._product(found, [pin])

    def _named(self, node: Node, members: list[Node]) -> list[tuple[Node, Branch | None]]:
        """Alternatives, each with the values that a discriminator's mapping gives it."""
        names = names_of(node)
        return [(member, self._pin(node, names.get(id(member.target())))) for member in members]

    def _pin(self, node: Node, names: list[str] | None) -> Branch | None:
        where = node.child("discriminator", "mapping")
        if not names or where is None:
            return None
        key = (id(where), "\0".join(names))
        if key not in self._made:
            raw = {"type": "string", "enum": names}
            self._made[key] = Node(where.document, raw, where.parent, "mapping")
        name = property_of(node)
        assert name is not None
        layer = Layer(
            {name: self.shapes.of((), (self._made[key],))},
            (),
            self.shapes.true,
            where,
            says_rest=False,
        )
        return Branch(OBJECT, object_=ObjectPart(required={name: where}, layers=(layer,)))

    def _conditions(self, node: Node) -> list[list[Branch]]:
        found = []
        condition = node.child("if")
        if condition is not None and isinstance(condition.raw, (dict, bool)):
            yes = self._product(self._of(condition), self._branches_under(node, "then"))
            no = self._product(self._against(condition), self._branches_under(node, "else"))
            found.append([*yes, *no])
        for keyword in ("dependentSchemas", "dependencies"):
            if not isinstance(node.raw.get(keyword), dict):
                continue
            for name in node.raw[keyword]:
                member = node.child(keyword, name)
                if member is None or not isinstance(member.raw, (dict, bool)):
                    continue
                without = Branch(object_=ObjectPart(absent=frozenset((name,))))
                present = Branch(OBJECT, object_=ObjectPart(required={name: node}))
                found.append([without, *self._product([present], self._of(member))])
        return found

    def _branches_under(self, node: Node, keyword: str) -> list[Branch]:
        child = node.child(keyword)
        if child is None or not isinstance(child.raw, (dict, bool)):
            return [Branch()]
        return self._of(child)

    def _evaluated(self, node: Node, branch: Branch) -> Branch:
        """The branch with what unevaluatedProperties and unevaluatedItems say about the rest."""
        changes: dict[str, object] = {"joint": False}
        member = node.child("unevaluatedProperties")
        if member is not None and isinstance(member.raw, (dict, bool)):
            part = branch.object or ObjectPart()
            layers = [layer for layer in part.layers if layer.declares]
            if not any(layer.says_rest for layer in layers):
                names = dict.fromkeys(part.declared(), self.shapes.true)
                patterns = tuple(
                    (pattern, self.shapes.true) for layer in layers for pattern, _ in layer.patterns
                )
                rest = self.shapes.of((), (member,))
                is_map = isinstance(member.raw, dict)
                added = Layer(names, patterns, rest, node, says_rest=True, is_map=is_map)
                changes["object"] = part._replace(layers=(*part.layers, added))
        member = node.child("unevaluatedItems")
        if member is not None and isinstance(member.raw, (dict, bool)):
            listed = branch.array or ArrayPart()
            if listed.contains:
                changes["opaque"] = "contains beside unevaluatedItems"
            elif not any(layer.covers for layer in listed.layers):
                length = max((len(layer.prefix) for layer in listed.layers), default=0)
                prefix = (self.shapes.true,) * length
                last = ItemLayer(prefix, self.shapes.of((), (member,)), node)
                changes["array"] = listed._replace(layers=(*listed.layers, last))
        return branch.with_(**changes)

    def _check_patterns(self, node: Node) -> None:
        patterns = [node.raw.get("pattern")]
        if isinstance(node.raw.get("patternProperties"), dict):
            patterns += node.raw["patternProperties"]
        for pattern in patterns:
            if isinstance(pattern, str) and problem(pattern) is not None:
                self._note("unreadable-pattern", node, "pattern")

    def _note(self, kind: str, node: Node, keyword: str) -> None:
        self.remarks.setdefault((kind, id(node), keyword), Remark(kind, node, keyword))


def _merged(branches: list[Branch]) -> Branch:
    values = {key: value for branch in branches for key, value in (branch.values or {}).items()}
    types = 0
    origins: dict[str, Node] = {}
    for branch in branches:
        types |= branch.types
        origins = {**branch.origins, **origins}
    return Branch(types, values=values, origins=origins)


def _declare_apart(one: list[Branch], two: list[Branch]) -> bool:
    """Whether objects of two alternatives together may hold more than each declares."""
    for left in one:
        for right in two:
            if left.object and right.object and left.types & right.types & OBJECT:
                mine, theirs = left.object.declared(), right.object.declared()
                if mine.keys() - theirs.keys() and theirs.keys() - mine.keys():
                    return True
    return False
