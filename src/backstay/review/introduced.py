"""Only what a change brought: the findings of now less those of an earlier revision."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from backstay.model.events import unheard
from backstay.project.git import base_of, is_unborn, renamed_files
from backstay.project.git_trees import below, tree_at
from backstay.project.site_ids import new_since
from backstay.review.reading import read_backend, settings_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from backstay.model.findings import Finding
    from backstay.practices.practice import Practice
    from backstay.review.reading import Reading, ReadingOptions
    from backstay.review.targets import Targets


def only_introduced(
    findings: Sequence[Finding],
    practices: Sequence[Practice],
    targets: Targets,
    options: ReadingOptions,
    since: str,
) -> tuple[Finding, ...]:
    """The findings whose sites were not there at the revision ``since``.

    Raises:
        BadRequest: there is no such revision, or no repository.
    """
    if is_unborn(targets.root, since):
        return tuple(findings)  # the first commit brings everything
    base = base_of(targets.root, since)
    with tree_at(
        targets.root, base, wanted=_wanted(targets), renames=renamed_files(targets.root, base)
    ) as folder:
        there = tuple(path for path in targets.paths if (folder / path).exists())
        then = msgspec.structs.replace(targets, root=folder.resolve(), paths=there)
        uncached = msgspec.structs.replace(options, use_cache=False)
        found = []
        if there:
            # By the present settings: those of that time may be wrong, and nobody can mend them.
            before = read_backend(then, uncached, unheard, settings_of(targets.root))
            found = judged_ids(before, practices)
    new = new_since((finding.id for finding in findings), found)
    return tuple(finding for finding in findings if finding.id in new)


def _wanted(targets: Targets) -> Callable[[str], bool]:
    """What the targets hold, and the ignore files that say how to read it."""
    inside = below(*targets.paths)
    everything = "." in targets.paths
    return lambda file: everything or inside(file) or file.rpartition("/")[2] == ".gitignore"


def judged_ids(reading: Reading, practices: Sequence[Practice]) -> list[str]:
    """The ids of all that the practices find."""
    return [finding.id for each in practices for finding in each.judge(reading.backend)]
