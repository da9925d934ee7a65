"""Ids of sites: the id of a finding is that of its site, and holds the practice's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backstay.model.findings import Finding


def id_under(finding: Finding, practice: str) -> str:
    """The id that the finding had when its practice was named ``practice``."""
    if practice == finding.practice:
        return finding.id
    return msgspec.structs.replace(finding, practice=practice).id


def new_since(now: Iterable[str], then: Iterable[str]) -> frozenset[str]:
    """The ids of sites that are found now and were not found then."""
    return frozenset(now) - frozenset(then)
