"""The form of an answer: what a model hands in, before anything of it is believed."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from backstay.capabilities.evidence.checking import Statement
from backstay.model.errors import BadRequest

Colleague = Literal["front-end", "devops", "security", "architecture", "full-stack"]

_Text = Annotated[str, Meta(max_length=2_000)]
_Statements = Annotated[tuple[Statement, ...], Meta(max_length=40)]
_Texts = Annotated[tuple[_Text, ...], Meta(max_length=40)]


class CodeExample(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A concrete example. Numbers in it are examples, too, and nobody's measurement."""

    title: Annotated[str, Meta(max_length=200)]
    code: Annotated[str, Meta(max_length=4_000)]
    language: Annotated[str, Meta(max_length=20, pattern=r"^[a-z0-9+#-]*$")] = ""


class HandOff(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a colleague of another discipline needs to know."""

    to: Colleague
    points: _Statements


class Advice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An answer as it is handed in."""

    recommendation: Annotated[
        Statement, Meta(description="What to do, in one to three sentences, with what backs it.")
    ]
    claims: Annotated[
        _Statements, Meta(description="What is so; each cites what a tool returned in this run.")
    ]
    trade_offs: Annotated[_Statements, Meta(description="What the recommendation costs.")]
    alternatives: Annotated[
        _Statements, Meta(description="What else one could do, and when that is better.")
    ]
    upkeep: Annotated[_Statements, Meta(description="What it takes to keep it that way.")]
    would_change_it: Annotated[
        _Statements, Meta(description="What, if it were so, would change the recommendation.")
    ]
    opinions: Annotated[_Texts, Meta(description="Judgement that rests on no result.")] = ()
    not_checked: Annotated[
        _Texts, Meta(description="What bears on this and was not looked at.")
    ] = ()
    examples: Annotated[
        tuple[CodeExample, ...], Meta(max_length=8, description="Code or statements to go by.")
    ] = ()
    hand_off: Annotated[
        HandOff | None, Meta(description="Only on request: points for a colleague.")
    ] = None


def advice_schema() -> dict[str, Any]:
    """A JSON Schema of ``Advice``."""
    schema, definitions = msgspec.json.schema_components((Advice,), ref_template="#/$defs/{name}")
    root: dict[str, Any] = definitions.pop(schema[0]["$ref"].rpartition("/")[2])
    lean: dict[str, Any] = _untitled(root | {"$defs": definitions})
    return lean


def _untitled(value: Any) -> Any:  # noqa: ANN401 (JSON)
    """Without the names of our classes and without what is left out anyway: each word costs."""
    if isinstance(value, dict):
        kept = {
            key: inner
            for key, inner in value.items()
            if not (key == "title" and isinstance(inner, str)) and key != "default"
        }
        typed = {"type": "string"} if "enum" in kept else {}  # some providers ask for it
        return typed | {key: _untitled(inner) for key, inner in kept.items()}
    return [_untitled(each) for each in value] if isinstance(value, list) else value


def advice_from(data: bytes | str) -> Advice:
    """An answer in JSON.

    Raises:
        BadRequest: it has another form; the message says where.
    """
    try:
        return msgspec.json.decode(data, type=Advice)
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise BadRequest(f"The answer is not in its form: {error}") from error


def statements_of(advice: Advice) -> tuple[tuple[str, Statement], ...]:
    """Every statement of an answer that may cite, each with the part that it belongs to."""
    parts: tuple[tuple[str, tuple[Statement, ...]], ...] = (
        ("recommendation", (advice.recommendation,)),
        ("claims", advice.claims),
        ("trade_offs", advice.trade_offs),
        ("alternatives", advice.alternatives),
        ("upkeep", advice.upkeep),
        ("would_change_it", advice.would_change_it),
        ("hand_off", advice.hand_off.points if advice.hand_off else ()),
    )
    return tuple((part, each) for part, statements in parts for each in statements)
