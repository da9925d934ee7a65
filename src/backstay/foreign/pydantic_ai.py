"""The door to pydantic-ai: one conversation with a language model of any provider.

Why pydantic-ai: it speaks to some forty providers in one form and is well kept. Without it we would
speak to one or two of them ourselves. Only its requests are used (``pydantic_ai.direct``), not its
agent: what is sent, what a tool may do and when to stop are decided here, where each byte that
leaves can be seen.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from pydantic_ai.messages import ModelMessage, ModelRequestPart, ModelResponse
    from pydantic_ai.models import Model, ModelRequestParameters

_EXTRA = re.compile(r"pydantic-ai-slim\[([a-z0-9-]+)\]")
_TICK_SECONDS = 1.0
_GRACE_SECONDS = 2.0


class Missing(Exception):  # noqa: N818 (named by what to do)
    """A package is missing; ``extra`` is the extra of pydantic-ai-slim that brings it, if known."""

    def __init__(self, extra: str | None) -> None:
        super().__init__(extra)
        self.extra = extra


class NotConfigured(Exception):  # noqa: N818 (named by what to do)
    """There is no such model, or no key for its provider; the text is pydantic-ai's."""


class Failed(Exception):  # noqa: N818 (as it is: the provider failed)
    """The provider failed, or the request could not be made; the text says how."""


class Stalled(Exception):  # noqa: N818 (as it is: the provider stalled)
    """No answer came in time."""


class ToolForm(NamedTuple):
    """A tool as a model is told of it; ``parameters`` is a JSON Schema."""

    name: str
    description: str
    parameters: dict[str, Any]


class Call(NamedTuple):
    """A tool that a model wants called; ``arguments`` is JSON text."""

    id: str
    name: str
    arguments: str


class Reply(NamedTuple):
    """What a model said. Tokens are None where the provider does not count them."""

    text: str
    calls: tuple[Call, ...]
    input_tokens: int | None
    output_tokens: int | None


def model_named(name: str) -> Model:
    """The model ``provider:name``, with the key that its provider's variables hold.

    Raises:
        Missing: pydantic-ai or the provider's package is not installed.
        NotConfigured: there is no such model, or no key.
    """
    try:
        from pydantic_ai.exceptions import UserError  # noqa: PLC0415 (heavy)
        from pydantic_ai.models import infer_model  # noqa: PLC0415 (heavy)
    except ImportError as error:
        raise Missing(None) from error
    try:
        return infer_model(name)
    except ImportError as error:
        found = _EXTRA.search(str(error))
        raise Missing(found[1] if found else None) from error
    except (UserError, ValueError) as error:
        raise NotConfigured(str(error)) from error
    except Exception as error:  # providers' clients raise what they like when they are made
        raise NotConfigured(f"{type(error).__name__}: {error}") from error


class Dialogue:
    """A conversation with a model. What is to be said is gathered, and sent by ``reply``."""

    def __init__(self, model: Model, instructions: str, tools: Sequence[ToolForm]) -> None:
        from pydantic_ai.messages import InstructionPart  # noqa: PLC0415 (heavy)
        from pydantic_ai.models import ModelRequestParameters  # noqa: PLC0415 (heavy)
        from pydantic_ai.tools import ToolDefinition  # noqa: PLC0415 (heavy)

        self._model = model
        self._instructions = instructions
        self._parameters: ModelRequestParameters = ModelRequestParameters(
            function_tools=[
                ToolDefinition(
                    name=each.name,
                    description=each.description,
                    parameters_json_schema=each.parameters,
                )
                for each in tools
            ],
            instruction_parts=[InstructionPart(content=instructions)],
        )
        self._messages: list[ModelMessage] = []
        self._next: list[ModelRequestPart] = []
        self._loop = _Loop()

    def say(self, text: str) -> None:
        """Add a text of the user's to what is sent next."""
        from pydantic_ai.messages import UserPromptPart  # noqa: PLC0415 (heavy)

        self._next.append(UserPromptPart(content=text))

    def give(self, call: Call, content: str) -> None:
        """Add the result of a call to what is sent next."""
        from pydantic_ai.messages import ToolReturnPart  # noqa: PLC0415 (heavy)

        self._next.append(
            ToolReturnPart(tool_name=call.name, content=content, tool_call_id=call.id)
        )

    def reply(self, seconds: float, most_tokens: int, waiting: Callable[[float], None]) -> Reply:
        """Send what was gathered and wait for what the model says.

        Args:
            seconds: how long to wait.
            most_tokens: how long the reply may be.
            waiting: called every second with the seconds waited.

        Raises:
            Stalled: no reply came in time; the request has been given up.
            Failed: the provider failed.
        """
        from pydantic_ai.messages import ModelRequest  # noqa: PLC0415 (heavy)

        self._messages.append(ModelRequest(parts=self._next, instructions=self._instructions))
        self._next = []
        response = self._loop.run(self._request(most_tokens), seconds, waiting)
        self._messages.append(response)
        return _reply_of(response)

    async def _request(self, most_tokens: int) -> ModelResponse:
        from pydantic_ai.direct import model_request  # noqa: PLC0415 (heavy)

        return await model_request(
            self._model,
            self._messages,
            model_settings={"max_tokens": most_tokens},
            model_request_parameters=self._parameters,
            instrument=False,
        )

    def close(self) -> None:
        """End what still runs, and close the provider's connections."""
        self._loop.close(self._model)


def _reply_of(response: ModelResponse) -> Reply:
    from pydantic_ai.messages import TextPart, ToolCallPart  # noqa: PLC0415 (heavy)

    texts = [part.content for part in response.parts if isinstance(part, TextPart)]
    calls = tuple(
        Call(part.tool_call_id, part.tool_name, part.args_as_json_str())
        for part in response.parts
        if isinstance(part, ToolCallPart)
    )
    usage = response.usage
    counted = usage.input_tokens or usage.output_tokens
    return Reply(
        text="\n".join(texts),
        calls=calls,
        input_tokens=usage.input_tokens if counted else None,
        output_tokens=usage.output_tokens if counted else None,
    )


class _Loop:
    """An event loop in a thread that no stalled request can keep the process from leaving."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._loop.set_default_executor(_Abandonable())
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(
        self,
        work: Coroutine[Any, Any, ModelResponse],
        seconds: float,
        waiting: Callable[[float], None],
    ) -> ModelResponse:
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        began = time.monotonic()
        try:
            while (waited := time.monotonic() - began) < seconds:
                try:
                    return future.result(min(_TICK_SECONDS, seconds - waited))
                except NotYet as error:
                    if future.done():  # the provider's own timeout looks the same
                        raise Failed("the provider's time ran out") from error
                except (Exception, asyncio.CancelledError) as error:
                    raise Failed(f"{type(error).__name__}: {error}") from error
                waiting(time.monotonic() - began)
        finally:
            future.cancel()
        raise Stalled

    def close(self, model: Model) -> None:
        ending = asyncio.run_coroutine_threadsafe(self._end(model), self._loop)
        with contextlib.suppress(Exception):  # whatever is wrong with it, we leave
            ending.result(_GRACE_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_GRACE_SECONDS)
        if not self._thread.is_alive():
            self._loop.close()

    @staticmethod
    async def _end(model: Model) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        async with model:  # entered only to be left: that closes the connections
            pass


class _Abandonable(ThreadPoolExecutor):
    """Runs each function in a thread of its own that ends with the process.

    Threads of the usual executor are waited for when the process ends, and a name server that does
    not answer keeps one for a long time.
    """

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ANN401
        future: Future[Any] = Future()

        def work() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(fn(*args, **kwargs))
            except BaseException as error:  # noqa: BLE001 (handed on)
                future.set_exception(error)

        threading.Thread(target=work, daemon=True).start()
        return future
