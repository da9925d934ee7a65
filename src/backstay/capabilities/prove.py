from __future__ import annotations

from typing import Annotated

import msgspec

from backstay.capabilities import brief
from backstay.capabilities.capability import Capability, Option, Tool
from backstay.capabilities.review import with_receipts_kept
from backstay.model.envelope import Envelope
from backstay.model.errors import BadRequest
from backstay.model.events import Emit, unheard
from backstay.review.pipeline import Request, review
from backstay.review.targets import whole_project


class ProveInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which findings to put to the test."""

    ids: Annotated[
        tuple[str, ...], Option(help="ids of findings", positional=True, metavar="ID", most=10)
    ]
    target: Annotated[
        tuple[str, ...],
        Option(help="the reviewed project, this directory by default", path=True, tool=False),
    ] = ()
    budget: Annotated[
        float | None, Option(help="seconds that all may take together", metavar="SECONDS")
    ] = None


def prove(given: ProveInput, emit: Emit = unheard) -> Envelope:
    """Put findings to the test, by id.

    Raises:
        BadRequest: an id is not that of a present finding.
    """
    request = Request(
        targets=whole_project(given.target),
        everything=True,
        prove=True,
        prove_only=given.ids,
        budget_seconds=given.budget,
        use_baseline=False,
        use_approvals=False,
    )
    reviewed = review(request, emit)
    known = {finding.id for finding in reviewed.findings}
    unknown = [each for each in given.ids if each not in known]
    if unknown:
        raise BadRequest(
            f"There is no finding {', '.join(unknown)} here now."
            " Ids are in the report: backstay review --json"
        )
    return with_receipts_kept(reviewed).only(given.ids, "prove")


CAPABILITY = Capability(
    name="prove",
    summary="Put findings to the test, by id",
    example="backstay prove 3f9a1c20b7de",
    effect="experiments",
    input=ProveInput,
    output=Envelope,
    run=prove,
    tool=Tool(
        description=(
            "Put findings to the test on a throw-away PostgreSQL: proven, refuted or not-proven,"
            " with a receipt. Seconds to minutes; at most ten ids at a time."
        ),
        effect="experiments",
        output=brief.FindingsPage,
        brief=brief.brief,
        show=brief.show,
    ),
)
