"""Random protobuf files, and changes planted in them whose kinds and subjects are known.

Nothing here imports what is tested. A version is a tree of plain values that is rendered as text;
a plant changes one definition of a copy and says what has to be found.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

SCALARS = ("int32", "int64", "uint32", "sint32", "fixed32", "bool", "string", "bytes", "double")
HEADS = {
    "proto2": 'syntax = "proto2";',
    "proto3": 'syntax = "proto3";',
    "2023": 'edition = "2023";',
}


@dataclass
class Field:
    name: str
    number: int
    type: str
    label: str = ""
    oneof: str = ""
    options: list[str] = field(default_factory=list)


@dataclass
class Message:
    name: str
    fields: list[Field]
    reserved: list[str] = field(default_factory=list)
    nested: list[Message] = field(default_factory=list)


@dataclass
class Enum:
    name: str
    values: dict[str, int]


@dataclass
class Service:
    name: str
    methods: dict[str, tuple[str, str]]


@dataclass
class File:
    name: str
    syntax: str
    package: str
    imports: list[str]
    messages: list[Message]
    enums: list[Enum]
    services: list[Service]
    options: dict[str, str] = field(default_factory=dict)


Files = list[File]
Plant = Callable[[Random, File, Message], tuple[str, str] | None]


def generated(random: Random) -> Files:
    """Up to four files of one package, each importing those before it."""
    files: Files = []
    names: list[str] = []
    for number in range(random.randint(1, 4)):
        enums = [_enum(f"E{number}x{each}", random) for each in range(random.randint(0, 2))]
        known = [*names, *(each.name for each in enums)]
        messages = []
        for each in range(random.randint(2, 6)):
            messages.append(_message(f"M{number}x{each}", random, known))
            known.append(messages[-1].name)
        services = [
            Service(
                f"S{number}",
                {
                    f"Call{each}": (random.choice(messages).name, random.choice(messages).name)
                    for each in range(random.randint(1, 3))
                },
            )
        ]
        syntax = random.choice(list(HEADS))
        if syntax == "proto3" and any(file.syntax == "proto2" for file in files):
            syntax = "2023"  # proto3 does not take closed enums
        files.append(
            File(
                name=f"file{number}.proto",
                syntax=syntax,
                package="made",
                imports=[file.name for file in files],
                messages=messages,
                enums=enums,
                services=services,
            )
        )
        names = [*names, *(each.name for each in enums), *(each.name for each in messages)]
    return files


def _enum(name: str, random: Random) -> Enum:
    count = random.randint(2, 5)
    return Enum(name, {f"{name}_V{each}": each for each in range(count)})


def _message(name: str, random: Random, known: list[str]) -> Message:
    fields = []
    numbers = random.sample(range(1, 60), random.randint(2, 7))
    for index, number in enumerate(numbers):
        kind = random.choice([*SCALARS, *known[-6:]])
        label = random.choice(["", "", "repeated", "map"])
        fields.append(Field(f"f{index}", number, kind, label))
    for each in fields[-2:]:
        if each.label == "" and random.random() < 0.5:
            each.oneof = "choice"
    nested = [_message("Inner", random, [])] if random.random() < 0.3 else []
    return Message(name, fields, nested=nested)


def rendered(files: Files, random: Random | None = None) -> dict[str, str]:
    """The files as texts; with a source of chance definitions come in any order."""
    return {file.name: _file(file, random) for file in files}


def _file(file: File, random: Random | None) -> str:
    parts = [
        *(_rendered_message(each, file.syntax, random) for each in file.messages),
        *(_rendered_enum(each) for each in file.enums),
        *(_rendered_service(each) for each in file.services),
    ]
    if random is not None:
        random.shuffle(parts)
    head = [HEADS[file.syntax], f"package {file.package};"]
    head += [f'import "{each}";' for each in file.imports]
    head += [f"option {name} = {value};" for name, value in file.options.items()]
    return "\n".join([*head, *parts]) + "\n"


def _rendered_message(message: Message, syntax: str, random: Random | None) -> str:
    lines = [f"reserved {each};" for each in message.reserved]
    lines += [_rendered_message(each, syntax, random) for each in message.nested]
    lines += [_field(each, syntax) for each in message.fields if not each.oneof]
    for name in dict.fromkeys(each.oneof for each in message.fields if each.oneof):
        members = [_field(each, syntax) for each in message.fields if each.oneof == name]
        lines.append(f"oneof {name} {{ {' '.join(members)} }}")
    if random is not None:
        random.shuffle(lines)
    return "\n".join([f"message {message.name} {{", *(f"  {each}" for each in lines), "}"])


def _field(each: Field, syntax: str) -> str:
    kind = f"map<string, {each.type}>" if each.label == "map" else each.type
    label = "repeated " if each.label == "repeated" else ""
    if not label and each.label != "map" and not each.oneof and syntax == "proto2":
        label = "optional "
    options = f" [{', '.join(each.options)}]" if each.options else ""
    return f"{label}{kind} {each.name} = {each.number}{options};"


def _rendered_enum(enum: Enum) -> str:
    values = " ".join(f"{name} = {number};" for name, number in enum.values.items())
    return f"enum {enum.name} {{ {values} }}"


def _rendered_service(service: Service) -> str:
    methods = " ".join(
        f"rpc {name}({asks}) returns ({answers});"
        for name, (asks, answers) in service.methods.items()
    )
    return f"service {service.name} {{ {methods} }}"


def planted(files: Files, random: Random) -> tuple[Files, set[tuple[str, str]]]:
    """A copy with a change in about every second message, and in enums and services."""
    changed = copy.deepcopy(files)
    expected: set[tuple[str, str]] = set()
    for file in changed:
        for message in file.messages:
            plant = random.choice(PLANTS) if random.random() < 0.5 else None
            found = plant(random, file, message) if plant else None
            if found:
                expected.add(found)
        for enum in file.enums:
            if random.random() < 0.5:
                name = random.choice(list(enum.values)[1:])
                del enum.values[name]
                expected.add(("enum-value-removed", f"made.{enum.name}.{name}"))
        for service in file.services:
            if random.random() < 0.3:
                name = random.choice(list(service.methods))
                del service.methods[name]
                expected.add(("rpc-removed", f"made.{service.name}.{name}"))
        if random.random() < 0.2:
            file.options["go_package"] = '"example.com/made"'
            expected.add(("generated-package-changed", f"{file.name}#go_package"))
    return changed, expected


def _plain(random: Random, message: Message) -> Field | None:
    """A field outside of oneofs, whose changes touch nothing else."""
    found = [each for each in message.fields if not each.oneof]
    return random.choice(found) if found else None


def _remove(random: Random, file: File, message: Message) -> tuple[str, str] | None:
    each = _plain(random, message)
    if each is None:
        return None
    message.fields.remove(each)
    return "field-removed", f"{file.package}.{message.name}.{each.name}"


def _rename(random: Random, file: File, message: Message) -> tuple[str, str] | None:
    each = random.choice(message.fields)
    each.name = "renamed"
    return "field-renamed", f"{file.package}.{message.name}.renamed"


def _renumber(random: Random, file: File, message: Message) -> tuple[str, str] | None:
    each = _plain(random, message)
    if each is None:
        return None
    each.number = 99
    return "field-number-changed", f"{file.package}.{message.name}.{each.name}"


def _retype(random: Random, file: File, message: Message) -> tuple[str, str] | None:
    found = [each for each in message.fields if each.type in SCALARS]
    if not found:
        return None
    each = random.choice(found)
    each.type = random.choice([kind for kind in SCALARS if kind != each.type])
    return "field-type-changed", f"{file.package}.{message.name}.{each.name}"


def _repeat(random: Random, file: File, message: Message) -> tuple[str, str] | None:
    each = _plain(random, message)
    if each is None or each.label == "map":
        return None
    each.label = "" if each.label == "repeated" else "repeated"
    return "field-cardinality-changed", f"{file.package}.{message.name}.{each.name}"


def _name_json(random: Random, file: File, message: Message) -> tuple[str, str] | None:
    each = random.choice(message.fields)
    each.options.append('json_name = "other"')
    return "json-name-changed", f"{file.package}.{message.name}.{each.name}"


def _leave_oneof(_: Random, file: File, message: Message) -> tuple[str, str] | None:
    inside = [each for each in message.fields if each.oneof]
    if len(inside) < 2:
        return None
    inside[0].oneof = ""
    return "field-oneof-changed", f"{file.package}.{message.name}.{inside[0].name}"


def _remove_nested(_: Random, file: File, message: Message) -> tuple[str, str] | None:
    if not message.nested:
        return None
    message.nested.clear()
    return "message-removed", f"{file.package}.{message.name}.Inner"


PLANTS: tuple[Plant, ...] = (
    _remove,
    _rename,
    _renumber,
    _retype,
    _repeat,
    _name_json,
    _leave_oneof,
    _remove_nested,
)
