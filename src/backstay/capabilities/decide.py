from __future__ import annotations

import datetime as dt
from typing import Annotated

import msgspec

from backstay.capabilities.capability import Capability, Option, Tool
from backstay.capabilities.decision_brief import DecidePage, brief, show_page
from backstay.capabilities.decision_text import Decided, Topics, show
from backstay.decisions.answers import stated
from backstay.decisions.deciding import weigh
from backstay.decisions.loading import model_of
from backstay.decisions.observations import observed
from backstay.decisions.record import record
from backstay.decisions.topics import all_topics, topic_named
from backstay.model.errors import BadRequest
from backstay.model.events import Emit, unheard
from backstay.model.findings import Stage
from backstay.project.record_writing import write_record
from backstay.readers.skipped_folders import SKIPPED_FOLDERS, UNNAMED_FOLDERS
from backstay.review.reading import ReadingOptions, read_backend
from backstay.review.targets import resolve_targets

_UNREAD = UNNAMED_FOLDERS | SKIPPED_FOLDERS.keys()


class DecideInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to decide, and what is known."""

    topic: Annotated[
        tuple[str, ...],
        Option(
            help="a topic or words for it, such as datastore; lists them without",
            positional=True,
            metavar="TOPIC",
            most=20,
        ),
    ] = ()
    fact: Annotated[
        tuple[str, ...],
        Option(
            help="a fact as name=value, such as peak_commits=5k/s; may be repeated",
            metavar="NAME=VALUE",
            most=60,
        ),
    ] = ()
    stage: Annotated[
        Stage | None, Option(help="the company's stage; sets weights and what is assumed")
    ] = None
    targets: Annotated[
        tuple[str, ...],
        Option(
            help="the project to look at (default: this directory)",
            flag="--target",
            metavar="DIR",
            path=True,
            tool=False,
        ),
    ] = ()
    record: Annotated[
        str | None,
        Option(
            help="write the decision record to this new file, or into this folder",
            metavar="PATH",
            tool=False,
        ),
    ] = None
    full: Annotated[bool, Option(help="show the complete decision record (MADR), too")] = False


def decide(given: DecideInput, emit: Emit = unheard) -> Decided | Topics:
    """Choose among the options of a decision, from what is stated and what the project shows.

    Raises:
        BadRequest: the topic, a fact or the path of the record is wrong, or nothing is left.
    """
    if not given.topic:
        if given.fact or given.record:
            raise BadRequest("Name a topic to decide. See: backstay decide")
        return Topics(topics=all_topics())
    model = model_of(topic_named(given.topic))
    values = stated(model, given.fact)
    wanted = {
        axis.entry.source
        for axis in model.axes
        if axis.entry.source is not None and axis.name not in values
    }
    stage, stage_source, seen = given.stage, "as asked", {}
    if wanted or stage is None:
        reading = read_backend(
            resolve_targets(given.targets), ReadingOptions(stage=given.stage), emit
        )
        stage, stage_source = reading.stage, reading.stage_source
        sources = (axis.entry.source for axis in model.axes if axis.entry.source)
        seen = observed(reading.backend, tuple(sources))
    outcome = weigh(model, stage, values, seen)
    today = dt.datetime.now(dt.UTC).date()
    text = record(outcome, model, today)
    recorded = None
    if given.record is not None:
        root = resolve_targets(given.targets).root
        recorded = write_record(root, given.record, model.topic, text, unread=_UNREAD)
    return Decided(
        **{name: getattr(outcome, name) for name in outcome.__struct_fields__ if name != "record"},
        record=text,
        stage_source=stage_source,
        recorded=recorded,
        full=given.full,
    )


CAPABILITY = Capability(
    name="decide",
    summary="Choose a datastore, broker, API style and more from facts; say what would flip it",
    example="backstay decide datastore --fact peak_commits=5k/s",
    effect="writes",
    input=DecideInput,
    output=Decided | Topics,
    run=decide,
    show=show,
    tool=Tool(
        description=(
            "Choose an architecture from facts: datastore, broker, API style, tenancy, services..."
            " Says why, what is ruled out, at which values it flips, what to ask the user."
            " Without topic: the list."
        ),
        effect="reads",
        output=DecidePage,
        brief=brief,
        show=show_page,
        lists=("record",),
    ),
)
