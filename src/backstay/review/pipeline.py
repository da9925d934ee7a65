"""Read, judge, prove, rank: the one pipeline. Every other command is this with other facts in."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

import backstay
from backstay.model.data import Dialect
from backstay.model.envelope import Envelope, ReportedFinding, Summary, Unchecked, UnreadFile
from backstay.model.errors import BadRequest, NotAvailable
from backstay.model.events import Emit, Progress, unheard
from backstay.model.facts import NotChecked, Unread
from backstay.model.findings import SEVERITIES, Area, Finding, Severity, Stage
from backstay.model.places import Place
from backstay.model.verdicts import Verdict, not_proven
from backstay.practices.catalogue import all_practices, practice_named
from backstay.proofs.proof import laboratory, prove_all
from backstay.review.acceptance import Accepted, without_accepted
from backstay.review.introduced import only_introduced
from backstay.review.locations import locations
from backstay.review.ranking import grouped, ranked
from backstay.review.reading import Reading, ReadingOptions, read_backend
from backstay.review.reporting import reported
from backstay.review.targets import resolve_targets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backstay.model.backend import Backend
    from backstay.practices.practice import Practice
    from backstay.project.settings import Settings


# For all proofs of one review together, unless the settings or the command say otherwise.
DEFAULT_BUDGET_SECONDS = 120.0


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What to review, and how. None means: as the settings say.

    Attributes:
        targets: directories and files; the current directory where there are none.
        areas, only: names of areas and of practices to keep to; all where empty.
        everything: also practices that are off by default.
        since: a git revision; only what came after it is reported.
        prove: put findings to the test.
        prove_only: ids of the findings to put to the test; all where empty.
    """

    targets: tuple[str, ...] = ()
    stage: Stage | None = None
    areas: tuple[Area, ...] = ()
    only: tuple[str, ...] = ()
    everything: bool = False
    since: str | None = None
    prove: bool = False
    prove_only: tuple[str, ...] = ()
    budget_seconds: float | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    fail_on: Severity | None = None
    use_cache: bool = True
    use_baseline: bool = True
    use_approvals: bool = True

    @property
    def reading(self) -> ReadingOptions:
        """The part that says what to read."""
        return ReadingOptions(
            stage=self.stage,
            include=self.include,
            exclude=self.exclude,
            use_cache=self.use_cache,
        )


class Reviewed(msgspec.Struct, frozen=True, kw_only=True):
    """A review's outcome, with the findings and verdicts that it shows."""

    envelope: Envelope
    findings: tuple[Finding, ...]
    verdicts: dict[str, Verdict]
    root: Path

    def only(self, ids: tuple[str, ...], command: str) -> Envelope:
        """The envelope with nothing but these findings, as the outcome of that command."""
        findings = tuple(each for each in self.envelope.findings if each.id in ids)
        refuted = tuple(each for each in self.envelope.refuted if each.id in ids)
        return msgspec.structs.replace(
            self.envelope,
            command=command,
            targets=ids or self.envelope.targets,
            findings=findings,
            refuted=refuted,
            summary=summary_of(findings, refuted, 0, self.envelope.summary.read),
        )

    def as_baseline(self, file: str, count: int) -> Envelope:
        """The envelope once all its findings have been written to the baseline."""
        noted = Unchecked(
            what=f"{count} findings that are now in {file}",
            why="they are the baseline from here on; --no-baseline reports them, too",
        )
        written = self.only((), "review")
        return msgspec.structs.replace(written, not_checked=(*written.not_checked, noted))


def review(request: Request, emit: Emit = unheard) -> Reviewed:
    """Review a backend.

    Raises:
        BadRequest: a target, a setting or a revision is wrong.
    """
    request = _checked(request)
    targets = resolve_targets(request.targets)
    reading = read_backend(targets, request.reading, emit)
    practices = chosen_practices(request, reading.settings)
    findings = judge(reading.backend, practices, reading.settings, emit)
    accepted = accepted_of(findings, practices, reading, request)
    if request.since is not None:
        kept = only_introduced(accepted.kept, practices, targets, request.reading, request.since)
        accepted = accepted._replace(kept=kept)
    verdicts, notes = _prove(accepted.kept, practices, reading, request, emit)
    envelope = envelope_of(request, reading, accepted, verdicts, notes)
    return Reviewed(envelope=envelope, findings=accepted.kept, verdicts=verdicts, root=targets.root)


def accepted_of(
    findings: Sequence[Finding],
    practices: Sequence[Practice],
    reading: Reading,
    request: Request,
) -> Accepted:
    """The findings that stand once what the team has accepted is left out."""
    if not request.use_approvals:
        return Accepted(tuple(findings), (), 0)
    judged = [each.name for each in practices]
    return without_accepted(findings, reading, judged, use_baseline=request.use_baseline)


def _checked(request: Request) -> Request:
    """The request with practices under their present names.

    Raises:
        BadRequest: there is no such practice, or the budget is no time.
    """
    if request.budget_seconds is not None and request.budget_seconds <= 0:
        raise BadRequest(f"A budget of {request.budget_seconds:g} s is no time. Give more than 0.")
    names = [name.strip() for each in request.only for name in each.split(",")]
    known = tuple(practice_named(name).name for name in names)
    return msgspec.structs.replace(request, only=known)


def judge(
    backend: Backend, practices: Sequence[Practice], settings: Settings, emit: Emit = unheard
) -> list[Finding]:
    """What the practices say about a backend, with severities as the settings want them."""
    found: dict[str, Finding] = {}
    for done, practice in enumerate(practices):
        emit(Progress(step="judge", text=practice.name, done=done, total=len(practices)))
        severity = settings.severity.get(practice.name)
        for finding in practice.judge(backend):
            each = msgspec.structs.replace(finding, severity=severity) if severity else finding
            found.setdefault(each.id, each)
    return list(found.values())


def chosen_practices(request: Request, settings: Settings) -> list[Practice]:
    """The practices that a request asks for under these settings."""
    on, off = set(settings.practices.on), set(settings.practices.off)
    return [
        each
        for each in all_practices()
        if (each.default or request.everything or each.name in on or each.name in request.only)
        and each.name not in off
        and (not request.areas or each.area in request.areas)
        and (not request.only or each.name in request.only)
    ]


def _prove(
    findings: Sequence[Finding],
    practices: Sequence[Practice],
    reading: Reading,
    request: Request,
    emit: Emit,
) -> tuple[dict[str, Verdict], list[NotChecked]]:
    """A verdict on each finding, and what an experiment showed to be uncertain."""
    proof_of = {practice.name: practice.proof for practice in practices}
    verdicts = {finding.id: _untested(proof_of[finding.practice]) for finding in findings}
    wanted = [
        (finding, proof)
        for finding in findings
        if (proof := proof_of[finding.practice]) is not None
        and (not request.prove_only or finding.id in request.prove_only)
    ]
    models = () if request.prove_only else reading.backend.of(Dialect)
    if not request.prove or not (wanted or models):
        return verdicts, []
    budget = request.budget_seconds or reading.settings.budget_seconds or DEFAULT_BUDGET_SECONDS
    emit(Progress(step="prove", text="starting a PostgreSQL of our own"))
    from backstay.proofs.model_check import check_models  # noqa: PLC0415 (loads the driver)

    try:
        with laboratory() as server:
            notes = list(check_models(models, reading.backend, reading.sources, server))
            tested = prove_all(wanted, reading.backend, server, budget_seconds=budget, emit=emit)
    except NotAvailable as error:
        here = Place(file=".")
        tested = {finding.id: not_proven(str(error)) for finding, _ in wanted}
        notes = [NotChecked(where=here, what="experiments", why=str(error))]
    return verdicts | tested, notes


def _untested(proof: str | None) -> Verdict:
    if proof is None:
        return not_proven("read from the files; there is no experiment for this kind")
    return not_proven(f"read from the files; --prove puts it to the test ({proof})")


def envelope_of(
    request: Request,
    reading: Reading,
    accepted: Accepted,
    verdicts: dict[str, Verdict],
    notes: Sequence[NotChecked],
) -> Envelope:
    """The report of what stands."""
    groups = ranked(grouped(accepted.kept, verdicts), reading.stage)
    shown = reported(groups, reading.backend, reading.sources, reading.stage)
    standing = tuple(each for each in shown if each.verdict != "refuted")
    refuted = tuple(each for each in shown if each.verdict == "refuted")
    backend = reading.backend
    read = Counter(fact.kind for fact in backend.facts)
    return Envelope(
        backstay=backstay.__version__,
        command="review",
        targets=request.targets or (".",),
        stage=reading.stage,
        stage_source=reading.stage_source,
        fail_on=request.fail_on or reading.settings.fail_on,
        filters=_filters(request),
        summary=summary_of(standing, refuted, accepted.left_out, dict(sorted(read.items()))),
        findings=standing,
        refuted=refuted,
        unread=_unread(reading),
        not_checked=(
            *(Unchecked(what=each.what, why=each.why) for each in backend.of(NotChecked)),
            *accepted.notes,
            *(Unchecked(what=each.what, why=each.why) for each in notes),
        ),
    )


def _unread(reading: Reading) -> tuple[UnreadFile, ...]:
    """Files and parts of files that could not be read, parts with their line."""
    facts = reading.backend.of(Unread)
    parts = [each.where for each in facts if isinstance(each.where, Place) and each.where.start]
    found = locations(parts, reading.sources)
    return tuple(
        UnreadFile(
            file=each.scope,
            why=f"line {found[each.where].line}: {each.why}" if each.where in found else each.why,
        )
        for each in facts
    )


def _filters(request: Request) -> tuple[str, ...]:
    filters = [f"--area {area}" for area in request.areas]
    filters += [f"--practice {name}" for name in request.only]
    filters += [f"--exclude {pattern}" for pattern in request.exclude]
    if request.since is not None:
        filters.append(f"--since {request.since}")
    return tuple(filters)


def summary_of(
    standing: Sequence[ReportedFinding],
    refuted: Sequence[ReportedFinding],
    accepted: int,
    read: dict[str, int],
) -> Summary:
    """The counts of a report."""
    severities = Counter(each.severity for each in standing)
    return Summary(
        findings=len(standing),
        sites=sum(1 + len(each.also) for each in standing),
        proven=sum(each.verdict == "proven" for each in standing),
        refuted=len(refuted),
        approved=accepted,
        by_severity={name: severities[name] for name in SEVERITIES if severities[name]},
        read=read,
    )
