from __future__ import annotations

from typing import Annotated

import msgspec

from backstay.capabilities.capability import Capability, Option
from backstay.model.events import Emit, unheard
from backstay.model.findings import Area, Severity
from backstay.practices.catalogue import all_practices


class PracticesInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which practices to list."""

    area: Annotated[tuple[Area, ...], Option(help="keep to these areas; may be repeated")] = ()


class ListedPractice(msgspec.Struct, frozen=True, kw_only=True):
    """A practice in one line."""

    name: str
    area: Area
    severity: Severity
    summary: str
    proof: str | None
    default: bool


class PracticesOutput(msgspec.Struct, frozen=True, kw_only=True):
    """All practices asked for, by area and name."""

    practices: tuple[ListedPractice, ...]


def practices(given: PracticesInput, _: Emit = unheard) -> PracticesOutput:
    """List what Backstay looks for."""
    chosen = [each for each in all_practices() if not given.area or each.area in given.area]
    return PracticesOutput(
        practices=tuple(
            ListedPractice(
                name=each.name,
                area=each.area,
                severity=each.severity,
                summary=each.summary,
                proof=each.proof,
                default=each.default,
            )
            for each in sorted(chosen, key=lambda each: (each.area, each.name))
        )
    )


def show(output: PracticesOutput) -> str:
    """A list by area, for people."""
    lines: list[str] = []
    area = None
    for each in output.practices:
        if each.area != area:
            area = each.area
            lines += ["", f"# {area}", ""]
        extra = f", proven by {each.proof}" if each.proof else ""
        off = "" if each.default else ", off by default"
        lines.append(f"- {each.name} ({each.severity}{extra}{off}): {each.summary}")
    return "\n".join(lines).strip()


CAPABILITY = Capability(
    name="practices",
    summary="List what Backstay looks for",
    example="backstay practices --area data",
    effect="reads",
    input=PracticesInput,
    output=PracticesOutput,
    run=practices,
    show=show,
)
