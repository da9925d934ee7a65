"""The last line of a file that is all ours: by it we know the file, and that nobody changed it.

It holds a hash of what stands above it, and how many folders were made for the file.
"""

from __future__ import annotations

import hashlib
import re
from typing import Literal, NamedTuple

_LINE = re.compile(
    r"\n(?:<!-- |# )backstay installed this; sha256 ([0-9a-f]{12}); folders (\d+)(?: -->)?\n?\Z"
)

Comment = Literal["markdown", "toml"]


class Marked(NamedTuple):
    """A file of ours: its text, the folders made for it, and whether it is as we left it."""

    text: str
    folders: int
    untouched: bool


def with_mark(text: str, comment: Comment, folders: int) -> str:
    """The text, which ends with a line break, with the mark below it."""
    told = f"backstay installed this; sha256 {_hash(text)}; folders {folders}"
    return text + (f"<!-- {told} -->\n" if comment == "markdown" else f"# {told}\n")


def marked(content: str) -> Marked | None:
    """What a file of ours holds; None for one that is not ours."""
    content = content.replace("\r\n", "\n")  # git may have changed these
    found = _LINE.search(content)
    if found is None:
        return None
    text = content[: found.start() + 1]
    return Marked(text=text, folders=int(found[2]), untouched=_hash(text) == found[1])


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
