"""The report formats by name, each loaded when it is asked for."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Protocol, cast

from backstay.model.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backstay.model.envelope import Envelope
    from backstay.practices.practice import Practice


class Render(Protocol):
    """Makes one report of an envelope. ``guidance`` holds practices by name."""

    def __call__(self, envelope: Envelope, guidance: Mapping[str, Practice], /) -> str:
        """The whole report, with a line end at its end."""
        ...


FORMATS: dict[str, str] = {
    "text": "backstay.reports.text",
    "json": "backstay.reports.json",
    "sarif": "backstay.reports.sarif",
    "markdown": "backstay.reports.markdown",
    "html": "backstay.reports.html",
}


def renderer(name: str) -> Render:
    """The function that renders the format of that name.

    Raises:
        BadRequest: there is no such format.
    """
    if name not in FORMATS:
        raise BadRequest(f"There is no format {name!r}. Choose one of: {', '.join(FORMATS)}")
    return cast("Render", importlib.import_module(FORMATS[name]).render)
