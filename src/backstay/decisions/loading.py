"""Models from their TOML files: read, checked against everything they refer to, and compiled.

A fault names the file and the key, and what to write instead.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from backstay.decisions.compiling import Builder, Faults
from backstay.decisions.entries import CriterionEntry, FactEntry, FileEntry, OptionEntry
from backstay.model.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

    from backstay.decisions.models import Model

T = TypeVar("T")

_LARGEST_FILE = 1024 * 1024


def topics() -> tuple[str, ...]:
    """The names of all models that come with Backstay."""
    return tuple(sorted(file.name.removesuffix(".toml") for file in _files()))


def _files() -> Iterator[Traversable]:
    folder = resources.files("backstay.decisions") / "models"
    if folder.is_dir():
        yield from (file for file in folder.iterdir() if file.name.endswith(".toml"))


@cache
def model_of(topic: str) -> Model:
    """The model of a topic, one of ``topics()``.

    Raises:
        BadRequest: the model has a fault.
    """
    file = resources.files("backstay.decisions") / "models" / f"{topic}.toml"
    return load(file.read_text("utf-8"), topic=topic, shown=f"{topic}.toml")


def load(text: str, *, topic: str, shown: str) -> Model:
    """The model that the text of a TOML file describes; ``shown`` names the file in messages.

    Raises:
        BadRequest: it has a fault.
    """
    import tomllib  # noqa: PLC0415 (only where a model is needed)

    if len(text) > _LARGEST_FILE:
        raise BadRequest(f"{shown} is larger than {_LARGEST_FILE:,} bytes. Make it smaller.")
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadRequest(f"{shown}: not valid TOML: {error}.") from error
    faults = Faults(shown)
    entry = _entry(data, faults)
    return Builder(topic, entry, faults).model(hashlib.sha256(text.encode()).hexdigest()[:12])


def _entry(data: dict[str, Any], faults: Faults) -> FileEntry:
    """The file as written; parts are read by themselves first, so that messages name them."""
    for part, shape in (
        ("facts", FactEntry),
        ("criteria", CriterionEntry),
        ("options", OptionEntry),
    ):
        inside = data.get(part)
        for name, value in inside.items() if isinstance(inside, dict) else ():
            faults.tried(f"{part}.{name}", lambda v=value, s=shape: _converted(v, s))  # type: ignore[misc]
    return faults.tried("", lambda: _converted(data, FileEntry))


def _converted(value: object, shape: type[T]) -> T:
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        raise ValueError(str(error).replace("`$`", "the table").replace("$.", "")) from error
