"""The envelope itself as JSON: what other tools and acceptance read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backstay.model.envelope import Envelope
    from backstay.practices.practice import Practice


def render(
    envelope: Envelope,
    guidance: Mapping[str, Practice],  # noqa: ARG001 (every report takes it; JSON readers ask `explain`)
    *,
    indent: int | None = 2,
) -> str:
    """The envelope with its own fields and those of its subclass, if it is one.

    Fields keep the order of their declaration and the names within counts and measures are
    sorted, so that equal envelopes give equal bytes. ``indent=None`` puts all on one line.
    """
    encoded = msgspec.json.encode(envelope, order="deterministic")
    if indent is not None:
        encoded = msgspec.json.format(encoded, indent=indent)
    return encoded.decode() + "\n"
