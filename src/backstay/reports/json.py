"""The envelope itself as JSON: what other tools and acceptance read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.reports.encoding import json_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backstay.model.envelope import Envelope
    from backstay.practices.practice import Practice


def render(
    envelope: Envelope,
    guidance: Mapping[str, Practice],  # noqa: ARG001 (every report takes it; readers of JSON ask `explain`)
    *,
    indent: int | None = 2,
) -> str:
    """The envelope with its own fields and those of its subclass, if it is one.

    ``indent=None`` puts all on one line.
    """
    return json_text(envelope, indent)
