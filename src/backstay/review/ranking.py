"""Which findings belong together, and in which order people should see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from backstay.model.findings import SEVERITIES, Area, Finding, Stage
from backstay.model.places import Place
from backstay.model.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# What to look at first among findings of the same severity. Young companies lose data and get
# broken into before they meet the limits of one machine; large ones are hurt first by what
# stops many teams at once.
_AREA_ORDER: dict[Stage, tuple[Area, ...]] = {
    "startup": ("security", "data", "migration", "contract"),
    "growing": ("security", "migration", "data", "performance", "query", "resilience"),
    "enterprise": ("security", "migration", "resilience", "contract", "data", "operations"),
}


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """One root cause: its findings, the first of which speaks for all, and the verdict."""

    findings: tuple[Finding, ...]
    verdict: Verdict

    @property
    def first(self) -> Finding:
        """The finding that speaks for all."""
        return self.findings[0]


def grouped(findings: Iterable[Finding], verdicts: Mapping[str, Verdict]) -> list[Group]:
    """Findings of one practice, cause and verdict together; those without a cause alone."""
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        cause = finding.cause if finding.cause is not None else finding.id
        state = verdicts[finding.id].state
        groups.setdefault((finding.practice, cause, state), []).append(finding)
    return [
        Group(findings=tuple(group), verdict=verdicts[group[0].id]) for group in groups.values()
    ]


def ranked(groups: Iterable[Group], stage: Stage) -> list[Group]:
    """The worst first; among equals what is proven, then what matters most at this stage."""
    order = {area: place for place, area in enumerate(_AREA_ORDER[stage])}

    def rank(group: Group) -> tuple[object, ...]:
        finding = group.first
        site = finding.site
        place = (site.file, site.start or 0) if isinstance(site, Place) else (site.object, 0)
        return (
            SEVERITIES.index(finding.severity or "info"),
            group.verdict.state != "proven",
            order.get(finding.area, len(order)),
            finding.practice,
            place,
            finding.id,
        )

    return sorted(groups, key=rank)
