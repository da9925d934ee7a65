"""File names as seen from the current directory, for people who click on them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

if TYPE_CHECKING:
    from backstay.model.envelope import Envelope, Location, ReportedFinding


def seen_from_here(envelope: Envelope, root: Path) -> Envelope:
    """The envelope with files named from the current directory instead of from the root."""
    try:
        here = Path.cwd()
    except FileNotFoundError:  # it was removed: then files are named in full
        near = False
    else:
        near = root.is_relative_to(here) or here.is_relative_to(root)
        if root == here:
            return envelope
    way = os.path.relpath(root) if near else str(root)

    def name(file: str) -> str:
        return os.path.normpath(os.path.join(way, file))  # noqa: PTH118 (as text)

    def located(where: Location) -> Location:
        return replace(where, file=name(where.file)) if where.file else where

    def moved(finding: ReportedFinding) -> ReportedFinding:
        return replace(
            finding,
            where=located(finding.where),
            also=tuple(replace(site, where=located(site.where)) for site in finding.also),
            evidence=tuple(replace(each, where=located(each.where)) for each in finding.evidence),
        )

    return replace(
        envelope,
        findings=tuple(map(moved, envelope.findings)),
        refuted=tuple(map(moved, envelope.refuted)),
        unread=tuple(replace(each, file=name(each.file)) for each in envelope.unread),
    )
