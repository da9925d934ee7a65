"""Whether facts hold secrets, which must not be stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from backstay.model.deployment import Variable
from backstay.project.secrets import mask, mask_value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backstay.model.facts import Fact


def hold_secrets(facts: Iterable[Fact]) -> bool:
    """Whether any text in the facts would be masked in output."""
    return any(_holds_secret(fact) for fact in facts)


def _holds_secret(fact: Fact) -> bool:
    texts: list[str] = []
    waiting: list[object] = [fact]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            texts.append(value)
        elif isinstance(value, tuple):
            waiting.extend(value)
        elif isinstance(value, msgspec.Struct):
            if isinstance(value, Variable) and value.value is not None:
                if mask_value(value.name, value.value) != value.value:
                    return True
                continue
            waiting.extend(msgspec.structs.astuple(value))
    text = "\n\n".join(texts)
    return mask(text) != text
