"""Whether facts hold secrets, which must not be stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import astuple

from backstay.model.deployment import Variable
from backstay.model.places import Place
from backstay.project.secrets import mask, mask_value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backstay.model.facts import Fact


def hold_secrets(facts: Iterable[Fact]) -> bool:
    """Whether any text in the facts would be masked in output."""
    seen: set[str] = set()
    waiting: list[object] = list(facts)
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            seen.add(value)
        elif isinstance(value, tuple):
            waiting.extend(filter(None, value))
        elif isinstance(value, msgspec.Struct) and not isinstance(value, Place):
            if isinstance(value, Variable) and _is_secret(value):
                return True
            waiting.extend(filter(None, astuple(value)))  # most fields are empty
    return any(mask(text) != text for text in seen)


def _is_secret(variable: Variable) -> bool:
    value = variable.value
    return value is not None and mask_value(variable.name, value) != value
