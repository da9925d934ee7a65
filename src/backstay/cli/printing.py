"""The outcome of a command as text, JSON or a report, and where it goes."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backstay.capabilities.pages import page_of, text_of
from backstay.cli.arguments import page_request_of
from backstay.cli.relocation import seen_from_here
from backstay.cli.streams import say
from backstay.model.envelope import Envelope
from backstay.model.errors import BadRequest
from backstay.practices.catalogue import all_practices
from backstay.project.whole_files import write_whole
from backstay.reports.characters import visible, visible_lines
from backstay.reports.encoding import json_text
from backstay.reports.formats import FORMATS, renderer
from backstay.reports.terminal_prose import fitted
from backstay.reports.text import render_text
from backstay.review.targets import resolve_targets

if TYPE_CHECKING:
    import argparse

    from backstay.capabilities.capability import Capability


def formats_of(capability: Capability) -> tuple[str, ...]:
    """In which ways a command can print its outcome; text and JSON always."""
    return tuple(FORMATS) if capability.output is Envelope else ("text", "json")


def printed(capability: Capability, outcome: Any, parsed: argparse.Namespace) -> str:
    """The outcome in the format asked for, or the page of it."""
    request = page_request_of(parsed)
    if request is not None and capability.tool is not None:
        page = page_of(outcome, capability.tool, request)
        return text_of(page, capability.tool) if parsed.format == "text" else json_text(page)
    if isinstance(outcome, Envelope):
        guidance = {each.name: each for each in all_practices()}
        if parsed.format == "text":
            given = getattr(parsed, "targets", None) or getattr(parsed, "target", None) or ()
            root = resolve_targets(tuple(given)).root
            return render_text(
                seen_from_here(outcome, root),
                guidance,
                colour=_coloured(parsed),
                width=_width(),
                verbose=parsed.verbose,
            )
        return renderer(parsed.format)(outcome, guidance)
    if parsed.format == "json":
        return json_text(outcome)
    assert capability.show is not None
    shown = "\n".join(visible_lines(capability.show(outcome)))
    return fitted(shown, _width()) if sys.stdout.isatty() and not parsed.output else shown


def _coloured(parsed: argparse.Namespace) -> bool:
    if parsed.color != "auto":
        return bool(parsed.color == "always")
    if parsed.output or os.environ.get("NO_COLOR"):
        return False
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def _width() -> int:
    return min(shutil.get_terminal_size((100, 24)).columns, 120)


def write(text: str, output: str | None) -> None:
    """Print, or write a file whole or not at all. A device or a pipe is written to as it is.

    Raises:
        BadRequest: it cannot be written.
    """
    text = text if text.endswith("\n") else text + "\n"
    if output is None:
        say(text)
        return
    data = text.encode("utf-8", "replace")
    try:
        if Path(output).exists() and not Path(output).is_file():
            with open(output, "wb") as stream:  # noqa: PTH123 (a directory is refused here)
                stream.write(data)
        else:
            # By way of links, so that one that points to a report goes on doing so.
            write_whole(Path(os.path.realpath(output)), data, mode=_usual_mode())
            if sys.stderr.isatty():
                sys.stderr.write(f"backstay: written to {visible(output)}\n")
    except OSError as error:
        raise BadRequest(f"{output!r} cannot be written: {error.strerror or error}") from error


def _usual_mode() -> int:
    """The permissions of a newly made file."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
