from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from backstay.model.backend import Backend
from backstay.model.deployment import ImageBuild
from backstay.model.findings import Finding, Fix, Replace
from backstay.practices._known_images import is_dash_based
from backstay.practices._services import chain_of, runnable_stages
from backstay.practices.practice import practice

if TYPE_CHECKING:
    from backstay.model.deployment import BuildStage, Instruction

_EXEC = re.compile(r"(?:^|[;&|\n]\s*|\s)exec\s")
_ONE_COMMAND = re.compile(r"[^;&|<>()`\n=]+")
_PLAIN_WORDS = re.compile(r"[\w./:=@,+-]+(?: [\w./:=@,+-]+)*")


@practice(area="resilience", severity="medium")
def shell_form_entrypoint(build: ImageBuild, backend: Backend) -> Iterator[Finding]:
    """A container's command runs below a shell that keeps the signal to stop for itself.

    Why: In shell form the command is started by /bin/sh -c. In Debian and Ubuntu images that
        shell stays the first process and does not pass SIGTERM on: at each deployment the
        service cannot finish its requests and is killed after ten seconds. (The shells of Alpine
        and Fedora step aside for a single command.) An ENTRYPOINT in shell form also drops CMD.
    Fix: Write it in exec form, a JSON list; where a shell is needed for variables, start the
        command with exec.
    Trade-offs: The list form replaces no variables, and its quotes must be double ones.
    Alternatives: An init such as tini with -g, which signals the whole group.
    Upkeep: None.
    References: https://docs.docker.com/reference/dockerfile/#shell-and-exec-form
        https://docs.docker.com/reference/build-checks/json-args-recommended/

    Bad (Dockerfile):
        FROM python:3.13-slim
        USER app
        # finding
        CMD gunicorn --bind 0.0.0.0:8000 shop.wsgi
    Good (Dockerfile):
        FROM python:3.13-slim
        USER app
        CMD ["gunicorn", "--bind", "0.0.0.0:8000", "shop.wsgi"]
    """
    if build.role == "development":
        return
    for stage in runnable_stages(build, backend):
        entrypoint, command = _last(build, stage, "ENTRYPOINT"), _last(build, stage, "CMD")
        start = entrypoint or command
        if start is None or not stage.entry_in_shell:
            continue
        if entrypoint and command and stage.entry and command in stage.instructions:
            what = "is in shell form, so that CMD and all arguments are dropped"
        elif _keeps_signals(build, stage, start):
            what = "runs below a shell: the service is killed at each stop, not asked to end"
        else:
            continue
        yield Finding(
            message=f"{start.name} of {build.scope} {what}",
            evidence=(build,),
            about=f"{stage.name or build.stages.index(stage)} {start.name}",
            where=start.where,
            fix=_fix(start),
        )


def _last(build: ImageBuild, stage: BuildStage, name: str) -> Instruction | None:
    """The instruction of that name that is in force in a stage."""
    for each in chain_of(build, stage):
        named = [instruction for instruction in each.instructions if instruction.name == name]
        if named:
            return named[-1]
    return None


def _keeps_signals(build: ImageBuild, stage: BuildStage, start: Instruction) -> bool:
    image = stage.root_image
    if image is None or not is_dash_based(image) or _EXEC.search(start.arguments):
        return False
    return _last(build, stage, "SHELL") is None


def _fix(start: Instruction) -> Fix:
    text = "Write it as a JSON list, or start the command with exec."
    words = start.arguments.split(" ")
    if _PLAIN_WORDS.fullmatch(start.arguments) and "/" not in words[0]:
        items = ", ".join(f'"{word}"' for word in words)
        return Fix(text=text, edits=(Replace(place=start.where, text=f"{start.name} [{items}]"),))
    if start.name == "CMD" and _ONE_COMMAND.fullmatch(start.arguments):
        # A script without a first line that names its interpreter only runs by way of a shell.
        exec_form = f"{start.name} exec {start.arguments}"
        return Fix(text=text, edits=(Replace(place=start.where, text=exec_form),))
    return Fix(text=text)
