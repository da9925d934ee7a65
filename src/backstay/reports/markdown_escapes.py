"""Text of the project inside Markdown: shown as it is, and followed by nobody.

A comment on a pull request acts: it notifies whom it mentions, links what it numbers, and lays out
what looks like markup. What comes from the reviewed project must do none of this.
"""

from __future__ import annotations

import html
import re

from backstay.reports.characters import visible, visible_lines

_UNSEEN = "\u200b"  # has no width; it parts what a forge would join to a mention or a link
# Underscores inside a word mark nothing up, and names are full of them.
_MARKUP = re.compile(r"[\\`*\[\]|~]|(?<![^\W_])_|_(?![^\W_])")
_MENTION = re.compile(r"@(?=\w)|#(?=\d)|\bGH(?=-\d)|:(?=//)|\bwww(?=\.)", re.IGNORECASE)
_TICKS = re.compile(r"`+")


def inline(text: str) -> str:
    """``text`` within a line: of a paragraph, a list or a table."""
    escaped = html.escape(clipped(text, 600), quote=False)
    return _without_reference(_MARKUP.sub(r"\\\g<0>", escaped))


def in_html(text: str) -> str:
    """``text`` inside an HTML element, where Markdown is not read."""
    return _without_reference(html.escape(clipped(text, 600), quote=True))


def clipped(text: str, most: int) -> str:
    """``text`` on one line, cut where no reader would read on."""
    text = visible(text)
    return text if len(text) <= most else text[:most] + "\u2026"


def _without_reference(text: str) -> str:
    # A lone dollar sign starts a formula on GitHub; in an element of its own it does not.
    return _MENTION.sub(rf"\g<0>{_UNSEEN}", text).replace("$", "<span>$</span>")


def code(text: str, *, in_table: bool = False) -> str:
    """``text`` as a code span."""
    text = clipped(text, 200)
    if in_table:  # the table is cut into cells before code is looked for
        text = text.replace("|", "\\|")
    ticks = "`" * (1 + max((len(run) for run in _TICKS.findall(text)), default=0))
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{space}{text}{space}{ticks}"


def fenced(text: str, language: str, most: int) -> str:
    """``text`` as a block of code; of more than ``most`` lines the rest is counted."""
    lines = visible_lines(text)
    longest = max((len(run) for run in _TICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    block = "\n".join((fence + language, *lines[:most], fence))
    if len(lines) > most:
        block += f"\n\nand {len(lines) - most:,} more lines in the whole report"
    return block
