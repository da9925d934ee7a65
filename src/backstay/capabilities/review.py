from __future__ import annotations

from typing import Annotated

import msgspec

from backstay.capabilities import brief
from backstay.capabilities.capability import Capability, Option, Tool
from backstay.model.envelope import Envelope, Unchecked
from backstay.model.errors import BadRequest, NotAvailable
from backstay.model.events import Emit, unheard
from backstay.model.findings import Area, Severity, Stage
from backstay.project import baseline
from backstay.project.ledger import Ledger
from backstay.review.pipeline import Request, Reviewed
from backstay.review.pipeline import review as run_review


class ReviewInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to review, and how."""

    targets: Annotated[
        tuple[str, ...],
        Option(
            help="directories and files; the current directory by default",
            positional=True,
            path=True,
        ),
    ] = ()
    prove: Annotated[
        bool, Option(help="put findings to the test on a throw-away PostgreSQL", tool=False)
    ] = False
    since: Annotated[
        str | None, Option(help="report only what came after this git revision", metavar="REF")
    ] = None
    stage: Annotated[
        Stage | None, Option(help="the company's stage; changes order and advice, never facts")
    ] = None
    area: Annotated[tuple[Area, ...], Option(help="keep to these areas; may be repeated")] = ()
    practice: Annotated[
        tuple[str, ...], Option(help="keep to these practices; may be repeated", metavar="NAME")
    ] = ()
    everything: Annotated[
        bool, Option(help="also practices that are off by default", flag="--all", tool=False)
    ] = False
    fail_on: Annotated[
        Severity | None,
        Option(help="exit with 1 from this severity on (default: high)", tool=False),
    ] = None
    include: Annotated[
        tuple[str, ...], Option(help="also look at these paths", metavar="GLOB", tool=False)
    ] = ()
    exclude: Annotated[
        tuple[str, ...], Option(help="leave these paths out", metavar="GLOB", tool=False)
    ] = ()
    budget: Annotated[
        float | None,
        Option(help="seconds that proofs may take together", metavar="SECONDS", tool=False),
    ] = None
    no_cache: Annotated[bool, Option(help="read every file anew", tool=False)] = False
    no_baseline: Annotated[bool, Option(help="report what the baseline holds, too", tool=False)] = (
        False
    )
    write_baseline: Annotated[
        bool,
        Option(
            help="record all present findings as the baseline, and report none of them",
            tool=False,
        ),
    ] = False


def request_of(given: ReviewInput) -> Request:
    """The pipeline's request for what was given on the command line or by a tool."""
    return Request(
        targets=given.targets,
        stage=given.stage,
        areas=given.area,
        only=given.practice,
        everything=given.everything,
        since=given.since,
        prove=given.prove,
        budget_seconds=given.budget,
        include=given.include,
        exclude=given.exclude,
        fail_on=given.fail_on,
        use_cache=not given.no_cache,
        use_baseline=not (given.no_baseline or given.write_baseline),
    )


def with_receipts_kept(reviewed: Reviewed) -> Reviewed:
    """Remember the receipts of a review, so that they can be asked for by id.

    Where they cannot be kept, the review says so, and stands.
    """
    receipts = [verdict.proof for verdict in reviewed.verdicts.values() if verdict.proof]
    ledger = Ledger.of_user(reviewed.root)
    try:
        for receipt in receipts:
            ledger.add(receipt)
    except NotAvailable as error:
        note = Unchecked(what="receipts for later", why=str(error))
        noted = (*reviewed.envelope.not_checked, note)
        envelope = msgspec.structs.replace(reviewed.envelope, not_checked=noted)
        return msgspec.structs.replace(reviewed, envelope=envelope)
    return reviewed


def review(given: ReviewInput, emit: Emit = unheard) -> Envelope:
    """Review a backend.

    Raises:
        BadRequest: a target, a setting or a revision is wrong.
    """
    if given.write_baseline and (given.practice or given.area or given.since):
        raise BadRequest(
            "A baseline holds all findings: leave out --practice, --area and --since,"
            " or it would forget the others"
        )
    reviewed = with_receipts_kept(run_review(request_of(given), emit))
    if given.write_baseline:
        count = baseline.write(reviewed.root / baseline.FILE, reviewed.findings)
        return reviewed.as_baseline(baseline.FILE, count)
    return reviewed.envelope


CAPABILITY = Capability(
    name="review",
    summary="Read a backend, judge it, prove what can be proven, and report",
    example="backstay review . --prove",
    effect="experiments",
    input=ReviewInput,
    output=Envelope,
    run=review,
    tool=Tool(
        description=(
            "Review the project's schemas, migrations, API contracts and containers."
            " Gives findings by rank, each with an id for explain and prove."
        ),
        effect="reads",
        output=brief.FindingsPage,
        brief=brief.brief,
        show=brief.show,
        lists=brief.LISTS,
    ),
)
