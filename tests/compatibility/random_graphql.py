"""Random GraphQL schemas as plain values, their rewrites, and mutations with what they must give.

Nothing here comes from the comparison: a schema is {name: Type} and is printed by a few lines.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

SCALARS = ("Int", "Float", "String", "Boolean", "ID")
SAMPLES = {"Int": "1", "Float": "1.5", "String": '"a"', "Boolean": "true", "ID": '"x"'}


@dataclass
class Input:
    type: str
    default: str | None = None

    def text(self) -> str:
        return self.type + (f" = {self.default}" if self.default is not None else "")


@dataclass
class Output:
    type: str
    arguments: dict[str, Input] = field(default_factory=dict)
    deprecated: bool = False

    def text(self) -> str:
        listed = ", ".join(f"{name}: {given.text()}" for name, given in self.arguments.items())
        end = " @deprecated" if self.deprecated else ""
        return f"{f'({listed})' if listed else ''}: {self.type}{end}"


@dataclass
class Type:
    kind: str
    fields: dict[str, Output] = field(default_factory=dict)
    inputs: dict[str, Input] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    interfaces: list[str] = field(default_factory=list)

    def members(self) -> list[str]:
        if self.kind == "input":
            return [f"{name}: {given.text()}" for name, given in self.inputs.items()]
        if self.kind == "enum":
            return list(self.names)
        return [name + given.text() for name, given in self.fields.items()]


Schema = dict[str, Type]


def text_of(name: str, type_: Type, members: list[str], *, extend: bool = False) -> str:
    start = f"{'extend ' if extend else ''}{type_.kind} {name}"
    if type_.interfaces and not extend:
        start += " implements " + " & ".join(type_.interfaces)
    if type_.kind == "union":
        return f"{start} = {' | '.join(type_.names)}"
    return f"{start} {{ {' '.join(members)} }}"


def text(schema: Schema) -> str:
    return "\n".join(text_of(name, type_, type_.members()) for name, type_ in schema.items())


def rewritten(schema: Schema, choose: random.Random) -> list[str]:
    """The same schema in other words: reordered, split by extensions and files, and spaced."""
    parts = []
    for name, type_ in schema.items():
        members = type_.members()
        choose.shuffle(members)
        choose.shuffle(type_.names)
        cut = choose.randint(1, len(members)) if members and type_.kind != "union" else 0
        parts.append(text_of(name, type_, members[:cut] or members))
        if members[cut:] and cut:
            parts.append(text_of(name, type_, members[cut:], extend=True))
    choose.shuffle(parts)
    spaced = [
        "# words\n" + choose.choice([part, part.replace(" ", " ,\n\t"), f"\ufeff{part}\r\n"])
        for part in parts
    ]
    cut = choose.randint(0, len(spaced))
    return ["\n".join(spaced[:cut]), "\n".join(spaced[cut:])]


def random_schema(choose: random.Random) -> Schema:
    """Valid, and each type is reached from the query root, inputs by an argument."""
    enums = {
        f"E{at}": Type("enum", names=[f"V{n}" for n in range(choose.randint(2, 4))])
        for at in range(choose.randint(1, 2))
    }
    leaves = [*SCALARS, *enums]
    inputs: Schema = {}
    for at in range(choose.randint(1, 3)):
        given = {f"i{n}": _input(choose, leaves, inputs) for n in range(choose.randint(1, 4))}
        inputs[f"In{at}"] = Type("input", inputs=given)
    interfaces = {
        f"I{at}": Type("interface", fields={f"shared{at}": Output(_wrapped(choose, "Int"))})
        for at in range(choose.randint(1, 2))
    }
    objects: Schema = {}
    names = [f"T{at}" for at in range(choose.randint(2, 5))]
    for owner in names:
        kept = choose.sample(list(interfaces), choose.randint(0, len(interfaces)))
        fields = {key: value for each in kept for key, value in interfaces[each].fields.items()}
        fields = copy.deepcopy(fields)
        for n in range(choose.randint(2, 5)):
            type_ = _wrapped(choose, choose.choice([*leaves, *names]))
            fields[f"f{n}"] = Output(type_, _arguments(choose, leaves, inputs))
        objects[owner] = Type("type", fields=fields, interfaces=kept)
    unions = {"U": Type("union", names=choose.sample(names, choose.randint(2, len(names))))}
    types = {**enums, **inputs, **interfaces, **objects, **unions}
    root = {
        f"q{name}": Output(_wrapped(choose, name))
        for name in [*names, *interfaces, *unions, *enums]
    }
    for name in [*inputs, *enums]:
        root[f"take{name}"] = Output("Int", {"given": Input(name)})
    types["Query"] = Type("type", fields=root)
    return types


def _wrapped(choose: random.Random, name: str) -> str:
    return choose.choice(["{}", "{}!", "[{}]", "[{}!]!", "[[{}]!]"]).format(name)


def _input(choose: random.Random, leaves: list[str], inputs: Schema) -> Input:
    name = choose.choice([*leaves, *inputs])
    type_ = _wrapped(choose, name)
    if name in SAMPLES and type_ in {name, f"[{name}]", f"{name}!"} and choose.random() < 0.5:
        return Input(type_, SAMPLES[name])
    return Input(type_)


def _arguments(choose: random.Random, leaves: list[str], inputs: Schema) -> dict[str, Input]:
    return {f"a{n}": _input(choose, leaves, inputs) for n in range(choose.choice([0, 0, 1, 2]))}


@dataclass
class Planted:
    """A schema with one difference, and what has to be found: (kind, subject, compatibility)."""

    schema: Schema
    kind: str
    subject: str
    compatibility: str


def mutated(schema: Schema, choose: random.Random) -> Planted:
    made = copy.deepcopy(schema)
    while True:
        kind, subject, compatibility = choose.choice(MUTATIONS)(made, choose)
        if kind:
            return Planted(made, kind, subject, compatibility)
        made = copy.deepcopy(schema)


Found = tuple[str, str, str]
NOTHING = ("", "", "")


def _of_kind(schema: Schema, choose: random.Random, kind: str) -> tuple[str, Type]:
    return choose.choice([(name, each) for name, each in schema.items() if each.kind == kind])


def _field(schema: Schema, choose: random.Random) -> tuple[str, str, Output]:
    """A field that no interface asks for."""
    owner, type_ = _of_kind(schema, choose, "type")
    name = choose.choice([each for each in type_.fields if not each.startswith("shared")])
    return f"{owner}.{name}", name, type_.fields[name]


def remove_field(schema: Schema, choose: random.Random) -> Found:
    subject, name, gone = _field(schema, choose)
    del schema[subject.split(".")[0]].fields[name]
    if not schema[subject.split(".")[0]].fields or _is_only_way(schema):
        return NOTHING
    return ("deprecated-field-removed" if gone.deprecated else "field-removed", subject, "breaking")


def _is_only_way(schema: Schema) -> bool:
    return len(schema["Query"].fields) < 2


def add_field(schema: Schema, choose: random.Random) -> Found:
    owner, type_ = _of_kind(schema, choose, "type")
    type_.fields["new"] = Output("Int")
    return "field-added", f"{owner}.new", "safe"


def change_list(schema: Schema, choose: random.Random) -> Found:
    subject, _, field_ = _field(schema, choose)
    field_.type = f"[{field_.type}]"
    return "field-type-changed", subject, "breaking"


def make_nullable(schema: Schema, choose: random.Random) -> Found:
    subject, _, field_ = _field(schema, choose)
    if "!" not in field_.type:
        return NOTHING
    at = choose.choice([at for at, letter in enumerate(field_.type) if letter == "!"])
    field_.type = field_.type[:at] + field_.type[at + 1 :]
    return "field-became-nullable", subject, "breaking"


def make_non_null(schema: Schema, choose: random.Random) -> Found:
    subject, _, field_ = _field(schema, choose)
    if field_.type.endswith("!"):
        return NOTHING
    field_.type += "!"
    return "field-became-non-null", subject, "safe"


def add_argument(schema: Schema, choose: random.Random) -> Found:
    subject, _, field_ = _field(schema, choose)
    required = choose.random() < 0.5
    field_.arguments["new"] = Input("Int!" if required else choose.choice(["Int", "[Int]"]))
    if required:
        return "argument-required-added", f"{subject}(new:)", "breaking"
    return "argument-added", f"{subject}(new:)", "risky"


def remove_argument(schema: Schema, choose: random.Random) -> Found:
    subject, _, field_ = _field(schema, choose)
    if not field_.arguments:
        return NOTHING
    name = choose.choice(list(field_.arguments))
    del field_.arguments[name]
    return "argument-removed", f"{subject}({name}:)", "breaking"


def change_argument(schema: Schema, choose: random.Random) -> Found:
    subject, _, field_ = _field(schema, choose)
    if not field_.arguments:
        return NOTHING
    name, given = choose.choice(list(field_.arguments.items()))
    what = choose.choice(["list", "required", "non-null", "default"])
    where = f"{subject}({name}:)"
    return _changed(given, what, "argument", where)


def _changed(given: Input, what: str, prefix: str, where: str) -> Found:
    if what == "list":
        given.type, given.default = f"[{given.type}]", None
        return f"{prefix}-type-changed", where, "breaking"
    if given.type.endswith("!"):
        if what == "required" and given.default is not None:
            given.default = None
            return f"{prefix}-became-required", where, "breaking"
        given.type = given.type[:-1]
        return f"{prefix}-became-nullable", where, "safe"
    if what == "default" and given.default is not None:
        given.default = None
        return f"{prefix}-default-removed", where, "risky"
    given.type += "!"
    if given.default is None:
        return f"{prefix}-became-required", where, "breaking"
    return f"{prefix}-became-non-null", where, "breaking"


def change_input(schema: Schema, choose: random.Random) -> Found:
    owner, type_ = _of_kind(schema, choose, "input")
    name, given = choose.choice(list(type_.inputs.items()))
    what = choose.choice(["list", "required", "non-null", "default", "remove", "add"])
    if what == "remove":
        if len(type_.inputs) < 2:
            return NOTHING
        del type_.inputs[name]
        return "input-field-removed", f"{owner}.{name}", "breaking"
    if what == "add":
        type_.inputs["new"] = Input("Int!")
        return "input-field-required-added", f"{owner}.new", "breaking"
    return _changed(given, what, "input-field", f"{owner}.{name}")


def remove_value(schema: Schema, choose: random.Random) -> Found:
    owner, type_ = _of_kind(schema, choose, "enum")
    if len(type_.names) < 2:
        return NOTHING
    return "enum-value-removed", f"{owner}.{type_.names.pop()}", "breaking"


def add_value(schema: Schema, choose: random.Random) -> Found:
    owner, type_ = _of_kind(schema, choose, "enum")
    name = f"NEW{len(type_.names)}"
    type_.names.append(name)
    return "enum-value-added", f"{owner}.{name}", "risky"


def remove_member(schema: Schema, choose: random.Random) -> Found:
    _, type_ = _of_kind(schema, choose, "union")
    if len(type_.names) < 2:
        return NOTHING
    return "union-member-removed", f"U = {type_.names.pop()}", "breaking"


def remove_interface(schema: Schema, choose: random.Random) -> Found:
    owner, type_ = _of_kind(schema, choose, "type")
    if not type_.interfaces:
        return NOTHING
    return (
        "interface-implementation-removed",
        f"{owner} implements {type_.interfaces.pop()}",
        "breaking",
    )


def deprecate(schema: Schema, choose: random.Random) -> Found:
    subject, _, field_ = _field(schema, choose)
    field_.deprecated = True
    return "deprecation-added", subject, "safe"


MUTATIONS: list[Callable[[Schema, random.Random], Found]] = [
    remove_field,
    add_field,
    change_list,
    make_nullable,
    make_non_null,
    add_argument,
    remove_argument,
    change_argument,
    change_input,
    remove_value,
    add_value,
    remove_member,
    remove_interface,
    deprecate,
]
