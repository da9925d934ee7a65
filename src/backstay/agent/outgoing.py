"""What is sent to a model: put together in one place, and nowhere added to."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Any

import msgspec

from backstay.agent.advice import advice_schema
from backstay.agent.bounds import DEFAULT_BOUNDS, Bounds, reply_tokens
from backstay.capabilities.tools import PREFIX, schema_of, tool_of, tools
from backstay.model.errors import BadRequest
from backstay.project.secrets import mask

if TYPE_CHECKING:
    from backstay.agent.advice import Colleague
    from backstay.model.findings import Stage

ANSWER = f"{PREFIX}answer"
MOST_CHARACTERS = 20_000  # of a question


class OutgoingTool(msgspec.Struct, frozen=True, kw_only=True):
    """A tool as the model is told of it. ``parameters`` is a JSON Schema, to the byte."""

    name: str
    description: str
    parameters: msgspec.Raw

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema that ``parameters`` holds, with its keys in order."""
        decoded: dict[str, Any] = msgspec.json.decode(self.parameters)
        return decoded


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """The first request of a run. Later ones add the model's own words and the tools' results.

    Attributes:
        model: who gets it; None where none is chosen yet.
        instructions: the system prompt.
        tools: what the model may call.
        question: what the user asks, with secrets masked.
        most_reply_tokens: how long the reply may be.
    """

    model: str | None
    instructions: str
    tools: tuple[OutgoingTool, ...]
    question: str
    most_reply_tokens: int = 0

    @property
    def characters(self) -> int:
        """How long it is."""
        described = sum(len(msgspec.json.encode(each)) for each in self.tools)
        return len(self.instructions) + described + len(self.question)


def outgoing(
    question: str,
    model: str | None = None,
    *,
    stage: Stage | None = None,
    hand_off: Colleague | None = None,
    bounds: Bounds = DEFAULT_BOUNDS,
) -> Outgoing:
    """What is sent for a question.

    Raises:
        BadRequest: the question is empty or too long.
    """
    asked = question.strip()
    if not asked:
        raise BadRequest('Ask something, such as: backstay agent "Is our schema ready for growth?"')
    if len(asked) > MOST_CHARACTERS:
        raise BadRequest(
            f"The question has {len(asked):,} characters; {MOST_CHARACTERS:,} are the limit."
            " Ask in short; the tools read the project by themselves."
        )
    told = [asked]
    if stage:
        told.append(f"The company's stage: {stage}.")
    if hand_off:
        told.append(f"Hand off to a {hand_off} colleague.")
    first = Outgoing(
        model=model,
        instructions=prompt(),
        tools=(*map(_tool, tools()), _answer()),
        question=mask("\n\n".join(told)),
    )
    most_tokens = max(reply_tokens(bounds.tokens, first.characters), 0)
    return msgspec.structs.replace(first, most_reply_tokens=most_tokens)


def prompt() -> str:
    """The character and duties that every run begins with."""
    return resources.files("backstay.agent").joinpath("prompt.md").read_text("utf-8").strip()


def _tool(capability: Any) -> OutgoingTool:  # noqa: ANN401 (a Capability)
    return OutgoingTool(
        name=PREFIX + capability.name,
        description=tool_of(capability).description,
        parameters=msgspec.Raw(msgspec.json.encode(schema_of(capability))),
    )


def _answer() -> OutgoingTool:
    return OutgoingTool(
        name=ANSWER,
        description="Hand in the answer. It is checked: claims need ids, numbers their source.",
        parameters=msgspec.Raw(msgspec.json.encode(advice_schema())),
    )
