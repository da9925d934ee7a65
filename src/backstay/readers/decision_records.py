"""Recorded decisions: the front matter of Markdown documents that ``backstay decide`` wrote.

A document without our key in its front matter is somebody's own and none of our business.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import msgspec

from backstay.model.decisions import DecisionRecord, Known, RecordedFact
from backstay.model.facts import Fact, Unread
from backstay.model.findings import Stage
from backstay.model.places import Place
from backstay.readers.documents import load_document
from backstay.readers.unreadable import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from backstay.readers.sources import Sources

KEY = "backstay-decision"
# Front matter of some dozen facts has a few thousand bytes.
MOST_BYTES = 64 * 1024

_FRONT = re.compile(
    rb"\A(?:\xef\xbb\xbf)?---[ \t]*\r?\n(?P<text>.*?)^---[ \t]*\r?$", re.MULTILINE | re.DOTALL
)
_OPENS = re.compile(rb"\A(?:\xef\xbb\xbf)?---[ \t]*\r?\n")
_MARK = re.compile(rb"^[\"']?" + KEY.encode() + rb"[\"']?[ \t]*:", re.MULTILINE)
_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$"


def is_decision_record(data: bytes) -> bool:
    """Whether a document's first bytes open front matter with our key in it."""
    if not _OPENS.match(data):
        return False
    front = _FRONT.match(data)
    return bool(_MARK.search(front["text"] if front else data))


class _RecordedFact(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    value: Known
    source: str
    unit: str | None = None
    observed: Known | None = None
    seen: str | None = None


class _Record(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    topic: str
    choice: str
    stage: Stage
    decided: str
    expires: str
    facts: dict[str, _RecordedFact]
    advised: str | None = None
    model: str = ""


def read_decision_records(files: Sequence[str], sources: Sources) -> Iterator[Fact]:
    """The decisions that documents record; never raises for their content."""
    for file in files:
        try:
            yield _record(file, sources.read(file)[: MOST_BYTES + 1])
        except Unreadable as error:
            yield Unread(where=Place(file=file), why=f"decision record: {error.reason}")


def _record(file: str, data: bytes) -> DecisionRecord:
    front = _FRONT.match(data)
    if front is None:
        raise Unreadable("its front matter has no line of --- that ends it")
    document = load_document(front["text"], name="front matter")
    value = document.value
    if not isinstance(value, dict) or KEY not in value:
        raise Unreadable(f"its front matter has no {KEY}")
    for pointer, _ in document.duplicates:
        raise Unreadable(f"{pointer[:80].strip('/').replace('/', '.')} stands there twice")
    try:
        given = msgspec.convert(value[KEY], _Record)
    except msgspec.ValidationError as error:
        raise Unreadable(f"{KEY}: {str(error).replace('$.', '')}") from error
    for name in (given.topic, given.choice, given.advised or given.choice):
        if not re.match(_NAME, name):
            raise Unreadable(f"{KEY}: {name[:40]!r} is no name")
    return DecisionRecord(
        where=_line(file, front, "topic"),
        topic=given.topic,
        choice=given.choice,
        advised=given.advised or given.choice,
        stage=given.stage,
        decided=_date("decided", given.decided),
        expires=_date("expires", given.expires),
        model=given.model,
        status=str(value.get("status") or "accepted")[:200],
        facts=tuple(_fact(name, fact) for name, fact in given.facts.items()),
        choice_place=_line(file, front, "choice"),
        expires_place=_line(file, front, "expires"),
    )


def _date(key: str, text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise Unreadable(f"{KEY}.{key}: {text[:40]!r} is no date such as 2030-12-31") from None


def _fact(name: str, given: _RecordedFact) -> RecordedFact:
    if given.source not in {"stated", "observed", "assumed"}:
        raise Unreadable(
            f"{KEY}.facts.{name[:40]}.source: {given.source[:40]!r} is none of stated, observed,"
            " assumed"
        )
    return RecordedFact(
        name=name,
        value=given.value,
        source=given.source,  # type: ignore[arg-type]  # checked above
        observed=given.observed,
        unit=given.unit,
    )


def _line(file: str, front: re.Match[bytes], key: str) -> Place:
    """The line of a key of ours; that of our mark where it is written in another way."""
    text = front["text"]
    mark = _MARK.search(text)
    after = mark.end() if mark else 0
    found = re.compile(rb"^[ \t]+" + key.encode() + rb"[ \t]*:[^\r\n]*", re.MULTILINE).search(
        text, after
    )
    found = found or mark
    start, end = found.span() if found else (0, 0)
    start += len(found[0]) - len(found[0].lstrip()) if found else 0
    offset = front.start("text")
    return Place(file=file, start=offset + start, end=offset + end)
