from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from backstay.model.backend import Backend
from backstay.model.deployment import ImageBuild, Service
from backstay.model.findings import Finding, Fix
from backstay.practices._ended_versions import LOOKED_UP, ended_version
from backstay.practices._known_images import engine_of, is_official
from backstay.practices._services import final_chains
from backstay.practices.practice import practice

if TYPE_CHECKING:
    from backstay.model.deployment import Image
    from backstay.model.places import Where


@practice(
    area="security",
    severity="medium",
    stages={"enterprise": "Keep a list of all versions and their ends, and plan by it."},
)
def image_past_end_of_life(subject: Service | ImageBuild, backend: Backend) -> Iterator[Finding]:
    """A database, language or system runs in a version that gets no more security fixes.

    Why: Faults found from then on stay open, and are known to everybody. The longer it waits, the
        more versions one upgrade has to cross, and the sooner libraries stop supporting it.
    Fix: Move to a version that is maintained, for a database with a rehearsed upgrade.
    Trade-offs: A new major version changes behaviour; a database needs a dump and restore or
        pg_upgrade, and time for it.
    Alternatives: Paid extended support of a distribution or a vendor, where an upgrade has to
        wait.
    Upkeep: Once a year for most; put the date of the next end in a calendar.
    References: https://www.postgresql.org/support/versioning/
        https://endoflife.date/

    Bad (compose.prod.yaml):
        services:
          db:
            image: postgres:12-alpine # finding
    Good (compose.prod.yaml):
        services:
          db:
            image: postgres:18-alpine
    """
    images: list[tuple[Image, Where]] = []
    if isinstance(subject, ImageBuild):
        images += [
            (stage.image, stage.where) for stage in final_chains(subject, backend) if stage.image
        ]
    elif subject.image and not subject.build and dict(subject.places).get("image"):
        images.append((subject.image, subject.place_of("image")))
    name = subject.name if isinstance(subject, Service) else subject.scope
    for image, where in images:
        ended = ended_version(image)
        if ended is None or not (is_official(image) or engine_of(image)):
            continue
        yield Finding(
            message=f"{name} runs {ended.product} {ended.version} ({image.text}), which has "
            f"had no security fixes since {ended.day}",
            evidence=(subject,),
            about=f"{ended.product} {ended.version}",
            cause=f"{ended.product} {ended.version} in {subject.scope}",
            where=where,
            severity="low" if subject.role == "development" else None,
            fix=Fix(
                text=f"Move to a maintained version of {ended.product}: {ended.source} "
                f"(looked up on {LOOKED_UP})."
            ),
        )
