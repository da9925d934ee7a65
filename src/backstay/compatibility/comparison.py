"""What a comparison of two versions of a contract is given, and what it gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from backstay.model.changes import Change
from backstay.model.facts import NotChecked, Unread


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a contract.

    Attributes:
        files: contents by path below the folder that was given, with forward slashes.
        documents: the files that are contracts themselves, rather than parts of some.
    """

    files: dict[str, bytes]
    documents: tuple[str, ...]


class Witness(msgspec.Struct, frozen=True, kw_only=True):
    """A whole request, response or message that one version takes and the other refuses.

    Attributes:
        value: it, as JSON, or as text where it is none (a query, bytes as hexadecimal digits).
        old_says, new_says: the answers of an independent validator, each "accepted" or why not.
        confirmed: the answers differ as the change claims.
        validator: its name and version.
    """

    value: Any
    old_says: str
    new_says: str
    confirmed: bool
    validator: str


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of a comparison.

    Attributes:
        changes: one for each root cause, in the order of the new version.
        notes: what could not be read or compared.
        witness: makes the witness of one of the changes; None where no value can show it.
    """

    changes: tuple[Change, ...]
    notes: tuple[Unread | NotChecked, ...] = ()
    witness: Callable[[Change], Witness | None]


class Parsed(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a contract that is written in JSON or YAML.

    Attributes:
        file: the file of the API description, a key of ``values``.
        values: plain values by file, those that references lead to included.
    """

    file: str
    values: dict[str, Any]
