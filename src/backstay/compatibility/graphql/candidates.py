"""For each kind of change, queries that may show who breaks, the likeliest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.compatibility.graphql import input_candidates, output_candidates
from backstay.compatibility.graphql.directive_candidates import directive_candidates
from backstay.compatibility.graphql.selecting import Selecting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from backstay.compatibility.graphql.pair import Claim, Pair
    from backstay.compatibility.graphql.queries import Candidate

_WAYS: dict[str, Callable[[Selecting, Claim], Iterator[Candidate]]] = {
    "field-removed": output_candidates.field_removed,
    "field-type-changed": output_candidates.field_type_changed,
    "field-became-nullable": output_candidates.field_became_nullable,
    "enum-value-added": output_candidates.enum_value_added,
    "enum-value-removed": input_candidates.enum_value_removed,
    "union-member-added": output_candidates.union_member_added,
    "union-member-removed": output_candidates.membership_removed,
    "interface-implementation-removed": output_candidates.membership_removed,
    "type-removed": output_candidates.type_gone,
    "type-kind-changed": output_candidates.type_gone,
    "root-type-removed": output_candidates.root_changed,
    "root-type-changed": output_candidates.root_changed,
    "one-of-added": input_candidates.one_of_added,
}
_PREFIXES = {
    "argument-": input_candidates.argument_changed,
    "input-field-": input_candidates.input_field_changed,
}


class Candidates:
    """Builds queries for the changes between two versions."""

    def __init__(self, pair: Pair) -> None:
        self._selecting = Selecting(pair)

    def of(self, kind: str, claim: Claim) -> Iterator[Candidate]:
        """Queries that may show a change of a kind; none where no query can."""
        if claim.directive:
            yield from directive_candidates(self._selecting.pair, kind, claim)
            return
        plain = kind.removeprefix("deprecated-")
        way = _WAYS.get(plain)
        for prefix, found in _PREFIXES.items():
            if plain.startswith(prefix):
                way = found
        if way is not None:
            yield from way(self._selecting, claim)
