from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from backstay.agent.advice import Colleague
from backstay.agent.answer import Answer
from backstay.agent.bounds import DEFAULT_BOUNDS, Bounds
from backstay.agent.outgoing import Outgoing, outgoing
from backstay.agent.showing import show
from backstay.capabilities.capability import Capability, Option
from backstay.foreign import pydantic_ai as door
from backstay.model.errors import BadRequest, NotAvailable
from backstay.model.events import Emit, unheard
from backstay.model.findings import Stage
from backstay.project.secrets import mask
from backstay.project.settings import load_settings
from backstay.review.targets import resolve_targets

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic_ai.models import Model

    from backstay.project.settings import AgentSettings

VARIABLE = "BACKSTAY_MODEL"
_NAME = re.compile(r"[a-z][a-z0-9/_-]*:\S+\Z")
# Providers whose extra of pydantic-ai-slim has their name.
_EXTRAS = {"anthropic", "bedrock", "cohere", "google", "groq", "huggingface", "mistral", "openai"}
_EXTRAS |= {"openrouter", "xai"}


class AgentInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to ask, whom, and what that may cost."""

    question: Annotated[str, Option(help="what you want to know of this project", positional=True)]
    model: Annotated[
        str | None,
        Option(
            help="such as anthropic:claude-opus-5-5 or ollama:qwen3; else BACKSTAY_MODEL, else"
            " agent.model in backstay.toml",
            metavar="PROVIDER:NAME",
        ),
    ] = None
    hand_off: Annotated[
        Colleague | None, Option(help="also write points for a colleague of that discipline")
    ] = None
    stage: Annotated[Stage | None, Option(help="the company's stage; changes the advice")] = None
    dry_run: Annotated[bool, Option(help="show exactly what would be sent, and send nothing")] = (
        False
    )
    calls: Annotated[
        int | None, Option(help=f"requests to the model at most (default: {DEFAULT_BOUNDS.calls})")
    ] = None
    tokens: Annotated[
        int | None, Option(help=f"tokens in and out at most (default: {DEFAULT_BOUNDS.tokens:,})")
    ] = None
    seconds: Annotated[
        float | None, Option(help=f"seconds at most (default: {DEFAULT_BOUNDS.seconds:g})")
    ] = None


def agent(given: AgentInput, emit: Emit = unheard) -> Answer | Outgoing:
    """Ask a language model that reads the project with Backstay's tools, and check its answer.

    Raises:
        BadRequest: the question, the model's name or a bound is wrong.
        NotAvailable: a package or key is missing, the provider failed, or no answer holds.
        LimitReached: calls, tokens or seconds ran out.
    """
    root = resolve_targets(()).root
    settings = load_settings(root)
    bounds = _bounds(given, settings.agent)
    name = given.model or os.environ.get(VARIABLE) or settings.agent.model
    first = outgoing(
        given.question,
        name,
        stage=given.stage or settings.stage,
        hand_off=given.hand_off,
        bounds=bounds,
    )
    if given.dry_run:
        return first
    if name is None:
        raise BadRequest(
            "No model is chosen. Name one with --model PROVIDER:NAME, in the environment variable"
            f" {VARIABLE}, or as agent.model in backstay.toml. Without a model:"
            " backstay review, decide and ask."
        )
    return ask(first, _model(name), root, bounds, emit)


def ask(first: Outgoing, model: Model, root: Path, bounds: Bounds, emit: Emit = unheard) -> Answer:
    """Ask any model of pydantic-ai; see ``agent``."""
    from backstay.agent.conversation import Conversation  # noqa: PLC0415 (not for a dry run)

    return Conversation(first, model, root, bounds, emit).run()


def _bounds(given: AgentInput, settings: AgentSettings) -> Bounds:
    chosen: dict[str, Any] = {}
    for name in ("calls", "tokens", "seconds"):
        stated = getattr(given, name)
        stated = getattr(settings, name) if stated is None else stated
        if stated is not None and not stated > 0:
            raise BadRequest(f"--{name} {stated:g} allows nothing; give more.")
        chosen[name] = getattr(DEFAULT_BOUNDS, name) if stated is None else stated
    return Bounds(**chosen)


def _model(name: str) -> Model:
    """The model of that name, ready to be asked.

    Raises:
        BadRequest: this is no name of a model.
        NotAvailable: a package or key is missing; the message has the command that brings it.
    """
    if not _NAME.match(name):
        raise BadRequest(
            f"{name[:80]!r} names no model. Write PROVIDER:NAME, such as openai:gpt-5."
        )
    try:
        return door.model_named(name)
    except door.Missing as error:
        extra = error.extra or name.partition(":")[0]
        package = f" 'pydantic-ai-slim[{extra}]'" if error.extra or extra in _EXTRAS else ""
        raise NotAvailable(
            f"{name} needs packages that are not installed here."
            f" Run: pip install 'backstay[agent]'{package}"
        ) from error
    except door.NotConfigured as error:
        raise NotAvailable(f"{name} cannot be asked: {mask(str(error))[:600]}") from error


CAPABILITY = Capability(
    name="agent",
    summary="Ask a language model that must cite what Backstay's tools returned",
    example='backstay agent "Which index do we lack most?" --model anthropic:claude-opus-5-5',
    effect="experiments",
    input=AgentInput,
    output=Answer | Outgoing,
    run=agent,
    show=show,
)
