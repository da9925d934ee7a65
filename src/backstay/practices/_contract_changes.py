"""What the practices about changes of a contract have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.model.findings import Finding, Fix, Severity

if TYPE_CHECKING:
    from backstay.model.changes import Change


def told(change: Change, fix: str, severity: Severity | None = None) -> Finding:
    """The finding for a change; one that is not certain is worded so."""
    text = change.text if change.certain else f"possibly: {change.text}"
    return Finding(
        message=text,
        evidence=(change,),
        fix=Fix(text=fix),
        cause=change.group,
        severity=severity,
    )
