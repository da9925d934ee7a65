"""Random values that have a good chance to satisfy a schema, made without Backstay.

Most are small and near the borders that the schema draws; whether they satisfy it is for
jsonschema-rs to say.
"""

from __future__ import annotations

import random
from typing import Any

from tests.compatibility.shapes.generating import NAMES, WORDS

Schema = dict[str, Any]
TEXTS = (*WORDS, "", "abc", "ABC", "x", "12", "catalog", "abcdefghij", "é", "a b")
FORMATTED = {
    "date": ("2024-02-29",),
    "uuid": ("123e4567-e89b-42d3-a456-426614174000",),
    "ipv4": ("192.0.2.1",),
    "date-time": ("2024-02-29T12:30:00Z",),
    "email": ("a@example.com",),
}
BY_TYPE = ("string", "integer", "number", "boolean", "null", "object", "array")


class Values:
    """Makes values for schemas without references."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.definitions: Schema = {}

    def of(self, schema: Any) -> Any:
        """A value for a whole schema, with its definitions."""
        self.definitions = schema.get("$defs", {}) if isinstance(schema, dict) else {}
        return self.value(schema)

    def value(self, schema: Any, depth: int = 6) -> Any:  # noqa: PLR0911 (one type each)
        if not isinstance(schema, dict) or depth <= 0:
            return self._any()
        if "$ref" in schema:
            return self.value(self.definitions.get(schema["$ref"].rpartition("/")[2]), depth)
        schema = self._flat(schema)
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return self.random.choice(schema["enum"])
        types = schema.get("type") or self._likely(schema)
        name = self.random.choice(types) if isinstance(types, list) else types
        if name in {"integer", "number"}:
            return self._number(schema, whole=name == "integer")
        if name == "string":
            return self._text(schema)
        if name == "object":
            return self._object(schema, depth)
        if name == "array":
            return self._array(schema, depth)
        return self.random.choice((True, False)) if name == "boolean" else None

    def _any(self) -> Any:
        return self.random.choice((*TEXTS[:6], 0, 1, 2.5, True, None, [], {}, {"id": 1}))

    def _likely(self, schema: Schema) -> list[str]:
        if {"properties", "required", "additionalProperties"}.intersection(schema):
            return ["object"] * 9 + ["string"]
        return list(BY_TYPE)

    def _flat(self, schema: Schema) -> Schema:
        """One way through allOf, anyOf and oneOf, merged loosely."""
        made = dict(schema)
        parts = list(made.pop("allOf", ()))
        for keyword in ("anyOf", "oneOf"):
            choices = made.pop(keyword, None)
            if choices:
                parts.append(self.random.choice(choices))
                if keyword == "anyOf" and self.random.random() < 0.3:
                    parts.append(self.random.choice(choices))
        parts += [made[k] for k in ("then", "else") if k in made and self.random.random() < 0.6]
        if isinstance(made.get("dependentSchemas"), dict):
            parts += [p for p in made["dependentSchemas"].values() if self.random.random() < 0.6]
        for part in (part for part in parts if isinstance(part, dict)):
            self._merge(made, self._flat(part))
        return made

    def _merge(self, made: Schema, part: Schema) -> None:
        for key, value in part.items():
            if key == "properties" and isinstance(made.get(key), dict):
                made[key] = {**made[key], **value}
            elif key == "required" and isinstance(made.get(key), list):
                made[key] = [*made[key], *value]
            elif key in {"const", "enum", "type"} and key in made and self.random.random() < 0.5:
                continue
            else:
                made[key] = value

    def _number(self, schema: Schema, *, whole: bool) -> float:
        borders = [
            schema[name]
            for name in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
            if isinstance(schema.get(name), (int, float))
        ]
        step = schema.get("multipleOf", 1)
        near = self.random.choice([*borders, 0, 6, 30])
        if whole:
            number = near + self.random.randint(-2, 2)
            return int(number // step * step) if self.random.random() < 0.5 else int(number)
        number = near + self.random.choice((-1, -0.5, -0.25, 0, 0, 0.25, 0.5, 1, 1.5))
        return float(number // step * step if self.random.random() < 0.4 else number)

    def _text(self, schema: Schema) -> str:
        if schema.get("format") in FORMATTED and self.random.random() < 0.9:
            return self.random.choice(FORMATTED[schema["format"]])
        low, high = schema.get("minLength", 0), schema.get("maxLength", 9)
        length = self.random.choice((low, high, low + 1, self.random.randint(0, 9)))
        letters = self.random.choice(("a", "b", "ab1", "xyz", "7", "cat", "dog", "aé "))
        text = (letters * 12)[:length]
        return self.random.choice((text, text, self.random.choice(TEXTS)))

    def _object(self, schema: Schema, depth: int) -> Schema:
        properties = schema.get("properties") or {}
        names = [n for n in properties if self.random.random() < 0.45]
        names += schema.get("required", ())
        for other in (schema.get("dependentRequired") or {}).values():
            names += other if self.random.random() < 0.5 else ()
        extra = schema.get("additionalProperties", schema.get("unevaluatedProperties", True))
        patterned = schema.get("patternProperties") or {}
        if self.random.random() < (0.5 if isinstance(extra, dict) or patterned else 0.15):
            names += self.random.sample((*NAMES, "x-a", "size", "Big", "abc"), 2)
        while len(set(names)) < schema.get("minProperties", 0):
            names.append(self.random.choice((*properties, *NAMES, f"n{len(names)}")))
        if self.random.random() < 0.05:
            names = names[:-1]
        made = {}
        for name in dict.fromkeys(names):
            held = properties.get(name)
            if held is None:
                held = next(iter(patterned.values())) if patterned else extra
            made[name] = self.value(held, depth - 1)
        return made

    def _array(self, schema: Schema, depth: int) -> list[Any]:
        low, high = schema.get("minItems", 0), schema.get("maxItems", 4)
        length = self.random.choice((low, high, low + 1, self.random.randint(0, 4)))
        prefix = schema.get("prefixItems", ())
        made = []
        for place in range(length):
            held = prefix[place] if place < len(prefix) else schema.get("items", True)
            if "contains" in schema and self.random.random() < 0.4:
                held = schema["contains"]
            made.append(self.value(held, depth - 1))
        if len(made) > 1 and self.random.random() < 0.15:
            made[1] = made[0]
        return made
