"""What differs between two schemas although no single value shows it, or although it is safe.

Walks both in parallel, through properties, items and alternatives, each pair once in a direction.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from backstay.compatibility.openapi.ledger import (
    DATA,
    MEANING,
    SOURCE,
    Nodes,
    Statement,
)
from backstay.compatibility.openapi.lifecycle import life_changes
from backstay.compatibility.openapi.structure import (
    PLAIN,
    Several,
    Structure,
    Structures,
    alternative_name,
)
from backstay.compatibility.openapi.tightening import CONTRADICTORY, is_dead, tightened
from backstay.compatibility.openapi.wording import shown, shown_list, spoken, within
from backstay.compatibility.shapes.values import key_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from backstay.compatibility.openapi.lifecycle import Policy
    from backstay.compatibility.shapes.nodes import Node
    from backstay.compatibility.shapes.sameness import Sameness
    from backstay.model.changes import Direction

MOST_PAIRS = 20_000

Key = tuple[tuple[int, ...], tuple[int, ...], bool]


class Visit(NamedTuple):
    """One pair to look at, and how people find it. What is ``dead`` applies to no value."""

    old: Several
    new: Several
    path: str
    dead: bool = False


Known = tuple[tuple[Statement, ...], list[tuple[Key, Visit]]]


class Members:
    """Compares what schemas declare, in one direction."""

    def __init__(
        self,
        direction: Direction,
        structures: Structures,
        sameness: Sameness,
        policy: Policy,
        is_empty: Callable[[Node], bool],
    ) -> None:
        self._direction = direction
        self._structures = structures
        self._sameness = sameness
        self._policy = policy
        self.is_empty = is_empty
        self._known: dict[tuple[int, int], tuple[Statement, ...]] = {}
        self._pairs: dict[Key, Known] = {}

    def compare(self, old: Node, new: Node, place: str) -> tuple[Statement, ...]:
        """All that is said about a pair and what it reaches."""
        key = id(old.target() or old), id(new.target() or new)
        if key not in self._known:
            self._known[key] = tuple(self._walk(old, new, place))
        return self._known[key]

    def _walk(self, old: Node, new: Node, place: str) -> Iterator[Statement]:
        first = Visit((old,), (new,), "")
        waiting = [] if self._are_same(first) else [(_key(first), first)]
        seen: set[Key] = set()
        while waiting and len(seen) < MOST_PAIRS:
            key, visit = waiting.pop()
            if key in seen:
                continue
            seen.add(key)
            known = self._pairs.get(key)
            if known is None:
                known = self._pairs[key] = self._looked_at(visit, place)
            yield from known[0]
            waiting += known[1]

    def _looked_at(self, visit: Visit, place: str) -> Known:
        """What is said of a pair, and the pairs below it that differ, the first one last."""
        before, after = self._structures.of(*visit.old), self._structures.of(*visit.new)
        said = tuple(_Pair(self, before, after, visit, place).statements())
        below = [each for each in self._below(before, after, visit) if not self._are_same(each)]
        return said, [(_key(each), each) for each in reversed(below)]

    def _are_same(self, visit: Visit) -> bool:
        return len(visit.old) == len(visit.new) and all(
            self._sameness.nodes(old, new) for old, new in zip(visit.old, visit.new, strict=True)
        )

    def _below(self, before: Structure, after: Structure, at: Visit) -> Iterator[Visit]:
        path = at.path
        dead = at.dead or before.is_no("object") or after.is_no("object")
        for name, member in after.properties.items():
            if name in before.properties:
                step = f"{path}.{name}" if path else name
                yield Visit(before.properties[name], member, step, dead)
        if before.items and after.items:
            unread = at.dead or before.is_no("array") or after.is_no("array")
            yield Visit(before.items, after.items, f"{path}[]", unread)
        if before.additional and after.additional:
            yield Visit(before.additional, after.additional, f"{path}.*", dead)
        for old, new in paired(before.alternatives, after.alternatives, self._sameness):
            yield Visit((old,), (new,), path, at.dead)


def _types(structure: Structure) -> frozenset[str]:
    """The types that are named, however null is written; empty where none are."""
    types = structure.types - {"null"} - ({"integer"} if "number" in structure.types else set())
    return types | {"null"} if types and structure.nullable else types


def _key(visit: Visit) -> Key:
    sides = (visit.old, visit.new)
    old, new = (tuple(id(node.target() or node) for node in side) for side in sides)
    return old, new, visit.dead


def paired(old: list[Node], new: list[Node], sameness: Sameness) -> list[tuple[Node, Node]]:
    """Alternatives that belong together: by name, then the last one left on either side."""
    if not old or not new:
        return []
    names = {alternative_name(node): node for node in old}
    found, left = [], []
    for node in new:
        name = alternative_name(node)
        if name is not None and name in names:
            found.append((names.pop(name), node))
        else:
            left.append(node)
    taken = {id(one) for one, _ in found}
    rest = [node for node in old if id(node) not in taken]
    for node in list(left):
        same = next((other for other in rest if sameness.nodes(other, node)), None)
        if same is not None:
            rest.remove(same)
            left.remove(node)
    if len(rest) == len(left) == 1:
        found.append((rest[0], left[0]))
    return found


class _Pair:
    """One pair of structures."""

    def __init__(
        self, members: Members, old: Structure, new: Structure, visit: Visit, place: str
    ) -> None:
        self._visit = visit
        self._place = place
        self._direction = members._direction  # noqa: SLF001 (one module)
        self._policy = members._policy  # noqa: SLF001 (one module)
        self._members = members
        self.old = old
        self.new = new
        self.is_request = self._direction == "request"

    @cached_property
    def where(self) -> str:
        """What is spoken of; only made where there is something to say."""
        return spoken(self.new.first.pointer, within(self._visit.path, self._place))

    def statements(self) -> Iterator[Statement]:
        yield from self._properties()
        yield from self._default()
        yield from self._extensible()
        yield from self._listed()
        yield from self._discriminator()
        yield from self._variants()
        yield from self._constraints()

    def _say(  # noqa: PLR0913 (the fields of a statement)
        self,
        kind: str,
        text: str,
        nodes: Nodes,
        keyword: str = "",
        detail: str = "",
        *,
        compatibility: Any = "safe",  # noqa: ANN401 (a literal of the model)
        breaks: Any = (),  # noqa: ANN401 (a literal of the model)
        doubt: str | None = None,
    ) -> Statement:
        return Statement(
            kind, text, compatibility, breaks, self._direction, *nodes, keyword, detail,
            doubt=doubt,
        )  # fmt: skip

    def _properties(self) -> Iterator[Statement]:
        old, new = self.old, self.new
        for name, nodes in new.properties.items():
            was = old.properties.get(name)
            if was is not None:
                yield from self._property(name, was, nodes)
            elif not (self.is_request and name in new.required):
                text = f"{self.where} may now hold `{name}`."
                yield self._say("property-added", text, (None, nodes[0]))
        for name, nodes in old.properties.items():
            if name not in new.properties:
                yield from self._removed(name, nodes[0])

    def _property(self, name: str, old: Several, new: Several) -> Iterator[Statement]:
        """A property that both versions have."""
        was, now = name in self.old.required, name in self.new.required
        if self.is_request and was and not now:
            text = f"{self.where}: `{name}` may now be left out."
            yield self._say("property-became-optional", text, (old[0], new[0]))
        elif now and not was and not self.is_request:
            text = f"{self.where}: `{name}` is now always there."
            yield self._say("property-became-required", text, (old[0], new[0]))
        before, after = self._deprecated(old), self._deprecated(new)
        if before is not None or after is not None:
            both, what = (before or old[0], after or new[0]), f"{self.where}: `{name}`"
            yield from life_changes(what, "property", both, self._direction, self._policy)

    def _deprecated(self, nodes: Several) -> Node | None:
        """The node that says that a member is deprecated, here or through $ref and allOf."""
        for node in nodes:
            raw = node.raw
            if not isinstance(raw, dict):
                continue
            if raw.get("deprecated") is True:
                return node
            if "$ref" in raw or "allOf" in raw:
                found = self._members._structures.of(node).deprecated  # noqa: SLF001 (one module)
                if found is not None:
                    return found
        return None

    def _removed(self, name: str, node: Node) -> Iterator[Statement]:
        if not self.is_request and name in self.old.required:
            return  # the relation says so
        if self.is_request:
            text = f"{self.where}: `{name}` is no longer known; what callers send there is ignored."
        else:
            text = f"{self.where}: `{name}` no longer comes; clients that use it find nothing."
        yield self._say(
            "property-removed", text, (node, self.new.first), "properties", name,
            compatibility="risky", breaks=("source", "behaviour"),
        )  # fmt: skip

    def _default(self) -> Iterator[Statement]:
        old, new = self.old.default, self.new.default
        if not self.is_request or (old is None and new is None):
            return
        if old is not None and new is not None and key_of(old[1]) == key_of(new[1]):
            return
        was = "nothing" if old is None else shown(old[1])
        now = "nothing" if new is None else shown(new[1])
        yield self._say(
            "property-default-changed",
            f"{self.where}: what is left out now means {now} instead of {was}.",
            (old[0] if old else self.old.first, new[0] if new else self.new.first),
            "default",
            compatibility="risky",
            breaks=MEANING,
        )

    def _extensible(self) -> Iterator[Statement]:
        if self.old.extensible is None or self.new.extensible is None:
            return
        (old, before), (new, after) = self.old.extensible, self.new.extensible
        keyword = "x-extensible-enum"
        gone = missing(before, after)
        if gone and self.is_request:
            yield self._say(
                "extensible-value-removed",
                f"{self.where}: {shown_list(gone)} no longer known; callers who send it are"
                " refused or misread.",
                (old, new), keyword, compatibility="breaking", breaks=DATA,
            )  # fmt: skip
        added = missing(after, before)
        if added:
            text = f"{self.where}: {shown_list(added)} added to an open list."
            yield self._say("extensible-value-added", text, (old, new), keyword)

    def _listed(self) -> Iterator[Statement]:
        if self.old.values is None or self.new.values is None:
            return
        added = missing(self.new.values, self.old.values)
        gone = missing(self.old.values, self.new.values)
        old, new = self.old.first, self.new.first
        if added and self.is_request:
            text = f"{self.where}: {shown_list(added)} may now be sent."
            yield self._say("value-added", text, (old, new), "enum")
        if gone and not self.is_request:
            text = f"{self.where}: {shown_list(gone)} no longer sent."
            yield self._say("value-removed", text, (old, new), "enum")

    def _discriminator(self) -> Iterator[Statement]:
        old, new = self.old.discriminator, self.new.discriminator
        if old is None or new is None:
            return
        before, after = _property_name(old), _property_name(new)
        if before != after and before is not None and after is not None:
            yield self._say(
                "discriminator-changed",
                f"{self.where}: `{after}` tells the alternatives apart, no longer `{before}`:"
                " clients that look at the old one take objects for the wrong kind.",
                (old, new), "discriminator", compatibility="breaking", breaks=("json", "source"),
                doubt="whether a receiver looks at the discriminator is its own affair",
            )  # fmt: skip

    def _variants(self) -> Iterator[Statement]:
        """Alternatives whose names differ: the values are the relation's business."""
        old = [alternative_name(node) for node in self.old.alternatives]
        new = [alternative_name(node) for node in self.new.alternatives]
        if not old or None in old or None in new or len(old) != len(new):
            return
        gone = [name for name in old if name not in new]
        come = [name for name in new if name not in old]
        if gone:
            names = ", ".join(f"`{name}`" for name in gone)
            yield self._say(
                "variant-renamed",
                f"{self.where}: the alternatives {names} are now"
                f" {', '.join(f'`{name}`' for name in come)}: generated types change their names.",
                (self.old.first, self.new.first), compatibility="breaking", breaks=SOURCE,
            )  # fmt: skip

    def _constraints(self) -> Iterator[Statement]:
        changed = [
            keyword
            for keyword in {**self.old.constraints, **self.new.constraints}
            if self._said(self.old, keyword) != self._said(self.new, keyword)
        ]
        was, now = _types(self.old), _types(self.new)
        if was != now and ((was and now) or not (self.old.lists_ways or self.new.lists_ways)):
            changed.append("type")
        if not changed:
            return
        sender, receiver = (self.old, self.new) if self.is_request else (self.new, self.old)
        refused: dict[str, str] = {}
        narrower = tightened(sender, receiver)
        if narrower and self._members.is_empty(sender.first):
            refused = dict(narrower)
        for keyword in {**dict.fromkeys(changed), **refused}:
            yield self._constraint(keyword, refused.get(keyword))

    def _said(self, structure: Structure, keyword: str) -> object:
        known = structure.constraints.get(keyword)
        return None if known is None else known[0]

    def _is_dead(self, keyword: str) -> bool:
        """Whether what the receiver says, or else the sender, can apply to no value."""
        if self._visit.dead:
            return True
        sides = (self.new, self.old) if self.is_request else (self.old, self.new)
        for structure in sides:
            held = structure.constraints.get(keyword)
            if held is not None:
                return is_dead(keyword, held[0], structure)
        return False

    def _constraint(self, keyword: str, refused: str | None) -> Statement:
        was, now = self.old.constraints.get(keyword), self.new.constraints.get(keyword)
        old, new = was[1] if was else self.old.first, now[1] if now else self.new.first
        if keyword in PLAIN and self._is_dead(keyword):
            text = f"{self.where}: `{keyword}` changed; it cannot apply to the type there."
            return self._say("dead-constraint-changed", text, (old, new), keyword, keyword)
        if refused is not None:
            text = f"{self.where}: `{keyword}` asks for more; but no value fits the schema anyway."
            return self._say(
                refused, text, (old, new), keyword, keyword, compatibility="breaking", breaks=DATA,
                doubt=CONTRADICTORY,
            )  # fmt: skip
        text = f"{self.where}: `{keyword}` changed; every receiver takes what is sent."
        return self._say("constraint-changed", text, (old, new), keyword, keyword)


def missing(these: list[Any], those: list[Any]) -> list[Any]:
    """Those of the first that are not among the second."""
    held = {key_of(value) for value in those}
    return [value for value in these if key_of(value) not in held]


def _property_name(node: Node) -> str | None:
    held = node.raw.get("discriminator")
    if isinstance(held, dict):
        held = held.get("propertyName")
    return held if isinstance(held, str) else None
