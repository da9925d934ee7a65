"""Versions of protobuf files written as texts, and what a test asks of their comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.compatibility.comparison import Comparison, Version
from backstay.compatibility.protobuf.comparing import compare_protobuf

if TYPE_CHECKING:
    from backstay.model.changes import Change


def version(files: dict[str, str | bytes]) -> Version:
    return Version(
        files={
            name: text if isinstance(text, bytes) else text.encode() for name, text in files.items()
        },
        documents=tuple(sorted(files)),
    )


def compared(old: str | dict[str, str], new: str | dict[str, str]) -> Comparison:
    """Compare two versions, each one file or several."""
    both = [{"shop.proto": each} if isinstance(each, str) else each for each in (old, new)]
    return compare_protobuf(*(version(dict(each)) for each in both))


def hurting(comparison: Comparison) -> list[Change]:
    """The changes that are not safe."""
    return [each for each in comparison.changes if each.compatibility != "safe"]


def kinds(comparison: Comparison) -> list[str]:
    return [each.change for each in hurting(comparison)]


def only(comparison: Comparison) -> Change:
    """The one change that is not safe."""
    found = hurting(comparison)
    assert len(found) == 1, found
    return found[0]
