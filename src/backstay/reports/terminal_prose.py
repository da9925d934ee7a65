"""Markdown as a terminal shows it best: prose broken at the width, code as it stands."""

from __future__ import annotations

import re

from backstay.reports.characters import cells, wrapped

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_LEAD = re.compile(r" *(?:[-*] |\d+\. |> )?")
_KEPT = ("|", "#")  # tables and headings


def fitted(text: str, width: int) -> str:
    """``text`` with lines of prose broken at ``width`` columns; lists keep their indent."""
    lines: list[str] = []
    fence = ""
    for line in text.split("\n"):
        opened = _FENCE.match(line)
        if opened and not fence:
            fence = opened[1]
        elif fence:
            fence = "" if line.strip() == fence else fence
        elif cells(line) > width and not line.startswith(_KEPT):
            lines += _broken(line, width)
            continue
        lines.append(line)
    return "\n".join(lines)


def _broken(line: str, width: int) -> list[str]:
    found = _LEAD.match(line)
    lead = found[0] if found else ""
    first, *others = wrapped(line[len(lead) :], width - len(lead))
    return [lead + first, *(" " * len(lead) + each for each in others)]
