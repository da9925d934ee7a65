"""What the keywords of one schema object say by themselves, without those that combine schemas.

Content that JSON Schema does not allow is skipped and noted: the rest of the schema still counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backstay.compatibility.shapes.branches import Branch
from backstay.compatibility.shapes.formats import INTEGER_FORMATS
from backstay.compatibility.shapes.parts import (
    ArrayPart,
    Contained,
    ItemLayer,
    Layer,
    NumberPart,
    ObjectPart,
    TextPart,
)
from backstay.compatibility.shapes.values import (
    ANY,
    INTEGER,
    NULL,
    NUMBER,
    TYPES,
    exact,
    is_number,
    key_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from fractions import Fraction

    from backstay.compatibility.shapes.nodes import Node
    from backstay.compatibility.shapes.shape import Shape, Shapes

COMBINING = frozenset(["allOf", "anyOf", "oneOf"])


class Keywords:
    """Reads schema objects into single branches."""

    def __init__(
        self,
        shapes: Shapes,
        withheld: str,
        note: Callable[[str, Node, str], None],
    ) -> None:
        self.shapes = shapes
        self._withheld = withheld
        self._note = note

    def branch(self, node: Node) -> Branch | None:
        """The conjunction of a schema object's own keywords; None where nothing satisfies it."""
        raw = node.raw
        types = self._types(node)
        values = self._values(node)
        branch = Branch(
            types,
            number=self._number(node),
            text=self._text(node),
            array=self._array(node),
            object_=self._object(node),
            origins=dict.fromkeys((k for k in ("type", "enum", "const") if k in raw), node),
        )
        if values is not None:
            return branch.meet(Branch(values=values))
        if branch.number and types & NUMBER and any(_is_whole(m) for m in branch.number.multiples):
            branch.types = types & ~(NUMBER & ~INTEGER)
        return branch if branch.types else None

    def _types(self, node: Node) -> int:
        raw = node.raw.get("type")
        nullable = node.old_style and _true(node.raw, "nullable", "x-nullable")
        if raw is None:
            return ANY
        names = raw if isinstance(raw, list) else [raw]
        types = 0
        for name in names:
            if not isinstance(name, str) or name not in TYPES:
                if name != "file":
                    self._note("unreadable-keyword", node, "type")
                return ANY
            types |= TYPES[name]
        return types | NULL if nullable else types

    def _values(self, node: Node) -> dict[object, Any] | None:
        values = None
        listed = node.raw.get("enum")
        if isinstance(listed, list):
            values = {key_of(value): value for value in listed}
        elif "enum" in node.raw:
            self._note("unreadable-keyword", node, "enum")
        if "const" in node.raw and not node.old_style:
            value = node.raw["const"]
            if values is not None and key_of(value) not in values:
                return {}
            values = {key_of(value): value}
        return values

    def _size(self, node: Node, keyword: str) -> int | None:
        size = node.raw.get(keyword)
        if size is None:
            return None
        if is_number(size) and size == int(size) and size >= 0:
            return int(size)
        self._note("unreadable-keyword", node, keyword)
        return None

    def _bound(self, node: Node, keyword: str) -> Fraction | None:
        bound = node.raw.get(keyword)
        if bound is None or isinstance(bound, bool):
            return None
        if is_number(bound):
            return exact(bound)
        self._note("unreadable-keyword", node, keyword)
        return None

    def _number(self, node: Node) -> NumberPart | None:
        raw = node.raw
        part = NumberPart()
        for keyword, low in (("minimum", True), ("maximum", False)):
            exclusive = "exclusive" + keyword.capitalize()
            bound = self._bound(node, keyword)
            beyond = self._bound(node, exclusive)
            flagged = raw.get(exclusive) is True
            for limit, excluded, origin in ((bound, flagged, keyword), (beyond, True, exclusive)):
                if limit is not None:
                    side = (
                        NumberPart(low=limit, low_excluded=excluded)
                        if low
                        else NumberPart(high=limit, high_excluded=excluded)
                    )
                    part = part.meet(side._replace(origins={keyword: node, origin: node}))
        step = self._bound(node, "multipleOf")
        if step is not None and step > 0:
            part = part.meet(NumberPart(multiples=(step,), origins={"multipleOf": node}))
        if isinstance(raw.get("format"), str) and raw["format"] in INTEGER_FORMATS:
            part = part.meet(NumberPart(formats=(raw["format"],), origins={"format": node}))
        return part if part != NumberPart() else None

    def _text(self, node: Node) -> TextPart | None:
        raw = node.raw
        shortest, longest = self._size(node, "minLength"), self._size(node, "maxLength")
        patterns: tuple[str, ...] = ()
        formats: tuple[str, ...] = ()
        pattern, format_ = raw.get("pattern"), raw.get("format")
        if isinstance(pattern, str):
            patterns = (pattern,)
        elif pattern is not None:
            self._note("unreadable-keyword", node, "pattern")
        if isinstance(format_, str) and format_ not in INTEGER_FORMATS:
            formats = (format_,)
        contents = [
            f"{keyword}:{raw[keyword]}"
            for keyword in ("contentEncoding", "contentMediaType")
            if isinstance(raw.get(keyword), str)
        ]
        if not (shortest or longest is not None or patterns or formats or contents):
            return None
        said = [
            "minLength",
            "maxLength",
            "pattern",
            "format",
            "contentEncoding",
            "contentMediaType",
        ]
        return TextPart(
            shortest or 0,
            longest,
            patterns,
            (),
            (*formats, *contents),
            (),
            dict.fromkeys((keyword for keyword in said if keyword in raw), node),
        )

    def _schema(self, node: Node, keyword: str) -> Shape | None:
        child = node.child(keyword)
        if child is None:
            return None
        if isinstance(child.raw, (dict, bool)):
            return self.shapes.of((), (child,))
        self._note("unreadable-keyword", node, keyword)
        return None

    def _array(self, node: Node) -> ArrayPart | None:
        raw = node.raw
        listed = "items" if isinstance(raw.get("items"), list) else "prefixItems"
        rest_keyword = "additionalItems" if listed == "items" else "items"
        prefix: tuple[Shape, ...] = ()
        if listed in raw and not (node.old_style and listed == "prefixItems"):
            prefix = tuple(self.shapes.of((), (item,)) for item in node.items(listed))
        rest = self._schema(node, rest_keyword)
        layers: tuple[ItemLayer, ...] = ()
        if prefix or rest is not None:
            says = rest is not None
            layers = (ItemLayer(prefix, rest or self.shapes.true, node, says),)
        contains = self._contains(node)
        unique = raw.get("uniqueItems") is True
        fewest, most = self._size(node, "minItems"), self._size(node, "maxItems")
        if not (layers or contains or unique or fewest or most is not None):
            return None
        said = [key for key in ("minItems", "maxItems", "uniqueItems", "contains") if key in raw]
        return ArrayPart(
            fewest or 0, most, layers, contains, unique, origins=dict.fromkeys(said, node)
        )

    def _contains(self, node: Node) -> tuple[Contained, ...]:
        if node.old_style:
            return ()
        shape = self._schema(node, "contains")
        if shape is None:
            return ()
        fewest = self._size(node, "minContains")
        most = self._size(node, "maxContains")
        return (Contained(shape, 1 if fewest is None else fewest, most, node=node),)

    def _object(self, node: Node) -> ObjectPart | None:
        raw = node.raw
        properties: dict[str, Shape] = {}
        withheld = set()
        if isinstance(raw.get("properties"), dict):
            for name in raw["properties"]:
                member = node.child("properties", name)
                assert member is not None
                if flagged(member, self._withheld):
                    withheld.add(name)
                    properties[name] = self.shapes.true
                else:
                    properties[name] = self.shapes.of((), (member,))
        elif "properties" in raw:
            self._note("unreadable-keyword", node, "properties")
        patterns = self._patterns(node)
        rest = self._schema(node, "additionalProperties")
        layers: tuple[Layer, ...] = ()
        if properties or patterns or rest is not None:
            says = rest is not None
            shape = self.shapes.true if rest is None else rest
            is_map = isinstance(raw.get("additionalProperties"), dict)
            layers = (Layer(properties, patterns, shape, node, says_rest=says, is_map=is_map),)
        part = ObjectPart(
            fewest=self._size(node, "minProperties") or 0,
            most=self._size(node, "maxProperties"),
            required={
                name: where for name, where in self._required(node).items() if name not in withheld
            },
            layers=layers,
            names=self._names(node),
            dependents=tuple(self._dependents(node)),
            withheld=frozenset(withheld),
            origins={k: node for k in ("minProperties", "maxProperties") if k in raw},
        )
        return part if part != ObjectPart() else None

    def _required(self, node: Node) -> dict[str, Node]:
        required = node.raw.get("required")
        if isinstance(required, list):
            return {name: node for name in required if isinstance(name, str)}
        if required is not None and not isinstance(required, bool):
            self._note("unreadable-keyword", node, "required")
        return {}

    def _patterns(self, node: Node) -> tuple[tuple[str, Shape], ...]:
        if node.old_style or not isinstance(node.raw.get("patternProperties"), dict):
            return ()
        holder = node.child("patternProperties")
        assert holder is not None
        return tuple(
            (pattern, self.shapes.of((), (child,)))
            for pattern in holder.raw
            if (child := holder.child(pattern)) is not None
        )

    def _names(self, node: Node) -> tuple[tuple[Shape, Node], ...]:
        shape = None if node.old_style else self._schema(node, "propertyNames")
        return () if shape is None or shape.always else ((shape, node),)

    def _dependents(self, node: Node) -> list[tuple[str, str, Node]]:
        if node.old_style:
            return []
        found = []
        for keyword in ("dependentRequired", "dependencies"):
            held = node.raw.get(keyword)
            if not isinstance(held, dict):
                continue
            for name, others in held.items():
                if isinstance(others, list):
                    found += [(name, other, node) for other in others if isinstance(other, str)]
        return found


def _is_whole(step: Fraction) -> bool:
    return step.denominator == 1


def _true(raw: dict[str, Any], *keywords: str) -> bool:
    return any(raw.get(keyword) is True for keyword in keywords)


def flagged(node: Node, keyword: str) -> bool:
    """Whether ``readOnly`` or the like is true of a node, said there or through $ref and allOf."""
    flags = node.document.documents.flags
    key = (id(node), keyword)
    if key not in flags:
        flags[key] = _flagged(node, keyword)
    return flags[key]


def _flagged(node: Node, keyword: str) -> bool:
    open_nodes, seen = [node], {id(node)}
    while open_nodes:
        found = open_nodes.pop()
        raw = found.raw
        if not isinstance(raw, dict):
            continue
        if raw.get(keyword) is True and not (found.old_style and "$ref" in raw):
            return True
        nearby = list(found.items("allOf")) if isinstance(raw.get("allOf"), list) else []
        if isinstance(raw.get("$ref"), str):
            target = found.document.documents.find(raw["$ref"], found)
            nearby += [target] if target is not None else []
        for other in nearby:
            if id(other) not in seen:
                seen.add(id(other))
                open_nodes.append(other)
    return False


def nullable_alone(node: Node) -> bool:
    """``nullable`` beside allOf, anyOf or oneOf without a type: widely written to mean "or null".

    OpenAPI 3.0.3 says that it has no effect there; generators write it and readers honour it.
    """
    return (
        node.old_style
        and "type" not in node.raw
        and "$ref" not in node.raw
        and not COMBINING.isdisjoint(node.raw)
        and _true(node.raw, "nullable", "x-nullable")
    )
