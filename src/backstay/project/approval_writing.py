"""Adding approvals to ``backstay-approvals.toml`` without touching what else stands there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec

from backstay.model.errors import BadRequest
from backstay.project.approvals import ApprovalsFile, entries, load_file
from backstay.project.whole_files import only_writer, write_whole

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    from backstay.project.approvals import Approval

_HEAD = "# Findings that were looked at and are lived with. Reasons are for the next reader.\n"


def add_approval(  # noqa: PLR0913 (the fields of an approval, all by name)
    path: Path,
    *,
    practice: str,
    sites: Sequence[str],
    reason: str,
    approved: dt.date,
    expires: dt.date | None = None,
    by: str | None = None,
) -> tuple[str, ...]:
    """Approve sites of a practice in the file at ``path``, which is made where it is missing.

    Sites that an approval covers already are left out, so that doing it twice changes nothing.
    The entry goes to its place by practice and site, so that two branches that each add one
    seldom touch the same lines. Comments and all else in the file stay as they are.

    Returns:
        The sites that were added.

    Raises:
        BadRequest: the reason is missing, the date has passed, or the file has a fault.
    """
    if not reason.strip():
        raise BadRequest("An approval needs a reason. Say why the team lives with this.")
    if expires is not None and expires < approved:
        raise BadRequest(f"The approval would expire on {expires}, which has passed.")
    with only_writer(path.resolve().parent):
        present = load_file(path) if path.exists() else ()
        covered = {
            site
            for each in present
            if each.practice == practice and each.holds_on(approved)
            for site in each.sites
        }
        added = tuple(sorted(set(sites) - covered))
        if added:
            text = path.read_bytes().decode("utf-8-sig") if path.exists() else _HEAD
            entry = _entry(practice, added, reason, approved, expires, by)
            _write(path, _with_entry(text, entry, _place(text, present, (practice, added[0]))))
    return added


def _entry(  # noqa: PLR0913, PLR0917 (the fields of an approval)
    practice: str,
    sites: Sequence[str],
    reason: str,
    approved: dt.date,
    expires: dt.date | None,
    by: str | None,
) -> str:
    lines = [
        "[[approval]]",
        f"practice = {_quoted(practice)}",
        "sites = [" + ", ".join(map(_quoted, sites)) + "]",
        f"reason = {_quoted(' '.join(reason.split()))}",
        f"approved = {approved.isoformat()}",
    ]
    if expires is not None:
        lines.append(f"expires = {expires.isoformat()}")
    if by:
        lines.append(f"by = {_quoted(by)}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    # A JSON string is a TOML string but for DEL, which TOML wants escaped.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _place(text: str, present: Sequence[Approval], key: tuple[str, str]) -> int:
    for start, each in zip(entries(text), present, strict=False):
        if (each.practice, each.sites[0]) > key:
            return _with_comments_above(text, start)
    return len(text)


def _with_comments_above(text: str, start: int) -> int:
    start = text.rfind("\n", 0, start) + 1
    while start > 0:
        above = text.rfind("\n", 0, start - 1) + 1
        if not text[above:start].lstrip().startswith("#"):
            break
        start = above
    return start


def _with_entry(text: str, entry: str, place: int) -> str:
    end = "\r\n" if "\r\n" in text else "\n"
    before, after = text[:place], text[place:]
    if before and not before.endswith("\n"):
        before += end
    gap_before = end if before.strip() and not before.endswith(end * 2) else ""
    gap_after = end if after else ""
    return before + gap_before + entry.replace("\n", end) + gap_after + after


def _write(path: Path, text: str) -> None:
    import tomllib  # noqa: PLC0415 (only where an approval is added)

    try:
        msgspec.convert(tomllib.loads(text), ApprovalsFile)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadRequest(
            f"The approval cannot be added to {path.name}: {error}. Entries must stand as"
            " [[approval]] tables, and sites must be ids as reports show them."
        ) from error
    try:
        write_whole(path, text.encode())
    except OSError as error:
        raise BadRequest(f"{path} cannot be written: {error.strerror or error}.") from error
