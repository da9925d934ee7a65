"""Whether a value is of a shape: a small validator of its own.

It reads the schemas directly, not their normal form, so that a mistake there shows. It only
chooses among candidates: what is reported was judged by the independent validator.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backstay.compatibility.shapes.keywords import flagged, nullable_alone
from backstay.compatibility.shapes.languages import matches
from backstay.compatibility.shapes.nodes import values_listed
from backstay.compatibility.shapes.plain import is_called, is_typed, number_fits, text_fits, within
from backstay.compatibility.shapes.values import is_number, key_of
from backstay.compatibility.shapes.variants import names_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.compatibility.shapes.nodes import Node
    from backstay.compatibility.shapes.shape import Shape

MOST_DEPTH = 150


class TooDeep(Exception):  # noqa: N818 (an answer: it was not decided)
    """The value or the schema is nested too deeply to be judged here."""


class Membership:
    """Judges values in one direction."""

    def __init__(self, withheld: str) -> None:
        self._withheld = withheld

    def belongs(self, shape: Shape, value: object) -> bool:
        """Whether a value is of a shape as it is written."""
        return (
            not shape.never
            and all(self.accepts(node, value) for node in (*shape.closed, *shape.open))
            and not any(self.accepts(node, value) for node in shape.negated)
        )

    def accepts(self, node: Node, value: object) -> bool:
        """Whether a node accepts a value.

        Raises:
            TooDeep: it was not decided.
        """
        return _Judgement(self._withheld).judge(node, value, 0) is not None


class _Seen:
    """Which members and items a schema has looked at, for what it says about the rest."""

    __slots__ = ("items", "names")

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.items: set[int] = set()

    def add(self, other: _Seen) -> None:
        self.names |= other.names
        self.items |= other.items


class _Judgement:
    """One value against one node. ``judge`` gives what was looked at, or None for a refusal."""

    def __init__(self, withheld: str) -> None:
        self.withheld = withheld
        self.under_way: set[tuple[int, int]] = set()

    def judge(self, node: Node, value: Any, depth: int) -> _Seen | None:  # noqa: ANN401 (any JSON)
        if depth > MOST_DEPTH:
            raise TooDeep("nested too deeply")
        target = node.target()
        if target is None:
            return _Seen()
        raw = target.raw
        if not isinstance(raw, dict):
            return None if raw is False else _Seen()
        key = (id(target), id(value))
        if key in self.under_way:
            return _Seen()
        self.under_way.add(key)
        try:
            return self._object(target, value, depth + 1)
        finally:
            self.under_way.discard(key)

    def _object(self, node: Node, value: Any, depth: int) -> _Seen | None:  # noqa: ANN401
        if nullable_alone(node) and value is None:
            return _Seen()
        if not self._plain(node, value):
            return None
        seen = _Seen()
        if not self._in_place(node, value, seen, depth):
            return None
        if isinstance(value, dict) and not self._members(node, value, seen, depth):
            return None
        if isinstance(value, list) and not self._items(node, value, seen, depth):
            return None
        return seen

    def _plain(self, node: Node, value: Any) -> bool:  # noqa: ANN401
        raw = node.raw
        if not is_typed(node, value):
            return False
        if isinstance(raw.get("enum"), list) and key_of(value) not in values_listed(node):
            return False
        if "const" in raw and not node.old_style and key_of(raw["const"]) != key_of(value):
            return False
        if is_number(value):
            return number_fits(raw, value)
        if isinstance(value, str):
            return text_fits(raw, value)
        return not isinstance(value, dict) or self._has_required(node, value)

    def _has_required(self, node: Node, value: dict[str, Any]) -> bool:
        required = node.raw.get("required")
        for name in required if isinstance(required, list) else ():
            if isinstance(name, str) and name not in value:
                member = node.child("properties", name)
                if member is None or not flagged(member, self.withheld):
                    return False
        return True

    def _in_place(self, node: Node, value: Any, seen: _Seen, depth: int) -> bool:  # noqa: ANN401
        raw = node.raw
        for member in self._all(node):
            found = self.judge(member, value, depth)
            if found is None:
                return False
            seen.add(found)
        for keyword in ("anyOf", "oneOf"):
            if not isinstance(raw.get(keyword), list):
                continue
            names = names_of(node)
            ways = [
                self.judge(member, value, depth)
                if is_called(node, value, names.get(id(member.target())))
                else None
                for member in _schemas(node, keyword)
            ]
            passed = [way for way in ways if way is not None]
            if ways and (not passed or (keyword == "oneOf" and len(passed) > 1)):
                return False
            for way in passed:
                seen.add(way)
        denied = _schema(node, "not")
        if denied is not None and self.judge(denied, value, depth) is not None:
            return False
        return node.old_style or self._conditions(node, value, seen, depth)

    def _all(self, node: Node) -> Iterator[Node]:
        yield from _schemas(node, "allOf")
        for keyword in ("$ref", "$dynamicRef"):
            if isinstance(node.raw.get(keyword), str):
                found = node.document.documents.find(node.raw[keyword], node)
                if found is not None:
                    yield found

    def _conditions(self, node: Node, value: Any, seen: _Seen, depth: int) -> bool:  # noqa: ANN401
        condition = _schema(node, "if")
        if condition is not None:
            found = self.judge(condition, value, depth)
            if found is not None:
                seen.add(found)
            follow = _schema(node, "else" if found is None else "then")
            if follow is not None:
                found = self.judge(follow, value, depth)
                if found is None:
                    return False
                seen.add(found)
        for keyword in ("dependentSchemas", "dependencies"):
            held = node.raw.get(keyword)
            if not isinstance(held, dict) or not isinstance(value, dict):
                continue
            for name in held:
                if name in value and isinstance(held[name], (dict, bool)):
                    member = node.child(keyword, name)
                    found = self.judge(member, value, depth) if member is not None else None
                    if found is None:
                        return False
                    seen.add(found)
        return True

    def _members(self, node: Node, value: dict[str, Any], seen: _Seen, depth: int) -> bool:
        raw = node.raw
        declared = raw.get("properties")
        declared = declared if isinstance(declared, dict) else {}
        looked_at = value.keys() & declared.keys()
        for name in looked_at:
            member = node.child("properties", name)
            assert member is not None
            if not flagged(member, self.withheld) and (
                self.judge(member, value[name], depth) is None
            ):
                return False
        if not node.old_style and not self._new_members(node, value, looked_at, depth):
            return False
        if not within(len(value), raw, "minProperties", "maxProperties"):
            return False
        rest = _schema(node, "additionalProperties")
        if rest is not None:
            left = value.keys() - looked_at
            if any(self.judge(rest, value[name], depth) is None for name in left):
                return False
            looked_at |= left
        seen.names |= looked_at
        last = None if node.old_style else _schema(node, "unevaluatedProperties")
        if last is None:
            return True
        left = value.keys() - seen.names
        seen.names |= left
        return all(self.judge(last, value[name], depth) is not None for name in left)

    def _new_members(
        self, node: Node, value: dict[str, Any], looked_at: set[str], depth: int
    ) -> bool:
        patterns = node.raw.get("patternProperties")
        for pattern in patterns if isinstance(patterns, dict) else ():
            member = node.child("patternProperties", pattern)
            assert member is not None
            found = {name for name in value if matches(pattern, name)}
            looked_at |= found
            if any(self.judge(member, value[name], depth) is None for name in found):
                return False
        names = _schema(node, "propertyNames")
        if names is not None and any(self.judge(names, name, depth) is None for name in value):
            return False
        return all(
            not isinstance(others, list)
            or name not in value
            or all(other in value for other in others if isinstance(other, str))
            for keyword in ("dependentRequired", "dependencies")
            if isinstance(node.raw.get(keyword), dict)
            for name, others in node.raw[keyword].items()
        )

    def _items(self, node: Node, value: list[Any], seen: _Seen, depth: int) -> bool:
        if not within(len(value), node.raw, "minItems", "maxItems"):
            return False
        if node.raw.get("uniqueItems") is True and len(set(map(key_of, value))) < len(value):
            return False
        return self._listed(node, value, seen, depth) and (
            node.old_style
            or (
                self._contained(node, value, seen, depth)
                and self._unseen_items(node, value, seen, depth)
            )
        )

    def _listed(self, node: Node, value: list[Any], seen: _Seen, depth: int) -> bool:
        listed = "items" if isinstance(node.raw.get("items"), list) else "prefixItems"
        is_known = not (node.old_style and listed == "prefixItems")
        prefix = list(node.items(listed)) if is_known and listed in node.raw else []
        rest = _schema(node, "additionalItems" if listed == "items" else "items")
        for position, item in enumerate(value):
            member = prefix[position] if position < len(prefix) else rest
            if member is not None:
                seen.items.add(position)
                if self.judge(member, item, depth) is None:
                    return False
        return True

    def _contained(self, node: Node, value: list[Any], seen: _Seen, depth: int) -> bool:
        held = _schema(node, "contains")
        if held is None:
            return True
        found = {p for p, item in enumerate(value) if self.judge(held, item, depth) is not None}
        seen.items |= found
        fewest = node.raw.get("minContains")
        fewest = fewest if is_number(fewest) else 1
        most = node.raw.get("maxContains")
        return fewest <= len(found) and not (is_number(most) and len(found) > most)

    def _unseen_items(self, node: Node, value: list[Any], seen: _Seen, depth: int) -> bool:
        last = _schema(node, "unevaluatedItems")
        if last is None:
            return True
        left = [item for position, item in enumerate(value) if position not in seen.items]
        seen.items |= set(range(len(value)))
        return all(self.judge(last, item, depth) is not None for item in left)


def _schema(node: Node, keyword: str) -> Node | None:
    child = node.child(keyword)
    return child if child is not None and isinstance(child.raw, (dict, bool)) else None


def _schemas(node: Node, keyword: str) -> Iterator[Node]:
    if isinstance(node.raw.get(keyword), list):
        for member in node.items(keyword):
            if isinstance(member.raw, (dict, bool)):
                yield member
