"""Places as SARIF locations: files relative to the reviewed folder, and objects of live systems."""

from __future__ import annotations

from pathlib import PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from backstay.model.envelope import Location, UnreadFile
from backstay.reports.characters import visible

if TYPE_CHECKING:
    from backstay.model.envelope import ReportedFinding


def location(where: Location | UnreadFile) -> dict[str, Any]:
    """A physical location for a file, with its region; a logical one for a live object."""
    if where.file is None:
        return {"logicalLocations": [_live_object(where)]}
    physical: dict[str, Any] = {"artifactLocation": _artifact(where.file)}
    found: dict[str, Any] = {"physicalLocation": physical}
    if isinstance(where, Location):
        region = _region(where)
        if region:
            physical["region"] = region
        if where.pointer:
            found["logicalLocations"] = [{"fullyQualifiedName": where.pointer}]
    return found


def related(finding: ReportedFinding) -> list[dict[str, Any]]:
    """The other sites, numbered from 1, and then the evidence."""
    sites = [(site.where, site.message, {"site": site.id}) for site in finding.also]
    evidence = [(each.where, each.text, {"evidence": each.kind}) for each in finding.evidence]
    return [
        {
            "id": number,
            **location(where),
            "message": {"text": visible(text)},
            "properties": properties,
        }
        for number, (where, text, properties) in enumerate([*sites, *evidence], start=1)
    ]


def _artifact(file: str) -> dict[str, str]:
    # A path of this machine is nobody's business and means nothing elsewhere: its name is kept.
    if PurePosixPath(file).is_absolute() or PureWindowsPath(file).drive:
        file = PureWindowsPath(file).name
    uri = quote(file, safe="/", errors="surrogateescape")
    if ".." in PurePosixPath(file).parts:
        return {"uri": uri}
    return {"uri": uri, "uriBaseId": "%SRCROOT%"}


def _region(where: Location) -> dict[str, int]:
    if where.line is None:
        return {}
    region = {
        "startLine": where.line,
        "startColumn": where.column,
        "endLine": where.end_line,
        "endColumn": where.end_column,
    }
    return {name: number for name, number in region.items() if number is not None}


def _live_object(where: Location) -> dict[str, str]:
    name = where.object or ""
    return {
        "fullyQualifiedName": name,
        "name": name.rpartition(".")[2],
        "kind": f"{where.system or 'live'} object",
    }
