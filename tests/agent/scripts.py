"""Models that follow a script, for what a real one may do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart, ToolCallPart, ToolReturnPart
from pydantic_ai.models.function import AgentInfo, FunctionModel

from backstay.agent.bounds import Bounds
from backstay.agent.command import ask
from backstay.agent.outgoing import ANSWER, outgoing
from backstay.model.events import Progress, unheard

if TYPE_CHECKING:
    from pathlib import Path

    from backstay.agent.answer import Answer

Step = "list[Any] | Callable[[Script], list[Any]]"


class Script:
    """Takes one step for each request; the last one again and again.

    A step is a list of parts, or a function that gives one and may look at what was said before.
    """

    def __init__(self, *steps: Any) -> None:
        self._steps = steps
        self.requests: list[tuple[list[ModelMessage], AgentInfo]] = []

    def __call__(self, messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        self.requests.append((list(messages), info))
        step = self._steps[min(len(self.requests), len(self._steps)) - 1]
        return ModelResponse(parts=step(self) if callable(step) else step)

    @property
    def model(self) -> FunctionModel:
        return FunctionModel(self, model_name="scripted")

    @property
    def returns(self) -> list[ToolReturnPart]:
        """What was given back to the model so far."""
        messages, _ = self.requests[-1]
        return [
            part
            for message in messages
            for part in message.parts
            if isinstance(part, ToolReturnPart)
        ]

    def result(self, tool: str) -> Any:
        """The latest result of a tool."""
        name = f"backstay_{tool}"
        said = [str(part.content) for part in self.returns if part.tool_name == name]
        return json.loads([each for each in said if each.startswith("{")][-1])

    @property
    def refusal(self) -> str:
        """What the latest answer was refused with."""
        return str([part for part in self.returns if part.tool_name == ANSWER][-1].content)

    def finding(self, practice: str = "foreign-key-without-index") -> dict[str, Any]:
        findings: list[dict[str, Any]] = self.result("review")["findings"]
        return next(each for each in findings if each["practice"] == practice)


def use(tool: str, **arguments: Any) -> ToolCallPart:
    return ToolCallPart(f"backstay_{tool}", arguments)


def say(text: str) -> TextPart:
    return TextPart(text)


def said(text: str, *cites: str) -> dict[str, Any]:
    return {"text": text, "cites": list(cites)}


def hand_in(recommendation: dict[str, Any], *claims: dict[str, Any], **parts: Any) -> ToolCallPart:
    whole = {
        "recommendation": recommendation,
        "claims": list(claims),
        "trade_offs": [],
        "alternatives": [],
        "upkeep": [],
        "would_change_it": [],
    }
    return ToolCallPart(ANSWER, whole | parts)


def run(
    script: Script,
    project: Path,
    question: str = "Which index do we lack?",
    heard: list[Progress] | None = None,
    **bounds: Any,
) -> Answer:
    return ask(
        outgoing(question, "scripted"),
        script.model,
        project,
        Bounds(**bounds),
        unheard if heard is None else heard.append,
    )


def honest(script: Script) -> list[Any]:
    """An answer that rests on what the review returned."""
    found = script.finding()
    return [
        hand_in(
            said("Create an index on purchase (customer_id).", found["id"]),
            said("purchase (customer_id) refers to customer and has no index.", found["id"]),
            trade_offs=[
                said("Every insert also writes the index.", found["practice"]),
                said("It takes a little disk."),
            ],
            upkeep=[said("Drop the index if the key goes.", found["practice"])],
            opinions=["I would do it at night."],
            not_checked=["How large the tables are."],
            examples=[
                {
                    "title": "The statement",
                    "code": "create index concurrently on purchase (customer_id);",
                    "language": "sql",
                }
            ],
        )
    ]
