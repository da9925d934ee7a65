"""Sentences about what a receiver refuses: who breaks, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backstay.compatibility.shapes.results import Break
    from backstay.model.changes import Direction

MOST_SHOWN = 100
MOST_VALUE = 60
MOST_PATH = 120
MOST_LISTED = 8


def spoken(pointer: str, fallback: str) -> str:
    """A node of a schema as people name it: "Order.items[].name"; or the fallback."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    if steps[:2] == ["components", "schemas"] and len(steps) > 2:
        return short(_below(steps[2], steps[3:]))
    if steps[:1] == ["definitions"] and len(steps) > 1:
        return short(_below(steps[1], steps[2:]))
    return fallback


def _below(name: str, steps: list[str]) -> str:
    made, rest = name, list(steps)
    while rest:
        step = rest.pop(0)
        if step == "properties" and rest:
            made += f".{rest.pop(0)}"
        elif step == "items":
            made += "[]"
        elif step == "additionalProperties":
            made += ".*"
        elif step in {"allOf", "anyOf", "oneOf", "prefixItems"} and rest:
            rest.pop(0)
    return made


def within(path: str, place: str) -> str:
    """A part of a body or a parameter: "`a.b` in the body of POST /x"."""
    return f"`{short(path)}` in {place}" if path else place


def short(path: str) -> str:
    """A path without its middle where it is long."""
    if len(path) <= MOST_PATH:
        return path
    return f"{path[: MOST_PATH // 2]}...{path[-MOST_PATH // 2 :]}"


def capital(text: str) -> str:
    """A text as a sentence begins."""
    return text[:1].upper() + text[1:]


def shown(value: object) -> str:
    """A value in a sentence."""
    text = repr(value)
    return text if len(text) <= MOST_VALUE else text[: MOST_VALUE - 3] + "..."


def shown_list(values: list[Any]) -> str:
    """Values in a sentence, with the verb they need."""
    held = [shown(value) for value in values[:MOST_LISTED]]
    if len(values) > MOST_LISTED:
        held.append(f"{len(values) - MOST_LISTED} more")
    return f"{', '.join(held)} {'is' if len(values) == 1 else 'are'}"


def shape_text(found: Break, where: str, direction: Direction) -> str:
    """What a break of a shape means, in one sentence or two."""
    sent, taken = (
        (found.old_says, found.new_says)
        if found.direction == "request"
        else (found.new_says, found.old_says)
    )
    fault = _fault(found, _shown(sent), _shown(taken))
    if direction == "request":
        return f"{where}: {fault} Callers who still send it are refused."
    return f"{where}: {fault} Clients built for the old version fail on it."


def _fault(found: Break, sent: str, taken: str) -> str:  # noqa: C901, PLR0911, PLR0912 (one sentence a kind)
    request = found.direction == "request"
    receiver = "the new version takes" if request else "the old version promised"
    may = "may be sent" if request else "may now come"
    member = f"`{found.subject}`" if found.subject else "a member"
    match found.kind:
        case "wrong-type":
            return f"{sent or 'any type'} {may}; {receiver} {taken or 'another type'}."
        case "null-value":
            return f"null {may}; {receiver} none."
        case "unlisted-value" | "unknown-variant":
            return _unlisted(sent, taken, may, receiver)
        case "nothing-accepted":
            return f"whatever is sent, {receiver} no value at all."
        case "below-minimum":
            return f"numbers below {taken or 'the minimum'} {may}; {receiver} none of them."
        case "above-maximum":
            return f"numbers above {taken or 'the maximum'} {may}; {receiver} none of them."
        case "not-a-multiple":
            return f"other numbers than multiples of {taken or 'a step'} {may}; {receiver} none."
        case "beyond-integer-format":
            return f"integers {may} that do not fit {taken or 'the format'}; {receiver} no others."
        case "too-short":
            return f"texts of fewer than {taken or 'enough'} characters {may}; {receiver} none."
        case "too-long":
            return f"texts of more than {taken or 'that many'} characters {may}; {receiver} none."
        case "pattern-mismatch":
            return f"texts {may} that do not match {taken or 'the pattern'}; {receiver} no others."
        case "format-mismatch" | "content-mismatch":
            return f"texts {may} that are no {taken or 'such content'}; {receiver} no others."
        case "too-few-items" | "missing-item":
            return f"lists of fewer than {taken or 'enough'} such items {may}; {receiver} none."
        case "too-many-items" | "surplus-item":
            return f"lists of more than {taken or 'that many'} such items {may}; {receiver} none."
        case "duplicate-items":
            return f"lists with the same item twice {may}; {receiver} none."
        case "missing-property":
            if request:
                return f"{member} may be left out; the new version requires it."
            return f"{member} may now be missing; the old version promised it."
        case "missing-dependent-property":
            return f"objects {may} that lack what {member} asks for; {receiver} none."
        case "unexpected-property" | "property-name-mismatch":
            return f"{member} {may}; {receiver} no such member."
        case "too-few-properties" | "too-many-properties":
            count = "fewer" if found.kind == "too-few-properties" else "more"
            return f"objects of {count} than {taken} members {may}; {receiver} none."
        case "no-alternative" | "several-alternatives":
            what = "none" if found.kind == "no-alternative" else "more than one"
            return f"values {may} that fit {what} of the alternatives; {receiver} exactly those."
        case "excluded-value":
            return f"values {may} that `not` rules out; {receiver} none of them."
        case _:
            return "the shapes differ in a way that could not be decided."


def _unlisted(sent: str, taken: str, may: str, receiver: str) -> str:
    if sent and taken:
        return f"one of {sent} {may}; {receiver} one of {taken}."
    return f"other values {may} than {taken or 'those listed'}; {receiver} only these."


def _shown(said: str | None) -> str:
    if not said or said == "null":
        return ""
    if said.startswith("[") and said.endswith("]"):
        said = said[1:-1].replace('","', '", "')
    return said if len(said) <= MOST_SHOWN else said[: MOST_SHOWN - 3] + "..."
