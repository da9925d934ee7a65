"""The baseline: findings that were there when Backstay came, so that only new ones count."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from backstay.model.errors import BadRequest
from backstay.project.secrets import mask
from backstay.project.site_ids import id_under
from backstay.project.whole_files import read_text, write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from backstay.model.findings import Finding

FILE = ".backstay-baseline.json"
MAX_BYTES = 64 * 1024 * 1024
_VERSION = 1


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A site of the baseline; the message is for people who read its changes."""

    id: str
    practice: str
    message: str


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    baseline: int
    findings: tuple[Entry, ...]


class Split(NamedTuple):
    """Findings against a baseline; ``stale`` are entries whose finding is gone."""

    new: tuple[Finding, ...]
    known: tuple[Finding, ...]
    stale: tuple[Entry, ...]


def load(path: Path) -> tuple[Entry, ...]:
    """The entries of a baseline file.

    Raises:
        BadRequest: there is no such file, or it is not a baseline.
    """
    if not path.exists():
        raise BadRequest(f"There is no baseline {path}. Run: backstay review --write-baseline")
    text = read_text(path, path.name, MAX_BYTES)
    try:
        content = msgspec.json.decode(text, type=_File)
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadRequest(
            f"{path.name} is not a baseline: {error}. Write it again with: backstay review"
            " --write-baseline"
        ) from error
    if content.baseline != _VERSION:
        raise BadRequest(
            f"{path.name} was written by another version of Backstay (baseline"
            f" {content.baseline}, not {_VERSION}). Update Backstay, or write the file again."
        )
    return content.findings


def write(path: Path, findings: Iterable[Finding]) -> int:
    """Write a baseline of these findings, one to a line, and return how many they are.

    Raises:
        BadRequest: the file cannot be written; an earlier one stands.
    """
    entries = {
        (finding.practice, finding.id): " ".join(mask(finding.message).split())
        for finding in findings
    }
    lines = [
        json.dumps({"id": site, "practice": practice, "message": message}, ensure_ascii=False)
        for (practice, site), message in sorted(entries.items())
    ]
    body = ",\n".join(lines)
    text = (
        f'{{"baseline": {_VERSION}, "findings": [\n{body}\n]}}\n'
        if lines
        else (f'{{"baseline": {_VERSION}, "findings": []}}\n')
    )
    try:
        write_whole(path, text.encode(errors="replace"))
    except OSError as error:
        raise BadRequest(f"{path} cannot be written: {error.strerror or error}.") from error
    return len(lines)


def split(
    findings: Iterable[Finding],
    baseline: Iterable[Entry],
    current_name: Callable[[str], str | None] = str,
) -> Split:
    """Part findings into new ones and those of the baseline.

    ``current_name`` gives the present name of a practice, None for one that does not exist; an
    entry under an earlier name still holds.
    """
    entries = tuple(baseline)
    known_ids = {(entry.practice, entry.id) for entry in entries}
    recorded: dict[str | None, list[str]] = {}
    for name in dict.fromkeys(entry.practice for entry in entries):
        recorded.setdefault(current_name(name), []).append(name)
    new: list[Finding] = []
    known: list[Finding] = []
    seen: set[tuple[str, str]] = set()
    for finding in findings:
        names = recorded.get(finding.practice, ())
        keys = {(name, id_under(finding, name)) for name in names} & known_ids
        (known if keys else new).append(finding)
        seen |= keys
    stale = tuple(entry for entry in entries if (entry.practice, entry.id) not in seen)
    return Split(tuple(new), tuple(known), stale)
