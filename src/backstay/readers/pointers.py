"""JSON pointers (RFC 6901): the address of a value in a document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterable


def pointer_of(segments: Iterable[str | int]) -> str:
    """The pointer made of keys and list positions; the whole document is ''."""
    return "".join("/" + str(segment).replace("~", "~0").replace("/", "~1") for segment in segments)


def segments_of(pointer: str) -> tuple[str, ...]:
    """The keys and list positions of a pointer.

    A URI fragment (it starts with `#`) is percent-decoded first, as RFC 6901 section 6 says.

    Raises:
        ValueError: the pointer is neither empty nor starts with `/`.
    """
    if pointer.startswith("#"):
        pointer = unquote(pointer[1:])
    if not pointer:
        return ()
    if not pointer.startswith("/"):
        raise ValueError(f"{pointer!r} is not a JSON pointer: it must start with '/'")
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/"))


def value_at(value: Any, pointer: str | Iterable[str]) -> Any:  # noqa: ANN401 (plain data)
    """The part of `value` (plain data, as loaded) at a pointer or at its segments.

    Raises:
        KeyError: there is nothing at that pointer.
    """
    for segment in segments_of(pointer) if isinstance(pointer, str) else pointer:
        if isinstance(value, dict):
            value = value[segment]
        elif isinstance(value, list) and is_position(segment) and int(segment) < len(value):
            value = value[int(segment)]
        else:
            raise KeyError(segment)
    return value


def is_position(segment: str) -> bool:
    """Whether a segment can name an item of a list: digits without a leading zero."""
    return (
        segment.isascii()
        and segment.isdigit()
        and len(segment) < 10
        and (segment == "0" or segment[0] != "0")
    )
