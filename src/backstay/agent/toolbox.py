"""The tools of a run: each call bounded and checked, each result masked and remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from backstay.agent.bounds import OutOfBounds
from backstay.capabilities.evidence.returned import Returned
from backstay.capabilities.tools import PREFIX, call, tools
from backstay.model.errors import BackstayError
from backstay.project.secrets import mask, masked
from backstay.project.settings import load_settings
from backstay.reports.encoding import json_text
from backstay.review.pipeline import DEFAULT_BUDGET_SECONDS

if TYPE_CHECKING:
    from pathlib import Path

    from backstay.agent.bounds import Spending
    from backstay.foreign.pydantic_ai import Call
    from backstay.model.events import Emit, Progress

MOST_CALLS_AT_ONCE = 8


class Returning(msgspec.Struct, frozen=True, kw_only=True):
    """What a tool returned, on its way to the model."""

    page: dict[str, Any]


class ToolUse(msgspec.Struct, frozen=True, kw_only=True):
    """A tool that the model called, and whether it returned a result."""

    tool: str
    arguments: dict[str, Any]
    returned: bool


class Toolbox:
    """Runs the tools that a model calls, and keeps what they returned."""

    def __init__(self, root: Path, spending: Spending, emit: Emit) -> None:
        self._tools = {PREFIX + each.name: each for each in tools()}
        self._root = root
        self._spending = spending
        self._emit = emit
        self._usual_budget = load_settings(root).budget_seconds or DEFAULT_BUDGET_SECONDS
        self._given: dict[tuple[str, str], None] = {}
        self.returned = Returned(root)
        self.used: list[ToolUse] = []

    def run(self, wanted: Call) -> str:
        """Call a tool. Returns what the model is told: the result, or what was wrong.

        Raises:
            OutOfBounds: the run's time is up.
        """
        self._spending.check_time()
        self._spending.tool_calls += 1
        capability = self._tools.get(wanted.name)
        if capability is None:
            return f"There is no tool {wanted.name[:80]!r}. There are {', '.join(self._tools)}."
        arguments = _arguments_of(wanted)
        if arguments is None:
            return f"The arguments of {wanted.name} are no JSON object. Call it again."
        key = (wanted.name, json_text(arguments, None))
        if key in self._given:
            return "You have called this with the same arguments before; its result stands above."
        try:
            result = call(
                capability, self._bounded(capability.name, arguments), self._root, self._hear
            )
        except OutOfBounds:
            raise
        except BackstayError as error:
            self.used.append(ToolUse(tool=wanted.name, arguments=arguments, returned=False))
            return mask(str(error))
        self._given[key] = None
        page = masked(Returning(page=result.structured)).page
        self.used.append(ToolUse(tool=wanted.name, arguments=arguments, returned=True))
        self.returned.note(capability.name, arguments, page)
        return json_text(page, None).strip()

    def _bounded(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """The arguments, with no more time for experiments than the run has left."""
        if name != "prove":
            return arguments
        asked = arguments.get("budget")
        wanted = asked if isinstance(asked, int | float) else self._usual_budget
        return {**arguments, "budget": min(wanted, max(self._spending.seconds_left, 0.1))}

    def _hear(self, news: Progress) -> None:
        self._spending.check_time()  # a tool that is at work ends here, and cleans up as it does
        self._emit(news)


def _arguments_of(wanted: Call) -> dict[str, Any] | None:
    try:
        found = msgspec.json.decode(wanted.arguments or "{}")
    except msgspec.DecodeError:
        return None
    return found if isinstance(found, dict) and "INVALID_JSON" not in found else None
