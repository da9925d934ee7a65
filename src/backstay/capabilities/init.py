from __future__ import annotations

from typing import Annotated

import msgspec

from backstay.capabilities.capability import Capability, Option
from backstay.model.errors import BadRequest
from backstay.model.events import Emit, unheard
from backstay.model.findings import Stage
from backstay.project.first_settings import SCHEMA_FILE, initial_settings, schema_text
from backstay.project.settings import FILE
from backstay.project.whole_files import write_whole
from backstay.review.reading import ReadingOptions, read_backend
from backstay.review.targets import resolve_targets


class InitInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where to write the settings."""

    target: Annotated[
        str, Option(help="the project, this directory by default", positional=True)
    ] = "."
    stage: Annotated[Stage | None, Option(help="the company's stage; guessed without it")] = None


class InitOutput(msgspec.Struct, frozen=True, kw_only=True):
    """What was written."""

    files: tuple[str, ...]
    stage: Stage
    stage_source: str


def init(given: InitInput, emit: Emit = unheard) -> InitOutput:
    """Write a backstay.toml that fits this repository. An existing one is never touched.

    Raises:
        BadRequest: there is one already, or it cannot be written.
    """
    targets = resolve_targets((given.target,))
    path = targets.root / FILE
    if path.exists():
        raise BadRequest(f"{path} is there already; it was left as it is")
    reading = read_backend(targets, ReadingOptions(stage=given.stage), emit)
    text = initial_settings(reading.stage, reason=reading.stage_source)
    try:
        write_whole(targets.root / SCHEMA_FILE, schema_text().encode())
        write_whole(path, text.encode())
    except OSError as error:
        raise BadRequest(f"{path} cannot be written: {error.strerror or error}") from error
    return InitOutput(
        files=(FILE, SCHEMA_FILE), stage=reading.stage, stage_source=reading.stage_source
    )


def show(output: InitOutput) -> str:
    """What was written and what to do next."""
    reason = output.stage_source.partition(";")[0]
    return (
        f"Wrote {' and '.join(output.files)}. Stage: {output.stage} ({reason}).\n"
        "Next: state the sizes of your largest tables in it, then run: backstay review . --prove"
    )


CAPABILITY = Capability(
    name="init",
    summary="Write a backstay.toml that fits this repository",
    example="backstay init .",
    effect="writes",
    input=InitInput,
    output=InitOutput,
    run=init,
    show=show,
)
