"""Random schemas, mutations of them, rewrites that change nothing, and values of a schema.

Imports nothing of Backstay: what judges the relation must not share its ideas. Schemas are of
2020-12; values are judged by jsonschema-rs.
"""

from __future__ import annotations

import copy
import random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Schema = dict[str, Any]
NAMES = ("id", "name", "kind", "size", "tags", "x-note")
WORDS = ("a", "b", "cat", "dog", "x1")
PATTERNS = ("^[a-z]+$", "^[a-z0-9]*$", "^.{2,4}$", "[0-9]", "^x", "^(cat|dog)$", "a")
NAME_PATTERNS = ("^x-", "^[a-z]+$", "e$", "^[A-Z]")
FORMATS = ("date", "uuid", "ipv4", "date-time", "email")


class Generator:
    """Schemas over a small grammar, so that pairs meet often."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.loops = False

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def pick(self, choices: Any) -> Any:
        return self.random.choice(choices)

    def document(self, depth: int = 3) -> Schema:
        """A schema that may refer to itself, by way of a definition "loop"."""
        self.loops = self.chance(0.25)
        made = self.schema(depth)
        if self.loops:
            loop = self._object(depth - 1)
            loop.setdefault("properties", {})["next"] = {"$ref": "#/$defs/loop"}
            made = {**made, "$defs": {"loop": loop}}
        return made

    def schema(self, depth: int = 3) -> Schema:
        if self.loops and depth < 3 and self.chance(0.15):
            return {"$ref": "#/$defs/loop"}
        kinds = ["string", "integer", "number", "boolean", "null", "enum", "const"]
        if depth > 0:
            kinds += ["object"] * 6 + ["array"] * 3 + ["combined"] * 4 + ["any"]
        made: Schema = getattr(self, f"_{self.pick(kinds)}")(depth)
        if self.chance(0.1) and isinstance(made.get("type"), str):
            made["type"] = [made["type"], self.pick(("null", "string", "integer", "boolean"))]
            made["type"] = list(dict.fromkeys(made["type"]))
        return made

    def _any(self, _depth: int) -> Schema:
        return {}

    def _string(self, _depth: int) -> Schema:
        made: Schema = {"type": "string"}
        if self.chance(0.3):
            made["minLength"] = self.random.randint(0, 4)
        if self.chance(0.3):
            made["maxLength"] = self.random.randint(2, 8)
        if self.chance(0.25):
            made["pattern"] = self.pick(PATTERNS)
        elif self.chance(0.15):
            made["format"] = self.pick(FORMATS)
        return made

    def _integer(self, depth: int) -> Schema:
        return {**self._number(depth), "type": "integer"}

    def _number(self, _depth: int) -> Schema:
        made: Schema = {"type": "number"}
        if self.chance(0.4):
            key = self.pick(("minimum", "exclusiveMinimum"))
            made[key] = self.random.randint(-3, 6)
        if self.chance(0.4):
            key = self.pick(("maximum", "exclusiveMaximum"))
            made[key] = self.random.randint(4, 20)
        if self.chance(0.2):
            made["multipleOf"] = self.pick((1, 2, 3, 0.5, 5))
        return made

    def _boolean(self, _depth: int) -> Schema:
        return {"type": "boolean"}

    def _null(self, _depth: int) -> Schema:
        return {"type": "null"}

    def _enum(self, _depth: int) -> Schema:
        pool: list[Any] = [*WORDS, 1, 2, 3, True, False, None, 1.5, [], {}]
        return {"enum": self.random.sample(pool, self.random.randint(1, 4))}

    def _const(self, _depth: int) -> Schema:
        return {"const": self.pick([*WORDS, 1, True, None])}

    def _object(self, depth: int) -> Schema:  # noqa: C901 (one keyword after the other)
        names = self.random.sample(NAMES, self.random.randint(0, 4))
        made: Schema = {"type": "object"}
        if names:
            made["properties"] = {name: self.schema(depth - 1) for name in names}
        if names and self.chance(0.6):
            made["required"] = self.random.sample(names, self.random.randint(1, len(names)))
        if self.chance(0.2):
            made["additionalProperties"] = self.pick((False, False, self.schema(0)))
        if self.chance(0.1):
            made["patternProperties"] = {self.pick(NAME_PATTERNS): self.schema(0)}
        if self.chance(0.1):
            made["minProperties"] = self.random.randint(0, 3)
        if self.chance(0.1):
            made["maxProperties"] = self.random.randint(2, 5)
        if self.chance(0.05):
            made["propertyNames"] = {"pattern": self.pick(NAME_PATTERNS)}
        if len(names) > 1 and self.chance(0.08):
            made["dependentRequired"] = {names[0]: [names[1]]}
        if names and self.chance(0.05):
            made["dependentSchemas"] = {names[0]: {"required": [self.pick(NAMES)]}}
        if self.chance(0.04):
            made["unevaluatedProperties"] = self.pick((False, self.schema(0)))
        return made

    def _array(self, depth: int) -> Schema:
        made: Schema = {"type": "array"}
        if self.chance(0.8):
            made["items"] = self.schema(depth - 1)
        if self.chance(0.15):
            made["prefixItems"] = [self.schema(0) for _ in range(self.random.randint(1, 2))]
        if self.chance(0.3):
            made["minItems"] = self.random.randint(0, 2)
        if self.chance(0.3):
            made["maxItems"] = self.random.randint(1, 4)
        if self.chance(0.15):
            made["uniqueItems"] = True
        if self.chance(0.1):
            made["contains"] = self.schema(0)
            if self.chance(0.3):
                made["maxContains"] = self.random.randint(1, 2)
            if self.chance(0.3):
                made["minContains"] = self.random.randint(0, 2)
        elif "items" not in made and self.chance(0.3):
            made["unevaluatedItems"] = self.pick((False, self.schema(0)))
        return made

    def _combined(self, depth: int) -> Schema:
        keyword = self.pick(("anyOf", "oneOf", "oneOf", "allOf", "not", "if", "variants"))
        if keyword == "not":
            return {**self.schema(depth - 1), "not": self.schema(0)}
        if keyword == "if":
            base = self._object(depth - 1)
            names = list(base.get("properties", {})) or ["id"]
            base["if"] = {"required": [self.pick(names)]}
            if self.chance(0.4):
                base["if"]["properties"] = {base["if"]["required"][0]: self.schema(0)}
            base["then"] = {"required": [self.pick(NAMES)]}
            if self.chance(0.5):
                base["else"] = {"maxProperties": self.random.randint(1, 3)}
            return base
        if keyword == "variants":
            return self._variants(depth)
        count = self.random.randint(2, 3)
        if keyword == "allOf":
            made: Schema = {"allOf": [self._object(depth - 1) for _ in range(count)]}
            if self.chance(0.15):
                made["unevaluatedProperties"] = False
            return made
        return {keyword: [self.schema(depth - 1) for _ in range(count)]}

    def _variants(self, depth: int) -> Schema:
        """Objects told apart by a constant member, as APIs write them."""
        made = []
        for word in self.random.sample(WORDS, 3):
            variant = self._object(depth - 1)
            variant.setdefault("properties", {})["kind"] = {"const": word}
            variant["required"] = sorted({*variant.get("required", ()), "kind"})
            made.append(variant)
        return {self.pick(("oneOf", "anyOf")): made}

    # Mutations: one change at one place

    def mutate(self, schema: Schema) -> Schema:
        made = copy.deepcopy(schema)
        places = list(_places(made))
        for _ in range(self.random.choice((1, 1, 1, 2))):
            holder, key = self.pick(places)
            if isinstance(key, str) and key not in holder:
                continue
            self._change(holder[key] if key is not None else holder, holder, key)
        return made

    def _change(self, node: Any, holder: Any, key: Any) -> None:
        if not isinstance(node, dict):
            return
        options = ["replace", "tighten", "loosen", "loosen", "drop", "add", "wrap"]
        option = self.pick(options)
        if option == "replace" and key is not None:
            holder[key] = self.schema(1)
        elif option in {"tighten", "loosen"}:
            self._shift(node, 1 if option == "tighten" else -1)
        elif option == "drop" and node:
            name = self.pick(list(node))
            del node[name]
        elif option == "add":
            extra = self.schema(1)
            for name, value in extra.items():
                node.setdefault(name, value)
        elif option == "wrap" and key is not None:
            keyword = self.pick(("oneOf", "anyOf"))
            holder[key] = {keyword: [node, self.schema(1)]}

    def _shift(self, node: Schema, towards: int) -> None:
        lows = ["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"]
        highs = ["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"]
        present = [name for name in (*lows, *highs) if name in node]
        lists = [name for name in ("required", "enum", "anyOf", "oneOf", "type") if name in node]
        if present and (not lists or self.chance(0.6)):
            name = self.pick(present)
            step = towards if name in lows else -towards
            node[name] = max(node[name] + step, 0 if name[:4] in {"minL", "minI", "minP"} else -9)
            if name.startswith("max") and name != "maximum":
                node[name] = max(node[name], 0)
        elif lists:
            name = self.pick(lists)
            held = node[name]
            if name == "required":
                node[name] = held[1:] if towards < 0 else sorted({*held, self.pick(NAMES)})
            elif name == "type":
                if isinstance(held, list) and len(held) > 1:
                    node[name] = held[1:]
                elif isinstance(held, str):
                    node[name] = [held, "null"] if held != "null" else held
            elif towards > 0 and len(held) > 1:
                node[name] = held[1:]
            else:
                extra = self.pick(WORDS) if name == "enum" else self.schema(1)
                if extra not in held:
                    node[name] = [*held, extra]

    # Rewrites that change nothing

    def rewrite(self, schema: Schema) -> Schema:
        """The same set of values, written differently. References are made, not only inlined."""
        definitions: Schema = {}
        copied = copy.deepcopy(schema)
        held = copied.pop("$defs", {})
        made: Schema = self._rewritten(copied, definitions)
        for name, definition in held.items():
            definitions[name] = self._rewritten(definition, definitions)
        if definitions:
            made = {**made, "$defs": definitions}
        return made

    def _rewritten(self, node: Any, definitions: Schema) -> Any:
        if not isinstance(node, dict):
            return node
        made: Schema = {}
        for key in self.random.sample(list(node), len(node)):
            value = node[key]
            if key in {"properties", "patternProperties", "dependentSchemas"}:
                order = self.random.sample(list(value), len(value))
                made[key] = {name: self._rewritten(value[name], definitions) for name in order}
            elif key in {"allOf", "anyOf", "oneOf", "prefixItems"}:
                listed = [self._rewritten(item, definitions) for item in value]
                if key != "prefixItems":
                    self.random.shuffle(listed)
                made[key] = listed
            elif key in {"enum", "required"} or (key == "type" and isinstance(value, list)):
                made[key] = self.random.sample(value, len(value))
            elif isinstance(value, dict) and key not in {"const", "dependentRequired"}:
                made[key] = self._rewritten(value, definitions)
            else:
                made[key] = value
        return self._disguised(made, definitions)

    def _disguised(self, node: Schema, definitions: Schema) -> Schema:
        choice = self.random.random()
        if choice < 0.12:
            return {"allOf": [node]}
        if choice < 0.24:
            name = f"d{len(definitions)}"
            definitions[name] = node
            return {"$ref": f"#/$defs/{name}"}
        splits = {"type", "minimum", "maximum", "minLength", "maxLength", "pattern", "enum"}
        alone = splits.intersection(node)
        if choice < 0.36 and alone and len(node) > 1:
            name = self.pick(sorted(alone))
            rest = {key: value for key, value in node.items() if key != name}
            looking = {"additionalProperties", "allOf", "unevaluatedProperties", "unevaluatedItems"}
            if not looking.intersection(rest):
                return {"allOf": [rest, {name: node[name]}]}
        if choice < 0.42 and isinstance(node.get("const"), str):
            return {**{k: v for k, v in node.items() if k != "const"}, "enum": [node["const"]]}
        return node


def _places(node: Any, holder: Any = None, key: Any = None) -> Iterator[tuple[Any, Any]]:
    """Every schema in a schema: what holds it, and under which key (None: the schema itself)."""
    if not isinstance(node, dict):
        return
    yield (node, None) if holder is None else (holder, key)
    for keyword, value in node.items():
        if keyword in {"properties", "patternProperties", "dependentSchemas", "$defs"}:
            for name in value:
                yield from _places(value[name], value, name)
        elif keyword in {"allOf", "anyOf", "oneOf", "prefixItems"}:
            for place in range(len(value)):
                yield from _places(value[place], value, place)
        elif keyword in {"items", "not", "then", "else", "additionalProperties", "contains"}:
            yield from _places(value, node, keyword)


def closed(schema: Any) -> Any:
    """The same schema for a sender that sends only what it declares, said in JSON Schema.

    Objects that declare nothing, or that give a schema for other members, are left open.
    """
    return _closed(schema, in_place=False)


def _closed(node: Any, *, in_place: bool) -> Any:  # noqa: C901 (one keyword after the other)
    if not isinstance(node, dict):
        return node
    made = dict(node)
    for keyword, value in node.items():
        if keyword in {"properties", "patternProperties", "$defs"}:
            made[keyword] = {name: _closed(held, in_place=False) for name, held in value.items()}
        elif keyword in {"allOf", "anyOf", "oneOf"}:
            made[keyword] = [_closed(held, in_place=True) for held in value]
        elif keyword == "prefixItems":
            made[keyword] = [_closed(held, in_place=False) for held in value]
        elif keyword in {"items", "additionalProperties"}:
            made[keyword] = _closed(value, in_place=False)
        elif keyword in {"then", "else"}:
            made[keyword] = _closed(value, in_place=True)
        elif keyword == "dependentSchemas":
            made[keyword] = {name: _closed(held, in_place=True) for name, held in value.items()}
    # What is required is sent, whether it is declared or not.
    brought = [name for names in node.get("dependentRequired", {}).values() for name in names]
    undeclared = {*node.get("required", ()), *brought} - {*node.get("properties", ())}
    if undeclared:
        made["properties"] = {**made.get("properties", {}), **dict.fromkeys(undeclared, True)}
    if not in_place and declares(node):
        made.setdefault("unevaluatedProperties", False)
    return made


def declares(node: Any) -> bool:
    """Whether a schema, or what it combines, declares members, and gives no schema for others."""
    found, maps = _declared(node)
    return found and not maps


def _declared(node: Any) -> tuple[bool, bool]:
    if not isinstance(node, dict):
        return False, False
    found = bool(node.get("properties") or node.get("patternProperties"))
    others = (node.get("additionalProperties"), node.get("unevaluatedProperties"))
    maps = any(isinstance(other, dict) for other in others)
    for keyword in ("allOf", "anyOf", "oneOf"):
        for held in node.get(keyword, ()):
            below = _declared(held)
            found, maps = found or below[0], maps or below[1]
    return found, maps
