from __future__ import annotations

import datetime as dt
from typing import Annotated

import msgspec

from backstay.capabilities.capability import Capability, Option
from backstay.capabilities.findings import everything_in
from backstay.model.errors import BadRequest
from backstay.model.events import Emit, unheard
from backstay.project.approval_writing import add_approval
from backstay.project.approvals import FILE
from backstay.review.targets import resolve_targets


class ApproveInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to accept, and why."""

    ids: Annotated[
        tuple[str, ...],
        Option(help="ids of findings or of single sites", positional=True, metavar="ID"),
    ]
    reason: Annotated[str, Option(help="why the team lives with it", metavar="WORDS")]
    expires: Annotated[
        str | None, Option(help="last day on which this holds", metavar="YYYY-MM-DD")
    ] = None
    by: Annotated[str | None, Option(help="who approves", metavar="NAME")] = None
    target: Annotated[
        tuple[str, ...], Option(help="the reviewed project, this directory by default")
    ] = ()


class ApproveOutput(msgspec.Struct, frozen=True, kw_only=True):
    """What was written, and where."""

    file: str
    added: dict[str, tuple[str, ...]]


def approve(given: ApproveInput, emit: Emit = unheard) -> ApproveOutput:
    """Record in the repository that findings are accepted. A finding stands for all its sites.

    Raises:
        BadRequest: an id is unknown, or the reason or the date is not good.
    """
    expires = _date(given.expires)
    sites = _sites(given, emit)
    root = resolve_targets(given.target).root
    today = dt.datetime.now(dt.UTC).date()
    added = {
        practice: add_approval(
            root / FILE,
            practice=practice,
            sites=ids,
            reason=given.reason,
            approved=today,
            expires=expires,
            by=given.by,
        )
        for practice, ids in sites.items()
    }
    return ApproveOutput(file=FILE, added=added)


def _date(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadRequest(f"{text!r} is not a date; write it as 2027-03-31") from error


def _sites(given: ApproveInput, emit: Emit) -> dict[str, list[str]]:
    envelope = everything_in(given.target, emit)
    covered: dict[str, list[str]] = {}
    for wanted in given.ids:
        for finding in (*envelope.findings, *envelope.refuted):
            sites = [finding.id, *(site.id for site in finding.also)]
            if wanted == finding.id:
                covered.setdefault(finding.practice, []).extend(sites)
                break
            if wanted in sites:
                covered.setdefault(finding.practice, []).append(wanted)
                break
        else:
            raise BadRequest(
                f"There is no finding {wanted} here now."
                " Ids are in the report: backstay review --json"
            )
    return covered


def show(output: ApproveOutput) -> str:
    """What was added, in a line each."""
    lines = [
        f"{practice}: {len(ids)} site(s) added to {output.file}"
        if ids
        else f"{practice}: already approved in {output.file}"
        for practice, ids in output.added.items()
    ]
    return "\n".join(lines)


CAPABILITY = Capability(
    name="approve",
    summary="Record in the repository that findings are accepted, with a reason",
    example='backstay approve 3f9a1c20b7de --reason "tiny table" --expires 2027-06-30',
    effect="writes",
    input=ApproveInput,
    output=ApproveOutput,
    run=approve,
    show=show,
)
