"""The verdict on an edit before it lands: the same as that of a review after it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from backstay.hosts.overlay import Overlay, overlaid
from backstay.hosts.relevance import ACCEPTING, may_be_referred_to, may_matter
from backstay.model.envelope import ReportedFinding
from backstay.model.errors import BadRequest
from backstay.model.events import unheard
from backstay.model.findings import SEVERITIES, Severity
from backstay.model.verdicts import not_proven
from backstay.project import baseline
from backstay.project.approvals import load_approvals
from backstay.project.cache import Cache
from backstay.project.settings import FILE as SETTINGS
from backstay.project.settings import Settings
from backstay.project.site_ids import new_since
from backstay.readers.inventory import Inventory, take_inventory
from backstay.readers.recognition import bytes_to_look_at, kind_by_content, kind_by_name
from backstay.review.acceptance import without_accepted
from backstay.review.introduced import judged_ids
from backstay.review.pipeline import Request, chosen_practices, judge
from backstay.review.ranking import grouped, ranked
from backstay.review.reading import (
    Reading,
    ReadingOptions,
    backend_of,
    read_backend,
    settings_of,
)
from backstay.review.reporting import reported
from backstay.review.targets import Targets, resolve_targets

if TYPE_CHECKING:
    from backstay.hosts.edits import Edit
    from backstay.model.facts import Fact
    from backstay.model.findings import Finding
    from backstay.practices.practice import Practice


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What an edit would bring that a review fails on.

    Attributes:
        findings: those at or above ``fail_on`` that were not there before, the worst first.
        fault: why no review would be possible any more; None where it would.
    """

    fail_on: Severity
    findings: tuple[ReportedFinding, ...] = ()
    fault: str | None = None


def judged(edit: Edit) -> Judged | None:
    """Judge an edit; None where it touches nothing that a review reads.

    Raises:
        BackstayError: it cannot be judged; the message says why.
    """
    root = _root_of(edit)
    if not any((root / mark).exists() for mark in (SETTINGS, ".git")):
        return None
    files = {
        file: content
        for path, content in edit.files.items()
        if (file := _below(path, root)) is not None and may_matter(path.name)
    }
    if not files:
        return None
    pairs = [(_below(old, root), _below(new, root)) for old, new in edit.moved.items()]
    renames = {old: new for old, new in pairs if old is not None and new is not None}
    with overlaid(root, files) as overlay:
        return _fault(overlay) or _judged(overlay, renames)


def _root_of(edit: Edit) -> Path:
    """The project's root; that of a checkout within it, such as a worktree, for a file there."""
    root = resolve_targets((str(edit.folder),)).root
    inner = [
        above
        for file in edit.files
        for above in file.parents
        if above.is_relative_to(root) and (above / ".git").exists()
    ]
    return max(inner, key=lambda each: len(each.parts), default=root)


def _below(path: Path, root: Path) -> str | None:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else None


def _fault(overlay: Overlay) -> Judged | None:
    """What the edit would break in the settings, approvals or baseline."""
    if overlay.files.keys().isdisjoint(ACCEPTING):
        return None
    _check(overlay.root)  # what is broken already is not the edit's doing
    try:
        _check(overlay.stand)
    except BadRequest as error:
        return Judged(fail_on=settings_of(overlay.root).fail_on, fault=str(error))
    return None


def _check(root: Path) -> None:
    settings_of(root)
    load_approvals(root)
    if (root / baseline.FILE).exists():
        baseline.load(root / baseline.FILE)


def _judged(overlay: Overlay, renames: dict[str, str]) -> Judged | None:
    settings = settings_of(overlay.stand)
    edited = overlay.edited(settings)
    if not any(_is_or_was_read(file, overlay, edited) for file in overlay.files):
        return None
    current = take_inventory(overlay.root, include=settings.include, exclude=settings.exclude)
    inventory = overlay.inventory(current, edited)
    facts, any_edited = overlay.facts(inventory, Cache.of_user())
    if not any_edited and inventory.entries == current.entries:
        return None
    practices = chosen_practices(Request(), settings)
    after = _reading(overlay, inventory, settings, facts)
    findings = judge(after.backend, practices, settings)
    names = [practice.name for practice in practices]
    # Approvals and baseline as they would be: the edit may hold some.
    accepting = msgspec.structs.replace(after, root=overlay.stand)
    kept = without_accepted(findings, accepting, names, use_baseline=True).kept
    counted = SEVERITIES[: SEVERITIES.index(settings.fail_on) + 1]
    if not any(finding.severity in counted for finding in kept):
        return Judged(fail_on=settings.fail_on)
    before = _ids_before(overlay, settings, practices, renames)
    new = new_since((finding.id for finding in kept), before)
    brought = [finding for finding in kept if finding.id in new]
    return Judged(fail_on=settings.fail_on, findings=_shown(brought, after, counted))


def _is_or_was_read(file: str, overlay: Overlay, edited: Inventory) -> bool:
    """Whether a file is an input before or after the edit, or one that inputs may refer to."""
    if file in ACCEPTING:
        return False
    name = file.rpartition("/")[2]
    if may_be_referred_to(name) or any(entry.file == file for entry in edited.entries):
        return True
    try:
        with open(overlay.root / file, "rb") as stream:  # noqa: PTH123 (a part is enough)
            data = stream.read(bytes_to_look_at(name))
    except OSError:
        return False
    return (kind_by_name(name) or kind_by_content(name, data)) is not None


def _reading(
    overlay: Overlay, inventory: Inventory, settings: Settings, facts: tuple[Fact, ...]
) -> Reading:
    return Reading(
        root=overlay.root,
        inventory=inventory,
        sources=overlay.sources(),
        backend=backend_of(facts, inventory, settings),
        settings=settings,
        stage=settings.stage or "growing",
        stage_source="",
    )


def _ids_before(
    overlay: Overlay, settings: Settings, practices: list[Practice], renames: dict[str, str]
) -> list[str]:
    """The ids of all findings as things are; files that are to be moved count as moved."""
    if not renames:
        targets = Targets(root=overlay.root, paths=(".",))
        reading = read_backend(targets, ReadingOptions(), unheard, settings)
        return judged_ids(reading, practices)
    moved: dict[str, bytes | None] = dict.fromkeys(renames)
    for old, new in renames.items():
        moved[new] = Path(os.path.join(overlay.root, old)).read_bytes()  # noqa: PTH118 (as text)
    with overlaid(overlay.root, moved) as earlier:
        current = take_inventory(earlier.root, include=settings.include, exclude=settings.exclude)
        inventory = earlier.inventory(current, earlier.edited(settings))
        facts, _ = earlier.facts(inventory, Cache.of_user())
        return judged_ids(_reading(earlier, inventory, settings, facts), practices)


def _shown(
    brought: list[Finding], after: Reading, counted: tuple[str, ...]
) -> tuple[ReportedFinding, ...]:
    verdicts = {finding.id: not_proven("the edit has not been made") for finding in brought}
    groups = ranked(grouped(brought, verdicts), after.stage)
    failing = [group for group in groups if group.first.severity in counted]
    return tuple(reported(failing, after.backend, after.sources, after.stage))
