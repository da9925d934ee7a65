"""What the team has accepted: approvals, comments beside the code, and the baseline."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from backstay.model.envelope import Unchecked
from backstay.practices.catalogue import current_name
from backstay.project.approvals import apply, load_approvals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backstay.model.findings import Finding
    from backstay.review.pipeline import Request
    from backstay.review.reading import Reading


def without_accepted(
    findings: Sequence[Finding], reading: Reading, request: Request
) -> tuple[list[Finding], tuple[Unchecked, ...], int]:
    """The findings that stand, notes for the report, and how many were accepted."""
    if not request.use_approvals:
        return list(findings), (), 0
    today = dt.datetime.now(dt.UTC).date()
    applied = apply(findings, load_approvals(reading.root), today, current_name)
    notes = tuple(
        Unchecked(what=each.what, why=each.why) for each in (*applied.expired, *applied.unused)
    )
    return list(applied.kept), notes, len(applied.approved)
