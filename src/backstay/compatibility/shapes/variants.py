"""Discriminators with a mapping: which names stand for which alternative.

OpenAPI calls a discriminator a hint. Where an explicit mapping is given, servers and clients
dispatch on it, so it is read as a constraint: an alternative is sent under the names that the
mapping gives it. Without a mapping nothing is added, for names implied by components often differ
from what the alternatives say themselves. An alternative that lists other values for the property
than its names is left alone too: there the mapping is the mistake.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.compatibility.shapes.nodes import Node


def property_of(node: Node) -> str | None:
    """The name of the property that a discriminator with a mapping looks at."""
    held = node.raw.get("discriminator")
    if isinstance(held, dict) and isinstance(held.get("mapping"), dict):
        name = held.get("propertyName")
        return name if isinstance(name, str) else None
    return None


def names_of(node: Node) -> dict[int, list[str]]:
    """By the identity of an alternative's node: the names that the mapping gives it."""
    name = property_of(node)
    found: dict[int, list[str]] = {}
    if name is None:
        return found
    targets: dict[int, Node] = {}
    for variant, reference in node.raw["discriminator"]["mapping"].items():
        target = variant_of(node, reference) if isinstance(reference, str) else None
        if isinstance(variant, str) and target is not None:
            found.setdefault(id(target), []).append(variant)
            targets[id(target)] = target
    for identity, target in targets.items():
        own = list(_listed(target, name))
        if own and not set(found[identity]).intersection(*own):
            del found[identity]
    return found


def variant_of(node: Node, reference: str) -> Node | None:
    """What a value of a mapping leads to: by reference or by the name of a component."""
    documents = node.document.documents
    found = documents.find(reference, node) if "#" in reference or "/" in reference else None
    if found is None:
        holder = "definitions" if node.document.dialect == "swagger-2.0" else "components/schemas"
        found = documents.find(f"#/{holder}/{reference}", node)
    return found.target() if found is not None else None


def _listed(node: Node, name: str) -> Iterator[set[Any]]:
    """The texts to which a schema restricts a property, itself or through allOf."""
    open_nodes, seen = [node], {id(node)}
    while open_nodes:
        found = open_nodes.pop()
        member = found.child("properties", name)
        target = member.target() if member is not None else None
        if target is not None and isinstance(target.raw, dict):
            if isinstance(target.raw.get("enum"), list):
                yield {value for value in target.raw["enum"] if isinstance(value, str)}
            if isinstance(target.raw.get("const"), str):
                yield {target.raw["const"]}
        held = found.raw.get("allOf") if isinstance(found.raw, dict) else None
        for part in found.items("allOf") if isinstance(held, list) else ():
            inner = part.target()
            if inner is not None and id(inner) not in seen:
                seen.add(id(inner))
                open_nodes.append(inner)
