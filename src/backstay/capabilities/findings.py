"""Findings by id, for the capabilities that are told one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from backstay.model.errors import BadRequest
from backstay.review.pipeline import Request, review
from backstay.review.targets import whole_project

if TYPE_CHECKING:
    from backstay.model.envelope import Envelope, ReportedFinding
    from backstay.model.events import Emit


def finding_with_id(wanted: str, targets: tuple[str, ...], emit: Emit) -> ReportedFinding:
    """The finding or site of that id, as the present state of the files gives it.

    Raises:
        BadRequest: there is none.
    """
    envelope = everything_in(targets, emit)
    for finding in (*envelope.findings, *envelope.refuted):
        if finding.id == wanted:
            return finding
        for site in finding.also:
            if site.id == wanted:
                return msgspec.structs.replace(
                    finding, id=site.id, where=site.where, message=site.message, also=()
                )
    raise BadRequest(
        f"There is no finding {wanted} here now. Ids are in the report: backstay review --json;"
        " those of a comparison are explained by the name of their practice"
    )


def everything_in(targets: tuple[str, ...], emit: Emit) -> Envelope:
    """A review that holds nothing back, without proofs."""
    request = Request(
        targets=whole_project(targets), everything=True, use_baseline=False, use_approvals=False
    )
    return review(request, emit).envelope
