"""The types of JSON Schema."""

from __future__ import annotations

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}


def is_of_type(value: object, name: str) -> bool:
    """Whether a plain value is of a type, by its name in JSON Schema; unknown names fit all."""
    if name not in _TYPES:
        return True
    if name == "integer" and isinstance(value, float):
        return value.is_integer()
    if isinstance(value, bool):
        return name == "boolean"
    return isinstance(value, _TYPES[name])
