"""Whether single values have a chance to be of a branch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.compatibility.shapes.numbers import fits_number
from backstay.compatibility.shapes.texts import fits_text
from backstay.compatibility.shapes.values import exact, is_number, key_of, type_of

if TYPE_CHECKING:
    from backstay.compatibility.shapes.branches import Branch


def fits(branch: Branch, value: object) -> bool:
    """Whether a value may be of a branch: scalars are judged, the rest is judged elsewhere."""
    if not type_of(value) & branch.types or key_of(value) in branch.excluded:
        return False
    if branch.values is not None and key_of(value) not in branch.values:
        return False
    if is_number(value):
        return branch.number is None or fits_number(exact(value), branch.number, branch.types)
    return not isinstance(value, str) or branch.text is None or fits_text(value, branch.text)
