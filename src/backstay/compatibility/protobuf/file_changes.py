"""What differs between files and packages, and which definitions are no longer in their files."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from backstay.compatibility.protobuf.collecting import Collector, Told, levels
from backstay.compatibility.protobuf.features import edition_name
from backstay.compatibility.protobuf.reach import Reach
from backstay.compatibility.protobuf.schema import (
    FILE_EDITION,
    FILE_OPTIONS,
    FILE_PACKAGE,
    FILE_SYNTAX,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.compatibility.protobuf.schema import Definition, Schema
    from backstay.foreign.protobuf import (
        DescriptorProto,
        EnumDescriptorProto,
        FileDescriptorProto,
        ServiceDescriptorProto,
    )

    AnyDefinition = (
        Definition[DescriptorProto]
        | Definition[EnumDescriptorProto]
        | Definition[ServiceDescriptorProto]
    )

_DEPRECATED = 23
_MOST_SHOWN = 3


class _Option(NamedTuple):
    """An option of a file, its number, and what it decides about generated code."""

    name: str
    number: int
    kind: str
    what: str


_OPTIONS = (
    _Option("java_package", 1, "generated-package-changed", "the package of the Java classes"),
    _Option("go_package", 11, "generated-package-changed", "the Go import path"),
    _Option("csharp_namespace", 37, "generated-package-changed", "the C# namespace"),
    _Option("php_namespace", 41, "generated-package-changed", "the PHP namespace"),
    _Option(
        "php_metadata_namespace",
        44,
        "generated-package-changed",
        "the PHP namespace of the metadata classes",
    ),
    _Option("ruby_package", 45, "generated-package-changed", "the Ruby module"),
    _Option("java_outer_classname", 8, "generated-name-changed", "the outer Java class"),
    _Option("objc_class_prefix", 36, "generated-name-changed", "the Objective-C prefix"),
    _Option("swift_prefix", 39, "generated-name-changed", "the Swift prefix"),
    _Option("php_class_prefix", 40, "generated-name-changed", "the PHP class prefix"),
    _Option(
        "java_multiple_files", 10, "generated-layout-changed", "whether Java has a file a class"
    ),
    _Option("cc_generic_services", 16, "generic-services-changed", "C++ service classes"),
    _Option("java_generic_services", 17, "generic-services-changed", "Java service classes"),
    _Option("py_generic_services", 18, "generic-services-changed", "Python service classes"),
    _Option("optimize_for", 9, "code-size-option-changed", "which runtime code is made for"),
    _Option("cc_enable_arenas", 31, "arenas-option-changed", "C++ arenas"),
)


def compare_files(collector: Collector) -> None:
    """Take down what differs in files, and what left them."""
    old_files, new_files = collector.old.schema.files, collector.new.schema.files
    packages = {file.package for file in new_files.values()}
    for name, old in old_files.items():
        counterpart = collector.counterpart(name)
        if counterpart is None:
            collector.add(_removed_file(collector, old))
        else:
            for told in _file(collector, old, new_files[counterpart]):
                collector.add(told)
    gone = {file.package for file in old_files.values() if file.package} - packages
    for package in sorted(gone):
        collector.add(_removed_package(collector, package))
    known = set(collector.counterparts.values())
    for name in new_files:
        if name not in known:
            text = f"{collector.new.at.shown(name)} is new"
            place = collector.new.at.place(name)
            collector.add(Told("file-added", collector.new.at.shown(name), text, new=place))
    for definition in _left(collector):
        _definition(collector, *definition, gone=gone)
    _added(collector)


def _file(
    collector: Collector, old: FileDescriptorProto, new: FileDescriptorProto
) -> Iterator[Told]:
    shown = collector.new.at.shown(new.name)

    def told(kind: str, text: str, *paths: tuple[int, ...]) -> Told:
        return Told(
            kind=kind,
            subject=shown,
            text=text,
            breaks=("source",),
            old=collector.old.at.place(old.name, *paths),
            new=collector.new.at.place(new.name, *paths),
            package=old.package,
        )

    if edition_name(old) != edition_name(new):
        text = f"{shown} was {edition_name(old)} and is {edition_name(new)}: generated code differs"
        yield told("syntax-changed", text, (FILE_SYNTAX,), (FILE_EDITION,))
    if old.package != new.package:
        text = f"{shown} was of {_package(old.package)} and is of {_package(new.package)}: all in"
        text += " it has another full name, so that calls of its methods, google.protobuf.Any and"
        text += " generated code of old programs do not find it"
        yield told("file-package-changed", text, (FILE_PACKAGE,))._replace(
            breaks=("wire", "json", "source"),
            reach=Reach(
                "both",
                tuple(
                    f"{old.package}.{service.name}.{method.name}".removeprefix(".")
                    for service in old.service
                    for method in service.method
                ),
            ),
        )
    for option in _OPTIONS:
        before = getattr(old.options, option.name)
        after = getattr(new.options, option.name)
        if before != after:
            text = f"{option.what} ({option.name}) of {shown} was {_value(before)} and is"
            text += f" {_value(after)}: programs that use the generated code do not compile"
            path = (FILE_OPTIONS, option.number)
            yield told(option.kind, text, path)._replace(subject=f"{shown}#{option.name}")
    if new.options.deprecated and not old.options.deprecated:
        text = f"{shown} is deprecated and works as before"
        yield told("deprecated", text, (FILE_OPTIONS, _DEPRECATED))._replace(breaks=())


def _package(name: str) -> str:
    return f"package {name}" if name else "no package"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, int):
        return {1: "SPEED", 2: "CODE_SIZE", 3: "LITE_RUNTIME"}.get(value, str(value))
    return f'"{value}"' if value else "not set"


def _removed_file(collector: Collector, old: FileDescriptorProto) -> Told:
    shown = collector.old.at.shown(old.name)
    moved: dict[str, list[str]] = {}
    for definition in _top_level(collector, old.name):
        now = _now(collector, definition)
        if now is not None:
            moved.setdefault(collector.new.at.shown(now), []).append(definition.local_name)
    text = f"{shown} is gone"
    if moved:
        places = [f"{_listed(names)} moved to {file}" for file, names in sorted(moved.items())]
        text += f" ({'; '.join(places)})"
    text += ": files that import it, and code that uses what is generated from it, do not compile"
    return Told(
        kind="file-removed",
        subject=shown,
        text=text,
        breaks=("source",),
        old=collector.old.at.place(old.name),
        package=old.package,
    )


def _removed_package(collector: Collector, package: str) -> Told:
    files = [file for file in collector.old.schema.files.values() if file.package == package]
    place = collector.old.at.place(files[0].name, (FILE_PACKAGE,))
    text = f"package {package} is gone, with all that {_listed([file.name for file in files])}"
    text += " defined in it: generated code that names it does not compile"
    return Told("package-removed", package, text, ("source",), place, package=package)


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:_MOST_SHOWN])
    return shown if len(names) <= _MOST_SHOWN else f"{shown} and {len(names) - _MOST_SHOWN} more"


def _top_level(collector: Collector, file: str) -> Iterator[AnyDefinition]:
    schema = collector.old.schema
    for kept in (schema.messages, schema.enums, schema.services):
        for definition in kept.values():
            if definition.file == file and not definition.parent:
                yield definition


def _now(
    collector: Collector,
    definition: AnyDefinition,
) -> str | None:
    """The file that has it now, by its name in the new version."""
    schema, name = collector.new.schema, collector.types.new_name(definition.name)
    found = schema.definition(name) or schema.services.get(name)
    return found.file if found is not None else None


def _left(
    collector: Collector,
) -> Iterator[
    tuple[
        str,
        AnyDefinition,
    ]
]:
    """Definitions that are no longer in their files; not those inside of others that left."""
    schema = collector.old.schema
    for word, kept in (
        ("message", schema.messages),
        ("enum", schema.enums),
        ("service", schema.services),
    ):
        new = _kept(collector.new.schema, word)
        for definition in kept.values():
            if definition.name in schema.map_entries:
                continue
            parent = definition.parent
            if parent and collector.types.new_name(parent) not in collector.new.schema.messages:
                continue
            now = new.get(collector.types.new_name(definition.name))
            stays = now is not None and now.file == collector.counterpart(definition.file)
            if not stays and not (now is not None and parent):
                yield word, definition


def _definition(
    collector: Collector,
    word: str,
    old: AnyDefinition,
    gone: set[str],
) -> None:
    now = _now(collector, old)
    file = collector.counterpart(old.file)
    if file is None and now is not None:
        return  # told with the file that is gone
    package = collector.package(old.file)
    if package in gone and file is None and word != "service":
        return  # told with the package that is gone
    text = f"{word} {old.name} "
    if now is not None:
        text += f"moved to {collector.new.at.shown(now)}: code that imports it from its old place"
        text += " does not compile"
    elif word == "service":
        text += "is gone: calls of clients with the old files fail as unimplemented"
    else:
        text += "is gone: code that names it does not compile"
    called = now is None and word == "service"
    methods = tuple(f"{old.name}.{each.name}" for each in _methods(old)) if called else ()
    reach = Reach("request", methods) if called else _reach(collector, old, word)
    collector.add(
        Told(
            kind=f"{word}-removed",
            subject=old.name,
            text=text,
            breaks=levels(wire=called, json=called),
            old=collector.old.at.place(old.file, old.path),
            new=collector.left_behind(file, old.parent),
            reach=reach,
            package=package,
        )
    )


def _methods(
    definition: AnyDefinition,
) -> Iterator[DescriptorProto]:
    yield from getattr(definition.proto, "method", ())


def _reach(
    collector: Collector,
    definition: AnyDefinition,
    word: str,
) -> Reach:
    if word == "service":
        return Reach("both")
    return collector.reach(definition.name, collector.types.new_name(definition.name))


def _kept(schema: Schema, word: str) -> dict[str, AnyDefinition]:
    """All messages, enums or services of a version by name."""
    found: dict[str, AnyDefinition] = getattr(schema, f"{word}s")
    return found


def _added(collector: Collector) -> None:
    messages = {collector.types.new_name(name) for name in collector.old.schema.messages}
    for word in ("message", "enum", "service"):
        known = {collector.types.new_name(name) for name in _kept(collector.old.schema, word)}
        for name, definition in _kept(collector.new.schema, word).items():
            is_entry = name in collector.new.schema.map_entries
            if (
                name in known
                or is_entry
                or (definition.parent and definition.parent not in messages)
            ):
                continue
            place = collector.new.at.place(definition.file, definition.path)
            collector.add(Told(f"{word}-added", name, f"{word} {name} is new", new=place))
