"""Dockerfiles as facts, one for each file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.model.deployment import ImageBuild
from backstay.model.facts import Fact, Unread
from backstay.model.places import Place
from backstay.readers.dockerfile_instructions import INSTRUCTIONS, instructions_of, open_document
from backstay.readers.dockerfile_stages import stages_of
from backstay.readers.encoding import decode_text, encoding_of
from backstay.readers.file_roles import role_by_name
from backstay.readers.unreadable import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from backstay.readers.sources import Sources


# The longest real ones have some hundred lines.
_MAX_BYTES = 1_000_000
_MOST_STAGES = 500


def read_dockerfiles(files: Sequence[str], sources: Sources) -> Iterator[Fact]:
    """The facts of Dockerfiles; never raises for their content."""
    for file in files:
        try:
            yield from _facts(file, _checked(sources.read(file)))
        except Unreadable as error:
            yield Unread(where=Place(file=file), why=error.reason)


def _checked(data: bytes) -> bytes:
    if len(data) > _MAX_BYTES:
        raise Unreadable(f"is larger than {_MAX_BYTES // 1_000_000} MB, so it is no Dockerfile")
    decode_text(data)
    if encoding_of(data)[0] != "utf-8":
        raise Unreadable("is not UTF-8 text, which docker build needs")
    return data


def _facts(file: str, data: bytes) -> Iterator[Fact]:
    instructions = tuple(instructions_of(data, file))
    strange = [each for each in instructions if each.name not in INSTRUCTIONS]
    if strange:
        more = f" (and {len(strange) - 1} more)" if len(strange) > 1 else ""
        why = f"{strange[0].name[:40]!r} is no instruction{more}"
        yield Unread(where=strange[0].where, why=why)
    if instructions and (missing := open_document(instructions[-1], data)):
        why = f"the here-document that {missing[:40]!r} should end is cut off"
        yield Unread(where=instructions[-1].where, why=why)
    if sum(each.name == "FROM" for each in instructions) > _MOST_STAGES:
        raise Unreadable(f"has more than {_MOST_STAGES} stages, so it is no Dockerfile")
    stages, arguments = stages_of([each for each in instructions if each.name in INSTRUCTIONS])
    if not stages:
        raise Unreadable("has no FROM, so it is no Dockerfile that can be built")
    final = stages[-1]
    role, word = role_by_name(file)
    yield ImageBuild(
        where=final.where,
        derived=f"role {role} guessed from {word!r} in its path" if role else None,
        role=role,
        stages=stages,
        user=final.user,
        health_check=final.health_check,
        entry=final.entry,
        exposed=final.exposed,
        arguments=arguments,
    )
