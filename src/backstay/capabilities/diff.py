from __future__ import annotations

from typing import Annotated

import msgspec

from backstay.capabilities import brief
from backstay.capabilities.capability import Capability, Option, Tool
from backstay.capabilities.review import with_receipts_kept
from backstay.model.changes import Level
from backstay.model.envelope import Envelope
from backstay.model.events import Emit, unheard
from backstay.model.findings import Severity, Stage
from backstay.review.comparing import CompareRequest, compare


class DiffInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which two versions to compare, and how."""

    old: Annotated[
        str,
        Option(
            help="the version that people use: a file, a folder, or REF:PATH of git",
            positional=True,
            metavar="OLD",
            path=True,
        ),
    ]
    new: Annotated[
        str,
        Option(help="the version to come, in the same ways", positional=True, path=True),
    ]
    level: Annotated[
        Level,
        Option(help="what must not break: bytes, JSON, generated code, or behaviour"),
    ] = "json"
    everything: Annotated[bool, Option(help="also changes that break nobody", flag="--all")] = False
    stage: Annotated[
        Stage | None,
        Option(help="the company's stage; changes order and advice, never facts", tool=False),
    ] = None
    practice: Annotated[
        tuple[str, ...],
        Option(help="keep to these practices; may be repeated", metavar="NAME", tool=False),
    ] = ()
    fail_on: Annotated[
        Severity | None,
        Option(help="exit with 1 from this severity on (default: high)", tool=False),
    ] = None


def diff(given: DiffInput, emit: Emit = unheard) -> Envelope:
    """Say what a new version of a contract breaks, for whom, with a witness.

    Raises:
        BadRequest: an argument names no contract, or the two cannot be compared.
    """
    request = CompareRequest(
        old=given.old,
        new=given.new,
        level=given.level,
        everything=given.everything,
        stage=given.stage,
        only=given.practice,
        fail_on=given.fail_on,
    )
    return with_receipts_kept(compare(request, emit)).envelope


CAPABILITY = Capability(
    name="diff",
    summary="Say what a new version of an API breaks, for whom, with a witness",
    example="backstay diff main:openapi.yaml openapi.yaml",
    effect="reads",
    input=DiffInput,
    output=Envelope,
    run=diff,
    tool=Tool(
        description=(
            "Compare two versions of an API (OpenAPI, GraphQL, protobuf): what breaks, for whom,"
            " with a request or response that one side refuses."
        ),
        effect="reads",
        output=brief.FindingsPage,
        brief=brief.brief,
        show=brief.show,
        lists=brief.LISTS,
    ),
)
