"""What differs between two versions of a GraphQL schema, and who breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backstay.compatibility.comparison import Comparison, Version

__all__ = ["compare_graphql"]


def compare_graphql(old: Version, new: Version) -> Comparison:
    """Compare two versions, each SDL or the result of an introspection query.

    Every difference is one change at a schema coordinate; `kinds.TABLE` lists the kinds. Parts
    that cannot be read or are invalid become notes, and the rest is compared.
    """
    from backstay.compatibility.graphql.comparing import compare  # noqa: PLC0415 (imports graphql)

    return compare(old, new)
