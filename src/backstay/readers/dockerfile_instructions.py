"""The instructions of a Dockerfile with their byte offsets.

After https://docs.docker.com/reference/dockerfile/: parser directives, continuation lines with
comments between them, and here-documents. Nothing is refused here; what is no instruction is
given back with its name, for the caller to judge.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from backstay.model.deployment import Instruction
from backstay.model.places import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

INSTRUCTIONS = frozenset(
    (
        "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL",
        "MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
    )
)  # fmt: skip

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_DIRECTIVE = re.compile(rb"#[ \t]*([A-Za-z][A-Za-z0-9]*)[ \t]*=[ \t]*(.*?)[ \t\r]*")
_COMMENT_OR_BLANK = re.compile(rb"[ \t\r\f\v]*(?:#.*)?")
_HEREDOC = re.compile(r"(?<!\S)\d*<<(-?)(?:\"([^\"<]+)\"|'([^'<]+)'|([^\s<>\"']+))(?!\S)")
_TAKES_HEREDOC = re.compile(r"(?:ONBUILD\s+)?(?:RUN|COPY|ADD)\s", re.IGNORECASE)


class _Line(msgspec.Struct, frozen=True):
    start: int
    text: bytes

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def instructions_of(data: bytes, file: str) -> Iterator[Instruction]:
    """All instructions in order; names in capitals, here-documents after a line break."""
    lines = list(_lines(data))
    at, escape = _directives(lines)
    while at < len(lines):
        if _COMMENT_OR_BLANK.fullmatch(lines[at].text):
            at += 1
            continue
        first = lines[at]
        text, last, at = _joined(lines, at, escape)
        if _TAKES_HEREDOC.match(text):
            body, last, at = _heredocs(text, lines, last, at)
            text += body
        name, *rest = text.split(None, 1) or ("",)
        indent = len(first.text) - len(first.text.lstrip())
        where = Place(file=file, start=first.start + indent, end=last.start + _length(last))
        if name:
            yield Instruction(name=name.upper(), arguments=rest[0] if rest else "", where=where)


def _lines(data: bytes) -> Iterator[_Line]:
    at = len(_BYTE_ORDER_MARK) if data.startswith(_BYTE_ORDER_MARK) else 0
    while at < len(data):
        end = data.find(b"\n", at)
        end = len(data) if end < 0 else end
        yield _Line(at, data[at:end])
        at = end + 1


def _directives(lines: list[_Line]) -> tuple[int, str]:
    """The number of lines with parser directives at the top, and the escape character."""
    escape = "\\"
    for number, line in enumerate(lines):
        found = _DIRECTIVE.fullmatch(line.text)
        if found is None:
            return number, escape
        if found[1].lower() == b"escape" and found[2] in (b"`", b"\\"):
            escape = found[2].decode()
    return len(lines), escape


def _joined(lines: list[_Line], at: int, escape: str) -> tuple[str, _Line, int]:
    """The text of the instruction at a line, its last line, and the line after it."""
    continued = re.compile(rb"(?:(?<!\\)\\|^\\)[ \t]*$" if escape == "\\" else rb"`[ \t]*$")
    pieces: list[bytes] = []
    last = lines[at]
    while at < len(lines):
        line = lines[at]
        at += 1
        if pieces and _COMMENT_OR_BLANK.fullmatch(line.text):
            continue
        last = line
        text = line.text.rstrip(b"\r")
        found = continued.search(text)
        pieces.append(text[: found.start()] if found else text)
        if not found:
            break
    return b"".join(pieces).decode("utf-8", "replace").strip(), last, at


def _heredocs(text: str, lines: list[_Line], last: _Line, at: int) -> tuple[str, _Line, int]:
    """The bodies of the here-documents that a line opens, in order; one may lack its end."""
    body: list[str] = []
    for opening in _HEREDOC.finditer(text):
        end = opening[2] or opening[3] or opening[4]
        while at < len(lines):
            last = lines[at]
            at += 1
            line = last.text.decode("utf-8", "replace").rstrip("\r")
            if (line.lstrip("\t") if opening[1] else line) == end:
                break
            body.append(f"\n{line}")
    return "".join(body), last, at


def open_document(last: Instruction, data: bytes) -> str | None:
    """The word that would end a here-document of the last instruction and never comes."""
    head = last.arguments.partition("\n")[0]
    if not _TAKES_HEREDOC.match(f"{last.name} {head}"):
        return None
    words = [opening[2] or opening[3] or opening[4] for opening in _HEREDOC.finditer(head)]
    assert isinstance(last.where, Place)
    end = data[: last.where.end].rpartition(b"\n")[2].strip().decode("utf-8", "replace")
    return words[-1] if words and end != words[-1] else None


def _length(line: _Line) -> int:
    return len(line.text.rstrip(b"\r"))
