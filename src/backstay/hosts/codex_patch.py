"""The patches by which Codex edits files, as its grammar has them, and what they do to a text.

https://github.com/openai/codex/blob/main/codex-rs/apply-patch/src/parser.rs (the grammar stands in
its head)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from backstay.model.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_BEGIN, _END = "*** Begin Patch", "*** End Patch"
_ADD, _DELETE, _UPDATE = "*** Add File: ", "*** Delete File: ", "*** Update File: "
_MOVE, _LAST = "*** Move to: ", "*** End of File"

# Where lines do not match as they stand, Codex lets blanks at their ends differ, then all around.
_LIKENESS: tuple[Callable[[str], str], ...] = (str, str.rstrip, str.strip)


class Chunk(msgspec.Struct, frozen=True, kw_only=True):
    """Lines that take the place of others, below a line that tells where."""

    below: str | None
    old: tuple[str, ...]
    new: tuple[str, ...]
    at_end: bool


class FilePatch(msgspec.Struct, frozen=True, kw_only=True):
    """What a patch does to one file.

    Attributes:
        moved_to: its new path, where it gets one.
        content: of a new file; None for others.
        chunks: of a file that is changed.
        deleted: the file is removed.
    """

    path: str
    moved_to: str | None = None
    content: str | None = None
    chunks: tuple[Chunk, ...] = ()
    deleted: bool = False


def parse_patch(text: str) -> list[FilePatch]:
    """What a patch does, file by file.

    Raises:
        BadRequest: it is no such patch.
    """
    lines = text.strip().splitlines()
    if len(lines) > 3 and lines[0].startswith("<<") and lines[-1].strip() == "EOF":
        lines = lines[1:-1]
    if not lines or lines[0].strip() != _BEGIN or lines[-1].strip() != _END:
        raise BadRequest("the patch does not stand between its marks")
    files: list[FilePatch] = []
    at, end = 1, len(lines) - 1
    while at < end:
        start = at
        at += 1
        while at < end and not _is_head(lines[at]):
            at += 1
        files.append(_file(lines[start].strip(), lines[start + 1 : at]))
    return files


def _is_head(line: str) -> bool:
    return line.strip().startswith((_ADD.strip(), _DELETE.strip(), _UPDATE.strip()))


def _file(head: str, body: list[str]) -> FilePatch:
    if head.startswith(_ADD):
        added = [line[1:] for line in body if line.startswith("+")]
        return FilePatch(path=head.removeprefix(_ADD), content="".join(f"{x}\n" for x in added))
    if head.startswith(_DELETE):
        return FilePatch(path=head.removeprefix(_DELETE), deleted=True)
    if not head.startswith(_UPDATE):
        raise BadRequest(f"the patch has a part that is none: {head[:60]!r}")
    moved = body[0].removeprefix(_MOVE) if body and body[0].startswith(_MOVE) else None
    chunks = _chunks(body[1:] if moved is not None else body)
    return FilePatch(path=head.removeprefix(_UPDATE), moved_to=moved, chunks=tuple(chunks))


def _chunks(body: Sequence[str]) -> list[Chunk]:
    chunks: list[Chunk] = []
    below: str | None = None
    old: list[str] = []
    new: list[str] = []

    def close(*, at_end: bool) -> None:
        if old or new:
            chunks.append(Chunk(below=below, old=tuple(old), new=tuple(new), at_end=at_end))
        old.clear()
        new.clear()

    for line in body:
        if line.startswith("@@"):
            close(at_end=False)
            below = line[3:] or None
        elif line.rstrip() == _LAST:
            close(at_end=True)
            below = None
        elif not line or line[0] in " -+":
            kept = line[1:]
            old.extend([] if line.startswith("+") else [kept])
            new.extend([] if line.startswith("-") else [kept])
        else:
            raise BadRequest(f"the patch has a line that is none: {line[:60]!r}")
    close(at_end=False)
    return chunks


def patched(text: str, chunks: Sequence[Chunk]) -> str:
    """The text with the chunks applied, in order.

    Raises:
        BadRequest: lines that they change are not there, so that Codex will not apply it either.
    """
    lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n") if text else []
    at = 0
    for chunk in chunks:
        if chunk.below is not None:
            at = _found(lines, (chunk.below,), at, at_end=False) + 1
        if not chunk.old:
            at = len(lines)
        old, new = list(chunk.old), list(chunk.new)
        try:
            at = _found(lines, old, at, at_end=chunk.at_end) if old else at
        except BadRequest:
            if old[-1] or len(old) == 1:
                raise
            old, new = old[:-1], new[:-1] if new and not new[-1] else new
            at = _found(lines, old, at, at_end=chunk.at_end)
        lines[at : at + len(old)] = new
        at += len(new)
    end = "\r\n" if "\r\n" in text else "\n"
    return end.join(lines) + (end if lines else "")


def _found(lines: Sequence[str], wanted: Sequence[str], start: int, *, at_end: bool) -> int:
    last = len(lines) - len(wanted)
    places: list[int] = [*([last] if at_end and last >= start else []), *range(start, last + 1)]
    for like in _LIKENESS:
        told = [like(line) for line in wanted]
        for place in places:
            if [like(line) for line in lines[place : place + len(wanted)]] == told:
                return place
    raise BadRequest("the patch changes lines that are not in the file")
