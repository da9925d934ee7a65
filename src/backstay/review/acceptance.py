"""What the team has accepted: approvals, comments beside the code, and the baseline."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from backstay.model.envelope import Unchecked
from backstay.model.facts import NotChecked
from backstay.model.places import Place
from backstay.practices.catalogue import current_name
from backstay.project import baseline
from backstay.project.allow_comments import MARK, allowed_lines
from backstay.project.approvals import apply, load_approvals
from backstay.readers.unreadable import Unreadable
from backstay.review.locations import locations

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from backstay.model.findings import Finding
    from backstay.project.allow_comments import Allowance
    from backstay.readers.sources import Sources
    from backstay.review.reading import Reading


class Accepted(NamedTuple):
    """The findings that stand, notes for the report, and how many sites were accepted."""

    kept: tuple[Finding, ...]
    notes: tuple[Unchecked, ...]
    left_out: int


def without_accepted(
    findings: Sequence[Finding],
    reading: Reading,
    judged: Sequence[str],
    *,
    use_baseline: bool,
) -> Accepted:
    """Leave out what a comment, an approval or the baseline covers.

    Raises:
        BadRequest: the file of approvals or the baseline has a fault.
    """
    root = reading.root
    today = dt.datetime.now(dt.UTC).date()
    commented, notes = _without_commented(findings, reading, set(judged))
    applied = apply(commented, load_approvals(root), today, current_name, set(judged))
    notes = [*notes, *applied.expired, *applied.unused]
    kept = applied.kept
    if use_baseline and (root / baseline.FILE).exists():
        split = baseline.split(kept, baseline.load(root / baseline.FILE), current_name)
        kept = split.new
        stale = [entry for entry in split.stale if current_name(entry.practice) in set(judged)]
        if stale:
            what = f"{len(stale)} of the baseline's findings"
            why = "they are gone; write the baseline again to forget them"
            notes.append(NotChecked(where=Place(file=baseline.FILE), what=what, why=why))
    unchecked = tuple(Unchecked(what=each.what, why=each.why) for each in notes)
    return Accepted(tuple(kept), unchecked, len(findings) - len(kept))


def _without_commented(
    findings: Sequence[Finding], reading: Reading, judged: set[str]
) -> tuple[list[Finding], list[NotChecked]]:
    files = {each.site.file for each in findings if isinstance(each.site, Place)}
    by_file = {}
    for file in sorted(files.union(entry.file for entry in reading.inventory.entries)):
        data = _content(file, reading.sources)
        if MARK.encode() in data:
            text = data.decode("utf-8", "surrogateescape")
            by_file[file] = allowed_lines(text, file, current_name)
    if not by_file:
        return list(findings), []
    found = locations(_sites_in(findings, by_file), reading.sources)
    kept: list[Finding] = []
    used: set[Allowance] = set()
    for finding in findings:
        where = found.get(finding.site)
        allowance = None
        if where is not None and where.file in by_file and where.line:
            allowances = by_file[where.file]
            allowance = allowances.covering(finding.practice, where.line, where.end_line)
        if allowance is None:
            kept.append(finding)
        else:
            used.add(allowance)
    notes = [note for allowances in by_file.values() for note in allowances.problems]
    for allowances in by_file.values():
        mine = [each for each in allowances.by_site.values() if each.practice not in judged]
        notes += allowances.unused([*used, *mine])
    return kept, notes


def _sites_in(findings: Iterable[Finding], files: Iterable[str]) -> list[Place]:
    wanted = set(files)
    sites = [finding.site for finding in findings]
    return [site for site in sites if isinstance(site, Place) and site.file in wanted]


def _content(file: str, sources: Sources) -> bytes:
    try:
        return sources.read(file)
    except Unreadable:
        return b""
