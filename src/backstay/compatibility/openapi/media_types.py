"""Media types and ranges of them (RFC 9110, sections 8.3 and 12.5.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


class MediaType(NamedTuple):
    """A media type without case; "*" in a range."""

    type: str
    subtype: str
    parameters: frozenset[str]

    @property
    def suffix(self) -> str:
        """The structured syntax: "json" for application/problem+json and application/json."""
        return self.subtype.rpartition("+")[2]


def media_type(text: str) -> MediaType:
    """What a key of ``content`` names. Quality values are no part of it."""
    name, *parameters = text.lower().split(";")
    kind, _, subtype = name.strip().partition("/")
    held = {"".join(each.split()) for each in parameters}
    return MediaType(
        kind, subtype, frozenset(each for each in held if each and not each.startswith("q="))
    )


def covers(listed: MediaType, wanted: MediaType) -> bool:
    """Whether what is listed stands for all that is wanted."""
    if listed.type not in {"*", wanted.type} or listed.subtype not in {"*", wanted.subtype}:
        return False
    return listed.parameters <= wanted.parameters


def best_match(wanted: str, listed: Iterable[str]) -> str | None:
    """The most specific of the listed names that covers what is wanted, or None.

    Where only parameters differ ("; charset=utf-8"), the same type is meant.
    """
    asked = media_type(wanted)
    known = {name: media_type(name) for name in listed}
    found = [name for name, held in known.items() if covers(held, asked)]
    if not found:
        found = [n for n, held in known.items() if held[:2] == asked[:2] and _plain(held, asked)]
    return max(found, key=lambda name: _specific(known[name]), default=None)


def _plain(one: MediaType, two: MediaType) -> bool:
    """Whether two sets of parameters differ in nothing but the charset."""
    apart = one.parameters ^ two.parameters
    return all(each.startswith("charset=") for each in apart)


def _specific(held: MediaType) -> tuple[bool, bool, int]:
    return held.type != "*", held.subtype != "*", len(held.parameters)


def is_json(name: str) -> bool:
    """Whether content of this type is JSON, so that values have types on the wire."""
    held = media_type(name)
    return held.suffix == "json" or held.subtype in {"*", "json5", "x-ndjson", "jsonl"}


def is_form(name: str) -> bool:
    """Whether content of this type is a form: fields that are texts."""
    return media_type(name)[:2] in {
        ("application", "x-www-form-urlencoded"),
        ("multipart", "form-data"),
    }
