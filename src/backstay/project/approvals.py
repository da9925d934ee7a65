"""Approvals: findings that the team has looked at and lives with, kept in the repository."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING, Annotated, NamedTuple

import msgspec
from msgspec import Meta

from backstay.model.errors import BadRequest
from backstay.model.facts import NotChecked
from backstay.model.places import Place
from backstay.project.site_ids import id_under
from backstay.project.toml_files import fault_at, read_toml, statements

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Sequence
    from pathlib import Path

    from backstay.model.findings import Finding

FILE = "backstay-approvals.toml"

SiteId = Annotated[
    str,
    Meta(pattern="^[0-9a-f]{12}$", extra={"wanted": "the id of a site as reports show it"}),
]
Words = Annotated[
    str, Meta(min_length=1, pattern=r"\S", extra={"wanted": "a reason in words, for others"})
]


class _Written(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    practice: Annotated[str, Meta(min_length=1)]
    sites: Annotated[tuple[SiteId, ...], Meta(min_length=1)]
    reason: Words
    approved: dt.date
    expires: dt.date | None = None
    by: str | None = None


class ApprovalsFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What ``backstay-approvals.toml`` may hold."""

    approval: tuple[_Written, ...] = ()


class Approval(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of ``backstay-approvals.toml``.

    Attributes:
        where: the entry in the file.
        sites: ids of the sites that it covers, and no others.
        expires: the last day on which it covers them; None for no end.
    """

    where: Place
    practice: str
    sites: tuple[str, ...]
    reason: str
    approved: dt.date
    expires: dt.date | None = None
    by: str | None = None

    def holds_on(self, day: dt.date) -> bool:
        """Whether it has not expired on that day."""
        return self.expires is None or day <= self.expires


class Applied(NamedTuple):
    """What approvals did to findings. ``expired`` and ``unused`` are for the report to say."""

    kept: tuple[Finding, ...]
    approved: tuple[tuple[Finding, Approval], ...]
    expired: tuple[NotChecked, ...]
    unused: tuple[NotChecked, ...]


def load_approvals(root: Path) -> tuple[Approval, ...]:
    """The approvals of the repository at ``root``, in the order of the file.

    Raises:
        BadRequest: the file has a fault; the message names each with its line.
    """
    path = root / FILE
    return load_file(path) if path.exists() or path.is_symlink() else ()


def load_file(path: Path) -> tuple[Approval, ...]:
    """The approvals in one file; see ``load_approvals``."""
    written, text = read_toml(path, path.name, ApprovalsFile)
    for position, each in enumerate(written.approval):
        if each.expires is not None and each.expires < each.approved:
            keys = ("approval", position, "expires")
            raise BadRequest(fault_at(path.name, text, keys, "`expires` is before `approved`."))
    starts = [len(text[:start].encode()) for start in entries(text)]
    return tuple(
        Approval(
            where=Place(file=path.name, start=starts[place] if place < len(starts) else None),
            practice=each.practice,
            sites=each.sites,
            reason=each.reason,
            approved=each.approved,
            expires=each.expires,
            by=each.by,
        )
        for place, each in enumerate(written.approval)
    )


def entries(text: str) -> list[int]:
    """Where each ``[[approval]]`` stands."""
    return [offset for offset, each in statements(text) if each.startswith("[[")]


def apply(
    findings: Iterable[Finding],
    approvals: Sequence[Approval],
    today: dt.date,
    current_name: Callable[[str], str | None],
    judged: Container[str] | None = None,
) -> Applied:
    """Part findings into those that stand and those that an approval covers.

    Args:
        findings: each one site.
        approvals: as loaded.
        today: approvals that expired before it cover nothing.
        current_name: the present name of a practice, None for one that does not exist; an
            approval under an earlier name covers the same sites.
        judged: names of the practices that ran, None for all. Approvals of others are not
            called unused.
    """
    covering = _covering(approvals)
    earlier = _recorded_names(approvals, current_name)
    kept: list[Finding] = []
    approved: list[tuple[Finding, Approval]] = []
    used: set[tuple[Approval, str]] = set()
    lapsed: dict[Approval, None] = {}
    for finding in findings:
        keys = [(name, id_under(finding, name)) for name in earlier.get(finding.practice, ())]
        found = [(each, site) for name, site in keys for each in covering.get((name, site), ())]
        live = [(each, site) for each, site in found if each.holds_on(today)]
        if live:
            approved.append((finding, live[0][0]))
            used.update(live)
        else:
            kept.append(finding)
            used.update(found)
            lapsed.update((each, None) for each, _ in found)
    expired = tuple(map(_expired, lapsed))
    unused = tuple(
        said
        for each in approvals
        if judged is None or (current_name(each.practice) or each.practice) in judged
        for said in _unused(each, used, known=current_name(each.practice) is not None)
    )
    return Applied(tuple(kept), tuple(approved), expired, unused)


def _covering(approvals: Iterable[Approval]) -> dict[tuple[str, str], list[Approval]]:
    covering = defaultdict(list)
    for each in approvals:
        for site in each.sites:
            covering[each.practice, site].append(each)
    return covering


def _recorded_names(
    approvals: Iterable[Approval], current_name: Callable[[str], str | None]
) -> dict[str, list[str]]:
    """The names under which a practice stands in approvals, by its present name."""
    recorded = defaultdict(list)
    for name in dict.fromkeys(each.practice for each in approvals):
        now = current_name(name)
        if now is not None:
            recorded[now].append(name)
    return recorded


def _expired(approval: Approval) -> NotChecked:
    return NotChecked(
        where=approval.where,
        what=f"the approval of {approval.practice} ({approval.reason})",
        why=f"it expired on {approval.expires}, so its findings count again: mend them, or give"
        " it a new date",
    )


def _unused(
    approval: Approval, used: set[tuple[Approval, str]], *, known: bool
) -> Iterable[NotChecked]:
    sites = [site for site in approval.sites if (approval, site) not in used]
    if not sites:
        return
    why = "there is no such finding any more: remove it"
    if not known:
        why = "there is no practice of that name: correct it, or remove the approval"
    yield NotChecked(
        where=approval.where,
        what=f"the approval of {approval.practice} at {', '.join(sites)}",
        why=why,
    )
