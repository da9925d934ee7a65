"""The stages of a Dockerfile, each with what it ends up with: user, command, health check."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from backstay.model.deployment import (
    BuildStage,
    HealthCheck,
    Image,
    Instruction,
    Variable,
    image_of,
)
from backstay.readers.dockerfile_words import (
    Value,
    assignments_of,
    expanded,
    flags_of,
    list_form,
    words_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


_AS = re.compile(r"\s+AS\s+", re.IGNORECASE)


class _State(msgspec.Struct, kw_only=True):
    """What a stage has so far; a stage that is based on it starts with a copy."""

    known: dict[str, Value] = {}
    root_image: Image | None = None
    user: str | None = None
    health_check: HealthCheck | None = None
    entrypoint: str | None = None
    entrypoint_in_shell: bool = False
    command: str | None = None
    command_in_shell: bool = False
    command_is_own: bool = False
    exposed: list[str] = []
    copies_from: list[str] = []
    environment: list[Variable] = []
    arguments: list[Variable] = []

    def based_on_this(self) -> _State:
        return _State(
            known=dict(self.known),
            root_image=self.root_image,
            user=self.user,
            health_check=self.health_check,
            entrypoint=self.entrypoint,
            entrypoint_in_shell=self.entrypoint_in_shell,
            command=self.command,
            command_in_shell=self.command_in_shell,
            exposed=list(self.exposed),
        )


def stages_of(
    instructions: Sequence[Instruction],
) -> tuple[tuple[BuildStage, ...], tuple[Variable, ...]]:
    """The stages in order, and the build arguments before the first of them."""
    first = next((i for i, each in enumerate(instructions) if each.name == "FROM"), None)
    if first is None:
        return (), ()
    outside = _State()
    for instruction in instructions[:first]:
        if instruction.name == "ARG":
            _argument(outside, instruction, {})
    starts = [i for i, each in enumerate(instructions) if each.name == "FROM"]
    stages: list[BuildStage] = []
    states: dict[str, _State] = {}
    for start, end in zip(starts, [*starts[1:], len(instructions)], strict=True):
        stage, state = _stage(instructions[start:end], states, outside.known)
        states[stage.name.lower() if stage.name else f"stage {len(stages)}"] = state
        stages.append(stage)
    return tuple(stages), tuple(outside.arguments)


def _stage(
    instructions: Sequence[Instruction], states: dict[str, _State], known: dict[str, Value]
) -> tuple[BuildStage, _State]:
    start = instructions[0]
    _, rest = flags_of(start.arguments)
    source, *alias = _AS.split(rest, maxsplit=1)
    reference = expanded(source.strip(), known)
    name = alias[0].strip() if alias else None
    parent = states.get(reference.text.lower())
    image = None
    if parent is None:
        image = image_of(reference.text, assumed=reference.assumed)
    state = parent.based_on_this() if parent else _State(root_image=image)
    for instruction in instructions[1:]:
        handle = _HANDLERS.get(instruction.name)
        if handle:
            handle(state, instruction, known)
    stage = BuildStage(
        name=name,
        image=image,
        based_on=reference.text if parent else None,
        copies_from=tuple(dict.fromkeys(state.copies_from)),
        instructions=tuple(instructions),
        root_image=state.root_image,
        user=state.user,
        health_check=state.health_check,
        entry=" ".join(each for each in (state.entrypoint, state.command) if each) or None,
        entry_in_shell=(
            state.command_in_shell if state.entrypoint is None else state.entrypoint_in_shell
        ),
        exposed=tuple(dict.fromkeys(state.exposed)),
        environment=tuple(state.environment),
        arguments=tuple(state.arguments),
        where=start.where,
    )
    return stage, state


def _argument(state: _State, instruction: Instruction, outside: dict[str, Value]) -> None:
    """ARG: its own default, else the one given before the first FROM."""
    for word in words_of(instruction.arguments):
        name, equals, text = word.partition("=")
        default = expanded(text, state.known) if equals else outside.get(name)
        value = default.text if default else None
        state.arguments.append(
            Variable(name=name, value=value, assumed=not equals, where=instruction.where)
        )
        if default is not None and (name not in state.known or state.known[name].assumed):
            state.known[name] = Value(text=default.text, assumed=True)


def _environment(state: _State, instruction: Instruction, _: dict[str, Value]) -> None:
    before = dict(state.known)
    for name, text in assignments_of(instruction.arguments):
        value = expanded(text, before)
        state.known[name] = value
        state.environment.append(
            Variable(name=name, value=value.text, assumed=value.assumed, where=instruction.where)
        )


def _user(state: _State, instruction: Instruction, _: dict[str, Value]) -> None:
    state.user = expanded(instruction.arguments, state.known).text


def _expose(state: _State, instruction: Instruction, _: dict[str, Value]) -> None:
    state.exposed += [expanded(word, state.known).text for word in words_of(instruction.arguments)]


def _health_check(state: _State, instruction: Instruction, _: dict[str, Value]) -> None:
    kind, *rest = flags_of(instruction.arguments)[1].split(None, 1) or ("NONE",)
    command = rest[0] if rest else ""
    items = list_form(command)
    state.health_check = HealthCheck(
        command=None if kind.upper() == "NONE" else _command_text(command),
        shell=items is None,
        disabled=kind.upper() == "NONE",
        where=instruction.where,
    )


def _entrypoint(state: _State, instruction: Instruction, _: dict[str, Value]) -> None:
    if not state.command_is_own:
        state.command = None  # as the builder does: a new entry point drops an inherited CMD
    state.entrypoint = _command_text(instruction.arguments)
    state.entrypoint_in_shell = list_form(instruction.arguments) is None


def _command(state: _State, instruction: Instruction, _: dict[str, Value]) -> None:
    state.command = _command_text(instruction.arguments)
    state.command_in_shell = list_form(instruction.arguments) is None
    state.command_is_own = True


def _command_text(arguments: str) -> str:
    items = list_form(arguments.strip())
    return arguments.strip() if items is None else " ".join(items)


def _copy(state: _State, instruction: Instruction, outside: dict[str, Value]) -> None:
    flags, _ = flags_of(instruction.arguments)
    sources = flags.get("from", [])
    for mount in flags.get("mount", []):
        options = dict(part.partition("=")[::2] for part in mount.split(","))
        sources = [*sources, options.get("from", "")]
    state.copies_from += [expanded(source, outside).text for source in sources if source]


_HANDLERS: dict[str, Callable[[_State, Instruction, dict[str, Value]], None]] = {
    "ARG": _argument,
    "ENV": _environment,
    "USER": _user,
    "EXPOSE": _expose,
    "HEALTHCHECK": _health_check,
    "ENTRYPOINT": _entrypoint,
    "CMD": _command,
    "COPY": _copy,
    "ADD": _copy,
    "RUN": _copy,
}
