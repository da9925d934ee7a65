"""Whom to blame where a receiver has several alternatives and none accepts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.compatibility.shapes.breaches import Breach
from backstay.compatibility.shapes.goals import Part
from backstay.compatibility.shapes.values import NULL, type_of

if TYPE_CHECKING:
    from backstay.compatibility.shapes.goals import Way


def distance(way: Way) -> tuple[int, int, int]:
    """How far a way is from accepting: what fails here counts before what fails in children.

    What a schema says by `not`, or where its `if` does not hold, is the last to be blamed.
    """
    part = way.owner
    assert isinstance(part, Part)
    failing = sum(10 if edge.receiver.negated else 1 for edge, c in way.children if c.failed)
    mine = part.sender.object.declared().keys() if part.sender.object else set()
    held = way.receiver.object if way.receiver else None
    shared = len(mine & held.declared().keys()) if held else 0
    here = sum(10 if breach.keyword == "not" else 1 for breach in way.breaches)
    return here, failing, -shared


def value_breaches(part: Part, way: Way) -> list[Breach]:
    """Why listed values are refused: one breach for each kind of reason."""
    found = [b for b in way.breaches if b.kind in {"null-value", "wrong-type", "unlisted-value"}]
    refused = part.refused
    nodes = (part.pair.sender.node, part.pair.receiver.node)
    made: list[Breach] = []
    for breach in found:
        if breach.kind == "null-value":
            held = tuple(value for value in refused if value is None)
        elif breach.kind == "wrong-type":
            types = way.receiver.types if way.receiver else 0
            held = tuple(v for v in refused if v is not None and not type_of(v) & types)
        else:
            held = refused
        if held:
            made.append(breach._replace(challenge=held))
    if not made:
        others = [b for b in way.breaches if b not in found]
        made = [b._replace(challenge=refused, doubt="") for b in others[:1]]
    return made or [Breach("no-alternative", "", *nodes, challenge=refused)]


def alternatives_breach(part: Part) -> Breach:
    """What to say where no branch of the receiver is near."""
    pair = part.pair
    theirs = part.candidates or [way.receiver for way in part.ways if way.receiver]
    kind = "no-alternative" if theirs or part.ways else "nothing-accepted"
    if part.sender.opaque and not theirs:
        kind = "undecided"
    if part.sender.types == NULL:
        kind = "null-value"
    challenge = (part.example,) if part.has_example else part.sender
    return Breach(
        kind, "", pair.sender.node, pair.receiver.node, challenge=challenge, doubt=part.doubt
    )
